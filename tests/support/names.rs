//! DNS for a test: a server on loopback that answers from a table, in a runtime of its own.

use std::net::SocketAddr;

use replyd::playground::{Claim, Dns, Key, Zone, seal};
use serde_json::Value;

/// A running DNS server.
pub(crate) struct Names {
    dns: Dns,
    runtime: tokio::runtime::Runtime,
}

impl Names {
    /// `customer.example` sends from 127.0.0.1 only, so its mails are level 3; `strict.example` sends from nowhere and
    /// asks to reject, so mails from it are held.
    pub(crate) fn start() -> Self {
        Self::with(|_| ())
    }

    /// The same, and what else `rows` puts there.
    pub(crate) fn with(rows: impl FnOnce(&Zone)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let zone = Zone::new();
        zone.txt("customer.example", "v=spf1 ip4:127.0.0.1 -all").txt("_dmarc.customer.example", "v=DMARC1; p=reject");
        zone.txt("strict.example", "v=spf1 -all").txt("_dmarc.strict.example", "v=DMARC1; p=reject");
        rows(&zone);
        let guard = runtime.enter();
        let dns = Dns::start(zone).unwrap();
        drop(guard);
        Self { dns, runtime }
    }

    /// The mail with a seal of that key on top, which says that DMARC passed, or failed, for `from`.
    pub(crate) fn sealed(&self, mail: &[u8], key: &Key, from: &str, passed: bool) -> Vec<u8> {
        let claim = if passed { Claim::DmarcPass(from) } else { Claim::DmarcFail(from) };
        self.runtime.block_on(seal(mail, key, claim, self.addr())).unwrap()
    }

    /// The table, to be added to.
    pub(crate) fn zone(&self) -> &Zone {
        self.dns.zone()
    }

    /// Publishes the TXT rows that `domain add` printed.
    pub(crate) fn publish(&self, rows: &[Value]) {
        for row in rows.iter().filter(|row| row["type"] == "TXT") {
            self.zone().txt(row["name"].as_str().unwrap(), row["value"].as_str().unwrap());
        }
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.dns.addr()
    }
}
