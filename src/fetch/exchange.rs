//! HTTP over a connection that stands: one request out, one answer in, and no more of it than was asked for. RFC 9112.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request as HttpRequest,
    body::Incoming,
    client::conn::http1,
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};

use super::{FetchError, Place, Request, Response};

/// Who asks. RFC 9110 §10.1.5.
const USER_AGENT: &str = concat!("replyd/", env!("CARGO_PKG_VERSION"));

/// Octets of the head of a response.
const HEAD_OCTETS_MAX: usize = 64 * 1024;

/// Header fields of a response.
const HEADERS_MAX: usize = 128;

pub(super) async fn exchange<S>(stream: S, place: &Place, request: &Request) -> Result<Response, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let fault = |fault: hyper::Error| broken(place, &fault);
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_OCTETS_MAX).max_headers(HEADERS_MAX);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(fault)?;
    // Ends with this function, and the connection with it.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(written(place, request)?).await.map_err(fault)?;
    let (head, body) = response.into_parts();
    let (body, cut) = begun(body, request.response_bytes_max).await.map_err(fault)?;
    Ok(Response { status: head.status.as_u16(), headers: head.headers, body, cut })
}

fn written(place: &Place, request: &Request) -> Result<HttpRequest<Full<Bytes>>, FetchError> {
    let mut written = HttpRequest::new(Full::new(request.body.clone()));
    *written.method_mut() = request.method.clone();
    *written.uri_mut() = place.target()?;
    let headers = written.headers_mut();
    let host = HeaderValue::try_from(place.authority()).map_err(|_| FetchError::Url("its host cannot be sent"))?;
    headers.insert(header::HOST, host);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    // What is packed is as long as its sender likes when it is unpacked.
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.extend(request.headers.clone());
    // RFC 9110 §8.6: a method that stands for content says that there is none.
    if request.body.is_empty() && matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Ok(written)
}

/// The body up to so many octets, and whether there was more.
async fn begun(mut body: Incoming, octets_max: usize) -> Result<(Bytes, bool), hyper::Error> {
    let mut taken = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = octets_max - taken.len();
        taken.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((taken.freeze(), true));
        }
    }
    Ok((taken.freeze(), false))
}

fn broken(place: &Place, fault: &hyper::Error) -> FetchError {
    let host = place.host();
    if fault.is_parse_too_large() {
        return FetchError::HeadTooLong(host);
    }
    let mut words = fault.to_string();
    // The library's own words say little; what it wraps says what happened.
    if let Some(inner) = std::error::Error::source(fault) {
        words = format!("{words}: {inner}");
    }
    FetchError::Broken { host, words }
}
