//! A server of chat models, as it is asked for answers: it says what a script tells it to, and fails in every way one can fail.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Octets of a request that are read.
const REQUEST_OCTETS_MAX: usize = 16 * 1024 * 1024;

/// What is said to one request.
#[derive(Debug, Clone)]
pub enum Turn {
    /// A completion with that content.
    Says(String),
    /// A completion that asks for these tools, each with its arguments.
    Calls(Vec<(String, Value)>),
    /// That status, these header fields and that body, as `application/json` where the fields say nothing else.
    Status(u16, Vec<(String, String)>, String),
    /// These octets, and the connection ends.
    Raw(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// Nothing, for ever.
    Silence,
    /// These octets one by one, each after a pause.
    Drip(Vec<u8>, Duration),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct AskedModel {
    /// Its first line and its header fields.
    pub head: String,
    /// Its body; null when that is no JSON.
    pub body: Value,
}

impl AskedModel {
    /// The texts of its messages, one below the other.
    pub fn text(&self) -> String {
        let messages = self.body["messages"].as_array().into_iter().flatten();
        messages.filter_map(|message| message["content"].as_str()).collect::<Vec<_>>().join("\n")
    }
}

type Script = dyn Fn(usize, &AskedModel) -> Turn + Send + Sync;

/// The server, on loopback. Stops when it is dropped.
#[derive(Debug)]
pub struct Models {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<AskedModel>>>,
    _stop: DropGuard,
}

impl Models {
    /// Starts one; `script` is told how many requests came before, and the request. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn start(script: impl Fn(usize, &AskedModel) -> Turn + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let asked: Arc<Mutex<Vec<AskedModel>>> = Arc::default();
        let stop = CancellationToken::new();
        let (seen, script, stopped): (_, Arc<Script>, _) = (Arc::clone(&asked), Arc::new(script), stop.clone());
        let serving = async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tcp, Arc::clone(&seen), Arc::clone(&script)));
            }
        };
        tokio::spawn(async move { stopped.run_until_cancelled(serving).await });
        Ok(Self { addr, asked, _stop: stop.drop_guard() })
    }

    /// One that says these turns, the last one again and again.
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn of(turns: Vec<Turn>) -> io::Result<Self> {
        Self::start(move |place, _| turns.get(place).or(turns.last()).cloned().unwrap_or(Turn::Silence)).await
    }

    /// For `[model] base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<AskedModel> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(mut tcp: TcpStream, seen: Arc<Mutex<Vec<AskedModel>>>, script: Arc<Script>) -> io::Result<()> {
    let asked = request(&mut tcp).await?;
    let place = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(asked.clone());
        seen.len() - 1
    };
    match script(place, &asked) {
        Turn::Says(content) => {
            let message = json!({"role": "assistant", "content": content});
            tcp.write_all(&completion(&message, "stop")).await?;
        }
        Turn::Calls(calls) => {
            let calls: Vec<Value> = calls.iter().enumerate().map(|(n, call)| tool_call(place, n, call)).collect();
            let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
            tcp.write_all(&completion(&message, "tool_calls")).await?;
        }
        Turn::Status(status, fields, body) => tcp.write_all(&response(status, &fields, &body)).await?,
        Turn::Raw(octets) => tcp.write_all(&octets).await?,
        Turn::Reset => return tcp.set_zero_linger(),
        Turn::Silence => std::future::pending().await,
        Turn::Drip(octets, pause) => {
            for octet in octets {
                tcp.write_all(&[octet]).await?;
                tokio::time::sleep(pause).await;
            }
        }
    }
    tcp.shutdown().await
}

async fn request(tcp: &mut TcpStream) -> io::Result<AskedModel> {
    let mut octets = Vec::new();
    let head_end = loop {
        if let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        more(tcp, &mut octets).await?;
    };
    let head = String::from_utf8_lossy(&octets[..head_end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    while octets.len() < head_end + 4 + length.unwrap_or(0) {
        more(tcp, &mut octets).await?;
    }
    let body = serde_json::from_slice(&octets[head_end + 4..]).unwrap_or(Value::Null);
    Ok(AskedModel { head, body })
}

async fn more(tcp: &mut TcpStream, octets: &mut Vec<u8>) -> io::Result<()> {
    if octets.len() > REQUEST_OCTETS_MAX || tcp.read_buf(octets).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

fn tool_call(place: usize, n: usize, (name, arguments): &(String, Value)) -> Value {
    json!({"id": format!("call-{place}-{n}"), "type": "function",
        "function": {"name": name, "arguments": arguments.to_string()}})
}

fn completion(message: &Value, finish: &str) -> Vec<u8> {
    let choice = json!({"index": 0, "message": message, "finish_reason": finish});
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110});
    let body = json!({"id": "x", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage});
    response(200, &[], &body.to_string())
}

fn response(status: u16, fields: &[(String, String)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        text.push_str("Content-Type: application/json\r\n");
    }
    for (name, value) in fields {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{text}\r\n{body}").into_bytes()
}
