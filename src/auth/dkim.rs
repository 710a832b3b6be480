//! DKIM around mail-auth: which signatures are looked at, what disqualifies one, and the words for what became of it.

use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DnsError, Error,
    common::crypto::{Algorithm, CryptoError, HashAlgorithm},
    dkim::{Canonicalization, DkimError, Signature},
};

use super::{alignment::may_align, tags::tags};
use crate::types::{DkimSignature, Verdict};

/// How far in the future a signature may be made: clocks differ.
const CLOCK_SKEW_SECS: u64 = 300;

/// Why a signature with `l=` counts as none, whatever the length (S-07): what follows is anybody's.
const PARTIAL: &str = "it covers only a part of the body (l=)";

const DIGEST_DIGITS: usize = 32;

/// Octets of `d=` and `s=` that are kept of a signature that cannot be read.
const NAME_OCTETS_MAX: usize = 255;

/// Fields that must be signed where they stand in the mail, or the signature does not speak for the author (S-07): without
/// them old mail can be sent again as new. To and Message-ID are left out, as large providers do not sign them.
const FIELDS_TO_SIGN: [&str; 3] = ["From", "Subject", "Date"];

/// Fields of which none may have been added to those signed (S-07): it would be the one that is shown.
const FIELDS_NOT_TO_ADD: [&str; 12] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// Leaves at most `max` signatures in `message` for mail-auth, those that may speak for `from` first, and returns those
/// that count as none without a look at their key.
pub(super) fn choose(message: &mut AuthenticatedMessage<'_>, from: &str, max: usize, now: u64) -> Vec<DkimSignature> {
    message.dkim_headers.sort_by_key(|header| !may_align(&header.header.d, from));
    // S-18: each signature is a DNS query of the sender's choice.
    message.dkim_headers.truncate(max);
    let mut refused = Vec::new();
    message.dkim_headers.retain_mut(|header| {
        let signature = &mut header.header;
        // Neither reports nor third-party authorization are wanted; both would be queries.
        signature.r = false;
        signature.atps = None;
        match disqualified(signature, header.value, now) {
            Some((verdict, reason)) => {
                refused.push(entry(signature, verdict, reason.into()));
                false
            }
            None => true,
        }
    });
    let room = max.saturating_sub(message.dkim_headers.len() + refused.len());
    let broken =
        message.errors.iter().filter(|header| header.name.trim_ascii_end().eq_ignore_ascii_case(b"DKIM-Signature"));
    refused.extend(broken.take(room).map(|header| unreadable(header.value, &header.header)));
    refused
}

fn disqualified(signature: &Signature, value: &[u8], now: u64) -> Option<(Verdict, &'static str)> {
    let Some(tags) = tags(value) else {
        // RFC 6376 §3.2: a tag that stands twice can be read two ways.
        return Some((Verdict::PermError, "its list of tags is broken"));
    };
    if tags.iter().any(|(name, _)| *name == b"l") {
        // mail-auth takes `l=0` for none at all.
        return Some((Verdict::Neutral, PARTIAL));
    }
    if signature.a == Algorithm::RsaSha1 {
        // RFC 8301 §3.1.
        return Some((Verdict::PermError, "it is made with SHA-1"));
    }
    if !signature.h.iter().any(|name| name.eq_ignore_ascii_case("From")) {
        // RFC 6376 §6.1.1.
        return Some((Verdict::PermError, "it does not cover From"));
    }
    if signature.t > now.saturating_add(CLOCK_SKEW_SECS) {
        // RFC 6376 §3.5 lets a verifier ignore it (S-07).
        return Some((Verdict::Neutral, "it is dated in the future"));
    }
    None
}

fn unreadable(value: &[u8], error: &Error) -> DkimSignature {
    let (verdict, reason) = match error {
        Error::Dkim(DkimError::SignatureLength) => (Verdict::Neutral, PARTIAL),
        Error::Dkim(DkimError::UnsupportedAlgorithm) => (Verdict::PermError, "its algorithm is unknown"),
        _ => (Verdict::PermError, "it cannot be read"),
    };
    DkimSignature {
        domain: tag(value, b"d").to_ascii_lowercase(),
        selector: tag(value, b"s"),
        verdict,
        aligned: false,
        reason: reason.into(),
    }
}

/// The value of a tag, for show. RFC 6376 §3.2.
fn tag(value: &[u8], name: &[u8]) -> String {
    let found = value.split(|&b| b == b';').find_map(|part| {
        let at = part.iter().position(|&b| b == b'=')?;
        (part[..at].trim_ascii() == name).then(|| part[at + 1..].trim_ascii())
    });
    let found = found.unwrap_or_default();
    String::from_utf8_lossy(&found[..found.len().min(NAME_OCTETS_MAX)]).into_owned()
}

