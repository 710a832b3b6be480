//! What kind of mail it is, with the reasons.

use serde::{Deserialize, Serialize};

use crate::{mime::Mail, types::Envelope};

/// What kind of mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Written by a person.
    Human,
    /// An automatic reply: out of office, acknowledgement. RFC 3834.
    AutomaticReply,
    /// A delivery report. RFC 3464.
    Bounce,
    /// A mailing list or bulk mail. RFC 2369.
    List,
    /// A web form: robot From, customer Reply-To.
    Form,
    /// A provider asks to confirm forwarding.
    ForwardingConfirmation,
    /// Our own connection test.
    Probe,
    /// Our own letter, back again.
    OwnEcho,
}

impl Class {
    /// Whether a person wrote it: only such mail is answered, reopens, and moves clocks.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Human | Self::Form)
    }
}

/// A class and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// The class.
    pub class: Class,
    /// What spoke for it, in words.
    pub reasons: Vec<String>,
}

/// Says what kind of mail it is.
pub fn classify(_mail: &Mail, _envelope: &Envelope) -> Classified {
    Classified { class: Class::Human, reasons: Vec::new() }
}
