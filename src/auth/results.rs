//! Reads what a sealer wrote into `ARC-Authentication-Results`. RFC 8601 §2.2, RFC 8617 §4.1.1.
//!
//! Only ever given the text of a set whose seal verified, of the topmost plain field under the registered forwarder's own
//! envelope (`forwarded`), or of a group's field that its signature covers (`group`). Every other `Authentication-Results`,
//! even one in our own name, is never read: anybody can write it.

/// Octets of a field that are read; a longer one says nothing.
const OCTETS_MAX: usize = 16 * 1024;

/// Statements of one field.
const STATEMENTS_MAX: usize = 100;

/// `method=result` and its properties.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Statement {
    /// `dkim`, lower case, without version.
    pub(super) method: String,
    /// `pass`, lower case.
    pub(super) result: String,
    /// `header.d` (lower case) and its value.
    pub(super) properties: Vec<(String, String)>,
}

impl Statement {
    /// The domain in that property, lower case: `header.i=@example.org` and `ada@example.org` give `example.org`.
    pub(super) fn domain(&self, property: &str) -> Option<String> {
        let (_, value) = self.properties.iter().find(|(name, _)| name == property)?;
        let domain = value.rsplit_once('@').map_or(value.as_str(), |(_, domain)| domain);
        Some(domain.trim_end_matches('.').to_ascii_lowercase()).filter(|domain| !domain.is_empty())
    }
}

/// The statements of a field; `None` when it does not follow the grammar, and then nothing in it counts.
pub(super) fn statements(field: &[u8]) -> Option<Vec<Statement>> {
    if field.len() > OCTETS_MAX {
        return None;
    }
    let text = std::str::from_utf8(field).ok()?;
    let mut reader = Reader { rest: text };
    let mut found = Vec::new();
    loop {
        if found.len() > STATEMENTS_MAX {
            return None;
        }
        let pairs = reader.pairs()?;
        // The instance (`i=1`) and the name of the sealing server come first; both are no statements of a method.
        if let Some(statement) = statement(pairs) {
            found.push(statement);
        }
        if reader.rest.is_empty() {
            return Some(found);
        }
        reader.rest = &reader.rest[1..];
    }
}

/// Who wrote a plain `Authentication-Results` field, lower case. RFC 8601 §2.5.
pub(super) fn authserv_id(field: &[u8]) -> Option<String> {
    let mut reader = Reader { rest: std::str::from_utf8(field).ok().filter(|text| text.len() <= OCTETS_MAX)? };
    let (name, value) = reader.pairs()?.into_iter().next()?;
    value.is_none().then(|| name.to_ascii_lowercase())
}

fn statement(pairs: Vec<(String, Option<String>)>) -> Option<Statement> {
    let mut pairs = pairs.into_iter();
    let (method, result) = pairs.next()?;
    let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let result = result?.to_ascii_lowercase();
    let properties = pairs.filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value?))).collect();
    Some(Statement { method, result, properties })
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Words and `name=value` pairs up to the next semicolon, which stays, or the end.
    fn pairs(&mut self) -> Option<Vec<(String, Option<String>)>> {
        let mut pairs = Vec::new();
        loop {
            self.skip_white_and_comments()?;
            if self.rest.is_empty() || self.rest.starts_with(';') {
                return Some(pairs);
            }
            let name = self.word(|c| c == '=')?;
            self.skip_white_and_comments()?;
            let value = match self.rest.strip_prefix('=') {
                Some(rest) => {
                    self.rest = rest;
                    self.skip_white_and_comments()?;
                    Some(self.word(|_| false)?)
                }
                None => None,
            };
            if name.is_empty() && value.is_none() {
                return None;
            }
            pairs.push((name, value));
        }
    }

    /// Up to white space, a comment, a semicolon or what `ends` says; quoted parts are taken without their quotes.
    fn word(&mut self, ends: impl Fn(char) -> bool) -> Option<String> {
        let mut word = String::new();
        while let Some(c) = self.rest.chars().next() {
            if c == '"' {
                self.quoted_into(&mut word)?;
            } else if c.is_ascii_whitespace() || c == ';' || c == '(' || ends(c) {
                break;
            } else {
                word.push(c);
                self.rest = &self.rest[c.len_utf8()..];
            }
        }
        Some(word)
    }

    fn quoted_into(&mut self, word: &mut String) -> Option<()> {
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(());
                }
                '\\' => word.push(chars.next()?.1),
                c => word.push(c),
            }
        }
        None
    }

    /// RFC 5322 §3.2.2: comments nest, and a backslash takes the meaning from what follows.
    fn skip_white_and_comments(&mut self) -> Option<()> {
        loop {
            self.rest = self.rest.trim_ascii_start();
            if !self.rest.starts_with('(') {
                return Some(());
            }
            let mut depth = 0u32;
            let mut end = None;
            let mut chars = self.rest.char_indices();
            while let Some((at, c)) = chars.next() {
                match c {
                    '\\' => drop(chars.next()?),
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    end = Some(at + 1);
                    break;
                }
            }
            self.rest = &self.rest[end?..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        statements(text.as_bytes()).unwrap().into_iter().map(|s| (s.method, s.result)).collect()
    }

    #[test]
    fn a_field_as_google_writes_it_is_read() {
        let field = "i=2; mx.google.com;\r\n       dkim=pass header.i=@customer.example header.s=mail header.b=\"a/b+c=\";\r\n\
             \t arc=pass (i=1 spf=pass spfdomain=x dkim=fail; dmarc=fail);\r\n       spf=pass (google.com: domain of \
             a@b designates 1.2.3.4 as permitted) smtp.mailfrom=a@b;\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) \
             header.from=Customer.example";
        let found = statements(field.as_bytes()).unwrap();
        let words: Vec<_> = found.iter().map(|s| (s.method.as_str(), s.result.as_str())).collect();
        let wanted = [("i", "2"), ("dkim", "pass"), ("arc", "pass"), ("spf", "pass"), ("dmarc", "pass")];
        assert_eq!(words, wanted);
        assert_eq!(found[1].domain("header.i").unwrap(), "customer.example");
        assert_eq!(found[4].domain("header.from").unwrap(), "customer.example");
    }

    /// S-08: text of a sender inside a comment or a quoted string makes no statement.
    #[test]
    fn comments_and_quotes_hold_no_statements() {
        assert_eq!(
            read("mx; spf=fail (; dmarc=pass header.from=a.example (\\) ;dkim=pass)) x=\";dmarc=pass\""),
            [("spf".to_owned(), "fail".to_owned())]
        );
    }

    #[test]
    fn spaces_around_the_equals_sign_and_versions_are_fine() {
        assert_eq!(read("mx 1; dkim/1 = (c) pass ;none"), [("dkim".to_owned(), "pass".to_owned())]);
    }

    #[test]
    fn the_writer_of_a_field_is_its_first_word() {
        assert_eq!(authserv_id(b" (c) MX.Google.com 1;\r\n dkim=pass").as_deref(), Some("mx.google.com"));
        assert_eq!(authserv_id(b"spf=pass (sender IP is 192.0.2.1); dmarc=pass"), None);
    }

    #[test]
    fn what_is_open_at_the_end_says_nothing() {
        for text in ["mx; dkim=pass (", "mx; dkim=\"pass", "mx; dkim=pass \\\"a\" \"", "a;\"\\"] {
            assert_eq!(statements(text.as_bytes()), None, "{text}");
        }
        assert_eq!(statements(&vec![b';'; OCTETS_MAX + 1]), None);
        assert_eq!(statements(b"\xff"), None);
    }
}
