//! Judges mails as the daemon would, without a daemon: with the configuration that is there, or none.

use std::net::IpAddr;

use bytes::Bytes;

use super::super::Failure;
use crate::{
    config::Config,
    conversation::Sought,
    daemon,
    intake::{Judge, Judged},
    setup,
    types::{Address, Clock, Envelope, IdMaker, Recipient, Secret},
};

/// How the mails are said to have come.
#[derive(Debug)]
pub(in crate::cli) struct Way {
    pub(in crate::cli) peer: IpAddr,
    pub(in crate::cli) helo: String,
    pub(in crate::cli) mail_from: Option<Address>,
    pub(in crate::cli) rcpt: Vec<Address>,
}

/// Judges one mail after the other; what was learned of DNS for one serves the next.
pub(in crate::cli) struct Inspector {
    pub(in crate::cli) config: Config,
    judge: Judge,
    way: Way,
    clock: Clock,
    ids: IdMaker,
}

impl Inspector {
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the configuration has mistakes or its data folder cannot be read.
    pub(in crate::cli) fn new(config: Config, mut way: Way) -> Result<Self, Failure> {
        let secret = secret(&config);
        let keys = daemon::reply_keys(&config.store.path, &secret).map_err(|error| Failure::io(error.to_string()))?;
        let judge = daemon::judge(&config, &secret, keys).map_err(|error| Failure::config(error.to_string()))?;
        let clock = Clock::system();
        if way.rcpt.is_empty() {
            let shared = Address::parse(&format!("{}@{}", config.smtp.shared_destination, config.smtp.hostname));
            way.rcpt.extend(shared);
        }
        Ok(Self { config, judge, way, ids: IdMaker::new(clock.clone(), 0), clock })
    }

    pub(in crate::cli) async fn judge(&self, body: Bytes) -> Judged {
        let envelope = Envelope {
            id: self.ids.mail(),
            arrived: self.clock.now(),
            peer: self.way.peer,
            helo: self.way.helo.clone(),
            esmtp: true,
            tls: None,
            mail_from: self.way.mail_from.clone(),
            recipients: self.way.rcpt.iter().map(|address| Recipient { address: address.clone() }).collect(),
            smtputf8: false,
        };
        self.judge.judge(envelope, body).await
    }

    /// Where an address of ours was looked for.
    pub(in crate::cli) fn sought(&self, judged: &Judged) -> Vec<Sought> {
        self.judge.directory().sought(&judged.envelope.recipients, &judged.mail)
    }
}

/// The secret of the install where there is one; else one that fits nothing.
fn secret(config: &Config) -> Secret {
    let there = config.store.path.join(setup::SECRET_FILE).exists();
    let secret = there.then(|| setup::secret_in(&config.store.path).ok()).flatten();
    secret.unwrap_or_else(|| Secret::new(*b"no install here: this fits none."))
}
