//! Where past mail comes from: a mailbox on disk, or the conversations that replyd keeps. And the articles of today.

use std::path::Path;

use serde_json::Value;

use super::super::{
    Context, Failure,
    control::{Control, escaped},
    inspect::{
        judging::{Inspector, Way},
        mailbox::{self, Found, Opened},
    },
    lists::text,
};
use crate::{
    agent::{
        knowledge::Article,
        rehearsal::past::{By, Message},
    },
    config::{Config, SupportAddress},
    conversation::quotes,
    intake::Judged,
    mime::Mail,
    store::{ArticleRow, LetterRow, MailRow},
    types::{Author, Millis},
};

/// Messages of a mailbox that persons wrote. What cannot be read is named and left out.
pub(super) async fn mailbox(mut config: Config, path: &Path) -> Result<Vec<Message>, Failure> {
    // Keys and records have changed since: what DNS says now proves nothing about then.
    config.auth.deadline = std::time::Duration::ZERO;
    let way = Way { peer: [127, 0, 0, 1].into(), helo: "localhost".into(), mail_from: None, rcpt: Vec::new() };
    let inspector = Inspector::new(config, way)?;
    let mails = match mailbox::open(path)? {
        Opened::Mail(_) => return Err(Failure::data(format!("{}: this is one mail, no mailbox", path.display()))),
        Opened::Mailbox(mails) => mails,
    };
    let mut messages = Vec::new();
    for found in mails {
        match found {
            Found::Mail { body, .. } => messages.extend(message(&inspector.config, inspector.judge(body).await)),
            Found::Unread { name, why } => eprintln!("replyd: {name}: {why}"),
            Found::LeftOut => {}
        }
    }
    Ok(messages)
}

/// `None` for what a machine wrote, and for what has no usable From.
fn message(config: &Config, judged: Judged) -> Option<Message> {
    let Judged { mail, class, .. } = judged;
    let from = mail.from.clone()?;
    let domains = config.domains.iter().map(|domain| domain.name.as_str());
    let mut ours = domains.chain(config.addresses.iter().map(|one| one.address.domain()));
    let by = if ours.any(|domain| domain == from.domain()) { By::Person } else { By::Customer };
    // A colleague's answer may look like anything, also like an echo of our own.
    if by == By::Customer && !class.class.is_personal() {
        return None;
    }
    let parted = quotes::part(&mail);
    Some(Message {
        by,
        at: Millis(mail.date.and_then(|date| u64::try_from(date).ok()).unwrap_or_default()),
        from,
        from_name: mail.from_name,
        to: mail.to.into_iter().chain(mail.cc).collect(),
        subject: mail.subject,
        message_id: mail.message_id,
        refers_to: mail.references.into_iter().chain(mail.in_reply_to).collect(),
        new_text: parted.visible(true),
        quoted_text: parted.quoted_text,
        hidden: mail.hidden,
    })
}

/// The published articles.
pub(super) async fn articles(context: &Context, config: &Config) -> Result<Vec<Article>, Failure> {
    // A rehearsal makes no journal where there is none.
    let journal = config.store.path.join("journal");
    if !journal.try_exists().map_err(|error| Failure::io(format!("{}: {error}", journal.display())))? {
        return Ok(Vec::new());
    }
    let control = Control::open(context).await?;
    let rows: Vec<ArticleRow> = control.get("/api/v1/knowledge/articles").await?;
    let mut articles = Vec::new();
    for (row, version) in rows.iter().filter_map(|row| Some((row, row.published_version()?))) {
        let view: Value = control.get(&format!("/api/v1/knowledge/articles/{}?version={version}", row.name)).await?;
        let (name, text) = (row.name.to_string(), text(&view["text"]).to_owned());
        articles.push(Article { name, text, published: true, newer_draft: false });
    }
    Ok(articles)
}

/// The conversations of that address, each oldest first.
pub(super) async fn kept(context: &Context, address: &SupportAddress) -> Result<Vec<Vec<Message>>, Failure> {
    let control = Control::open(context).await?;
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let page =
            format!("/api/v1/conversations?address={}&limit={PAGE}{before}", escaped(&address.address.to_string()));
        let rows: Vec<Value> = control.get(&page).await?;
        for row in &rows {
            let view: Value = control.get(&format!("/api/v1/conversations/{}", text(&row["id"]))).await?;
            all.push(messages(&view));
        }
        match rows.last().and_then(|row| row["updated"].as_u64()) {
            Some(updated) if rows.len() == PAGE => before = format!("&before={updated}"),
            _ => return Ok(all),
        }
    }
}

/// Conversations that are asked for at once.
const PAGE: usize = 100;

fn messages(view: &Value) -> Vec<Message> {
    let title = text(&view["title"]);
    let lines = view["timeline"].as_array().into_iter().flatten();
    lines.filter_map(|line| if line["kind"] == "mail" { mail(line, title) } else { letter(line, title) }).collect()
}

fn mail(line: &Value, title: &str) -> Option<Message> {
    let row: MailRow = serde_json::from_value(line.clone()).ok()?;
    if !row.class.class.is_personal() {
        return None;
    }
    let message = Message {
        by: By::Customer,
        at: row.kept,
        from: row.mail.from?,
        from_name: row.mail.from_name,
        to: Vec::new(),
        subject: title.to_owned(),
        message_id: row.mail.message_id,
        refers_to: Vec::new(),
        new_text: text(&line["new_text"]).to_owned(),
        quoted_text: text(&line["quoted_text"]).to_owned(),
        hidden: serde_json::from_value(line["hidden"].clone()).unwrap_or_default(),
    };
    Some(message)
}

fn letter(line: &Value, title: &str) -> Option<Message> {
    let row: LetterRow = serde_json::from_value(line.clone()).ok()?;
    if row.never_left() {
        return None;
    }
    // Our own letters quote too: what was written is what a reader of it would see as new.
    let parted = quotes::part(&Mail { text: text(&line["text"]).to_owned(), ..Mail::default() });
    Some(Message {
        by: if row.author == Author::Ai { By::Ai } else { By::Person },
        at: row.made,
        from: row.from,
        from_name: String::new(),
        to: Vec::new(),
        subject: title.to_owned(),
        message_id: row.message_id,
        refers_to: Vec::new(),
        new_text: parted.visible(true),
        quoted_text: String::new(),
        hidden: Default::default(),
    })
}
