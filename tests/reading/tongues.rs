//! Languages as rows: how people write in them, and how mail programs write dates, labels and the line over a quote.
//!
//! Lists stand in one text, `|` between items. Patterns hold `{…}`, see [`super::moment::fill`]. An empty pattern says that
//! the program is not known to speak the language; people then use it in English.

#[path = "tongues/east.rs"]
mod east;
#[path = "tongues/far.rs"]
mod far;
#[path = "tongues/north.rs"]
mod north;
#[path = "tongues/south.rs"]
mod south;
#[path = "tongues/west.rs"]
mod west;

/// One language.
pub(crate) struct Tongue {
    pub(crate) code: &'static str,
    pub(crate) right_to_left: bool,
    /// Two people.
    pub(crate) people: &'static str,
    /// Monday first.
    pub(crate) days: &'static str,
    pub(crate) days_short: &'static str,
    pub(crate) months: &'static str,
    pub(crate) months_short: &'static str,
    /// Before and after noon.
    pub(crate) noon: &'static str,

    /// The line over a quote.
    pub(crate) gmail: &'static str,
    pub(crate) apple: &'static str,
    pub(crate) thunderbird: &'static str,
    pub(crate) yahoo: &'static str,
    /// From, Date: Gmail writes the other labels in English whatever the language.
    pub(crate) gmail_from: &'static str,
    pub(crate) gmail_date: &'static str,
    /// From, Sent, To, Cc, Subject, each with its colon.
    pub(crate) outlook: &'static str,
    pub(crate) outlook_date: &'static str,
    /// The words between dashes over a quoted mail.
    pub(crate) original: &'static str,
    /// The line over a forwarded mail, then From, Subject, Date, To.
    pub(crate) apple_forward: &'static str,
    /// The words between dashes over a forwarded mail, then Subject, Date, From, To.
    pub(crate) thunderbird_forward: &'static str,

    /// iPhone, Outlook for iOS, Android.
    pub(crate) sent_from: &'static str,
    /// Of both a few.
    pub(crate) bye: &'static str,
    pub(crate) disclaimer: &'static str,
    /// What a writer says.
    pub(crate) says: &'static str,
    /// What looks like something else: a sentence that ends with a colon, one that tells who wrote when, a line that begins
    /// like a label, words in quotation marks.
    pub(crate) traps: &'static str,
    /// What was said before; no word group of it stands in `says` or `traps`.
    pub(crate) asked: &'static str,
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Tongue> {
    [west::TONGUES, south::TONGUES, north::TONGUES, east::TONGUES, far::TONGUES].into_iter().flatten()
}

/// English, which programs speak that speak nothing else.
pub(crate) fn english() -> &'static Tongue {
    &west::TONGUES[0]
}

/// The items of a list.
pub(crate) fn items(list: &'static str) -> Vec<&'static str> {
    list.split('|').collect()
}
