//! What a person needs to see of a mail that asks to prove an address: who asks, the code, the link. Nothing is followed.

use serde::Serialize;

use super::Class;
use crate::{
    mime::Mail,
    types::{head, is_within},
};

/// Octets of a text or page that are looked at.
const OCTETS_MAX: usize = 64 * 1024;
/// Octets in which a code must stand: it is what such a mail is for.
const CODE_OCTETS_MAX: usize = 8 * 1024;
/// Octets of one link.
const LINK_OCTETS_MAX: usize = 2_000;
/// Links looked at.
const LINKS_MAX: usize = 200;

/// The preview of a forwarding confirmation or of a mail with a verification code. Fields are empty when it lacks them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Notice {
    /// Who asks: the provider's name where we know it, else the domain of From.
    pub provider: String,
    /// The code.
    pub code: String,
    /// The link that confirms. Open it yourself if you want to.
    pub link: String,
    /// The link that refuses or cancels.
    pub cancel: String,
    /// The mailbox that wants to forward, where the mail names it.
    pub mailbox: String,
}

/// A provider whose confirmations of forwarding we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    Google,
    Zoho,
    Tencent,
    Microsoft,
    Fastmail,
    Yandex,
    Proton,
}

const PROVIDERS: [(Provider, &str, &[&str]); 7] = [
    (Provider::Google, "Gmail", &["google.com"]),
    (
        Provider::Zoho,
        "Zoho",
        &["zoho.com", "zoho.eu", "zoho.in", "zohomail.com", "zohomail.eu", "zohocorp.com", "zohoaccounts.com"],
    ),
    (Provider::Tencent, "Tencent", &["qq.com", "foxmail.com", "tencent.com"]),
    (Provider::Microsoft, "Microsoft", &["outlook.com", "microsoft.com"]),
    (Provider::Fastmail, "Fastmail", &["fastmail.com", "fastmailteam.com"]),
    (Provider::Yandex, "Yandex", &["yandex.ru", "yandex.com", "yandex-team.ru"]),
    (Provider::Proton, "Proton", &["proton.me", "protonmail.com"]),
];

/// Services whose mails hold codes and links that open accounts.
const SERVICES: [(&str, &str); 40] = [
    ("slack.com", "Slack"),
    ("google.com", "Google"),
    ("github.com", "GitHub"),
    ("apple.com", "Apple"),
    ("microsoft.com", "Microsoft"),
    ("microsoftonline.com", "Microsoft"),
    ("facebookmail.com", "Facebook"),
    ("facebook.com", "Facebook"),
    ("instagram.com", "Instagram"),
    ("linkedin.com", "LinkedIn"),
    ("x.com", "X"),
    ("twitter.com", "Twitter"),
    ("amazon.com", "Amazon"),
    ("paypal.com", "PayPal"),
    ("stripe.com", "Stripe"),
    ("zoom.us", "Zoom"),
    ("notion.so", "Notion"),
    ("figma.com", "Figma"),
    ("atlassian.com", "Atlassian"),
    ("atlassian.net", "Atlassian"),
    ("gitlab.com", "GitLab"),
    ("dropbox.com", "Dropbox"),
    ("openai.com", "OpenAI"),
    ("anthropic.com", "Anthropic"),
    ("discord.com", "Discord"),
    ("discordapp.com", "Discord"),
    ("asana.com", "Asana"),
    ("trello.com", "Trello"),
    ("monday.com", "monday.com"),
    ("zendesk.com", "Zendesk"),
    ("intercom.io", "Intercom"),
    ("hubspot.com", "HubSpot"),
    ("salesforce.com", "Salesforce"),
    ("okta.com", "Okta"),
    ("cloudflare.com", "Cloudflare"),
    ("docusign.net", "DocuSign"),
    ("miro.com", "Miro"),
    ("linear.app", "Linear"),
    ("yammer.com", "Yammer"),
    ("zoho.com", "Zoho"),
];

pub(super) fn forwarding_provider(domain: &str) -> Option<Provider> {
    // Gmail asks from its own domain only: anybody may have one below it.
    let fits = |provider: Provider, owner: &str| {
        if provider == Provider::Google { domain == owner } else { is_within(domain, owner) }
    };
    PROVIDERS.iter().find(|(provider, _, owners)| owners.iter().any(|owner| fits(*provider, owner))).map(|p| p.0)
}

pub(super) fn is_known_service(domain: &str) -> bool {
    SERVICES.iter().any(|(owner, _)| is_within(domain, owner))
}

/// The preview of a mail of class forwarding confirmation or verification code; `None` for other mail.
pub fn notice(mail: &Mail, class: Class) -> Option<Notice> {
    matches!(class, Class::ForwardingConfirmation | Class::VerificationCode).then(|| read(mail))
}

pub(super) fn read(mail: &Mail) -> Notice {
    let domain = mail.from.as_ref().map(|from| from.domain().to_ascii_lowercase()).unwrap_or_default();
    if forwarding_provider(&domain) == Some(Provider::Google) && is_gmails(mail) {
        return gmail(mail);
    }
    let forwarding = forwarding_provider(&domain);
    let provider = PROVIDERS.iter().find(|(provider, ..)| Some(*provider) == forwarding).map(|(_, name, _)| *name);
    let service = SERVICES.iter().find(|(owner, _)| is_within(&domain, owner)).map(|(_, name)| *name);
    Notice {
        provider: service.or(provider).map_or(domain, str::to_owned),
        code: code(mail).map(Code::text).unwrap_or_default(),
        link: link(mail).unwrap_or_default(),
        cancel: String::new(),
        mailbox: String::new(),
    }
}

