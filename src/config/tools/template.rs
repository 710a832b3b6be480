//! Texts with places in them: `{order}` for an argument of the model, `{contact.address}` for what we know, `{secret.token}`
//! for what a file holds. What is written between braces is settled when the configuration is read; only values come later.

use url::Url;

/// Octets of a template.
const OCTETS_MAX: usize = 4096;

/// A text with places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template(Vec<Part>);

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// An argument of the model.
    Argument(String),
    /// Something that we know of the case, and that no model can set.
    Fact(Fact),
    /// The secret of that name.
    Secret(String),
}

/// What a template may hold of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// `{contact.address}`: who wrote.
    ContactAddress,
    /// `{contact.name}`: their display name, which they choose themselves.
    ContactName,
    /// `{conversation.id}`.
    ConversationId,
    /// `{conversation.number}`: the number people see.
    ConversationNumber,
    /// `{address}`: the support address.
    Address,
}

impl Fact {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::ContactAddress, Self::ContactName, Self::ConversationId, Self::ConversationNumber, Self::Address];

    /// The word between braces.
    pub fn word(self) -> &'static str {
        match self {
            Self::ContactAddress => "contact.address",
            Self::ContactName => "contact.name",
            Self::ConversationId => "conversation.id",
            Self::ConversationNumber => "conversation.number",
            Self::Address => "address",
        }
    }
}

impl Template {
    /// Reads a text. `{{` and `}}` are braces.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.len() > OCTETS_MAX {
            return Err(format!("it is longer than {OCTETS_MAX} bytes"));
        }
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..at + 1];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let end = rest.find('}').filter(|_| brace == "{").ok_or("a brace stands alone; write {{ or }} for one")?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(place(&rest[..end])?);
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// Its pieces in order.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The argument, when it is nothing but one.
    pub fn lone_argument(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Argument(name)] => Some(name),
            _ => None,
        }
    }
}

fn place(word: &str) -> Result<Part, String> {
    if let Some(fact) = Fact::ALL.into_iter().find(|fact| fact.word() == word) {
        return Ok(Part::Fact(fact));
    }
    if let Some(name) = word.strip_prefix("secret.")
        && is_name(name)
    {
        return Ok(Part::Secret(name.to_owned()));
    }
    if is_name(word) {
        return Ok(Part::Argument(word.to_owned()));
    }
    let facts = Fact::ALL.map(|fact| format!("{{{}}}", fact.word())).join(", ");
    Err(format!("`{{{word}}}` is neither an argument nor a secret as in {{secret.token}} nor one of {facts}"))
}

/// What an argument and a secret may be called.
pub(super) fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && word.len() <= 64
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// An address of the web with places in its path and in the values of its query, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate {
    /// Scheme, host and port: no place stands in them.
    pub origin: String,
    /// The segments of the path.
    pub segments: Vec<Template>,
    /// The pairs of the query: a name as it stands, and a value.
    pub query: Vec<(String, Template)>,
}

impl UrlTemplate {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong = |words: &str| Err(words.to_owned());
        let after = text.find("://").map(|at| at + 3).ok_or("it begins with https://")?;
        let end = text[after..].find(['/', '?', '#']).map_or(text.len(), |at| after + at);
        let (origin, rest) = text.split_at(end);
        if !(origin.starts_with("https://") || origin.starts_with("http://")) {
            return wrong("it begins with https://");
        }
        if origin.contains(['{', '}', '@', '\\']) {
            return wrong("no place, no user and no backslash stands in its host: the host is always the same");
        }
        if rest.contains('#') {
            return wrong("a fragment (#) is not sent");
        }
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        let path = path.strip_prefix('/').unwrap_or(path);
        let segments = path.split('/').map(Template::read).collect::<Result<Vec<_>, _>>()?;
        let pairs = query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if name.contains(['{', '}']) {
                return Err("a place stands in values of the query only, not in names".to_owned());
            }
            Ok((name.to_owned(), Template::read(value)?))
        });
        let url = Self { origin: origin.to_owned(), segments, query: pairs.collect::<Result<Vec<_>, _>>()? };
        url.checked()
    }

    /// Whether an honest URL comes of it, and the same one as it is written.
    fn checked(self) -> Result<Self, String> {
        let plain = |template: &Template| {
            let texts = template.parts().iter().map(|part| if let Part::Text(text) = part { text } else { "x" });
            texts.collect::<String>()
        };
        let path: String = self.segments.iter().map(|segment| format!("/{}", plain(segment))).collect();
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let text = format!("{}{path}{mark}{}", self.origin, query.join("&"));
        match Url::parse(&text) {
            Ok(url) if url.as_str() == text => Ok(self),
            Ok(url) => Err(format!("it is written in another way: {url}")),
            Err(fault) => Err(format!("it is no address of the web: {fault}")),
        }
    }

    /// Every place in it.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        let query = self.query.iter().map(|(_, value)| value);
        self.segments.iter().chain(query).flat_map(Template::parts)
    }

    /// Of what is no server of the web.
    pub(super) fn nowhere() -> Self {
        Self { origin: String::new(), segments: Vec::new(), query: Vec::new() }
    }

    /// Whether it is asked by TLS.
    pub fn is_tls(&self) -> bool {
        self.origin.starts_with("https://")
    }
}
