//! What a delivery report says: who did not get our letter, and why.
//!
//! Reports of RFC 3464 are read by their fields (`report.rs`). Others are letters in free words: `letter.rs` cuts off the
//! mail they return, `shapes.rs` has one small function for each way to name who failed, `phrases.rs` the words they look
//! for. A new shape is a row in [`shapes::SHAPES`] and a sample in its tests.

mod letter;
mod phrases;
mod report;
mod shapes;

use serde::Serialize;

use self::letter::Letter;
pub(super) use self::letter::status_in;
use crate::{conversation::Class, mime::Mail};

/// Recipients taken from one report.
const RECIPIENTS_MAX: usize = 100;

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounce {
    /// How it was read: `rfc3464`, or the name of a shape in free words; empty when nobody was named.
    pub shape: &'static str,
    /// Message-ID of what could not be delivered; empty when the report does not say.
    pub message_id: String,
    /// One for each recipient it speaks of.
    pub recipients: Vec<BouncedRecipient>,
}

/// One recipient of a report. Fields are empty when the report lacks them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BouncedRecipient {
    /// The address we had sent to: `Original-Recipient` where it is one, else `Final-Recipient`; without its type.
    pub recipient: String,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: String,
    /// Enhanced status code. RFC 3463.
    pub status: String,
    /// `Diagnostic-Code` without its type, or the words beside the address.
    pub diagnostic: String,
}

impl std::fmt::Display for BouncedRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = [&self.recipient, &self.action, &self.status, &self.diagnostic];
        let said: Vec<&str> = words.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        f.write_str(&said.join(" "))
    }
}

/// Reads the report in a mail of class bounce; `None` for other mail.
pub fn bounce(mail: &Mail, class: Class) -> Option<Bounce> {
    if class != Class::Bounce {
        return None;
    }
    let (shape, recipients) = recipients(mail);
    Some(Bounce { shape, message_id: mail.reported_message_id.clone(), recipients })
}

/// What a report says that names nobody: action, code and words of the whole.
pub(super) fn of_nobody(mail: &Mail) -> BouncedRecipient {
    Letter::of(mail).completed("", String::new())
}

/// What in a text without fields names somebody who did not get a mail: the name of the shape.
pub(super) fn shape_of(mail: &Mail) -> Option<&'static str> {
    shapes::read(&Letter::of(mail)).map(|(shape, _)| shape)
}

fn recipients(mail: &Mail) -> (&'static str, Vec<BouncedRecipient>) {
    let reported = reported(mail);
    if !reported.is_empty() {
        return ("rfc3464", reported);
    }
    let letter = Letter::of(mail);
    let named: Vec<&str> = mail.header("X-Failed-Recipients").flat_map(|value| value.split(',')).collect();
    if !named.is_empty() {
        let failed = named.iter().filter_map(|word| letter::address(word)).take(RECIPIENTS_MAX);
        return ("x-failed-recipients", failed.map(|address| letter.completed(address, String::new())).collect());
    }
    let Some((shape, found)) = shapes::read(&letter) else { return ("", Vec::new()) };
    (shape, found.into_iter().map(|failed| letter.completed(&failed.address, failed.diagnostic)).collect())
}

/// The fields of RFC 3464, wherever gateways have moved them.
fn reported(mail: &Mail) -> Vec<BouncedRecipient> {
    // Tolerated: gateways that wrap a report into a plain multipart, or its part into an attachment, and scanners that
    // enclose the whole report in a letter of their own.
    std::iter::once(&mail.delivery_status)
        .chain(&mail.reports_astray)
        .map(|fields| report::recipients(fields))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;
