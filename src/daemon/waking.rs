//! Brings back conversations that were put off, when their time has come. It holds no truth: what came due while nobody ran is
//! brought back at the next start.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{store::Store, types::Clock};

/// How often it looks. One look at the index while nothing is due.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Until it is stopped.
pub(super) async fn run(store: Store, clock: Clock, stop: CancellationToken) {
    loop {
        match store.wake_snoozed(clock.now()).await {
            Ok(0) => {}
            Ok(woken) => info!(conversations = woken, "conversations that were put off are back"),
            Err(error) => warn!("conversations that were put off stay away for now: {error}"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOKS_EVERY)).await.is_none() {
            return;
        }
    }
}