/// What mail-auth found out about the signatures it was left.
pub(super) fn entries(outputs: &[DkimOutput<'_>]) -> Vec<DkimSignature> {
    let known = outputs.iter().filter_map(|output| Some((output.result(), output.signature()?)));
    known.map(|(result, signature)| entry(signature, verdict(result), reason(result))).collect()
}

fn entry(signature: &Signature, verdict: Verdict, reason: String) -> DkimSignature {
    let (domain, selector) = (signature.d.to_ascii_lowercase(), signature.s.clone());
    DkimSignature { domain, selector, verdict, aligned: false, reason }
}

/// By what a signature is known again (S-07): BLAKE3 over `d=`, `s=` and `b=`, the first 32 hexadecimal digits.
///
/// Of the octets behind `b=`, not of its text: white space in it may change on the way.
pub(super) fn digest(domain: &str, selector: &str, signature: &[u8]) -> String {
    let mut hash = blake3::Hasher::new();
    for part in [domain.to_ascii_lowercase().as_bytes(), selector.to_ascii_lowercase().as_bytes(), signature] {
        hash.update(&(part.len() as u64).to_be_bytes()).update(part);
    }
    hash.finalize().to_hex().chars().take(DIGEST_DIGITS).collect()
}

/// A field that a signature over `signed_fields` leaves open, so that its content may be anybody's.
pub(super) fn open_field(message: &AuthenticatedMessage<'_>, signed_fields: &[String]) -> Option<&'static str> {
    let there = |field: &str| {
        message.headers.iter().filter(|(name, _)| name.trim_ascii_end().eq_ignore_ascii_case(field.as_bytes())).count()
    };
    let signed = |field: &str| signed_fields.iter().filter(|name| name.trim().eq_ignore_ascii_case(field)).count();
    let unsigned = FIELDS_TO_SIGN.into_iter().find(|field| there(field) > 0 && signed(field) == 0);
    unsigned.or_else(|| FIELDS_NOT_TO_ADD.into_iter().find(|field| signed(field) > 0 && there(field) > signed(field)))
}

/// Puts right the relaxed body hashes of a body that ends in lines of white space: mail-auth 0.13 counts them in.
///
/// RFC 6376 §3.4.4: white space at the end of a line goes first, then empty lines at the end; so the body without those
/// lines has the same hash.
pub(super) fn mend_body_hashes(message: &mut AuthenticatedMessage<'_>) {
    let is_relaxed = |hash: &&mut (Canonicalization, HashAlgorithm, u64, Vec<u8>)| hash.0 == Canonicalization::Relaxed;
    let body = message.raw_message.get(message.body_offset as usize..).unwrap_or_default();
    let Some(trimmed) = without_blank_end(body) else { return };
    for (canonicalization, algorithm, octets, hash) in message.body_hashes.iter_mut().filter(is_relaxed) {
        *hash = algorithm.hash(canonicalization.canonical_body(trimmed, *octets)).as_ref().to_vec();
    }
}

/// The body up to its last line that holds more than white space; `None` when no white space stands after that.
fn without_blank_end(body: &[u8]) -> Option<&[u8]> {
    let last = body.iter().rposition(|b| !b" \t\r\n".contains(b));
    let line_end = match last {
        Some(at) => at + body[at..].iter().position(|&b| b == b'\n')? + 1,
        None => 0,
    };
    let (kept, blank) = body.split_at(line_end);
    blank.iter().any(|b| b" \t".contains(b)).then_some(kept)
}

pub(super) fn verdict(result: &DkimResult) -> Verdict {
    match result {
        DkimResult::Pass => Verdict::Pass,
        DkimResult::Neutral(_) => Verdict::Neutral,
        DkimResult::Fail(_) => Verdict::Fail,
        DkimResult::PermError(_) => Verdict::PermError,
        DkimResult::TempError(_) => Verdict::TempError,
        DkimResult::None => Verdict::None,
    }
}

/// Our words for the library's errors; nothing of the mail is in them.
fn reason(result: &DkimResult) -> String {
    let error = match result {
        DkimResult::Pass | DkimResult::None => return String::new(),
        DkimResult::Neutral(error)
        | DkimResult::Fail(error)
        | DkimResult::PermError(error)
        | DkimResult::TempError(error) => error,
    };
    let words = match error {
        Error::Dns(DnsError::Resolver(_)) => "DNS did not answer",
        Error::Dns(DnsError::RecordNotFound(_)) => "there is no such key in DNS",
        Error::Dns(DnsError::InvalidRecordType) => "the key in DNS cannot be read",
        Error::Dkim(DkimError::FailedBodyHashMatch) => "the body was changed after signing",
        Error::Dkim(DkimError::RevokedPublicKey) => "the key was revoked",
        Error::Dkim(DkimError::SignatureExpired) => "it has expired",
        Error::Dkim(DkimError::FailedAuidMatch) => "the key does not allow that identity",
        Error::Crypto(CryptoError::IncompatibleAlgorithms) => "the key is of another kind",
        // A key below 1024 bits ends here too: the crypto library refuses it. RFC 8301 §3.2.
        Error::Crypto(_) => "the header was changed after signing, or the key is too weak",
        _ => "it does not verify",
    };
    words.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_white_space_at_the_end_go() {
        assert_eq!(without_blank_end(b"a\r\n \t\r\n"), Some(&b"a\r\n"[..]));
        assert_eq!(without_blank_end(b"a \r\n\r\n  "), Some(&b"a \r\n"[..]));
        assert_eq!(without_blank_end(b" \r\n"), Some(&b""[..]));
        assert_eq!(without_blank_end(b"a \r\n\r\n"), None);
        assert_eq!(without_blank_end(b"a  "), None);
        assert_eq!(without_blank_end(b""), None);
    }

    #[test]
    fn tags_of_a_broken_signature_are_shown_within_bounds() {
        let value = format!("v=1; d = Example.ORG ;s=mail; h={}", "x".repeat(9000));
        assert_eq!(
            (tag(value.as_bytes(), b"d").as_str(), tag(value.as_bytes(), b"s").as_str()),
            ("Example.ORG", "mail")
        );
        assert_eq!(tag(value.as_bytes(), b"h").len(), NAME_OCTETS_MAX);
        assert_eq!(tag(value.as_bytes(), b"z"), "");
    }
}
