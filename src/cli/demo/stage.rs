//! The stage: a DNS zone, the customers' mail server, and a daemon with a shop's configuration, all on loopback.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{
    auth::{Authenticator, Registration},
    cli::control::Control,
    config::{self, Config},
    daemon::{self, Daemon},
    mime, outbound,
    playground::{self, Customer, Delivered, Dialogue, Dns, Mailbox, Zone},
    setup,
    store::{ConversationRow, MailRow, Place, Store},
    types::{Address, Clock, MailId, Secret, Verdicts},
};

/// The shop's pages.
const PAGES: [(&str, &str); 5] = [
    ("shipping-times.md", include_str!("../../../deploy/sample-knowledge/shipping-times.md")),
    ("returns.md", include_str!("../../../deploy/sample-knowledge/returns.md")),
    ("invoices.md", include_str!("../../../deploy/sample-knowledge/invoices.md")),
    ("password-reset.md", include_str!("../../../deploy/sample-knowledge/password-reset.md")),
    ("opening-hours.md", include_str!("../../../deploy/sample-knowledge/opening-hours.md")),
];

/// How long an answer may take before the demo calls it missing.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What went wrong on stage.
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// See the module.
pub(super) struct Stage {
    folder: PathBuf,
    config: Config,
    daemon: Daemon,
    mailbox: Mailbox,
    secret: Secret,
    verifier: Authenticator,
    /// Who signs with a key of her own.
    pub(super) ada: Customer,
    /// Another one, of another domain.
    pub(super) eve: Customer,
    next_id: AtomicUsize,
    _dns: Dns,
}

