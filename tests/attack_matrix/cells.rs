//! The cells of the matrix, and what must become of each: an oracle that knows the rules of the design and none of our
//! code.

/// One kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub(crate) number: NumberNamed,
    pub(crate) from: From,
    pub(crate) dkim: Dkim,
    pub(crate) arc: Arc,
    pub(crate) key: KeyCarried,
    /// Whether somebody on the way put the attacker into Cc.
    pub(crate) cc: bool,
}

/// What the mail says about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NumberNamed {
    /// That of the victim's conversation, or a Message-ID of it.
    Known,
    /// None.
    Unknown,
    /// One at random.
    Guessed,
}

/// Whose address stands in From, and who wrote it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum From {
    /// The customer's own mail.
    Same,
    /// The customer's address, written by the attacker.
    Forged,
    /// The attacker's own domain, which looks like the customer's.
    LookAlike,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Dkim {
    None,
    /// Changed after signing.
    Fail,
    /// Signed for From's domain; by who forges, with a key of their own.
    Aligned,
    /// A valid signature of another domain.
    Other,
    /// A valid signature over a part of the body, and more behind it.
    Length,
    /// A valid mail to another address of ours, sent again to this one.
    Replayed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Arc {
    None,
    /// Sealed by the registered forwarder, who tells the truth.
    Registered,
    /// Sealed by the attacker, who lies.
    Foreign,
    /// The registered forwarder's word, changed.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum KeyCarried {
    Valid,
    /// One letter is another.
    Flipped,
    Absent,
    /// A valid key of another customer's conversation.
    Other,
}

/// What must become of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The level by what it proves.
    pub(crate) level: u8,
    /// Whether it goes into the victim's conversation.
    pub(crate) joins: bool,
    /// Whether the AI may answer it.
    pub(crate) answerable: bool,
}

/// All 1,728.
pub(crate) fn all() -> Vec<Cell> {
    let mut cells = Vec::new();
    for number in [NumberNamed::Known, NumberNamed::Unknown, NumberNamed::Guessed] {
        for from in [From::Same, From::Forged, From::LookAlike] {
            for dkim in [Dkim::None, Dkim::Fail, Dkim::Aligned, Dkim::Other, Dkim::Length, Dkim::Replayed] {
                for arc in [Arc::None, Arc::Registered, Arc::Foreign, Arc::Broken] {
                    for key in [KeyCarried::Valid, KeyCarried::Flipped, KeyCarried::Absent, KeyCarried::Other] {
                        for cc in [false, true] {
                            cells.push(Cell { number, from, dkim, arc, key, cc });
                        }
                    }
                }
            }
        }
    }
    cells
}

impl Cell {
    /// Whether From's domain signed it, for us, as it is.
    pub(crate) fn is_signed_by_from(self) -> bool {
        self.dkim == Dkim::Aligned && self.from != From::Forged
    }

    /// What must become of it. `strict`: the victim's domain asks to reject what it did not sign. `banner`: the forwarder
    /// changed the body, so that only its word is left. `added`: who sends it again put on a field that is signed as absent,
    /// so that the signature holds no more.
    pub(crate) fn expected(self, strict: bool, banner: bool, added: bool) -> Expected {
        let sent_again = self.dkim == Dkim::Replayed && !added;
        let level = match (self.is_signed_by_from(), banner) {
            (true, false) => 3,
            (true, true) if self.arc == Arc::Registered => 2,
            // Validly signed, and so not forged; but whoever sends it again proves nothing by it.
            _ if sent_again => 1,
            // The look-alike domain publishes no policy.
            _ if strict && self.from != From::LookAlike => 0,
            _ => 1,
        };
        // The victim's conversation has level 3.
        let proposed = self.key == KeyCarried::Valid || (self.number == NumberNamed::Known && level >= 3);
        Expected {
            level,
            joins: !sent_again && self.from != From::LookAlike && level >= 1 && proposed,
            answerable: level >= 2,
        }
    }

    /// Let in by nothing but a reply key of this very conversation, and an address that its domain does not protect: what
    /// the design allows, at level 1, so that who lost a signature on the way is not locked out.
    pub(crate) fn has_a_stolen_key(self, expected: Expected) -> bool {
        self.from == From::Forged && expected.joins
    }
}
