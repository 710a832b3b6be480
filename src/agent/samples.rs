//! Cases, mails and pages for the tests of this room.

use std::time::Duration;

use super::{
    answer::{Answer, Frame, Paragraph},
    brakes::Sent,
    budgets::Spendings,
    desk::{Case, CaseMail},
    knowledge::{Knowledge, Passage},
    words::Tongue,
};
use crate::{
    config::{Autopilot, SupportAddress},
    conversation::{self, AnswerPolicy, Arrival, Class, Classified, Destination, MailSummary, ReplyKeys, quotes},
    mime::{self, Hidden},
    store::{ConversationRow, Filed, MailRow, Place, RawRef},
    types::{Address, Clock, ConversationId, Envelope, Level, MailId, Millis, Recipient, Verdicts},
};

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// What an MCP server tells of the tool that our tests pin, over HTTP and as a program.
pub(super) fn mcp_definition() -> serde_json::Value {
    serde_json::json!({
        "name": "search-orders",
        "description": "Searches the orders of a customer.",
        "inputSchema": { "type": "object", "properties": { "q": { "type": "string" } } }
    })
}

/// A help centre of four articles. The folder lives as long as its handle.
pub(super) fn help_pages() -> (tempfile::TempDir, Knowledge) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        (
            "shipping.md",
            "# Shipping times\n\nOrders placed before noon are shipped the same day.\n\n- Germany: 1 to 2 working days\n\
             - Austria: 2 to 3 working days\n- Switzerland: 3 to 5 working days\n",
        ),
        (
            "returns.md",
            "# Returns\n\nYou can send back unused items within 30 days. Print the return label in your \
             [account](https://shop.acme.example/account) and drop the parcel at any post office. The refund arrives within \
             five working days.\n",
        ),
        (
            "invoices.html",
            "<h1>Invoices</h1><p>Every invoice is sent by mail as a PDF. You can download a copy of your invoice under \
             <b>My orders</b>.</p>",
        ),
        (
            "password.txt",
            "Reset your password\n\nOpen the sign-in page, choose “Forgot password” and follow the link that we send to \
             you. The link works for one hour.\n",
        ),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let knowledge = Knowledge::load(Some(folder.path()), Clock::testing_fixed(0)).unwrap();
    (folder, knowledge)
}

/// An open conversation of one authenticated mail at an address where Autopilot is on.
pub(super) fn case(title: &str, new_text: &str) -> Case {
    let row = ConversationRow::testing_open(title, Millis(0));
    Case {
        row: ConversationRow { id: ConversationId(1), last_mail: Some(MailId(1)), ..row },
        address: Some(SupportAddress {
            autopilot: Autopilot::On,
            ..SupportAddress::of(address("support@acme.example"))
        }),
        mails: vec![mail(1, new_text)],
        suppressed: None,
        letters: Vec::new(),
        answers_in_a_row: 0,
        sent: Sent::default(),
        spent: Spendings::default(),
        earlier: Vec::new(),
        read_at: Millis(10_000_000),
    }
}

/// How long a conversation must be quiet before an [`arrival`] is answered.
pub(super) const QUIET: Duration = Duration::from_secs(20);

/// What the SMTP dialogue said.
pub(super) fn envelope(id: MailId, now: Millis, mail_from: Option<Address>, to: &Address) -> Envelope {
    Envelope {
        id,
        arrived: now,
        peer: [127, 0, 0, 1].into(),
        helo: "peer.example".into(),
        esmtp: true,
        tls: None,
        mail_from,
        recipients: vec![Recipient { address: to.clone() }],
        smtputf8: false,
    }
}

/// A person wrote it.
pub(super) fn human() -> Classified {
    Classified { class: Class::Human, reasons: Vec::new() }
}

/// A mail of an authenticated sender, as the line behind the door hands it to the store.
pub(super) fn arrival(envelope: Envelope, raw: &[u8], class: Classified, keys: &ReplyKeys) -> Arrival {
    let read = mime::parse(raw);
    let parted = conversation::may_hold_numbers(&read).then(|| quotes::part(&read));
    let lookups = conversation::lookups(&read, parted.as_ref(), class.class, None, keys, &[]);
    let to = envelope.recipients[0].address.clone();
    let answer = AnswerPolicy { wanted: true, quiet: QUIET, reopen_within: Duration::from_secs(86_400) };
    Arrival {
        now: envelope.arrived,
        trace: "".into(),
        body: raw.to_vec().into(),
        mail: MailSummary {
            from: read.from,
            from_name: read.from_name,
            subject: read.subject,
            message_id: read.message_id,
            ..MailSummary::default()
        },
        verdicts: Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("a signature passes") },
        class,
        destinations: vec![Destination { address: Some(to), lookups, answer, named: true, one_of: false }],
        dice: envelope.id.0,
        envelope,
    }
}

/// An unanswered mail of a person in that conversation.
pub(super) fn mail(id: u64, new_text: &str) -> CaseMail {
    let verdicts = Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("a signature passes") };
    CaseMail {
        row: MailRow {
            id: MailId(id),
            kept: Millis(id),
            envelope: envelope(
                MailId(id),
                Millis(id),
                Some(address("ada@customer.example")),
                &address("support@acme.example"),
            ),
            raw: RawRef { segment: 0, offset: 0, len: 0, blake3: String::new() },
            mail: MailSummary { from: Some(address("ada@customer.example")), ..MailSummary::default() },
            verdicts,
            class: human(),
            filings: vec![filed(Level::Authenticated)],
        },
        new_text: new_text.into(),
        quoted_text: String::new(),
        hidden: Hidden::default(),
        answered: false,
    }
}

/// In the sample conversation, at that level.
pub(super) fn filed(level: Level) -> Filed {
    let place = Place::Conversation { id: ConversationId(1), joined_by: None, level, why: String::new() };
    Filed { address: Some(address("support@acme.example")), place, keys: Vec::new() }
}

pub(super) fn passage(text: &str) -> Passage {
    Passage {
        file: "shipping.md".into(),
        heading: "Shipping times".into(),
        text: text.into(),
        tongue: Tongue::English,
        score: 1.0,
        support_percent: 80,
    }
}

/// An answer that says `words`, carried by a passage of `page`.
pub(super) fn answer(words: &str, page: &str) -> Answer {
    Answer {
        frame: Frame::None,
        paragraphs: vec![Paragraph { markdown: words.into(), carried_by: Some(0) }],
        passages: vec![passage(page)],
        support_percent: 80,
    }
}
