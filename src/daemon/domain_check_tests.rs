//! A domain over days: its rows come and go in a DNS server on loopback, its keys are rotated, and the clock is the test's.

use std::{net::Ipv4Addr, sync::Arc};

use bytes::Bytes;

use super::{super::domain_watch::DomainWatch, *};
use crate::{
    outbound::{DomainCheck, DomainStatus, OLD_ROWS_STAY, Signer},
    playground,
    setup::RowKind,
    store::{Delivery, LetterRow, Origin, RawRef},
    types::{Address, Author, Clock, ConversationId, LetterId},
};

const NOW: Millis = Millis(1_795_000_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const RSA: &str = "r._domainkey.acme.example";

struct World {
    config: Config,
    clock: Clock,
    server: playground::Dns,
    watch: Arc<DomainWatch>,
    signer: Signer,
    _folder: tempfile::TempDir,
}

impl World {
    /// A domain with keys, whose rows are all published, and a daemon that has just looked.
    async fn verified() -> Self {
        let world = Self::with_keys();
        world.publish(|_| true);
        world.watch.round(true).await;
        world
    }

    /// A domain with keys of which DNS knows nothing.
    fn with_keys() -> Self {
        let server = playground::Dns::start(playground::Zone::new()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[smtp]\nhostname = \"mx.acme.example\"\n[auth]\nresolvers = [\"{}\"]\nquery_timeout_millis = 5000\n\
             deadline_secs = 2\n[outbound]\nroute = \"mx\"\n[[domain]]\nname = \"acme.example\"\nselector_rsa = \"r\"\n\
             selector_ed25519 = \"e\"\n[[address]]\naddress = \"support@acme.example\"\n",
            server.addr()
        );
        let config = crate::config::parse(&text, folder.path()).unwrap();
        let domain = &config.domains[0];
        Selectors::of(domain).make_missing(&config.store.path, &domain.name).unwrap();
        let clock = Clock::testing_fixed(NOW.0);
        let watch = Arc::new(DomainWatch::new(config.clone(), Dns::of(&config.auth).unwrap(), clock.clone()));
        let signer = Signer::load(&config.store.path, &config.domains, watch.clone(), false).unwrap();
        Self { config, clock, server, watch, signer, _folder: folder }
    }

    fn domain(&self) -> &Domain {
        &self.config.domains[0]
    }

    fn data(&self) -> &Path {
        &self.config.store.path
    }

    fn ring(&self) -> KeyRing {
        KeyRing::read(self.data(), self.domain()).unwrap()
    }

    fn begin_rotation(&self) -> KeyRing {
        KeyRing::begin(self.data(), self.domain(), "20261123", self.clock.now()).unwrap()
    }

    /// Puts those rows into the zone that are not there.
    fn publish(&self, wanted: impl Fn(&str) -> bool) {
        let rows = rows(&self.config, self.domain(), &self.ring(), self.clock.now()).unwrap();
        let zone = self.server.zone();
        for row in rows.iter().filter(|row| wanted(&row.name)) {
            match row.kind {
                RowKind::Txt => zone.remove(&row.name).txt(&row.name, &row.value),
                RowKind::Mx => zone.mx(&row.name, 10, &row.name),
                RowKind::A => zone.a(&row.name, Ipv4Addr::new(192, 0, 2, 1)),
            };
        }
    }

    /// Lets time pass; the daemon does what is due then.
    async fn after(&self, time: Duration) {
        self.clock.testing_advance(time);
        self.watch.round(false).await;
    }

    fn alarms(&self) -> Vec<(String, Millis)> {
        let seen = setup::seen(self.data(), "acme.example");
        seen.alarms().map(|row| (row.title(), row.alarm.unwrap())).collect()
    }

    /// The selectors on a letter that is signed now, or why it is not.
    async fn signed(&self) -> Result<Vec<String>, String> {
        let raw = Bytes::from_static(b"From: support@acme.example\r\nSubject: x\r\n\r\nx\r\n");
        let letter = letter(self.clock.now());
        let signed =
            self.signer.sign(&raw, &letter, &letter.recipients[0].to).await.map_err(|fault| fault.to_string())?;
        let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
        let tags = text.split([';', '\r', '\n']).map(str::trim).filter_map(|tag| tag.strip_prefix("s="));
        Ok(tags.map(str::to_owned).collect())
    }
}

fn letter(made: Millis) -> LetterRow {
    LetterRow {
        id: LetterId(1),
        conversation: ConversationId(1),
        made,
        message_id: "k@mx.acme.example".into(),
        from: Address::parse("support@acme.example").unwrap(),
        author: Author::Ai,
        subject: "x".into(),
        raw: RawRef { segment: 0, offset: 0, len: 0, blake3: String::new() },
        sources: Vec::new(),
        origin: Origin::Written,
        digests: Vec::new(),
        enclosed: Vec::new(),
        draft: None,
        recipients: vec![Delivery::waiting(Address::parse("ada@customer.example").unwrap())],
    }
}

#[tokio::test]
async fn a_row_that_goes_raises_an_alarm_within_a_day_and_its_return_ends_it_soon() {
    // Given a domain that may send
    let world = World::verified().await;
    assert_eq!((world.alarms(), world.signed().await.unwrap().len()), (vec![], 2));

    // When a row goes
    world.server.zone().remove(RSA);
    world.after(DAY - HOUR).await;
    assert_eq!(world.alarms(), [], "it is looked at once a day");
    world.after(HOUR).await;

    // Then there is an alarm since then, and letters name the row
    let raised = NOW.plus(DAY);
    assert_eq!(world.alarms(), [(format!("TXT {RSA}"), raised)]);
    let why = world.signed().await.unwrap_err();
    assert!(why.contains(&format!("TXT {RSA} is missing")), "{why}");

    // And it stands over a restart, and ends within a quarter of an hour when the row is back
    world.watch.round(true).await;
    assert_eq!(world.alarms(), [(format!("TXT {RSA}"), raised)]);
    world.publish(|name| name == RSA);
    world.after(HOUR / 4).await;
    assert_eq!((world.alarms(), world.signed().await.unwrap().len()), (vec![], 2));
}

#[tokio::test]
async fn a_row_that_changes_or_is_only_recommended_raises_one_too_and_only_keys_stop_letters() {
    let world = World::verified().await;
    world.server.zone().remove("_dmarc.acme.example").remove("acme.example").txt("acme.example", "v=spf1 -all");
    world.after(DAY).await;
    let rows: Vec<String> = world.alarms().into_iter().map(|(row, _)| row).collect();
    assert_eq!(rows, ["TXT acme.example", "TXT _dmarc.acme.example"]);
    assert!(world.signed().await.is_ok());
}

#[tokio::test]
async fn a_letter_finds_the_missing_row_before_the_daily_look_and_raises_the_alarm() {
    let world = World::verified().await;
    assert!(world.signed().await.is_ok());
    world.server.zone().remove(RSA);
    assert!(world.signed().await.is_ok(), "good news holds for a moment");
    world.clock.testing_advance(REMEMBERED);
    assert!(world.signed().await.is_err());
    assert_eq!(world.alarms(), [(format!("TXT {RSA}"), NOW.plus(REMEMBERED))]);
    world.publish(|name| name == RSA);
    assert!(world.signed().await.is_ok(), "bad news is not remembered");
    assert_eq!(world.alarms(), []);
}

#[tokio::test]
async fn what_was_never_verified_refuses_letters_and_what_was_puts_them_off() {
    // Given a domain of which DNS shows nothing yet, then one row
    let world = World::with_keys();
    let status = || world.watch.status("acme.example");
    assert!(matches!(status().await, DomainStatus::Unverified(_)));
    world.publish(|name| name == RSA);
    let half = status().await;
    assert!(matches!(&half, DomainStatus::Unverified(words) if words.contains("e._domainkey")), "{half:?}");

    // When both were there, and one goes
    world.publish(|_| true);
    assert_eq!(status().await, DomainStatus::Verified);
    world.clock.testing_advance(REMEMBERED);
    world.server.zone().remove(RSA);

    // Then letters wait for it, in a daemon that starts anew too, and leave when it is back
    let missing = DomainStatus::Lost(format!("TXT {RSA} is missing"));
    assert_eq!(status().await, missing);
    world.watch.round(true).await;
    assert_eq!(status().await, missing);
    world.publish(|name| name == RSA);
    assert_eq!(status().await, DomainStatus::Verified);
}

#[tokio::test]
async fn dns_trouble_puts_letters_off_and_is_no_alarm() {
    let world = World::verified().await;
    world.server.zone().servfail("acme.example");
    world.after(DAY).await;
    assert_eq!(world.alarms(), []);
    let status = world.watch.status("acme.example").await;
    assert!(matches!(&status, DomainStatus::Unknown(words) if words.contains("_domainkey")), "{status:?}");
    world.server.zone().heal();
    assert_eq!(world.watch.status("acme.example").await, DomainStatus::Verified);
}

#[tokio::test]
async fn a_daemon_that_stops_does_not_wait_for_a_silent_dns() {
    let world = World::verified().await;
    let before = world.server.zone().silent(".").queries();
    let stop = tokio_util::sync::CancellationToken::new();
    let watching = tokio::spawn(world.watch.clone().run(stop.clone()));
    while world.server.zone().queries() == before {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(2), watching).await.unwrap().unwrap();
}

#[tokio::test]
async fn keys_are_rotated_when_dns_shows_both_next_rows_and_not_before() {
    // Given next keys of which one row is published
    let world = World::verified().await;
    world.begin_rotation();
    world.publish(|name| name.starts_with("replyd-rsa"));
    world.after(DAY).await;
    assert_eq!(world.signed().await.unwrap(), ["e", "r"], "the old keys go on");

    // When the other is there too
    world.publish(|name| name.starts_with("replyd-ed25519"));
    world.after(HOUR / 4).await;

    // Then the next keys sign, both of them, and the old rows have to stay for a week
    assert_eq!(world.signed().await.unwrap(), ["replyd-ed25519-20261123", "replyd-rsa-20261123"]);
    assert_eq!(world.ring().next, None);
    let switched = world.clock.now();
    world.server.zone().remove(RSA);
    world.after(DAY).await;
    assert_eq!(world.alarms(), [(format!("TXT {RSA}"), switched.plus(DAY))], "letters on their way need it");
    assert!(world.signed().await.is_ok(), "letters that leave now do not");

    // And when the week is over nobody asks for them
    world.clock.testing_advance(OLD_ROWS_STAY);
    world.after(DAY).await;
    assert_eq!(world.alarms(), []);
    let asked = rows(&world.config, world.domain(), &world.ring(), world.clock.now()).unwrap();
    assert!(asked.iter().all(|row| row.name != RSA), "{asked:#?}");
}

#[tokio::test]
async fn a_next_row_with_another_value_or_dns_trouble_switches_nothing() {
    let world = World::verified().await;
    let begun = world.begin_rotation();
    world.publish(|name| name.starts_with("replyd-"));
    let name = "replyd-rsa-20261123._domainkey.acme.example";
    world.server.zone().remove(name).txt(name, "v=DKIM1; k=rsa; p=AAAA");
    world.after(DAY).await;
    world.server.zone().servfail(name);
    world.after(DAY).await;
    assert_eq!(world.ring(), begun);
}

#[tokio::test]
async fn a_command_that_looks_while_the_daemon_does_switches_once() {
    let world = World::verified().await;
    world.begin_rotation();
    world.publish(|name| name.starts_with("replyd-"));
    let dns = Dns::of(&world.config.auth).unwrap();
    let now = world.clock.now();
    let looks = async || look(&world.config, world.domain(), &dns, now).await.unwrap();
    let (one, two) = tokio::join!(looks(), looks());
    assert_eq!(usize::from(one.switched) + usize::from(two.switched), 1);
    for look in [one, two] {
        assert!(setup::verified(&look.checked), "{:#?}", look.checked);
        assert_eq!(look.ring.retired.len(), 1);
    }
}
