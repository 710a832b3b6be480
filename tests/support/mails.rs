//! Mails, and the chance that makes them: everything follows from a seed.

/// SplitMix64: small, good enough to choose with, the same everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// Of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 to below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// Another chance that follows from this one.
    pub(crate) fn child(&mut self) -> Self {
        Self::new(self.bits())
    }
}

/// A mail, its lines CRLF ended. `extra` are whole header lines.
pub(crate) fn mail(from: &str, to: &str, id: &str, subject: &str, extra: &str, text: &str) -> Vec<u8> {
    format!(
        "From: Customer <{from}>\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\
         Message-ID: <{id}>\r\n{extra}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

/// Lines of words, about `octets` of them; some begin with dots.
pub(crate) fn filler(chance: &mut Chance, octets: usize) -> String {
    const WORDS: [&str; 8] = ["kettle", "invoice", ".", "harbour", "", "seven", "..dots", "ordinary"];
    let mut text = String::with_capacity(octets + 80);
    while text.len() < octets {
        let mut bits = chance.bits();
        for _ in 0..9 {
            text.push_str(WORDS[(bits & 7) as usize]);
            bits >>= 3;
            text.push(if bits & 64 == 0 { ' ' } else { '.' });
        }
        text.push_str("\r\n");
    }
    text
}
