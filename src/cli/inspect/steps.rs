//! What was tried on a mail, in order, in words.

use crate::{
    config::{Autopilot, Config},
    conversation::{Lookups, NumberPlace, Sought, told},
    intake::Judged,
    types::Address,
};

/// Every rule that was tried, in order, in words.
pub(super) fn steps(config: &Config, judged: &Judged, sought: &[Sought]) -> Vec<String> {
    let Judged { mail, verdicts, class, destinations, .. } = judged;
    let mut steps: Vec<String> = sought.iter().map(|sought| format!("address: {}", sought.words())).collect();
    steps.extend(told::proofs(verdicts));
    steps.extend(told::level(verdicts));
    steps.push(format!("class {}", class.class.word()));
    steps.extend(class.reasons.iter().map(|reason| format!("class, because: {reason}")));
    steps.extend(mail.notes.iter().map(|note| format!("note: {}", note.0)));
    steps.extend(keys(&destinations[0].lookups));
    for address in destinations.iter().filter_map(|destination| destination.address.as_ref()) {
        steps.extend(autopilot(config, address, judged));
    }
    steps
}

/// The keys it offers, in the order they are followed. What they name stands in the store, which is not asked.
fn keys(lookups: &Lookups) -> Vec<String> {
    let reply_keys = lookups.reply_keys.iter().map(|id| format!("key: a reply key of ours names conversation {id}"));
    let numbers = lookups.numbers.iter().map(|(number, place)| {
        let place = match place {
            NumberPlace::Subject => "the subject",
            NumberPlace::NewText => "the new text",
            NumberPlace::Quoted => "the quoted text",
        };
        format!("key: {place} names number {number}")
    });
    let ids = lookups.message_ids.iter().take(IDS_TOLD_MAX).map(|id| format!("key: it refers to the message <{id}>"));
    let mut told: Vec<String> = reply_keys.chain(numbers).chain(ids).collect();
    if told.is_empty() {
        told.push("key: nothing in it names an earlier conversation".into());
    }
    told
}

/// Message-IDs that are told.
const IDS_TOLD_MAX: usize = 10;

/// The conditions for an AI answer that can be said without the store.
fn autopilot(config: &Config, address: &Address, judged: &Judged) -> Vec<String> {
    let Some(settings) = config.addresses.iter().find(|one| one.address == *address) else { return Vec::new() };
    let needed = settings.level_min.unwrap_or(config.agent.level_min);
    let person = judged.class.class.is_personal();
    let conditions = [
        ("a person wrote it".to_owned(), person),
        (format!("Autopilot is not off for {address}"), settings.autopilot != Autopilot::Off),
        (format!("it has level {} or more", needed.as_u8()), judged.verdicts.level >= needed),
    ];
    let told =
        conditions.iter().map(|(words, met)| format!("Autopilot: {}: {words}", if *met { "met" } else { "not met" }));
    told.collect()
}
