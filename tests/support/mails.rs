//! Mails, and the chance that makes them: everything follows from a seed.

#[path = "../../src/types/chance.rs"]
mod chance;

pub(crate) use chance::Chance;

impl Chance {
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

/// RFC 4648 §4.
pub(crate) fn base64(octets: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in octets.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i > three.len() { '=' } else { letter });
        }
    }
    out
}
