//! All checks of one mail, one after the other, over what is known of DNS.

use std::time::SystemTime;

use bytes::Bytes;
use mail_auth::{
    ArcOutput, AuthenticatedMessage, DmarcOutput, DmarcResult, SpfOutput, SpfResult, dmarc::verify::DmarcParameters,
};
use tokio::time::Instant;

use super::{
    Checked, Inner, Registration,
    alignment::{Alignment, walk},
    arc, dkim, dmarc,
    dns::Question,
    forwarded::{Signs, Way, is_forwarders_sender},
    group::{self, Group},
    level::{Findings, level},
    lookups::Lookups,
    spf,
};
use crate::types::{Address, ArcSeal, DkimSignature, Envelope, Level, Verdict, Verdicts};

/// Seals of a chain that are named in the findings.
const SEALERS_MAX: usize = 20;

/// One mail to be checked.
pub(super) struct Case {
    pub(super) envelope: Envelope,
    pub(super) body: Bytes,
    pub(super) from: Option<Address>,
    pub(super) from_trouble: String,
    pub(super) registered: Registration,
}

/// What one run found.
struct Run<'x> {
    spf: Verdict,
    /// SPF of the peer for the registered forwarder's domain.
    range: Option<Verdict>,
    dkim: Vec<DkimSignature>,
    dmarc: DmarcOutput,
    arc: ArcOutput<'x>,
}

impl Case {
    /// Checks until all is known or `deadline` comes; what DNS has not answered by then is a temporary error.
    pub(super) async fn examine(&self, auth: &Inner, deadline: Instant) -> Checked {
        let Some(mut message) = AuthenticatedMessage::parse(&self.body) else {
            let verdicts = Verdicts { level: Level::Forged, ..Verdicts::unchecked("it has no header") };
            return Checked { verdicts, group_author: None };
        };
        dkim::mend_body_hashes(&mut message);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let from = self.from.as_ref().map_or("", Address::domain);
        let refused = dkim::choose(&mut message, from, auth.signatures_max, now);
        let lookups = Lookups::new(auth.dns.clone());
        for name in walk(from).into_iter().filter(|name| !name.is_empty()) {
            lookups.ask_early(Question::txt(&format!("_dmarc.{name}.")));
        }
        loop {
            let run = self.run(auth, &lookups, &message).await;
            if !lookups.want_another_run(deadline).await {
                return self.conclude(auth, &lookups, &message, refused, run);
            }
        }
    }

    async fn run<'x>(&'x self, auth: &Inner, lookups: &'x Lookups, message: &'x AuthenticatedMessage<'x>) -> Run<'x> {
        let resolver = &auth.dns.resolver;
        let spf = self.spf(lookups);
        let range = self.range(lookups);
        let outputs = resolver.verify_dkim(lookups.over(message)).await;
        let mut dmarc = DmarcOutput::default();
        let mut arc = ArcOutput::default();
        if self.trouble_with_from(message).is_empty() {
            let sender = self.sender_domain();
            let output = SpfOutput::new(sender.to_owned()).with_result(spf_result(spf));
            let parameters = DmarcParameters::new(message, &outputs, sender, &output);
            dmarc = resolver.verify_dmarc(lookups.over(parameters)).await;
            arc = resolver.verify_arc(lookups.over(message)).await;
        }
        Run { dkim: dkim::entries(&outputs), spf, range, dmarc, arc }
    }

    /// RFC 7208 §2.4: the null sender stands for the HELO name.
    fn spf(&self, lookups: &Lookups) -> Verdict {
        let Envelope { peer, helo, mail_from, .. } = &self.envelope;
        let (local, domain) =
            mail_from.as_ref().map_or(("postmaster", helo.as_str()), |from| (from.local(), from.domain()));
        spf::check(lookups, spf::Client { peer: *peer, helo, local, domain })
    }

    /// Whether the peer is one of the registered forwarder's; `None` where its addresses are not known.
    fn range(&self, lookups: &Lookups) -> Option<Verdict> {
        let domain = self.registered.way.as_ref()?.forwarder.spf_domain.as_deref()?;
        Some(spf::check(lookups, spf::Client { peer: self.envelope.peer, helo: domain, local: "postmaster", domain }))
    }

