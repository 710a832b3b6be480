//! One model on one server: a request, what came of it, and what the server turned out not to take.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use jiff::fmt::rfc2822;

use super::wire::{self, LeftOut, Reply, Wish};
use crate::{
    agent::{
        masks::{self, Masks},
        notes::{ModelCall, Notes},
    },
    config::ModelServer,
    fetch::{FetchError, Fetcher, HeaderValue, Method, Reach, Request, Response, header},
    types::{Clock, Millis, Secret},
};

/// Octets of a response. An answer has 8,000; the rest is what surrounds it.
pub(super) const RESPONSE_OCTETS_MAX: usize = 1024 * 1024;

/// What one request learns at most: the fields that there are, and the two steps of the format.
const LEARNED_MAX: usize = 5;

/// A model that can be asked.
pub(super) struct Server {
    settings: ModelServer,
    /// Its host, for the record.
    host: String,
    left_out: Mutex<LeftOut>,
}

/// Why there is no reply. For people, without anything that the server repeated of a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// Nothing came back.
    #[error("{0}")]
    Fetch(FetchError),
    /// 401, 403.
    #[error("the server refused our key ({0})")]
    KeyRefused(u16),
    /// 404.
    #[error("the server knows no such model, or nothing is at its address (404)")]
    NotFound,
    /// 429.
    #[error("the server has too much to do (429){}", come_back(.0))]
    Busy(Option<Duration>),
    /// Any other status that is no success.
    #[error("the server answered {status}{}", .code.as_deref().map(|code| format!(", {code}")).unwrap_or_default())]
    Status { status: u16, code: Option<String>, retry_after: Option<Duration> },
    /// More than anybody reads.
    #[error("its answer is longer than {RESPONSE_OCTETS_MAX} octets")]
    TooLong,
    /// A page of a proxy, for one.
    #[error("its answer is not application/json")]
    NotJson,
    /// Not what OpenAI's protocol says.
    #[error("{0}")]
    Unreadable(&'static str),
}

fn come_back(after: &Option<Duration>) -> String {
    after.map(|after| format!(" and asks us to come back in {} s", after.as_secs())).unwrap_or_default()
}

impl Failure {
    /// Whether the same request may do better in a moment.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            // A certificate does not become right within a thought.
            Self::Fetch(FetchError::Tls { .. }) => false,
            Self::Fetch(err) => !err.is_final(),
            Self::Busy(_) | Self::TooLong | Self::NotJson | Self::Unreadable(_) => true,
            Self::KeyRefused(_) | Self::NotFound => false,
            Self::Status { status, .. } => *status >= 500 || matches!(status, 408 | 409 | 425),
        }
    }

    /// Whether it is a fault of the server, whatever it was asked.
    pub(super) fn is_the_servers(&self) -> bool {
        match self {
            Self::Fetch(FetchError::Url(_) | FetchError::Header(_)) => false,
            Self::Fetch(_) | Self::KeyRefused(_) | Self::NotFound | Self::Busy(_) => true,
            Self::TooLong | Self::NotJson | Self::Unreadable(_) => true,
            Self::Status { .. } => self.may_pass(),
        }
    }

    /// How long the server wishes to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(after) | Self::Status { retry_after: after, .. } => *after,
            _ => None,
        }
    }
}

/// What one request needs beside its words.
pub(super) struct Line<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) clock: &'a Clock,
    pub(super) notes: &'a Notes,
    pub(super) masks: &'a Masks,
    pub(super) within: Duration,
}

impl Server {
    pub(super) fn new(settings: ModelServer) -> Self {
        let authority = settings.base_url.split("://").nth(1).unwrap_or_default();
        let host = authority.split('/').next().unwrap_or_default().to_owned();
        Self { settings, host, left_out: Mutex::default() }
    }

    /// The model's name.
    pub(super) fn name(&self) -> &str {
        &self.settings.name
    }

    /// Asks once; again without a field that the server complains about, and never with it afterwards.
    ///
    /// # Errors
    /// See [`Failure`].
    pub(super) async fn ask(&self, wish: &Wish<'_>, line: &Line<'_>) -> Result<Reply, Failure> {
        let mut left_out = *self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..LEARNED_MAX {
            let (result, complaint) = self.ask_once(wish, left_out, line).await;
            match left_out.after(&complaint, wish) {
                Some(next) if result.is_err() => left_out = next,
                _ => {
                    if result.is_ok() {
                        *self.left_out.lock().unwrap_or_else(PoisonError::into_inner) = left_out;
                    }
                    return result;
                }
            }
        }
        self.ask_once(wish, left_out, line).await.0
    }

