//! Certificates: made, read, read again when they change.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn write_pair(folder: &Path) -> Files {
    let made = rcgen::generate_simple_self_signed(["mx.acme.example".to_owned()]).unwrap();
    let files = Files { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    fs::write(&files.certificate, made.cert.pem()).unwrap();
    fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    files
}

fn age(path: &Path, seconds: u64) {
    let file = OpenOptions::new().append(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
}

fn in_use(certificate: &ReloadingCert) -> CertificateDer<'static> {
    certificate.current.read().unwrap().cert[0].clone()
}

#[test]
fn without_a_certificate_one_is_made_and_used_again() {
    let data = tempfile::tempdir().unwrap();
    let first = ServerTls::load(&Tls::default(), data.path(), "mx.acme.example").unwrap();
    assert!(first.is_self_signed());
    let key = fs::metadata(data.path().join("tls/self-signed.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let second = ServerTls::load(&Tls::default(), data.path(), "mx.acme.example").unwrap();
    assert_eq!(in_use(&first.certificate), in_use(&second.certificate));
}

#[test]
fn a_configured_certificate_is_used_and_half_a_pair_is_a_mistake() {
    let data = tempfile::tempdir().unwrap();
    let files = write_pair(data.path());
    let half = Tls { certificate: Some(files.certificate.clone()), key: None };
    assert!(matches!(ServerTls::load(&half, data.path(), "x"), Err(TlsError::HalfGiven)));
    let whole = Tls { certificate: Some(files.certificate), key: Some(files.key.clone()) };
    assert!(!ServerTls::load(&whole, data.path(), "x").unwrap().is_self_signed());
    fs::write(&files.key, b"nothing").unwrap();
    assert!(matches!(ServerTls::load(&whole, data.path(), "x"), Err(TlsError::Pem { .. })));
}

#[test]
fn a_changed_certificate_is_taken_after_a_while_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let files = write_pair(folder.path());
    age(&files.certificate, 1000);
    let held = ReloadingCert::new(files, Arc::new(aws_lc_rs::default_provider())).unwrap();
    let (start, first) = (Instant::now(), in_use(&held));

    let files = write_pair(folder.path());
    age(&files.certificate, 2000);
    assert!(!held.reload_if_changed(start).unwrap(), "it was looked at just now");
    assert!(held.reload_if_changed(start + LOOK_EVERY * 2).unwrap());
    let second = in_use(&held);
    assert_ne!(first, second);

    fs::write(&files.certificate, b"broken").unwrap();
    age(&files.certificate, 3000);
    assert!(held.reload_if_changed(start + LOOK_EVERY * 4).is_err());
    assert!(!held.reload_if_changed(start + LOOK_EVERY * 6).unwrap(), "the same mistake is told once");
    assert_eq!(in_use(&held), second);
    assert!(held.reload().is_err());
}

#[test]
fn a_key_that_does_not_fit_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (files, others) = (write_pair(one.path()), write_pair(other.path()));
    let mixed = Tls { certificate: Some(files.certificate), key: Some(others.key) };
    assert!(matches!(ServerTls::load(&mixed, one.path(), "x"), Err(TlsError::Unusable(_))));
}
