//! Tools that a person must let run: the call is put down whole, and made once when somebody has let it.
//!
//! What a person has read is what is called: the same tool as it is configured, the same arguments, for the same contact, under the
//! idempotency key that the call had from the beginning. Whatever of this has changed is refused, with words.

use std::time::Instant;

use serde_json::{Map, Value};

use super::{
    Called, Facts, Toolbox,
    asking::{Call, Secrets},
    ending::Ended,
    permitted,
};
use crate::{
    agent::{desk::Case, notes::Notes},
    config::Tool,
    store::{ToolCallRow, WantedCall},
};

/// Octets of arguments that wait for a person: they read all of it.
const ARGUMENTS_OCTETS_MAX: usize = 16 * 1024;

impl Toolbox {
    /// Puts a call down for a person; the conversation goes to them.
    pub(super) fn waits_for_approval(&self, tool: &Tool, facts: &Facts, arguments: &Value, notes: &Notes) -> Ended {
        let nothing = Map::new();
        let map = arguments.as_object().unwrap_or(&nothing);
        let (secrets, now) = (Secrets::masked(tool), self.clock.now());
        let call = Call { tool, arguments: map, facts, secrets: &secrets, now_secs: now.0 / 1000 };
        let request = match call.shown() {
            Ok(request) => request,
            Err(words) => return Ended::refused("the arguments cannot be sent", words),
        };
        let text = arguments.to_string();
        if text.len() > ARGUMENTS_OCTETS_MAX {
            let words = format!("more than {ARGUMENTS_OCTETS_MAX} octets of arguments for a person to read");
            return Ended::refused("the arguments are too long", words);
        }
        let words = format!("the AI would use “{}”, which a person must let run: {request}", tool.title);
        notes.wants(WantedCall {
            id: call.key(),
            tool: tool.name.clone(),
            title: tool.title.clone(),
            arguments: text,
            request,
            definition_blake3: configured_hash(tool),
            contact: facts.contact.clone(),
            address: facts.address.clone(),
            level: facts.level,
            generation: facts.generation,
            asked: now,
            let_run: None,
        });
        Ended { words: [ToolCallRow::NOT_MADE, "a person must let it run"].concat(), called: Called::HandOff(words) }
    }

    /// Whether a call that was wanted can still be made as it was: the tool and its arguments, when it can.
    ///
    /// # Errors
    /// What has changed, in words for people.
    pub fn as_wanted(&self, case: &Case, wanted: &WantedCall) -> Result<(&Tool, Value), String> {
        let facts = facts(case, wanted);
        let tool = self.tools.iter().find(|tool| tool.name == wanted.tool);
        let tool = tool.ok_or_else(|| format!("there is no tool `{}` any more", wanted.tool))?;
        if configured_hash(tool) != wanted.definition_blake3 {
            return Err(format!("the tool `{}` is configured otherwise than when it was wanted", wanted.tool));
        }
        if facts.contact != wanted.contact || facts.address != wanted.address || facts.level < wanted.level {
            return Err("the conversation has another contact, address or level than when it was wanted".to_owned());
        }
        permitted(tool, &facts, &self.segments)?;
        let arguments: Value = serde_json::from_str(&wanted.arguments).map_err(|fault| fault.to_string())?;
        tool.parameters.check(&arguments).map_err(|fault| format!("the arguments are not taken: {fault}"))?;
        Ok((tool, arguments))
    }

    /// Makes a call that a person let run. One that changes something is in the journal before, as any.
    pub async fn call_as_wanted(&self, case: &Case, wanted: &WantedCall, notes: &Notes) -> Called {
        let began = Instant::now();
        let arguments = || serde_json::from_str(&wanted.arguments).unwrap_or_default();
        let (class, arguments, ended) = match self.as_wanted(case, wanted) {
            Ok((tool, arguments)) => {
                let ended = self.made(tool, &facts(case, wanted), &arguments, notes).await;
                (Some(tool.class), arguments, ended)
            }
            Err(words) => (None, arguments(), Ended::refused("the tool cannot be called now", words)),
        };
        ended.noted(&wanted.tool, class, &arguments, began, notes)
    }
}

/// Those that the call was put down with: its key is made of them.
fn facts(case: &Case, wanted: &WantedCall) -> Facts {
    Facts { generation: wanted.generation, ..Facts::of(case) }
}

/// Of all that is configured of a tool, as this version of replyd reads it: a newer one that reads more of the same table takes it for
/// another tool, and the AI asks anew.
fn configured_hash(tool: &Tool) -> String {
    blake3::hash(format!("{tool:?}").as_bytes()).to_hex().to_string()
}