    fn conclude(
        &self,
        auth: &Inner,
        lookups: &Lookups,
        message: &AuthenticatedMessage<'_>,
        refused: Vec<DkimSignature>,
        run: Run<'_>,
    ) -> Checked {
        let from = self.from.as_ref().map_or("", Address::domain);
        let alignment = Alignment::new(from, lookups);
        let mut signatures = run.dkim;
        let dmarc = dmarc::verdict(&run.dmarc);
        // While the policy is unknown, only the very domain of From is sure to be aligned.
        let speaks = |domain: &str| alignment.dkim(domain) && (dmarc != Verdict::TempError || domain == from);
        let is_ours = auth.is_ours(from);
        // What a forwarder signs in our name proves that it forwarded, and not that one of us wrote.
        let counts = |entry: &DkimSignature| !is_ours || !auth.is_forwarders_selector(&entry.selector);
        let author = author(&signatures, message, |entry| speaks(&entry.domain) && counts(entry));
        signatures.extend(refused);
        for signature in &mut signatures {
            signature.aligned = alignment.relaxed(&signature.domain);
        }
        let group = self.group(message, &author);
        let policy = run.dmarc.dmarc_record().map_or("", |_| dmarc::policy_word(run.dmarc.policy()));
        let spf = run.spf;
        let covers = |fields: &[String]| dkim::open_field(message, fields).is_none();
        let says = |results: &[u8]| arc::says_passed(results, from, |domain| alignment.relaxed(domain));
        let mut seal = self.seal(&run.arc, covers, says);
        if arc::is_broken(message) {
            seal = ArcSeal { verdict: Verdict::Fail, vouched: false, ..seal };
        }
        let sender = self.sender_domain();
        let sender_speaks = match run.dmarc.dmarc_record() {
            Some(_) => *run.dmarc.spf_result() == DmarcResult::Pass && alignment.relaxed(sender),
            None => dmarc != Verdict::TempError && alignment.relaxed(sender),
        };
        let is_direct = spf == Verdict::Pass && sender_speaks && self.is_direct(auth, message);
        let trusts_newest = self.registered.sealers.iter().any(|trusted| trusted.eq_ignore_ascii_case(&seal.sealer));
        let sealed = trusts_newest && seal.verdict == Verdict::Pass;
        let signs = Signs { sender: self.envelope.mail_from.as_ref(), spf, range: run.range, sealed, from };
        let way = self.registered.way.as_ref();
        let way = way.map(|way| way.taken(&signs, message, |domain| alignment.relaxed(domain))).unwrap_or_default();
        let Way { by: forwarded_by, says: forwarder_says, unknown: way_unknown } = way;
        let in_trouble = |signature: &&DkimSignature| signature.verdict == Verdict::TempError;
        let (level, sentence) = level(Findings {
            from_trouble: &self.trouble_with_from(message),
            from,
            dmarc,
            policy,
            signer: author.signer.as_deref(),
            open_field: author.open_field,
            direct_sender: is_direct.then_some(sender),
            voucher: seal.vouched.then_some(&seal.sealer),
            voucher_unknown: way_unknown || trusts_newest && seal.verdict == Verdict::TempError,
            dns_trouble: way_unknown
                || [spf, dmarc, seal.verdict].contains(&Verdict::TempError)
                || signatures.iter().any(|signature| in_trouble(&signature)),
            is_ours,
            contradicted: arc::contradicts(&run.arc, &self.registered.sealers, from),
            signer_unknown: signatures.iter().filter(in_trouble).any(|signature| signature.aligned),
            forwarded_by,
            forwarder_says,
        });
        let verdicts = Verdicts {
            level,
            sentence,
            spf,
            spf_domain: sender.to_owned(),
            dkim: signatures,
            dmarc,
            dmarc_policy: policy.to_owned(),
            signatures: self.proofs(author.digests, &run.arc, seal.vouched),
            arc: seal,
        };
        group::told(verdicts, group, from, |domain| auth.is_ours(domain))
    }

    /// What a group at the domain of the registered mailbox says, when its own signature holds.
    fn group(&self, message: &AuthenticatedMessage<'_>, author: &AuthorSignature) -> Group {
        let way = self.registered.way.as_ref().filter(|way| way.forwarder.groups && author.signer.is_some());
        let is_theirs = way.zip(self.from.as_ref()).is_some_and(|(way, from)| from.domain() == way.mailbox.domain());
        if is_theirs { group::read(message, &author.fields) } else { Group::None }
    }

