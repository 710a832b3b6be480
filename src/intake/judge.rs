//! Reads one mail and says what it is: proof, class, keys, destinations. Touches nothing.

use std::collections::HashMap;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{
    customer::{self, FormRule},
    learned, trace,
    tries::Tryer,
};
use crate::{
    auth::{self, Authenticator, Checked, RegisteredWay, Registration},
    config::{self, Autopilot, Config, Forwarder},
    conversation::{
        self, AnswerPolicy, Arrival, Brake, Class, Classified, Destination, Destined, Directory, Lookups, MailSummary,
        ReplyKeys, Reported, Returned, Routed,
        quotes::{self, Parted},
        without_codes,
    },
    mime::{self, Mail},
    store::{LearnedRow, Store},
    types::{Address, Envelope, Millis, Verdicts, domains_look_alike, mixed_label},
};

/// A longer mail is read on a thread of its own, so that it holds up no other connection.
const LONG_BODY_OCTETS: usize = 64 * 1024;

/// Long mails read at once: reading takes a few times a mail's length in memory.
const LONG_READS_MAX: usize = 4;

/// Everything that judging needs to know.
pub struct Judge {
    hostname: String,
    directory: Directory,
    authenticator: Authenticator,
    keys: ReplyKeys,
    policies: HashMap<String, Policy>,
    long_reads: Semaphore,
    store: Option<Store>,
}

/// What matters of one registered address.
#[derive(Debug, Clone)]
struct Policy {
    answer: AnswerPolicy,
    forwarder: Option<Forwarder>,
    form: Option<FormRule>,
}

/// A mail and what was found out about it.
#[derive(Debug)]
pub struct Judged {
    /// What the SMTP dialogue said.
    pub envelope: Envelope,
    /// As it came.
    pub body: Bytes,
    /// As read.
    pub mail: Mail,
    /// Who wrote it.
    pub verdicts: Verdicts,
    /// What kind it is.
    pub class: Classified,
    /// Where it goes.
    pub destinations: Vec<Destination>,
    /// Whom it names besides its writer.
    named: Vec<Address>,
    /// Our name, for the trace lines.
    hostname: String,
}

impl Judge {
    /// A judge for this configuration.
    pub fn new(config: &Config, directory: Directory, authenticator: Authenticator, keys: ReplyKeys) -> Self {
        let reopen_within = std::time::Duration::from_secs(u64::from(config.store.reopen_within_days) * 24 * 3600);
        let policies = config.addresses.iter().map(|address| {
            let answer = AnswerPolicy {
                wanted: address.autopilot != Autopilot::Off,
                quiet: config.agent.quiet_period,
                reopen_within,
            };
            let forwarder = address.forwarder.as_deref().and_then(|name| config::forwarder(name, &config.forwarders));
            let form = address.form.clone().map(|robot| FormRule { robot, vouches: address.form_vouches });
            (address.address.key(), Policy { answer, forwarder, form })
        });
        Self {
            hostname: config.smtp.hostname.clone(),
            directory: directory.with_verp(keys.verp().clone()),
            authenticator,
            keys,
            policies: policies.collect(),
            long_reads: Semaphore::new(LONG_READS_MAX),
            store: None,
        }
    }

    /// Heeds also what the store knows: what people taught about forwarders ("always accept from this forwarder"), the letters
    /// that something comes back to, and which conversation a keyed reply address belongs to.
    #[must_use]
    pub fn with_store(self, store: Store) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Which recipients are ours.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// How DMARC came out since the start, by domain of From.
    pub fn dmarc_counts(&self) -> auth::DmarcCounts {
        self.authenticator.dmarc_counts()
    }

