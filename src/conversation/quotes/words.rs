//! The words of mail programs in many languages, by what they are for.

mod attributions;
mod fields;
mod marks;
mod notices;
mod signs;

use std::{collections::HashMap, sync::LazyLock};

use super::{
    fold::fold,
    phrases::{Phrases, Table, phrases_of},
};

/// A header field as people see it; bits of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    From = 1,
    Date = 2,
    To = 4,
    Subject = 8,
    /// The field that only mail programs write, unlike a date.
    Sent = 16,
    Other = 32,
}

type Lazy = LazyLock<Phrases>;

pub(super) static VERBS: Lazy = Lazy::new(|| Phrases::of(attributions::VERBS));
pub(super) static WEAK_VERBS: Lazy = Lazy::new(|| Phrases::of(attributions::WEAK_VERBS));
pub(super) static STARTS: Lazy = Lazy::new(|| Phrases::of(attributions::STARTS));
pub(super) static PRONOUNS: Lazy = Lazy::new(|| Phrases::of(attributions::PRONOUNS));
pub(super) static FORWARDS: Lazy = Lazy::new(|| Phrases::of(marks::FORWARDS));
pub(super) static SEPARATORS: Lazy = Lazy::new(|| Phrases::of(marks::SEPARATORS));
pub(super) static MARKERS: Lazy = Lazy::new(|| Phrases::of(marks::MARKERS));
pub(super) static FORWARD_SUBJECTS: Lazy = Lazy::new(|| Phrases::of(marks::FORWARD_SUBJECTS));

pub(super) static SELF: Lazy = Lazy::new(|| Phrases::of(attributions::SELF));
pub(super) static CLOSINGS: Lazy = Lazy::new(|| Phrases::of(signs::CLOSINGS));
pub(super) static THANKS: Lazy = Lazy::new(|| Phrases::of(signs::THANKS));
pub(super) static SENT_FROM: Lazy = Lazy::new(|| Phrases::of(signs::SENT_FROM));
pub(super) static CONTACTS: Lazy = Lazy::new(|| Phrases::of(signs::CONTACTS));
pub(super) static DISCLAIMERS: Lazy = Lazy::new(|| Phrases::of(notices::DISCLAIMERS));
pub(super) static SECRETS: Lazy = Lazy::new(|| Phrases::of(notices::SECRETS));
pub(super) static NOTIONS: Lazy = Lazy::new(|| Phrases::of(notices::NOTIONS));
pub(super) static BANNERS: Lazy = Lazy::new(|| Phrases::of(notices::BANNERS));
pub(super) static SENT_BY: LazyLock<Vec<String>> =
    LazyLock::new(|| signs::SENT_BY.iter().map(|end| fold(end)).collect());

static LABELS: LazyLock<HashMap<String, Label>> = LazyLock::new(|| {
    let tables: [(Table, Label); 7] = [
        (fields::OTHER, Label::Other),
        (fields::COPY, Label::Other),
        (fields::TO, Label::To),
        (fields::SUBJECT, Label::Subject),
        (fields::DATE, Label::Date),
        (fields::SENT, Label::Sent),
        // The last wins: `de` and `от` begin a block.
        (fields::FROM, Label::From),
    ];
    let names = tables.iter().flat_map(|(table, label)| phrases_of(table).map(|name| (fold(name), *label)));
    names.collect()
});

/// Which field it names, folded and without its colon.
pub(super) fn label(name: &str) -> Option<Label> {
    LABELS.get(name).copied()
}
