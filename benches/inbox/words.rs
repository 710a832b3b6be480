//! Words as a language has them: few that are everywhere, and many that are rare.

/// Words that there are.
pub(crate) const WORDS: u64 = 50_000;

const SYLLABLES: [&str; 37] = [
    "ka", "lo", "mi", "ren", "tos", "vel", "qua", "dor", "shi", "pan", "gru", "fel", "ost", "ium", "bra", "cel", "dun",
    "ef", "gor", "hal", "in", "jur", "kel", "lum", "mon", "nar", "or", "pel", "ras", "sen", "tur", "ul", "var", "wen",
    "xi", "yor", "zan",
];

/// The `n`-th word. The lower, the more often it is written.
pub(crate) fn word(n: u64) -> String {
    let (mut left, mut word) = (n, String::new());
    loop {
        word.push_str(SYLLABLES[(left % 37) as usize]);
        left /= 37;
        if left == 0 {
            return word + if n < 37 { "a" } else { "" };
        }
    }
}

/// What a mail is made of; everything follows from the seed.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 to below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// So many words, lower ones far more often.
    pub(crate) fn sentence(&mut self, words: u64) -> String {
        let picked = (0..words).map(|_| {
            let share = self.below(1 << 20) as f64 / (1u64 << 20) as f64;
            word((share.powi(4) * WORDS as f64) as u64)
        });
        picked.collect::<Vec<_>>().join(" ")
    }
}