    /// Judges one mail. Never fails: trouble is a level, a note or a reason.
    pub async fn judge(&self, envelope: Envelope, body: Bytes) -> Judged {
        let (mail, parted) = self.read(&body).await;
        let mut routed = self.with_replies(self.directory.route(&envelope.recipients, &mail));
        let returned = self.returned(&mut routed);
        let ours: Vec<&Address> = routed.addresses.iter().chain(&routed.one_of).collect();
        let checked = self.prove(&envelope, &body, &mail, &ours).await;
        let (mail, verdicts) = customer::as_the_group_says(mail, checked);
        let form = self.form(&mail, &ours);
        let class = self.class(&mail, &envelope, &verdicts, &ours, form);
        let class = if returned.is_some() { nobody_wrote_there(class, &envelope) } else { class };
        let (mut mail, verdicts) = customer::as_written_by_the_customer(mail, verdicts, &class, form, &ours);
        let looks = mail.from.as_ref().map(|from| looks(from, self.authenticator.our_domains())).unwrap_or_default();
        // They stand first: the list of notes is cut.
        mail.notes.splice(0..0, looks.into_iter().map(mime::Note));
        let lookups =
            conversation::lookups(&mail, parted.as_ref(), class.class, returned.as_ref(), &self.keys, &routed.replies);
        let destinations = self.destinations(&routed, &mail, lookups);
        let named = conversation::named(&mail, &self.directory);
        Judged { envelope, body, mail, verdicts, class, destinations, named, hostname: self.hostname.clone() }
    }

    /// Reads the mail: a short one here, a long one on a thread of its own, few of those at once.
    async fn read(&self, body: &Bytes) -> (Mail, Option<Parted>) {
        if body.len() <= LONG_BODY_OCTETS {
            return read_now(body);
        }
        let _turn = self.long_reads.acquire().await;
        let body = body.clone();
        let reading = tokio::task::spawn_blocking(move || read_now(&body));
        reading.await.unwrap_or_else(|_| {
            let mail = Mail { notes: vec![mime::Note("this mail could not be read".into())], ..Mail::default() };
            (mail, None)
        })
    }

    /// The delivery of ours that the mail came back to. It goes where the letter came from.
    fn returned(&self, routed: &mut Routed) -> Option<Returned> {
        let sent = routed.returned?;
        // A letter that the store has not (any more) leads nowhere: the mail is held then.
        let letter = self.store.as_ref()?.letter(sent.letter).ok().flatten()?;
        let to = letter.recipients.get(usize::from(sent.place))?.to.clone();
        if !routed.addresses.contains(&letter.from) {
            routed.addresses.push(letter.from);
        }
        Some(Returned { sent, to })
    }

    /// Who wrote it, by the mail itself, by the forwarder registered, and by what people taught.
    async fn prove(&self, envelope: &Envelope, body: &Bytes, mail: &Mail, ours: &[&Address]) -> Checked {
        let learned = self.learned(ours, mail.from.as_ref());
        let mut registration = self.registration(ours, envelope);
        let registered = registration.sealers.clone();
        learned::add_sealers(&learned, &mut registration.sealers);
        let mut checked = self.authenticator.check(envelope, body, mail, registration).await;
        checked.verdicts = learned::applied(checked.verdicts, &learned, &registered, envelope, mail);
        checked
    }

    /// What is registered for every address reached: one forwarder's word counts at its own addresses only (S-08).
    fn registration(&self, reached: &[&Address], envelope: &Envelope) -> Registration {
        let of = |address: &Address| self.policies.get(&address.key()).and_then(|policy| policy.forwarder.as_ref());
        let [first, others @ ..] = reached else { return Registration::default() };
        let mut sealers = of(first).map(|forwarder| forwarder.arc_sealers.clone()).unwrap_or_default();
        for address in others {
            sealers.retain(|sealer| of(address).is_some_and(|forwarder| forwarder.arc_sealers.contains(sealer)));
        }
        // An envelope names one mailbox and one destination.
        let forwarder = of(first).filter(|_| others.is_empty());
        let way = forwarder.zip(self.directory.destination_of(first)).map(|(forwarder, destination)| RegisteredWay {
            forwarder: forwarder.clone(),
            mailbox: (*first).clone(),
            destination: destination.clone(),
            to_destination: envelope.recipients.iter().any(|recipient| recipient.address == *destination),
        });
        Registration { sealers, way }
    }

