//! Second factors: a secret that an app and we share, and the six digits of each half minute. RFC 6238.
//!
//! The secret is sealed before it is kept, with a key made from the install secret: who reads the journal alone has no
//! second factor.

use totp_rs::{Algorithm, Builder, Totp};

use super::token::NoChance;
use crate::{
    store::people::{Guarded, LoginName},
    types::{Millis, Sealer, Secret},
};

/// Octets of the shared secret. RFC 4226 §4 R6.
const SECRET_OCTETS: usize = 20;

/// Digits of a code.
const DIGITS: u8 = 6;

/// Seconds of a step. RFC 6238 §5.2.
const STEP_SECS: u64 = 30;

/// Steps that a clock may be off, to either side. RFC 6238 §5.2.
const STEPS_OFF: u16 = 1;

/// What the key is for.
const PURPOSE: &str = "replyd 2026 second factors: sealing the shared secret";

/// A secret that is shown to be put into an app.
#[derive(Debug)]
pub struct Enrolment {
    /// In base 32, to type.
    pub secret: Secret,
    /// `otpauth://totp/…`, for an app to read.
    pub uri: Secret,
    /// The same as the page carries it until it is confirmed: nobody else can make or read it.
    pub sealed: String,
}

/// Makes, seals and checks second factors.
pub(super) struct SecondFactors(Sealer);

impl SecondFactors {
    pub(super) fn new(install: &Secret) -> Self {
        Self(Sealer::new(PURPOSE, install))
    }

    /// A new secret for an account. `issuer`: what an app shows beside it.
    pub(super) fn enrol(&self, name: &LoginName, issuer: &str) -> Result<Enrolment, NoChance> {
        let mut octets = [0; SECRET_OCTETS];
        aws_lc_rs::rand::fill(&mut octets).map_err(|_| NoChance)?;
        let written = totp_rs::Secret::from(octets).to_base32();
        let uri = format!(
            "otpauth://totp/{issuer}:{name}?secret={written}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECS}"
        );
        let sealed = self.seal(name, &octets)?.expose().to_owned();
        Ok(Enrolment { secret: Secret::new(written), uri: Secret::new(uri), sealed })
    }

    /// The step whose code that is; `None` when it is none of now.
    pub(super) fn step(&self, name: &LoginName, sealed: &Guarded, code: &str, now: Millis) -> Option<u64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        totp(self.open(name, sealed)?).check(&code, now.0 / 1000)
    }

    /// What is sealed for one account opens for no other.
    fn seal(&self, name: &LoginName, octets: &[u8]) -> Result<Guarded, NoChance> {
        self.0.seal(octets, name.as_str().as_bytes()).map(Guarded::new).ok_or(NoChance)
    }

    fn open(&self, name: &LoginName, sealed: &Guarded) -> Option<Vec<u8>> {
        self.0.open(sealed.expose(), name.as_str().as_bytes())
    }
}

impl std::fmt::Debug for SecondFactors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondFactors(…)")
    }
}

fn totp(secret: Vec<u8>) -> Totp {
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_skew(STEPS_OFF);
    builder.with_step_duration(STEP_SECS).with_secret(secret).build_noncompliant()
}

#[cfg(test)]
pub(super) fn testing_code(written: &Secret, now: Millis) -> String {
    let secret = totp_rs::Secret::try_from_base32(written.expose_str()).unwrap();
    totp(secret.as_bytes().to_vec()).generate(now.0 / 1000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_700_000_010_000);

    fn name(text: &str) -> LoginName {
        LoginName::parse(text).unwrap()
    }

    fn factors() -> SecondFactors {
        SecondFactors::new(&Secret::new([7; 32]))
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, the last six digits.
        let totp = totp(b"12345678901234567890".to_vec());
        for (secs, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.generate(secs).to_string(), code);
        }
    }

    #[test]
    fn a_code_counts_for_its_step_and_one_beside_it() {
        let (factors, ada) = (factors(), name("ada"));
        let enrolment = factors.enrol(&ada, "mx.acme.example").unwrap();
        let sealed = Guarded::new(enrolment.sealed);
        let code = testing_code(&enrolment.secret, NOW);
        let step = NOW.0 / 30_000;
        let at = |steps: i64| factors.step(&ada, &sealed, &code, Millis((NOW.0 as i64 + steps * 30_000) as u64));
        assert_eq!([at(-2), at(-1), at(0), at(1), at(2)], [None, Some(step), Some(step), Some(step), None]);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(factors.step(&ada, &sealed, &spaced, NOW), Some(step), "as people type it");
        assert_eq!(factors.step(&ada, &sealed, "+12345", NOW), None);
    }

    #[test]
    fn what_was_sealed_opens_here_and_for_its_account_only() {
        let enrolment = factors().enrol(&name("ada"), "replyd").unwrap();
        let sealed = Guarded::new(enrolment.sealed.clone());
        assert!(factors().open(&name("ada"), &sealed).is_some());
        assert_eq!(factors().open(&name("eve"), &sealed), None);
        assert_eq!(SecondFactors::new(&Secret::new([8; 32])).open(&name("ada"), &sealed), None);
        for broken in ["", "zz", "00", &enrolment.sealed[2..], &format!("{}00", enrolment.sealed)] {
            assert_eq!(factors().open(&name("ada"), &Guarded::new(broken.into())), None);
        }
        let uri = enrolment.uri.expose_str();
        assert!(uri.starts_with("otpauth://totp/replyd:ada?secret=") && uri.contains("&issuer=replyd&"), "{uri}");
        assert!(!enrolment.sealed.contains(enrolment.secret.expose_str()));
    }
}