    /// The signatures that speak for the author, and the one of the sealer that vouches.
    fn proofs(&self, mut digests: Vec<String>, chain: &ArcOutput<'_>, vouched: bool) -> Vec<String> {
        let newest = chain.sets().last().filter(|_| vouched);
        digests.extend(newest.map(|set| &set.signature.header).map(|seal| dkim::digest(&seal.d, &seal.s, &seal.b)));
        digests
    }

    fn seal(&self, chain: &ArcOutput<'_>, covers: impl Fn(&[String]) -> bool, says: impl Fn(&[u8]) -> bool) -> ArcSeal {
        let sealer = chain.sets().last().map(|set| set.seal.header.d.to_ascii_lowercase()).unwrap_or_default();
        ArcSeal {
            verdict: dkim::verdict(chain.result()),
            sealer,
            sets: u32::try_from(chain.sets().len()).unwrap_or(u32::MAX),
            vouched: arc::voucher(chain, &self.registered.sealers, covers, says).is_some(),
            sealers: chain.sets().iter().take(SEALERS_MAX).map(|set| set.seal.header.d.to_ascii_lowercase()).collect(),
        }
    }

    /// Why there is no From to go by: ours and mail-auth's reading must be the same one domain (S-04).
    fn trouble_with_from(&self, message: &AuthenticatedMessage<'_>) -> String {
        let Some(from) = &self.from else {
            return match self.from_trouble.as_str() {
                "" => "there is not exactly one usable From".to_owned(),
                trouble => trouble.to_owned(),
            };
        };
        let fields = message.headers.iter().filter(|(name, _)| name.trim_ascii_end().eq_ignore_ascii_case(b"From"));
        if fields.count() != 1 {
            return "there is not exactly one From".to_owned();
        }
        let agrees = |other: &String| Address::parse(other).is_ok_and(|other| other.domain() == from.domain());
        match message.from.as_slice() {
            [other] if agrees(other) => String::new(),
            _ => "its From can be read in more than one way".to_owned(),
        }
    }

    fn sender_domain(&self) -> &str {
        self.envelope.mail_from.as_ref().map_or(&self.envelope.helo, Address::domain)
    }

    /// Whether the mail came from its author's server to ours. A forwarder's own aligned envelope proves the forwarder.
    fn is_direct(&self, auth: &Inner, message: &AuthenticatedMessage<'_>) -> bool {
        if self.envelope.mail_from.as_ref().is_some_and(|sender| is_forwarders_sender(sender.local())) {
            return false;
        }
        let is_mark = |name: &[u8]| {
            let is_it = |field: &String| name.trim_ascii_end().eq_ignore_ascii_case(field.as_bytes());
            auth.forwarder_headers.iter().any(is_it)
        };
        !message.headers.iter().any(|(name, _)| is_mark(name))
    }
}

/// The signature that speaks for the author, or what the one that nearly does leaves open.
#[derive(Default)]
struct AuthorSignature {
    signer: Option<String>,
    /// The fields it covers.
    fields: Vec<String>,
    open_field: Option<&'static str>,
    /// Of all that speak: whoever sends the mail again may leave out the first.
    digests: Vec<String>,
}

fn author(
    entries: &[DkimSignature],
    message: &AuthenticatedMessage<'_>,
    speaks: impl Fn(&DkimSignature) -> bool,
) -> AuthorSignature {
    let mut found = AuthorSignature::default();
    // mail-auth answers in the order of the signatures, one output each.
    for (entry, header) in entries.iter().zip(&message.dkim_headers) {
        if entry.verdict != Verdict::Pass || !speaks(entry) {
            continue;
        }
        let signature = &header.header;
        match dkim::open_field(message, &signature.h) {
            None => {
                found.digests.push(dkim::digest(&signature.d, &signature.s, &signature.b));
                if found.signer.is_none() {
                    (found.signer, found.fields) = (Some(entry.domain.clone()), signature.h.clone());
                }
            }
            Some(field) => found.open_field = Some(field),
        }
    }
    found
}

/// What mail-auth's DMARC wants to hear.
fn spf_result(verdict: Verdict) -> SpfResult {
    match verdict {
        Verdict::Pass => SpfResult::Pass,
        Verdict::Fail => SpfResult::Fail,
        Verdict::SoftFail => SpfResult::SoftFail,
        Verdict::Neutral => SpfResult::Neutral,
        Verdict::TempError => SpfResult::TempError,
        Verdict::PermError => SpfResult::PermError,
        Verdict::None => SpfResult::None,
    }
}