    /// What was learned about forwarders at every address reached. It never speaks for our own domains.
    fn learned(&self, reached: &[&Address], from: Option<&Address>) -> Vec<LearnedRow> {
        let [first, others @ ..] = reached else { return Vec::new() };
        if from.is_some_and(|from| self.authenticator.is_ours(from.domain())) {
            return Vec::new();
        }
        // A store that cannot be asked now teaches nothing; the mail is judged as it would have been before.
        let at = |address: &Address| {
            self.store.as_ref().and_then(|store| store.learned(Some(address)).ok()).unwrap_or_default()
        };
        let mut learned = at(first);
        for address in others {
            let here = at(address);
            learned.retain(|row| here.iter().any(|other| other.forwarder == row.forwarder));
        }
        learned
    }

    /// Whoever writes to a keyed reply address reaches the support address of its conversation, while that is registered.
    fn with_replies(&self, mut routed: Routed) -> Routed {
        for id in &routed.replies {
            // A store that cannot be asked now refuses the mail itself, a moment later.
            let row = self.store.as_ref().and_then(|store| store.conversation_or_survivor(*id).ok().flatten());
            let address = row.map(|row| row.address).filter(|address| self.directory.is_registered(address));
            routed.addresses.extend(address.filter(|address| !routed.addresses.contains(address)));
        }
        routed.one_of.retain(|address| !routed.addresses.contains(address));
        routed
    }

    /// One for each address reached; one without an address when there is none.
    fn destinations(&self, routed: &Routed, mail: &Mail, lookups: Lookups) -> Vec<Destination> {
        let named = routed.addresses.iter().map(|address| (Some(address), false));
        let mut reached: Vec<_> = named.chain(routed.one_of.iter().map(|address| (Some(address), true))).collect();
        if reached.is_empty() {
            reached.push((None, false));
        }
        // As many as there are addresses, and mostly that is one: the last takes the original.
        let lookups = std::iter::repeat_n(lookups, reached.len());
        let each = reached.into_iter().zip(lookups).map(|((address, one_of), lookups)| {
            let policy = address.and_then(|address| self.policies.get(&address.key()));
            let answer = policy.map_or(AnswerPolicy::NEVER, |policy| policy.answer);
            let replies_to = |named: &Address| match self.directory.recipient(named) {
                Some(Destined::Reply(id)) => routed.replies.contains(&id),
                _ => false,
            };
            // Most mail came to no keyed address, and then nobody need look for one among all that it names.
            let is_it = |named: &Address| Some(named) == address || !routed.replies.is_empty() && replies_to(named);
            let named = conversation::written_to(mail).any(is_it);
            Destination { address: address.cloned(), lookups, answer, named, one_of }
        });
        each.collect()
    }

    /// The rule by which this mail is a form's, of the addresses it reached.
    fn form(&self, mail: &Mail, ours: &[&Address]) -> Option<&FormRule> {
        let rules = ours.iter().filter_map(|address| self.policies.get(&address.key())?.form.as_ref());
        rules.into_iter().find(|rule| mail.from.as_ref() == Some(&rule.robot))
    }

    fn class(
        &self,
        mail: &Mail,
        envelope: &Envelope,
        verdicts: &Verdicts,
        ours: &[&Address],
        form: Option<&FormRule>,
    ) -> Classified {
        if self.keys.read(&mail.message_id).is_some() {
            return Classified { class: Class::OwnEcho, reasons: vec!["its Message-ID is one of ours".into()] };
        }
        let class = conversation::classify_at(mail, envelope, ours);
        // Only a provider that proves to be one may ask to confirm forwarding; anybody can write such a mail.
        if class.class == Class::ForwardingConfirmation && !customer::is_signed_by_its_sender(verdicts) {
            let reasons = vec!["looks like a forwarding confirmation, but no signature of its sender passes".into()];
            return Classified { class: Class::AutomaticReply, reasons };
        }
        // What tells more than the address it comes from stays what it is: our echo, a bounce, a code.
        let by_its_address = matches!(class.class, Class::Human | Class::AutomaticReply | Class::List | Class::Form);
        match form {
            Some(rule) if by_its_address => {
                let reason = format!("the configuration says that {} sends a form", rule.robot);
                Classified { class: Class::Form, reasons: vec![reason] }
            }
            _ => class,
        }
    }
}

