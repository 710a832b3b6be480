//! Tag lists as signatures carry them. RFC 6376 §3.2.
//!
//! mail-auth takes what it can find in one; a list that breaks the rules may be read in two ways, so here it is refused.

/// Name and value of each tag, white space around them taken away; `None` when the list breaks the grammar or has a tag
/// twice.
pub(super) fn tags(value: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut tags: Vec<(&[u8], &[u8])> = Vec::new();
    let value = value.trim_ascii();
    for spec in value.strip_suffix(b";").unwrap_or(value).split(|&b| b == b';') {
        let at = spec.iter().position(|&b| b == b'=')?;
        let name = spec[..at].trim_ascii();
        let is_name = name.first().is_some_and(u8::is_ascii_alphabetic)
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if !is_name || tags.len() >= TAGS_MAX || tags.iter().any(|(other, _)| *other == name) {
            return None;
        }
        tags.push((name, spec[at + 1..].trim_ascii()));
    }
    Some(tags)
}

/// Whether a list follows the grammar and has all of these tags.
pub(super) fn has_tags(value: &[u8], names: &[&str]) -> bool {
    tags(value).is_some_and(|tags| names.iter().all(|name| tags.iter().any(|(found, _)| *found == name.as_bytes())))
}

/// Tags of one list: about twice as many as there are.
const TAGS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_or_refused_whole() {
        let read = tags(b" v=1; a = rsa-sha256;\r\n\tb=a b=\r\n\tc;").unwrap();
        assert_eq!(read, [(&b"v"[..], &b"1"[..]), (b"a", b"rsa-sha256"), (b"b", b"a b=\r\n\tc")]);
        for list in ["v=1; v=1", "v=1;; a=x", "_=1", "1a=b", "a", "=", ""] {
            assert_eq!(tags(list.as_bytes()), None, "{list}");
        }
        assert!(has_tags(b"a=1; b=2", &["b"]) && !has_tags(b"a=1; B=2", &["b"]));
        let many: String = (0..=TAGS_MAX).map(|i| format!("t{i}=;")).collect();
        assert_eq!(tags(many.as_bytes()), None);
    }
}
