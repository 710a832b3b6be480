//! A daemon with real doors, a DNS zone, a customer, and the providers that forward to it.

use std::net::Ipv4Addr;

use replyd::{
    config,
    daemon::Daemon,
    playground::{self, Arriving, Customer, Dialogue, Dns, Posted, Road, Roads, Zone},
    setup,
    store::{ConversationRow, MailRow, Place},
    types::{Address, Clock, Level, MailId, Secret},
};

pub(crate) const ADA: &str = "ada@customer.example";
const FORWARDERS: [&str; 10] =
    ["google", "microsoft365", "zoho", "fastmail", "cloudflare", "icloud", "proton", "cpanel", "generic", "university"];

/// See the module. Each forwarder has a support address of its own name.
pub(crate) struct World {
    pub(crate) zone: Zone,
    pub(crate) dns: Dns,
    pub(crate) ada: Customer,
    pub(crate) roads: Roads,
    pub(crate) secret: Secret,
    pub(crate) daemon: Daemon,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let zone = Zone::new();
        let dns = Dns::start(zone.clone()).unwrap();
        let ada = Customer::with_strict_domain("Ada L.", ADA, &zone).unwrap();
        let roads = Roads::build(&zone, dns.addr(), "acme.example").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut text = format!(
            "[smtp]\nhostname = \"mx.acme.example\"\n[[smtp.listener]]\nlisten = \"127.0.0.1:0\"\n\
             proxy_from = [\"127.0.0.1\"]\n[auth]\nresolvers = [\"{}\"]\n[agent]\nquiet_period_secs = 3600\n\
             [[forwarder]]\nname = \"university\"\narc_sealers = [\"university.example\"]\n",
            dns.addr()
        );
        for name in FORWARDERS {
            text += &format!(
                "[[address]]\naddress = \"{name}@acme.example\"\nautopilot = \"on\"\nforwarder = \"{name}\"\n"
            );
        }
        let config = config::parse(&text, folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let daemon = Daemon::start(config, Clock::system()).await.unwrap();
        let secret = setup::secret_in(daemon.data()).unwrap();
        Self { zone, dns, ada, roads, secret, daemon, folder }
    }

    /// The address on that road, and where its mailbox forwards to.
    pub(crate) fn address(&self, road: Road) -> (String, String) {
        let mailbox = format!("{}@acme.example", road.forwarder());
        let destination = self.destination(&mailbox);
        (mailbox, destination)
    }

    pub(crate) fn destination(&self, mailbox: &str) -> String {
        setup::destination(&self.secret, &Address::parse(mailbox).unwrap(), "mx.acme.example").unwrap().to_string()
    }

    /// Ada's mail to the address on that road.
    pub(crate) fn mail(&self, road: Road, id: &str, subject: &str) -> Vec<u8> {
        let (mailbox, _) = self.address(road);
        self.ada.writes(&mailbox, &format!("{id}@customer.example"), subject, "It is broken. Please help.").unwrap()
    }

    /// How that mail arrives.
    pub(crate) async fn arriving(&self, road: Road, bytes: &[u8]) -> Arriving {
        let (mailbox, destination) = self.address(road);
        self.roads.take(road, Posted { sender: ADA, bytes }, &mailbox, &destination).await.unwrap()
    }

    /// Ada's mail comes on that road.
    pub(crate) async fn comes(&self, road: Road, bytes: &[u8]) -> MailRow {
        let arriving = self.arriving(road, bytes).await;
        let (_, destination) = self.address(road);
        self.taken(&arriving, &destination).await
    }

    /// A mail that must be accepted; as it was kept.
    pub(crate) async fn taken(&self, arriving: &Arriving, to: &str) -> MailRow {
        let id: MailId = self.queued(arriving, to).await.parse().unwrap();
        self.daemon.store().mail(id).unwrap().expect("250 means kept")
    }

    /// The queue id that was said.
    pub(crate) async fn queued(&self, arriving: &Arriving, to: &str) -> String {
        let Arriving { peer, helo, mail_from, bytes } = arriving;
        let dialogue = Dialogue { helo, mail_from, rcpts: &[to], bytes };
        let said = playground::send_behind_a_proxy(self.daemon.smtp_addrs()[0], *peer, dialogue).await.unwrap();
        let last = said.last().unwrap();
        let id = last.strip_prefix("250 2.0.0 Ok: queued as ").unwrap_or_else(|| panic!("{mail_from}: {last}"));
        id.trim().to_owned()
    }

    /// The conversation that the mail lies in, and its level there.
    pub(crate) fn conversation(&self, row: &MailRow) -> (ConversationRow, Level) {
        let [filed] = row.filings.as_slice() else { panic!("{:?}", row.filings) };
        let Place::Conversation { id, level, .. } = filed.place else { panic!("{row:#?}") };
        (self.daemon.store().conversation(id).unwrap().unwrap(), level)
    }

    pub(crate) async fn end(self) {
        self.daemon.stop().await;
        drop(self.folder);
    }
}

/// From a web host of somebody else, the sender kept.
pub(crate) fn elsewhere(mail_from: &str, bytes: Vec<u8>) -> Arriving {
    let peer = Ipv4Addr::new(203, 0, 113, 9);
    Arriving { peer, helo: "host.elsewhere.example", mail_from: mail_from.into(), bytes }
}
