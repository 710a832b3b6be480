//! How long the pages of the inbox take over many conversations: lists of every view, conversations, and what is searched, while
//! mails come in.
//!
//!     cargo bench --bench inbox
//!
//! - `REPLYD_CONVERSATIONS`: conversations in the store, 2,000 when not said; 1,000,000 for the figure.
//! - `REPLYD_BENCH_FOLDER`: where the data folder is made, and left for the next run; a temporary one when not said.
//!
//! They are written by the store's own operations, the search index follows, and then pages are asked for over HTTP on a
//! loopback socket, one after the other, by somebody who is logged in. What is measured is from the request to the last octet of
//! the answer, with client and server in one process.

mod filling;
mod measuring;
mod words;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use replyd::{
    config,
    daemon::Quiet,
    people::Actor,
    search::Search,
    types::{Grants, Role},
    web::Visitor,
};
use tokio_util::sync::CancellationToken;

/// As in the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONVERSATIONS: usize = 2_000;

/// Mails that come in while pages are asked for, a second.
const MAILS_PER_SECOND: u32 = 20;

/// Who looks.
const ME: &str = "eve";

fn main() {
    let said = std::env::var("REPLYD_CONVERSATIONS").map(|text| text.replace([',', '_'], ""));
    let conversations = said.map_or(CONVERSATIONS, |text| text.parse().expect("REPLYD_CONVERSATIONS is a number"));
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    threads.expect("threads can be started").block_on(run(conversations));
}

async fn run(conversations: usize) {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let folder = std::env::var("REPLYD_BENCH_FOLDER").map_or_else(|_| temporary.path().to_owned(), PathBuf::from);
    let quiet = Quiet::open(configuration(&folder)).await.expect("the store opens");
    let began = Instant::now();
    let store = quiet.store().clone();
    let there = store.counts().expect("the store answers").conversations as usize;
    filling::fill(&store, there..conversations).await;
    println!("{conversations} conversations, {there} of them from before; filled in {:.1?}", began.elapsed());

    let began = Instant::now();
    let (search, mut follower) = Search::open(&folder.join("search"), &store).expect("the search index opens");
    follower.catch_up().await.expect("the search index follows");
    println!("the search index followed in {:.1?}", began.elapsed());

    let stop = CancellationToken::new();
    tokio::spawn(follower.run(stop.clone()));
    let grants = Arc::new(Grants::everywhere(Role::Admin));
    let visitor = Visitor { actor: Actor::Person { name: ME.into(), grants }, csrf: Some("bench".into()) };
    let router = quiet.routes().layer(axum::Extension(search)).layer(axum::Extension(visitor));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback socket");
    let at = listener.local_addr().expect("it has an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (arriving, stopped) = (store.clone(), stop.clone());
    let pause = Duration::from_secs(1) / MAILS_PER_SECOND;
    tokio::spawn(async move { stopped.run_until_cancelled(filling::arrive(&arriving, pause)).await });

    measuring::measure(&store, at).await;
    stop.cancel();
}

/// A house with two addresses, where nothing leaves.
fn configuration(folder: &Path) -> config::Config {
    let text = format!(
        "[smtp]\nhostname = \"mx.acme.example\"\n[[smtp.listener]]\nlisten = \"127.0.0.1:0\"\n\
         [store]\npath = \"{}\"\n[outbound]\nroute = \"file\"\npath = \"outbox\"\n\
         [[domain]]\nname = \"acme.example\"\n\
         [[address]]\naddress = \"{}\"\nautopilot = \"off\"\n[[address]]\naddress = \"{}\"\nautopilot = \"off\"\n",
        folder.display(),
        filling::ADDRESSES[0],
        filling::ADDRESSES[1],
    );
    config::parse(&text, folder).expect("the configuration is right")
}
