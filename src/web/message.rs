//! One mail to look at: the framed document, and the page around it (S-19).
//!
//! Neither has a script. What the sender wrote is markup in the frame only, and there only what `rendering` let through.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderName, header},
    response::IntoResponse,
};

use super::{api::Office, finding::mail_row, problem::Problem, view, visitor::Visitor};
use crate::{
    mime::{self, Mail},
    rendering::{self, Options, Rendered, frame},
    store::MailRow,
    types::{MailId, Verb, base64},
};

/// `GET /api/v1/messages/{id}/html`: the document that is shown in the sandboxed frame.
#[utoipa::path(get, path = "/messages/{id}/html", tag = "messages", security(("key" = ["read"])), responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn frame(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let (_, _, rendered) = read(&office, &visitor, &id).await?;
    Ok((headers(frame::FRAME_POLICY), frame::document(&rendered)))
}

/// `GET /messages/{id}`: the smallest page that holds the frame.
pub(super) async fn page(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let (row, mail, rendered) = read(&office, &visitor, &id).await?;
    Ok((headers(frame::PAGE_POLICY), written(&row, &mail, &rendered)))
}

/// Renders apart from the threads that serve: a mail may be long.
async fn read(office: &Office, visitor: &Visitor, id: &str) -> Result<(MailRow, Mail, Rendered), Problem> {
    let row = mail_row(office, visitor, Verb::Read, id)?;
    let raw = office.store.raw(&row.raw).await?;
    let options = Options { id: row.id };
    let work = tokio::task::spawn_blocking(move || {
        let mail = mime::parse(&raw);
        let mut rendered = rendering::page(&mail, &options);
        carry_pictures(&mut rendered.html, &mail, &raw, options.id);
        (mail, rendered)
    });
    let (mail, rendered) = work.await.map_err(|_| Problem::broken("the mail could not be rendered"))?;
    Ok((row, mail, rendered))
}

/// Puts the mail's pictures into the document itself: what a sandboxed frame asks for comes without the login's cookie, for
/// its origin is nobody's, and the cookie is SameSite.
fn carry_pictures(html: &mut String, mail: &Mail, raw: &[u8], id: MailId) {
    let mut octets_left = PICTURE_OCTETS_MAX;
    for (n, one) in mail.attachments.iter().enumerate() {
        let address = format!("src=\"{}{id}-{n}\"", rendering::ATTACHMENTS);
        let is_picture = one.kind.starts_with("image/") && !one.kind.contains("svg");
        let octets = html.matches(&address).count() * one.size;
        if !is_picture || octets == 0 || octets > octets_left {
            continue;
        }
        octets_left -= octets;
        *html = html.replace(&address, &format!("src=\"data:{};base64,{}\"", one.kind, base64(&one.content(raw))));
    }
}

/// Octets of the pictures that stand in one document. What does not fit is in the list of attachments.
const PICTURE_OCTETS_MAX: usize = 16 * 1024 * 1024;

fn headers(policy: &'static str) -> [(HeaderName, &'static str); 6] {
    [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "private, no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ]
}

fn written(row: &MailRow, mail: &Mail, rendered: &Rendered) -> String {
    let subject = if mail.subject.is_empty() { "(no subject)" } else { &mail.subject };
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    out.push_str(&frame::text(subject));
    out.push_str("</title>\n<style>");
    out.push_str(STYLE);
    out.push_str("</style>\n</head>\n<body>\n<h1>");
    out.push_str(&frame::text(subject));
    out.push_str("</h1>\n<dl>\n");
    let from = mail.from.as_ref().map_or_else(|| mail.from_trouble.clone(), |from| format!("<{from}>"));
    field(&mut out, "From", &format!("{} {from}", mail.from_name));
    let to: Vec<String> = mail.to.iter().map(ToString::to_string).collect();
    field(&mut out, "To", &to.join(", "));
    field(&mut out, "Came", &view::moment(row.kept));
    for attachment in &mail.attachments {
        field(&mut out, "Attached", &format!("{} ({})", attachment.name, attachment.kind));
    }
    if rendered.remote.count > 0 {
        let hosts = rendered.remote.hosts.join(", ");
        field(&mut out, "Not loaded", &format!("{} pictures from {hosts}", rendered.remote.count));
    }
    out.push_str("</dl>\n");
    out.push_str(&frame::element(row.id));
    out.push_str("\n</body>\n</html>\n");
    out
}

fn field(out: &mut String, name: &str, value: &str) {
    // Writing to memory does not fail.
    let _ = writeln!(out, "<dt>{name}</dt><dd><bdi>{}</bdi></dd>", frame::text(value.trim()));
}

const STYLE: &str = "\
body{margin:0;padding:12px;font:15px/1.4 system-ui,sans-serif;display:flex;flex-direction:column;height:calc(100vh - 24px)}\
h1{font-size:20px;margin:0 0 8px;overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;margin:0 0 12px}dd{margin:0;overflow-wrap:anywhere}\
iframe{flex:1;border:1px solid #ccc;min-height:200px}";
