//! HTML cut into tags and text, forgiving what browsers forgive.

/// A tag as written.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a> {
    /// Element name as written.
    pub name: &'a str,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Whether it is that element (any case).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// How long its attributes are.
    pub fn octets(&self) -> usize {
        self.attributes.len()
    }

    /// The value of an attribute, entities not decoded; empty without. Of two the first counts: HTML §13.2.5.33.
    pub fn attribute(&self, name: &str) -> &'a str {
        self.attributes().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// Names and values as written, entities not decoded.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.attributes }
    }
}

/// The attributes of a tag, one after the other.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        // A name may begin with `=`: HTML §13.2.5.32.
        let first = rest.chars().next()?.len_utf8();
        let ends = |c: char| c.is_ascii_whitespace() || c == '=' || c == '/';
        let (key, after) = rest.split_at(rest[first..].find(ends).map_or(rest.len(), |i| i + first));
        let after = after.trim_ascii_start();
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some((key, ""));
        };
        let value = value.trim_ascii_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        self.rest = after;
        Some((key, value))
    }
}

/// One piece of a document.
#[derive(Debug, Clone, Copy)]
pub enum Token<'a> {
    /// Text between tags, entities not decoded.
    Text(&'a str),
    /// A start tag.
    Open(Tag<'a>),
    /// An end tag, its name as written.
    Close(&'a str),
}

/// Reads a document piece by piece.
#[derive(Debug)]
pub struct Tokens<'a> {
    rest: &'a str,
    /// A quote was opened in a tag and nowhere closed: from here on the next `>` ends a tag.
    quotes_broken: bool,
}

impl<'a> Tokens<'a> {
    /// Begins at the start.
    pub fn of(html: &'a str) -> Self {
        Self { rest: html, quotes_broken: false }
    }

    fn tag_end(&mut self) -> Option<usize> {
        if !self.quotes_broken {
            let mut quote = None;
            for (i, b) in self.rest.bytes().enumerate() {
                match (quote, b) {
                    (None, b'>') => return Some(i),
                    (None, b'"' | b'\'')
                        if self.rest.as_bytes()[i - 1].is_ascii_whitespace() || self.rest.as_bytes()[i - 1] == b'=' =>
                    {
                        quote = Some(b)
                    }
                    (Some(open), b) if open == b => quote = None,
                    _ => {}
                }
            }
            self.quotes_broken = true;
        }
        memchr::memchr(b'>', self.rest.as_bytes())
    }

    /// Passes over the content of an element that is not for readers, up to its end tag. Whether there is one; without,
    /// nothing is passed over.
    pub fn skip_to_end_of(&mut self, name: &str) -> bool {
        let rest = self.rest;
        self.skip_raw(name);
        let found = !self.rest.is_empty();
        if !found {
            self.rest = rest;
        }
        found
    }

    /// Passes over the content of an element whose content is no markup.
    fn skip_raw(&mut self, name: &str) {
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(&self.rest.as_bytes()[at..], b"</") {
            at += found + 2;
            let here = self.rest.as_bytes().get(at..at + name.len()).unwrap_or_default();
            if here.eq_ignore_ascii_case(name.as_bytes()) {
                self.rest = &self.rest[at - 2..];
                return;
            }
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if !self.rest.starts_with('<') {
                let (text, rest) =
                    self.rest.split_at(memchr::memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len()));
                self.rest = rest;
                return Some(Token::Text(text));
            }
            let second = self.rest.as_bytes().get(1).copied().unwrap_or(b' ');
            if self.rest.starts_with("<!--") {
                let end = memchr::memmem::find(&self.rest.as_bytes()[4..], b"-->");
                self.rest = end.map_or("", |i| &self.rest[4 + i + 3..]);
                continue;
            }
            if !(second.is_ascii_alphabetic() || matches!(second, b'/' | b'!' | b'?')) {
                let (text, rest) = self.rest.split_at(1);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            let Some(end) = self.tag_end() else {
                return Some(Token::Text(std::mem::take(&mut self.rest)));
            };
            let inner = &self.rest[1..end];
            self.rest = &self.rest[end + 1..];
            if matches!(second, b'!' | b'?') {
                continue;
            }
            if let Some(name) = inner.strip_prefix('/') {
                return Some(Token::Close(name.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default()));
            }
            let split = inner.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inner.len());
            let tag = Tag { name: &inner[..split], attributes: &inner[split..] };
            if RAW.iter().any(|raw| tag.is(raw)) {
                self.skip_raw(tag.name);
                continue;
            }
            return Some(Token::Open(tag));
        }
    }
}

/// Elements whose content is not for readers.
const RAW: [&str; 7] = ["style", "script", "title", "template", "noscript", "xml", "textarea"];
