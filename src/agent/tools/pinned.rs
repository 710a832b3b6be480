//! Tools of MCP servers in the toolbox: only what is still as it was pinned is offered and called.

use std::sync::PoisonError;

use serde_json::{Map, Value};
use tracing::warn;

use super::{
    Called, Facts, Toolbox,
    asking::Call,
    ending::{Ended, announced, passage, unanswered},
    mcp, reading, secrets,
};
use crate::{
    agent::notes::Notes,
    config::{McpPin, Tool},
    types::Address,
};

impl Toolbox {
    /// The same of an MCP server: whether the tool is still the pinned one is looked at first.
    pub(super) async fn ended_by_mcp(&self, call: &Call<'_>, pin: &McpPin, arguments: &Value, notes: &Notes) -> Ended {
        let tool = call.tool;
        let mut session = match self.held(call, pin).await {
            Ok(session) => session,
            Err(fault) => return unanswered(tool, fault.in_general(), &fault.words(), false),
        };
        if let Err(ended) = announced(tool, arguments, notes).await {
            return ended;
        }
        let called = session.call(&pin.tool, arguments).await;
        session.close().await;
        match called {
            Ok((text, false)) => {
                let text = reading::text(&text, &call.secrets.named);
                Ended { called: Called::Result(passage(tool, text)), words: "done".to_owned() }
            }
            Ok((_, true)) => Ended::failed("the service does not take that", "the server calls it an error"),
            Err(fault) => unanswered(tool, fault.in_general(), &fault.words(), fault.may_have_been_heard()),
        }
    }

    /// A session with a server that still defines the tool as it was pinned.
    pub(super) async fn held<'a>(&'a self, call: &'a Call<'a>, pin: &McpPin) -> Result<mcp::Session<'a>, mcp::Fault> {
        let mut session = mcp::Session::open(&self.fetcher, call).await?;
        let held = session.holds(&pin.tool, &pin.blake3).await;
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        match &held {
            Ok(()) => drop(changed.remove(&call.tool.name)),
            Err(mcp::Fault::Changed(words)) => {
                warn!(tool = call.tool.name, "an MCP tool is not offered any more: {words}");
                changed.insert(call.tool.name.clone());
            }
            Err(_) => {}
        }
        held.map(|()| session)
    }

    pub(super) fn has_changed(&self, tool: &Tool) -> bool {
        tool.mcp.is_some() && self.changed.lock().unwrap_or_else(PoisonError::into_inner).contains(&tool.name)
    }

    /// Looks whether every MCP tool is still what it was when it was pinned; what is not is offered no more, and a warning says
    /// so. Gives the names of those.
    pub async fn look_at_pins(&self) -> Vec<String> {
        for tool in self.tools.iter().filter(|tool| tool.mcp.is_some()) {
            if let Err(words) = self.looked_at(tool).await {
                warn!(tool = tool.name, "an MCP tool could not be looked at: {words}");
            }
        }
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    async fn looked_at(&self, tool: &Tool) -> Result<(), String> {
        let Some(pin) = &tool.mcp else { return Ok(()) };
        let (secrets, facts) = (secrets(tool).await?, nobody(tool)?);
        let (arguments, now_secs) = (Map::new(), self.clock.now().0 / 1000);
        let call = Call { tool, arguments: &arguments, facts: &facts, secrets: &secrets, now_secs };
        self.held(&call, pin).await.map_err(|fault| fault.words())?.close().await;
        Ok(())
    }

    /// What the server of an MCP tool defines, all of it.
    ///
    /// # Errors
    /// Why that is not known, with all particulars.
    pub async fn definitions(&self, tool: &Tool) -> Result<Vec<Value>, String> {
        let (secrets, facts) = (secrets(tool).await?, nobody(tool)?);
        let (arguments, now_secs) = (Map::new(), self.clock.now().0 / 1000);
        let call = Call { tool, arguments: &arguments, facts: &facts, secrets: &secrets, now_secs };
        let mut session = mcp::Session::open(&self.fetcher, &call).await.map_err(|fault| fault.words())?;
        let definitions = session.definitions().await.map_err(|fault| fault.words())?;
        session.close().await;
        Ok(definitions)
    }
}

/// For whom a tool is looked at when no mail asks. RFC 2606 §2: there is no such domain.
fn nobody(tool: &Tool) -> Result<Facts, String> {
    let nobody = Address::parse("nobody@replyd.invalid").map_err(|fault| fault.to_string())?;
    Ok(Facts::of_nobody(nobody.clone(), nobody, tool.level_min))
}
