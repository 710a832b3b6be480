//! `replyd conversations approve` and `deny`: what a person decides about the call of a tool that the AI would make.

use serde_json::{Value, json};

use super::{
    Context, Failure,
    control::Control,
    conversations::order,
    lists::text,
    paint::{self, Paint},
};

#[derive(Debug, clap::Args)]
pub(super) struct Approve {
    /// Number or id of the conversation.
    id: String,
    /// Who decides.
    #[arg(long)]
    by: String,
    /// Which call, as `conversations show` names it: a newer mail may have brought another one than you have read.
    #[arg(long)]
    call: String,
    /// Keep the conversation with people: the call is made, and the AI says nothing.
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Deny {
    /// Number or id of the conversation.
    id: String,
    /// Who decides.
    #[arg(long)]
    by: String,
    /// Why, in words.
    #[arg(long, default_value = "")]
    why: String,
    /// Which call, as `conversations show` names it. Without: the one that waits.
    #[arg(long)]
    call: Option<String>,
}

pub(super) async fn approve(context: &Context, control: &Control, given: Approve) -> Result<(), Failure> {
    let Approve { id, by, call, keep } = given;
    order(context, control, &id, "call/approve", json!({ "by": by, "call": call, "keep": keep })).await
}

pub(super) async fn deny(context: &Context, control: &Control, given: Deny) -> Result<(), Failure> {
    let Deny { id, by, why, call } = given;
    order(context, control, &id, "call/deny", json!({ "by": by, "call": call, "why": why })).await
}

/// The call that waits, or is being made; nothing where there is none.
pub(super) fn told(wanted: &Value, paint: Paint) -> String {
    if wanted.is_null() {
        return String::new();
    }
    let (id, title) = (text(&wanted["id"]), paint::one_line(text(&wanted["title"])));
    let state = match wanted["let_run"]["by"].as_str() {
        Some(by) => format!("was let run by {}", paint::one_line(by)),
        None => "waits for a person, to approve or to deny".to_owned(),
    };
    let bar = paint.dim("│");
    let request = paint::harmless(text(&wanted["request"]));
    let lines = request.lines().filter(|line| !line.is_empty()).map(|line| format!("   {bar} {line}\n"));
    format!("\n{}\n{}", paint.green(&format!("“{title}” {state}: call {id}")), lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_with_its_whole_request_and_nothing_that_moves_the_terminal() {
        let mut wanted = json!({ "id": "ab12", "title": "Refund\u{1b}[2J", "request": "POST https://shop\n\n{\"order\":\"A\u{1b}1\"}" });
        let shown = told(&wanted, Paint::testing_plain());
        assert!(shown.contains("waits for a person, to approve or to deny: call ab12"), "{shown}");
        assert!(
            shown.contains("│ POST https://shop\n") && shown.contains("{\"order\":\"A") && !shown.contains('\u{1b}')
        );
        wanted["let_run"] = json!({ "by": "Eve" });
        assert!(told(&wanted, Paint::testing_plain()).contains("was let run by Eve"));
        assert_eq!(told(&Value::Null, Paint::testing_plain()), "");
    }
}
