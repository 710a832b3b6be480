//! The control socket in the data folder, and what is served over TCP.

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use axum::Router;
use tokio::{
    net::{TcpListener, UnixListener},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::config::Config;

/// The socket's name in the data folder. Scripts rely on it.
const SOCKET: &str = "replyd.sock";

/// Where the daemon of this configuration listens for commands.
pub fn socket_path(config: &Config) -> PathBuf {
    config.store.path.join(SOCKET)
}

/// Serves the router on the control socket. Whoever holds the store's lock owns the socket: an old one is left over from
/// a crash.
pub(super) fn serve(config: &Config, router: Router, stop: CancellationToken) -> Result<JoinHandle<()>, StartError> {
    let path = socket_path(config);
    let listener = open(&path).map_err(|source| StartError::Socket { path: path.clone(), source })?;
    Ok(tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!("the control socket stopped: {error}");
        }
        let _ = std::fs::remove_file(path);
    }))
}

fn open(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves the inbox, or the metrics, over TCP. Says where: port 0 takes a free one.
pub(super) async fn serve_tcp(
    listen: SocketAddr,
    router: Router,
    stop: CancellationToken,
) -> Result<(SocketAddr, JoinHandle<()>), StartError> {
    let listener = TcpListener::bind(listen).await.map_err(StartError::Listen)?;
    let addr = listener.local_addr().map_err(StartError::Listen)?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await {
            tracing::error!("[web] stopped: {error}");
        }
    });
    Ok((addr, task))
}
