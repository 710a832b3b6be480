//! Which way a mail came, and what the registered forwarder says about it by its own envelope.
//!
//! Whoever is a customer of the same provider can make it forward anything to anybody. So an envelope counts only when it
//! names the registered mailbox or its domain, passes SPF, comes from the provider's addresses where those are known, and
//! was sent to the secret destination. And it counts as the provider's word, not as the author's: it raises the level only
//! when the provider says that the author passed.

use mail_auth::AuthenticatedMessage;

use super::{arc::says_passed, results::authserv_id};
use crate::{
    config::{EnvelopeShape, Forwarder},
    types::{Address, Verdict, is_within},
};

/// What is registered for the address that a mail reached.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// The domains (`d=`, lower case) whose ARC seals count.
    pub sealers: Vec<String>,
    /// The way its mail takes; `None` where no forwarder is registered, or a mail reached several addresses at once.
    pub way: Option<RegisteredWay>,
}

/// The way that mail of an address takes.
#[derive(Debug, Clone)]
pub struct RegisteredWay {
    /// Who forwards.
    pub forwarder: Forwarder,
    /// The support address, whose mailbox forwards.
    pub mailbox: Address,
    /// Where it forwards to.
    pub destination: Address,
    /// Whether the mail was sent there: its key is known to the forwarder and to nobody else.
    pub to_destination: bool,
}

/// What of the way has been found out.
#[derive(Debug, Default)]
pub(super) struct Way<'a> {
    /// What people call the forwarder, when the mail came by it.
    pub(super) by: Option<&'a str>,
    /// How it says that the author passed, when it does.
    pub(super) says: Option<&'static str>,
    /// DNS did not let us find out.
    pub(super) unknown: bool,
}

/// What a way depends on.
pub(super) struct Signs<'a> {
    pub(super) sender: Option<&'a Address>,
    pub(super) spf: Verdict,
    /// SPF of the peer for the forwarder's domain; `None` where its addresses are not known.
    pub(super) range: Option<Verdict>,
    /// Whether a registered sealer put the newest seal on, and it holds.
    pub(super) sealed: bool,
    /// The domain of From.
    pub(super) from: &'a str,
}

impl RegisteredWay {
    /// Finds out whether the mail came this way, and what that says. `speaks`: whether a domain speaks for From.
    pub(super) fn taken(
        &self,
        signs: &Signs<'_>,
        message: &AuthenticatedMessage<'_>,
        speaks: impl Fn(&str) -> bool,
    ) -> Way<'_> {
        let word = signs.sender.and_then(|sender| self.word(sender));
        let in_range = signs.range.is_none_or(|verdict| verdict == Verdict::Pass);
        let enveloped = word.is_some() && signs.spf == Verdict::Pass && in_range;
        let here = signs.sealed || signs.range == Some(Verdict::Pass);
        let trouble = signs.spf == Verdict::TempError || signs.range == Some(Verdict::TempError);
        let by = (enveloped || self.to_destination && here).then_some(self.forwarder.title.as_str());
        let says = word.as_ref().filter(|_| enveloped && self.to_destination).and_then(|word| {
            let by_srs = self.forwarder.srs_means_spf_pass && word.origin.as_deref().is_some_and(&speaks);
            let by_results = || word.one_mailbox && self.results_say(message, signs.from, &speaks);
            if by_srs { Some("SPF, by its SRS envelope") } else { by_results().then_some("by its own envelope") }
        });
        Way { by, says, unknown: word.is_some() && self.to_destination && trouble }
    }

    /// Whether the forwarder wrote down that the author passed. It puts its own field on top of what was there, so only the
    /// topmost can be its; the caller knows by the envelope that the mail went through its hands.
    fn results_say(&self, message: &AuthenticatedMessage<'_>, from: &str, speaks: impl Fn(&str) -> bool) -> bool {
        let is_results = |name: &[u8]| name.trim_ascii_end().eq_ignore_ascii_case(b"Authentication-Results");
        let topmost = message.headers.iter().find(|(name, _)| is_results(name)).map(|(_, value)| *value);
        topmost.is_some_and(|field| {
            let id = authserv_id(field).unwrap_or_default();
            let is_theirs = |own: &String| is_within(&id, own);
            self.forwarder.results_by.iter().any(is_theirs) && says_passed(field, from, speaks)
        })
    }

    /// What the envelope sender says when it has a shape of this forwarder and names this mailbox or its domain.
    fn word(&self, sender: &Address) -> Option<Word> {
        if sender.domain() != self.mailbox.domain() {
            return None;
        }
        self.forwarder.envelopes.iter().find_map(|shape| self.word_of_shape(*shape, sender))
    }

    fn word_of_shape(&self, shape: EnvelopeShape, sender: &Address) -> Option<Word> {
        let local = sender.local().to_ascii_lowercase();
        let is_mailbox = |name: &str| name.eq_ignore_ascii_case(self.mailbox.local());
        match shape {
            EnvelopeShape::Caf => {
                let (mailbox, to) = local.split_once("+caf_=")?;
                let ours = self.destination.key().replace('@', "=");
                (is_mailbox(mailbox) && to == ours).then_some(Word { origin: None, one_mailbox: true })
            }
            EnvelopeShape::Srs => {
                let (mailbox, rest) = local.split_once("+srs=")?;
                is_mailbox(mailbox).then(|| Word { origin: origin(rest), one_mailbox: true })
            }
            EnvelopeShape::Srs0 => {
                let rest = local.strip_prefix("srs0")?.strip_prefix(['=', '+', '-'])?;
                Some(Word { origin: origin(rest), one_mailbox: true })
            }
            // The first forwarder took the mail from its author, and it is not the registered one.
            EnvelopeShape::Srs1 => {
                local.strip_prefix("srs1")?.strip_prefix(['=', '+', '-'])?;
                Some(Word { origin: None, one_mailbox: false })
            }
            EnvelopeShape::Group => local.contains("+bnc").then_some(Word { origin: None, one_mailbox: false }),
            // Names nobody: any tenant of the provider has it.
            EnvelopeShape::BouncesSrs => None,
        }
    }
}

/// What an envelope sender of the registered mailbox or domain says.
struct Word {
    /// The domain of the sender from whom the forwarder took the mail.
    origin: Option<String>,
    /// Whether the forwarder took the mail from the outside world into this mailbox: its results are about the author.
    one_mailbox: bool,
}

/// The domain in `HASH=TT=DOMAIN=USER`.
fn origin(srs: &str) -> Option<String> {
    let mut parts = srs.splitn(4, '=').skip(2);
    let domain = parts.next().filter(|domain| !domain.is_empty())?;
    parts.next().filter(|user| !user.is_empty()).map(|_| domain.to_owned())
}

/// Whether the envelope sender is one that forwarders write, of whatever forwarder.
pub(super) fn is_forwarders_sender(local: &str) -> bool {
    let local = local.to_ascii_lowercase();
    EnvelopeShape::ALL.iter().any(|shape| match shape {
        EnvelopeShape::Caf => local.contains("+caf_="),
        EnvelopeShape::Srs | EnvelopeShape::BouncesSrs => local.contains("+srs="),
        EnvelopeShape::Srs0 => local.starts_with("srs0"),
        EnvelopeShape::Srs1 => local.starts_with("srs1"),
        EnvelopeShape::Group => local.contains("+bnc"),
    })
}