impl Stage {
    pub(super) async fn set() -> Result<Self, Trouble> {
        let folder = std::env::temp_dir().join(format!("replyd-demo-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("knowledge"))?;
        for (name, text) in PAGES {
            std::fs::write(folder.join("knowledge").join(name), text)?;
        }
        let zone = Zone::new();
        let dns = Dns::start(zone.clone())?;
        let mailbox = Mailbox::start("mx.customer.example", folder.join("mailbox"))?;
        let ada = Customer::with_strict_domain("Ada Lovell", "ada@customer.example", &zone)?;
        let eve = Customer::with_strict_domain("Eve Stranger", "eve@elsewhere.example", &zone)?;
        for domain in ["customer.example", "elsewhere.example"] {
            zone.mx(domain, 10, "mx.customer.example");
        }
        zone.a("mx.customer.example", Ipv4Addr::LOCALHOST).a("mx.acme.example", Ipv4Addr::LOCALHOST);
        let path = folder.join("smtpd.toml");
        std::fs::write(&path, configuration(dns.addr(), mailbox.addr(), free_port()?))?;
        let config = config::load(&path)?;
        publish_domain(&config, &zone)?;
        let verifier = Authenticator::new(&config.auth, Vec::new());
        let daemon = Daemon::start(config.clone(), Clock::system()).await?;
        let secret = setup::secret_in(daemon.data())?;
        Ok(Self {
            folder,
            config,
            daemon,
            mailbox,
            secret,
            verifier,
            ada,
            eve,
            next_id: AtomicUsize::new(1),
            _dns: dns,
        })
    }

    pub(super) fn smtp(&self) -> SocketAddr {
        self.daemon.smtp_addrs()[0]
    }

    /// Where a person becomes the first administrator and sees the inbox.
    pub(super) fn inbox_link(&self) -> Option<&str> {
        self.daemon.first_link().map(Secret::expose_str)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn store(&self) -> &Store {
        self.daemon.store()
    }

    /// A Message-ID that nobody has used.
    pub(super) fn fresh_id(&self, domain: &str) -> String {
        format!("demo-{}-{}@{domain}", std::process::id(), self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// The provider of `mailbox` (a registered address) forwards a copy, as Gmail does. Gives the queue id.
    pub(super) async fn forward(&self, mailbox: &str, mail: &[u8]) -> Result<MailId, Trouble> {
        let destination = setup::destination(&self.secret, &Address::parse(mailbox)?, "mx.acme.example")?.to_string();
        let sender = playground::gmail_envelope_sender(mailbox, &destination);
        let bytes = playground::gmail_headers(mail, mailbox, &destination);
        let dialogue =
            Dialogue { helo: "mail.provider.example", mail_from: &sender, rcpts: &[&destination], bytes: &bytes };
        let replies = playground::send_over_tls_without_checking_the_certificate(self.smtp(), dialogue).await?;
        let last = replies.last().map_or("", String::as_str);
        let id = last.strip_prefix("250 2.0.0 Ok: queued as ");
        let id = id.ok_or_else(|| io::Error::other(format!("the daemon answered: {last}")))?;
        Ok(id.trim().parse()?)
    }

    /// The row of a mail that was accepted: it is there as soon as 250 was said.
    pub(super) fn mail(&self, id: MailId) -> Result<MailRow, Trouble> {
        Ok(self.store().mail(id)?.ok_or_else(|| io::Error::other(format!("mail {id} is not there")))?)
    }

    /// The conversation a mail was filed into.
    pub(super) fn conversation_of(&self, id: MailId) -> Result<ConversationRow, Trouble> {
        let row = self.mail(id)?;
        let place = row.filings.iter().find_map(|filed| match filed.place {
            Place::Conversation { id, .. } => Some(id),
            _ => None,
        });
        let place = place.ok_or_else(|| io::Error::other(format!("mail {id} is in no conversation")))?;
        Ok(self.store().conversation(place)?.ok_or_else(|| io::Error::other("the conversation is not there"))?)
    }

    /// How many letters the customers' server has received.
    pub(super) fn received(&self) -> usize {
        self.mailbox.count()
    }

    /// The letter of that place in the order of arrival.
    pub(super) async fn letter(&self, place: usize) -> Result<Delivered, Trouble> {
        let letter = self.mailbox.nth(place, ANSWER_WITHIN).await;
        Ok(letter.ok_or_else(|| io::Error::other("no answer has come within half a minute"))?)
    }

    /// What the customer's server makes of a letter: an independent look at its signatures.
    pub(super) async fn verify(&self, letter: &Delivered) -> Verdicts {
        self.verifier
            .check(&letter.envelope, &letter.bytes, &mime::parse(&letter.bytes), Registration::default())
            .await
            .verdicts
    }

    /// A person answers, through the control socket as `replyd conversations reply` does.
    pub(super) async fn answer_as_person(
        &self,
        row: &ConversationRow,
        by: &str,
        markdown: &str,
    ) -> Result<(), Trouble> {
        let body = serde_json::json!({ "by": by, "markdown": markdown });
        let path = format!("/api/v1/conversations/{}/replies", row.id);
        let control = Control::Daemon(daemon::socket_path(&self.config));
        let sent: Result<serde_json::Value, _> = control.send("POST", &path, body).await;
        sent.map(drop).map_err(|failure| io::Error::other(format!("{failure:?}")).into())
    }

    /// Ends everything; the folder goes when nothing in it is needed to understand a failure.
    pub(super) async fn strike(self, remove_folder: bool) {
        self.daemon.stop().await;
        if remove_folder {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A port that was free a moment ago: the link to the inbox has to name it.
fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn configuration(dns: SocketAddr, mailbox: SocketAddr, web: u16) -> String {
    format!(
        r#"# The demo's configuration: `replyd serve` could run with it.
[smtp]
hostname = "mx.acme.example"
[[smtp.listener]]
listen = "127.0.0.1:0"
[auth]
resolvers = ["{dns}"]
[outbound]
route = "mx"
undo_secs = 0
port = {port}
[agent]
quiet_period_secs = 0
[knowledge]
path = "knowledge"
[web]
listen = "127.0.0.1:{web}"
[log]
level = "warn"
[[domain]]
name = "acme.example"
selector_rsa = "demo-rsa"
selector_ed25519 = "demo-ed"
[[address]]
address = "support@acme.example"
name = "Acme Support"
autopilot = "on"
handoff_answers_max = 0
forwarder = "google"
signature_markdown = """
**Acme Support**
Acme Ltd · 12 Mill Lane · Springfield
"""
[[address]]
address = "billing@acme.example"
name = "Acme Billing"
forwarder = "google"
"#,
        port = mailbox.port(),
    )
}

/// Makes the keys of our domain and publishes its rows.
fn publish_domain(config: &Config, zone: &Zone) -> Result<(), Trouble> {
    let domain = &config.domains[0];
    let ring = outbound::KeyRing::read(&config.store.path, domain)?;
    ring.signing.make_missing(&config.store.path, &domain.name)?;
    for row in daemon::domain_rows(config, domain, &ring, Clock::system().now())? {
        if row.kind == setup::RowKind::Txt {
            zone.txt(&row.name, &row.value);
        }
    }
    Ok(())
}
