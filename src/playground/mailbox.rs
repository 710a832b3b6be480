//! Somebody's mail server: takes everything for everybody, keeps it in memory, and lets one wait for the next mail.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    config::{Limits, Listener, Smtp, TlsMode},
    smtp::{self, Body, Intake, ReceiveError, RecipientVerdict},
    types::{Accepted, Address, Clock, Envelope, IdMaker},
};

/// A mail as it was delivered.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// What the SMTP dialogue said.
    pub envelope: Envelope,
    /// The mail.
    pub bytes: Bytes,
}

/// A mail server on loopback. Stops when it is dropped.
#[derive(Debug)]
pub struct Mailbox {
    addr: SocketAddr,
    shelf: Arc<Shelf>,
    _stop: DropGuard,
}

#[derive(Debug, Default)]
struct Shelf {
    mails: Mutex<Vec<Delivered>>,
    arrived: Notify,
}

impl Mailbox {
    /// Starts one; `spool` is a folder for long bodies while they arrive. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn start(hostname: &str, spool: std::path::PathBuf) -> io::Result<Self> {
        let listener = Listener { listen: (Ipv4Addr::LOCALHOST, 0).into(), tls: TlsMode::Off, ..Listener::default() };
        let smtp = Smtp { hostname: hostname.into(), listeners: vec![listener], ..Smtp::default() };
        let clock = Clock::system();
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let settings = smtp::Settings { smtp, limits: Limits::default(), tls: None, spool, ids, clock };
        let shelf = Arc::new(Shelf::default());
        let server = smtp::Server::bind(settings, shelf.clone())?;
        let addr = server.local_addrs().first().copied().ok_or_else(|| io::Error::other("no listener"))?;
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));
        Ok(Self { addr, shelf, _stop: stop.drop_guard() })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many mails came so far.
    pub fn count(&self) -> usize {
        self.shelf.mails.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The mail of that place in the order of arrival, waited for at most that long.
    pub async fn nth(&self, place: usize, at_most: Duration) -> Option<Delivered> {
        let waiting = async {
            loop {
                let arrived = self.shelf.arrived.notified();
                tokio::pin!(arrived);
                arrived.as_mut().enable();
                if let Some(mail) = self.shelf.mails.lock().unwrap_or_else(PoisonError::into_inner).get(place) {
                    return mail.clone();
                }
                arrived.await;
            }
        };
        tokio::time::timeout(at_most, waiting).await.ok()
    }
}

impl Intake for Shelf {
    fn recipient(&self, _address: &Address) -> RecipientVerdict {
        RecipientVerdict::Ours
    }

    async fn receive(&self, envelope: Envelope, body: Body) -> Result<Accepted, ReceiveError> {
        let id = envelope.id;
        let bytes = Bytes::copy_from_slice(body.bytes());
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(Delivered { envelope, bytes });
        self.arrived.notify_waiters();
        Ok(Accepted::durable(id, false))
    }
}
