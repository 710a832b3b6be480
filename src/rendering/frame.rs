//! The document that a rendered mail is shown in, and what the browser is told to refuse.
//!
//! The frame has no scripts, no forms and an origin of its own; its policy loads pictures from us and nothing else. Links
//! open a new window when somebody clicks: without scripts nothing opens by itself.

use super::{Rendered, plain::escape};
use crate::types::MailId;

/// What the frame may do: let a person's click open a window that is free of these rules. No script, no form, no own origin,
/// no dialog, no way to move the page around it.
pub const SANDBOX: &str = "allow-popups allow-popups-to-escape-sandbox";

/// The policy of the framed document. Goes with the answer, and what can be said in a page stands in the page as well.
pub const FRAME_POLICY: &str = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'self'; \
     sandbox allow-popups allow-popups-to-escape-sandbox";

/// The policy of the page around it: the frame and its own style, no script at all.
pub const PAGE_POLICY: &str = "default-src 'none'; frame-src 'self'; style-src 'unsafe-inline'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// What a page can say of [`FRAME_POLICY`] itself.
const FRAME_POLICY_META: &str =
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/// Stands below a mail that is longer than what is shown.
pub(super) const TRIMMED: &str = "<div class=\"trimmed\">The mail goes on: it is longer than what is shown here. \
     All of it is in the raw mail.</div>";

/// The whole document of the frame.
pub fn document(rendered: &Rendered) -> String {
    let mut out = String::with_capacity(rendered.html.len() + 2_000);
    out.push_str("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"");
    out.push_str(FRAME_POLICY_META);
    out.push_str("\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    out.push_str(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Mail</title>\n<style>",
    );
    out.push_str(STYLE);
    out.push_str("</style>\n</head>\n<body>");
    out.push_str(&rendered.html);
    // A line end behind would be one of the mail.
    out.push_str("</body></html>");
    out
}

/// The element that shows a mail in a page of ours; `src` is our own address of its document.
pub fn element(id: MailId) -> String {
    format!(
        "<iframe sandbox=\"{SANDBOX}\" referrerpolicy=\"no-referrer\" title=\"The mail\" src=\"/api/v1/messages/{id}/html\"></iframe>"
    )
}

/// Text as it stands in a page, so that nothing of it is markup.
pub fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 16);
    escape(words, &mut out);
    out
}

/// Line ends of a mail are shown, pictures stay within the frame, and what we say in place of something looks like nothing a
/// mail would say.
const STYLE: &str = "\
:root{color-scheme:only light}\
body{margin:12px;background:#fff;color:#111;font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere;white-space:pre-line}\
img{max-width:100%}\
.plain{white-space:pre-wrap}\
.quoted{margin:0 0 0 2px;padding:0 0 0 10px;border-left:2px solid #bbb;color:#444}\
.picture{display:inline-block;padding:2px 8px;border:1px dashed #999;background:#f4f4f4;color:#555;font:12px sans-serif}\
.elsewhere{margin-left:4px;padding:0 4px;background:#fff3cd;color:#5c4400;font:12px sans-serif}\
.trimmed{margin-top:16px;padding:8px;border:1px solid #999;background:#fff3cd;color:#5c4400}";
