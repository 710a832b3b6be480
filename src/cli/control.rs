//! How commands reach the data: through the control socket while the daemon runs, else by opening the store.
//!
//! Both ways lead through the same router, so a command need not know which one it is.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use super::{Context, Failure, attachments::new_file};
use crate::{config, daemon};

/// Octets of an answer that a command takes: a whole mail in JSON.
const ANSWER_OCTETS_MAX: usize = 512 * 1024 * 1024;

/// Whatever stands in it as one segment of a path or one value of a query. RFC 3986 §2.1.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => escaped.push(char::from(octet)),
            _ => write!(escaped, "%{octet:02X}").expect("a text takes more"),
        }
    }
    escaped
}

/// A way to the data.
pub(super) enum Control {
    /// The daemon runs.
    Daemon(PathBuf),
    /// It does not: the store is open here, as long as this lives.
    Here(Router),
}

impl Control {
    /// Finds the way.
    pub(super) async fn open(context: &Context) -> Result<Self, Failure> {
        let config = match config::load(&context.config) {
            Ok(config) => config,
            Err(mistakes) => return Self::despite(&mistakes, context).await,
        };
        if let Some(socket) = running(&config).await {
            return Ok(Self::Daemon(socket));
        }
        let quiet = daemon::Quiet::open(config).await.map_err(|error| Failure::unavailable(error.to_string()))?;
        Ok(Self::Here(quiet.router()))
    }

    /// The file was changed under a daemon that runs, or something it names is gone: that daemon still answers.
    async fn despite(mistakes: &config::Mistakes, context: &Context) -> Result<Self, Failure> {
        let socket = match config::load_with_mistakes(&context.config) {
            Some(config) => running(&config).await,
            None => None,
        };
        let Some(socket) = socket else { return Err(Failure::config(mistakes.to_string())) };
        eprintln!("the daemon runs and is asked; it would not start again like this:\n{mistakes}");
        Ok(Self::Daemon(socket))
    }

    /// Asks for a value.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask("GET", path, None).await
    }

    /// Sends a value and takes what comes back.
    pub(super) async fn send<T: DeserializeOwned>(&self, verb: &str, path: &str, body: Value) -> Result<T, Failure> {
        self.ask(verb, path, Some(body)).await
    }

    /// Writes what comes into a new file, in pieces. Gives its octets; a file that was begun and not finished goes.
    pub(super) async fn save(&self, path: &str, file: &Path) -> Result<u64, Failure> {
        let request = Request::builder().uri(path).header("host", "replyd").body(Body::empty());
        let request = request.map_err(|error| Failure::usage(error.to_string()))?;
        match self {
            Self::Daemon(socket) => write(over_socket(socket, request).await?, file).await,
            Self::Here(router) => match router.clone().oneshot(request).await {
                Ok(response) => write(response, file).await,
                Err(never) => match never {},
            },
        }
    }

    async fn ask<T: DeserializeOwned>(&self, verb: &str, path: &str, body: Option<Value>) -> Result<T, Failure> {
        let mut request = Request::builder().method(verb).uri(path).header("host", "replyd");
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| Body::from(body.to_string())).unwrap_or_default();
        let request = request.body(body).map_err(|error| Failure::usage(error.to_string()))?;
        let (status, bytes) = match self {
            Self::Daemon(socket) => collect(over_socket(socket, request).await?).await?,
            Self::Here(router) => match router.clone().oneshot(request).await {
                Ok(response) => collect(response).await?,
                Err(never) => match never {},
            },
        };
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|error| Failure::io(format!("unexpected answer: {error}")));
        }
        Err(refused(status, &bytes))
    }
}

/// The socket of the daemon, when one listens.
async fn running(config: &config::Config) -> Option<PathBuf> {
    let socket = daemon::socket_path(config);
    tokio::net::UnixStream::connect(&socket).await.is_ok().then_some(socket)
}

fn refused(status: StatusCode, bytes: &[u8]) -> Failure {
    let problem: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let detail = problem["detail"].as_str().map_or_else(|| format!("the daemon answered {status}"), str::to_owned);
    match status {
        StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => Failure::data(detail),
        StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE => Failure::later(detail),
        status if status.is_client_error() => Failure::usage(detail),
        _ => Failure::io(detail),
    }
}

async fn over_socket(socket: &Path, request: Request<Body>) -> Result<Response<hyper::body::Incoming>, Failure> {
    let gone =
        |error: &dyn std::fmt::Display| Failure::unavailable(format!("the daemon at {}: {error}", socket.display()));
    let stream = tokio::net::UnixStream::connect(socket).await.map_err(|error| gone(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| gone(&error))?;
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(|error| gone(&error))
}

async fn write<B>(response: Response<B>, path: &Path) -> Result<u64, Failure>
where
    B: hyper::body::Body<Data = bytes::Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if !response.status().is_success() {
        let (status, bytes) = collect(response).await?;
        return Err(refused(status, &bytes));
    }
    let mut file = new_file(path)?;
    let written = pieces(response.into_body(), &mut file).await;
    if written.is_err() {
        // The error told is the first one.
        let _ = std::fs::remove_file(path);
    }
    written.map_err(|error| Failure::io(format!("{}: {error}", path.display())))
}

async fn pieces<B>(mut body: B, file: &mut std::fs::File) -> std::io::Result<u64>
where
    B: hyper::body::Body<Data = bytes::Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut octets = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(std::io::Error::other)?.into_data() {
            file.write_all(&piece)?;
            octets += piece.len() as u64;
        }
    }
    file.sync_all()?;
    Ok(octets)
}

async fn collect<B>(response: Response<B>) -> Result<(StatusCode, bytes::Bytes), Failure>
where
    B: hyper::body::Body<Data = bytes::Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let status = response.status();
    let body = http_body_util::Limited::new(response.into_body(), ANSWER_OCTETS_MAX).collect().await;
    Ok((status, body.map_err(|error| Failure::io(error.to_string()))?.to_bytes()))
}

/// Reads the configuration, or says every mistake in it.
pub(super) fn load(path: &Path) -> Result<config::Config, Failure> {
    config::load(path).map_err(|mistakes| Failure::config(mistakes.to_string()))
}
