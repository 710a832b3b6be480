//! Says what waits, webhook by webhook, and writes what came of it. It holds no truth: what is on its way when it ends is said
//! again by the next one.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{payload, secret::Seal};
use crate::{
    fetch::{Fetcher, HeaderMap, HeaderValue, Method, Place, Reach, Request, header},
    store::{Change, Store, StoreError, Told, ToldHow, WaitingEvent, WebhookDelivery, WebhookId, WebhookRow},
    types::{Clock, ConversationId},
};

/// Requests of one webhook at once. Twenty webhooks that do not answer leave room for what else asks the web.
pub const AT_ONCE_MAX: usize = 2;

/// For the whole of a request. The standard asks for 15 to 30 seconds.
pub const TELL_TIMEOUT: Duration = Duration::from_secs(15);

/// How long after each attempt the next one comes; after the last an event is parked. Together a little more than three days.
pub const BACK_OFF: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];

/// How often it looks without being told that something waits: for what is due again.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Octets of an answer that are read. Nobody looks at more.
const ANSWER_BYTES_MAX: usize = 1024;

/// Letters of an answer that are kept with an event.
const ANSWER_CHARS_MAX: usize = 200;

/// See the module.
#[derive(Clone)]
pub struct Sender {
    store: Store,
    fetcher: Fetcher,
    seal: Seal,
    reach: Reach,
    clock: Clock,
}

/// What is on its way: an event, and its conversation.
type Underway = HashMap<Id, (WebhookId, WaitingEvent)>;

impl Sender {
    /// `reach`: which addresses may be told.
    pub fn new(store: Store, fetcher: Fetcher, seal: Seal, reach: Reach, clock: Clock) -> Self {
        Self { store, fetcher, seal, reach, clock }
    }

    /// Until it is stopped; what is on its way then is ended first.
    pub async fn run(self, stop: CancellationToken) {
        let (mut changes, mut tasks, mut underway) = (self.store.changes(), JoinSet::new(), Underway::new());
        loop {
            if let Err(error) = self.begin(&mut tasks, &mut underway, &stop) {
                warn!("webhooks are not told for now: {error}");
            }
            let something = async {
                // Too slow is told too.
                while matches!(changes.recv().await, Ok(Change::Conversation { .. } | Change::Held)) {}
            };
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = tasks.join_next_with_id() => {
                    underway.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
                }
                () = something => {}
                () = tokio::time::sleep(LOOKS_EVERY) => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Begins what may be said now.
    fn begin(
        &self,
        tasks: &mut JoinSet<()>,
        underway: &mut Underway,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        for (webhook, health) in self.store.webhooks()? {
            if webhook.disabled || health.waiting == 0 {
                continue;
            }
            let ours: Vec<WaitingEvent> =
                underway.values().filter(|(id, _)| *id == webhook.id).map(|(_, event)| *event).collect();
            if ours.len() >= AT_ONCE_MAX {
                continue;
            }
            for event in self.next(webhook.id, &ours)? {
                let (sender, webhook, stop) = (self.clone(), webhook.clone(), stop.clone());
                let id = webhook.id;
                let task = tasks.spawn(async move { sender.tell(webhook, event.seq, stop).await });
                underway.insert(task.id(), (id, event));
            }
        }
        Ok(())
    }

    /// What is due and has nothing older of its conversation before it.
    fn next(&self, id: WebhookId, underway: &[WaitingEvent]) -> Result<Vec<WaitingEvent>, StoreError> {
        let now = self.clock.now();
        let is_underway = |event: &WaitingEvent| underway.iter().any(|one| one.seq == event.seq);
        let mut before: HashSet<ConversationId> = underway.iter().filter_map(|event| event.conversation).collect();
        let is_next = |event: &WaitingEvent| {
            let first = event.conversation.is_none_or(|conversation| before.insert(conversation));
            first && event.due <= now && !is_underway(event)
        };
        let waiting = self.store.waiting_events(id)?;
        Ok(waiting.into_iter().filter(is_next).take(AT_ONCE_MAX - underway.len()).collect())
    }

    /// Says it once, and writes what came of it.
    async fn tell(&self, webhook: WebhookRow, seq: u64, stop: CancellationToken) {
        let event = match self.store.webhook_delivery(webhook.id, seq) {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(error) => return warn!(webhook = %webhook.id, "an event cannot be read for now: {error}"),
        };
        let said = self.say(&webhook, &event).await;
        let now = self.clock.now();
        let (how, words) = match said {
            Ok(words) => (ToldHow::Taken, words),
            Err(words) => match BACK_OFF.get(event.attempts as usize) {
                Some(pause) => (ToldHow::Later(now.plus(*pause)), words),
                None => (ToldHow::GivenUp, words),
            },
        };
        match how {
            ToldHow::Taken => info!(webhook = %webhook.id, event = event.id, "was told"),
            ToldHow::Later(_) => info!(webhook = %webhook.id, event = event.id, "was not told, and will be later"),
            ToldHow::GivenUp => warn!(webhook = %webhook.id, event = event.id, "was not told, and is parked"),
        }
        let told = Told { webhook: webhook.id, seq, how, words, now };
        // Not said again while it cannot be written down that it was.
        while let Err(error) = self.store.told(told.clone()).await {
            warn!(webhook = %webhook.id, "what came of an event cannot be written for now: {error}");
            if stop.run_until_cancelled(tokio::time::sleep(LOOKS_EVERY)).await.is_none() {
                return;
            }
        }
    }

    /// The far side's words; or what stood in the way.
    async fn say(&self, webhook: &WebhookRow, event: &WebhookDelivery) -> Result<String, String> {
        let body = payload::body(&self.store, event).map_err(|error| error.to_string())?;
        let signature = self.seal.open(&webhook.secret).map_err(|error| error.to_string())?;
        let secs = self.clock.now().0 / 1000;
        let signed = signature.sign(&event.id, secs, &body);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in
            [("webhook-id", event.id.clone()), ("webhook-timestamp", secs.to_string()), ("webhook-signature", signed)]
        {
            headers.insert(name, HeaderValue::from_str(&value).map_err(|error| error.to_string())?);
        }
        let request = Request {
            headers,
            body: body.into(),
            timeout: TELL_TIMEOUT,
            response_bytes_max: ANSWER_BYTES_MAX,
            ..Request::new(Method::POST, &webhook.url, self.reach.clone())
        };
        let response = self.fetcher.fetch(request).await.map_err(|error| error.to_string())?;
        let answer: String = String::from_utf8_lossy(&response.body).chars().take(ANSWER_CHARS_MAX).collect();
        let words = format!("HTTP {} {}", response.status, crate::types::one_line(&answer)).trim_end().to_owned();
        match response.status {
            200..=299 => Ok(words),
            300..=399 => Err(format!("HTTP {}: redirects are not followed", response.status)),
            _ => Err(words),
        }
    }
}

/// Whether a webhook may have that URL: as far as it can be said before its host is looked up.
///
/// # Errors
/// In words.
pub fn check_url(url: &str, reach: &Reach) -> Result<(), String> {
    let place = Place::read(url).map_err(|error| error.to_string())?;
    if !place.is_tls() && *reach == Reach::Public {
        return Err("it begins with https://; http:// is for a server in one of `[web] webhook_networks`".into());
    }
    match place.address().map_or(Ok(()), |address| reach.judge(address)) {
        Ok(()) => Ok(()),
        Err(what) => Err(format!("{} is {what}: it is not told unless `[web] webhook_networks` has it", place.host())),
    }
}