fn is_gmails(mail: &Mail) -> bool {
    mail.header("X-Google-Address-Confirmation").next().is_some()
        || mail.from.as_ref().is_some_and(|from| from.local().eq_ignore_ascii_case("forwarding-noreply"))
}

/// Gmail: two links that look alike, one confirms and one cancels. There may be no code.
fn gmail(mail: &Mail) -> Notice {
    let mut notice = Notice { provider: "Gmail".to_owned(), ..Notice::default() };
    for link in links(mail) {
        // Whole host names only: `mail.google.com.evil.example` and `mail.google.com@evil.example` are others'.
        let path = ["https://mail-settings.google.com", "https://mail.google.com"]
            .iter()
            .find_map(|host| link.strip_prefix(host).filter(|path| path.starts_with('/')));
        let Some(path) = path else { continue };
        if path.starts_with("/mail/vf-") && notice.link.is_empty() {
            notice.link = link.to_owned();
        } else if path.starts_with("/mail/uf-") && notice.cancel.is_empty() {
            notice.cancel = link.to_owned();
        }
    }
    let in_subject = mail.subject.split_once("(#").and_then(|(_, rest)| rest.split_once(')')).map(|(code, _)| code);
    let is_code = |code: &&str| (6..=12).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
    notice.code = in_subject.filter(is_code).map(str::to_owned).or_else(|| labelled_code(mail)).unwrap_or_default();
    let mut words = mail.subject.split_whitespace().rev();
    notice.mailbox = words.find(|word| word.contains('@')).unwrap_or_default().to_owned();
    notice
}

/// `Confirmation code: 123456789`, as older mails say.
fn labelled_code(mail: &Mail) -> Option<String> {
    let text = head(&mail.text, OCTETS_MAX);
    let digits = |line: &str| {
        let code: String = line.split_once(':')?.1.trim().chars().take_while(char::is_ascii_digit).collect();
        (6..=12).contains(&code.len()).then_some(code)
    };
    text.lines().find_map(digits)
}

/// A code, and how it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// On a line of its own.
    Alone(String),
    /// In the subject or in a sentence.
    Named(String),
}

impl Code {
    fn text(self) -> String {
        match self {
            Self::Alone(code) | Self::Named(code) => code,
        }
    }
}

/// The first thing that looks like a code to type somewhere.
pub(super) fn code(mail: &Mail) -> Option<Code> {
    let text = head(&mail.text, CODE_OCTETS_MAX);
    let is_code = |word: &&str| looks_like_code(word);
    if let Some(alone) = text.lines().map(bare).find(is_code) {
        return Some(Code::Alone(alone.to_owned()));
    }
    let words = |line: &'_ str| line.split_whitespace().map(bare).find(is_code).map(str::to_owned);
    // In a sentence only beside what calls it a code.
    let calls = |line: &&str| {
        let low = line.to_lowercase();
        low.contains("code")
            || low.contains("código")
            || low.contains("kod")
            || low.contains("код")
            || low.contains('码')
    };
    words(&mail.subject).or_else(|| text.lines().filter(calls).find_map(words)).map(Code::Named)
}

fn bare(word: &str) -> &str {
    word.trim().trim_matches(|c: char| !c.is_alphanumeric())
}

/// `123456`, `123-456`, `G-123456`, `ABC-DEF`, `7K2M9Q`: digits, or capitals and digits, four to ten of them.
fn looks_like_code(word: &str) -> bool {
    let signs = word.bytes().filter(|b| *b != b'-' && *b != b' ').count();
    let plain = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-' || b == b' ');
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let parted = word.bytes().filter(|b| *b == b'-' || *b == b' ').count() <= 1;
    // Capitals alone are shouting, unless a hyphen parts them in the middle.
    let halves = word.split_once('-').is_some_and(|(a, b)| a.len() == b.len() && a.len() >= 3);
    plain && parted && (4..=10).contains(&signs) && (digits >= 4 || halves || (digits >= 2 && !word.contains(' ')))
}

/// The first link that seems to confirm something.
pub(super) fn link(mail: &Mail) -> Option<String> {
    const WORDS: [&str; 18] = [
        "confirm",
        "verif",
        "activat",
        "magic",
        "validat",
        "invit",
        "accept",
        "signin",
        "sign-in",
        "sign_in",
        "login",
        "auth",
        "otp",
        "token",
        "reset",
        "password",
        "/cgi-bin/attrset",
        "join",
    ];
    links(mail)
        .find(|link| {
            let low = link.to_ascii_lowercase();
            WORDS.iter().any(|word| low.contains(word))
        })
        .map(str::to_owned)
}

/// Links of the text, then of the page.
fn links(mail: &Mail) -> impl Iterator<Item = &str> {
    let texts = [&mail.text, &mail.html].map(|text| head(text, OCTETS_MAX));
    texts.into_iter().flat_map(links_in).take(LINKS_MAX)
}

fn links_in(text: &str) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(text.as_bytes(), "https://").map(move |at| {
        let link = head(&text[at..], LINK_OCTETS_MAX);
        let end = link.find(|c: char| c.is_whitespace() || "<>\"'()[]\\".contains(c)).unwrap_or(link.len());
        link[..end].trim_end_matches(['.', ',', ';', '!'])
    })
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