/// What comes to the envelope sender of a letter with an empty sender of its own is no person's mail, in whatever language a
/// server said it: nobody answers it. RFC 3834 §4, RFC 3464 §2.
fn nobody_wrote_there(class: Classified, envelope: &Envelope) -> Classified {
    if envelope.mail_from.is_some() || !class.class.is_personal() {
        return class;
    }
    let why = "it came to the envelope sender of a letter of ours, with an empty sender of its own".to_owned();
    Classified { class: Class::AutomaticReply, reasons: vec![why] }
}

/// What people should know of how an address looks (S-05).
fn looks(from: &Address, our_domains: &[String]) -> Vec<String> {
    let domain = from.domain();
    let ours = our_domains.iter().find(|ours| domains_look_alike(domain, ours));
    let ours = ours.map(|ours| format!("the sender's domain {domain} looks like {ours}, and is another"));
    let mixed =
        mixed_label(domain).map(|label| format!("`{label}` in the sender's domain mixes letters of two scripts"));
    ours.into_iter().chain(mixed).collect()
}

fn read_now(body: &[u8]) -> (Mail, Option<Parted>) {
    let mail = mime::parse(body);
    let parted = conversation::may_hold_numbers(&mail).then(|| quotes::part(&mail));
    (mail, parted)
}

impl AnswerPolicy {
    /// For mail that reached no registered address.
    const NEVER: Self =
        Self { wanted: false, quiet: std::time::Duration::ZERO, reopen_within: std::time::Duration::ZERO };
}

impl Judged {
    /// What it reports about letters of ours.
    pub(super) fn reported(&self) -> Vec<Reported> {
        self.destinations.first().map(|destination| destination.lookups.reported.clone()).unwrap_or_default()
    }

    /// Who stands behind it, for counting wrong numbers.
    pub(super) fn tryer(&self) -> Tryer<'_> {
        Tryer { from: self.mail.from.as_ref(), level: self.verdicts.level, peer: self.envelope.peer }
    }

    /// From now on numbers in it are followed as `brake` says.
    pub(super) fn set_brake(&mut self, brake: Brake) {
        for destination in &mut self.destinations {
            destination.lookups.brake = brake;
        }
    }

    /// What the store keeps: with our trace lines on top.
    pub fn into_arrival(self, now: Millis, dice: u64) -> Arrival {
        let mut trace = auth::authentication_results(&self.hostname, &self.verdicts, &self.envelope);
        trace.push_str(&trace::received(&self.hostname, &self.envelope, now));
        let mut notes: Vec<String> = self.mail.notes.iter().map(|note| note.0.clone()).collect();
        notes.truncate(NOTES_MAX);
        Arrival {
            now,
            trace: Bytes::from(trace),
            body: self.body,
            mail: MailSummary {
                from: self.mail.from,
                from_name: self.mail.from_name,
                // S-22: as it becomes a title, for people and models.
                subject: without_codes(&self.mail.subject).into_owned(),
                message_id: self.mail.message_id,
                named: self.named,
                attachments: self.mail.attachments.len() as u32,
                notes,
            },
            envelope: self.envelope,
            verdicts: self.verdicts,
            class: self.class,
            destinations: self.destinations,
            dice,
        }
    }
}

/// Notes kept with a mail's row; reading the mail again gives them all.
const NOTES_MAX: usize = 10;