    /// What came of one request, and what the server complained about, which is empty mostly.
    async fn ask_once(&self, wish: &Wish<'_>, left_out: LeftOut, line: &Line<'_>) -> (Result<Reply, Failure>, String) {
        let mut body = wire::request(&self.settings.name, wish, left_out);
        masks::mask_strings(&mut body, line.masks);
        let body = body.to_string();
        let begun = Instant::now();
        let fetched = line.fetcher.fetch(self.request(body.clone(), line.within)).await;
        let mut complaint = String::new();
        let mut answer = Bytes::new();
        let result = match fetched {
            Err(err) => Err(Failure::Fetch(err)),
            Ok(response) if response.status == 200 => {
                answer = response.body.clone();
                read(&response)
            }
            Ok(response) => {
                let said = wire::complaint(&response.body);
                // Tolerated: llama-cpp-python says 500 to a field that it does not know.
                let is_of_a_field = response.status == 500 && said.words.contains("'body'");
                if matches!(response.status, 400 | 422 | 501) || is_of_a_field {
                    complaint = said.words;
                }
                Err(refused(&response, said.code, line.clock.now()))
            }
        };
        let tokens = result.as_ref().map(|reply| reply.tokens).unwrap_or_default();
        line.notes.asked(ModelCall {
            provider: self.host.clone(),
            model: self.settings.name.clone(),
            prompt: body,
            answer: String::from_utf8_lossy(&answer).into_owned(),
            tokens_in: tokens.input,
            tokens_out: tokens.output,
            millis: begun.elapsed().as_millis() as u64,
            outcome: result.as_ref().map_or_else(|failure| failure.to_string(), |_| "answered".into()),
        });
        (result, complaint)
    }

    fn request(&self, body: String, within: Duration) -> Request {
        let url = format!("{}/chat/completions", self.settings.base_url);
        let request = posted(url, self.settings.api_key.as_ref(), body);
        Request { timeout: within, response_bytes_max: RESPONSE_OCTETS_MAX, ..request }
    }
}

/// JSON for a server of models, with the key that it asks for.
pub(super) fn posted(url: String, key: Option<&Secret>, body: String) -> Request {
    // The administrator wrote this address: it may be a machine of theirs (S-24).
    let mut request = Request::new(Method::POST, url, Reach::Anywhere);
    request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let key = key.map(|key| format!("Bearer {}", key.expose_str()));
    if let Some(mut key) = key.and_then(|key| HeaderValue::try_from(key).ok()) {
        key.set_sensitive(true);
        request.headers.insert(header::AUTHORIZATION, key);
    }
    request.body = body.into();
    request
}

fn read(response: &Response) -> Result<Reply, Failure> {
    if response.cut {
        return Err(Failure::TooLong);
    }
    let kind = response.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Failure::NotJson);
    }
    wire::reply(&response.body).map_err(Failure::Unreadable)
}

fn refused(response: &Response, code: Option<String>, now: Millis) -> Failure {
    let retry_after = response.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|text| come_back_after(text, now));
    match response.status {
        401 | 403 => Failure::KeyRefused(response.status),
        404 => Failure::NotFound,
        429 => Failure::Busy(retry_after),
        status => Failure::Status { status, code, retry_after },
    }
}

/// RFC 9110 §10.2.3: seconds, or a date.
fn come_back_after(text: &str, now: Millis) -> Option<Duration> {
    if let Ok(secs) = text.trim().parse::<u32>() {
        return Some(Duration::from_secs(secs.into()));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    Some(Millis(u64::try_from(at.as_millisecond()).ok()?).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_come_back_is_said_in_seconds_or_as_a_date() {
        let now = Millis(1_445_412_420_000); // Wed, 21 Oct 2015 07:27:00 GMT
        for (text, secs) in [
            ("3", Some(3)),
            (" 120 ", Some(120)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(60)),
            ("Wed, 21 Oct 2015 07:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("99999999999999", None),
        ] {
            assert_eq!(come_back_after(text, now), secs.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_and_what_is_the_servers_fault_is_counted() {
        let status = |status| Failure::Status { status, code: None, retry_after: None };
        for (failure, may_pass, is_the_servers) in [
            (status(500), true, true),
            (status(503), true, true),
            (status(408), true, true),
            (status(400), false, false),
            (status(302), false, false),
            (Failure::Busy(None), true, true),
            (Failure::KeyRefused(401), false, true),
            (Failure::NotFound, false, true),
            (Failure::Unreadable("x"), true, true),
        ] {
            assert_eq!((failure.may_pass(), failure.is_the_servers()), (may_pass, is_the_servers), "{failure}");
        }
    }
}
