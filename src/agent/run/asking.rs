//! The loop's other letter: it asks for a one-time code and answers nothing.

use super::{Autopilot, Ended, came_to};
use crate::{
    agent::{
        attempt::Attempt,
        code_request::CodeRequest,
        desk::{AskedCode, Case, Desk, DeskError, Sending},
    },
    observability::maillog,
    store::{RunDecision, Written},
    types::Approval,
};

impl<D: Desk> Autopilot<D> {
    /// Writes the letter. The mails stay unanswered: their answer comes when the code was shown.
    pub(super) async fn ask_code(
        &self,
        case: &Case,
        approval: Approval,
        request: CodeRequest,
        attempt: &Attempt,
    ) -> Result<Ended, DeskError> {
        let CodeRequest { markdown, language } = request;
        let sending = Sending {
            conversation: case.row.id,
            approval,
            markdown,
            sources: Vec::new(),
            code: Some(AskedCode { language, valid: self.settings.code_valid }),
            run: attempt.ended(RunDecision::AskedCode, None, ""),
            resolves: false,
            now: self.clock.now(),
        };
        let written = self.desk.send(sending).await?;
        maillog::run(attempt.ended(came_to(written, RunDecision::AskedCode), None, "").as_deref());
        Ok(match written {
            Written::Done => Ended::AskedCode,
            Written::Stale => self.stale(case),
        })
    }
}
