//! Whether a host may send for a domain, as SPF says now. For those who publish the record; no mail is judged here.

use std::net::IpAddr;

use tokio::time::Instant;

use super::{dns::Dns, lookups::Lookups, spf};
use crate::{config, types::Verdict};

/// What the SPF record of `domain` says of mail that `peer` sends for it. Nothing is remembered: what was published a moment
/// ago counts.
///
/// [`Verdict::PermError`] when receivers could not use the record: two of them, a mistake in it or below it, more than ten
/// lookups (RFC 7208 §4.6.4). Never takes longer than `[auth] deadline_secs`; what is not known by then is a temporary error.
pub async fn may_send(settings: &config::Auth, domain: &str, peer: IpAddr) -> Verdict {
    let lookups = Lookups::new(Dns::new(settings));
    let deadline = Instant::now() + settings.deadline;
    loop {
        let verdict = spf::check(&lookups, spf::Client { peer, helo: domain, local: "postmaster", domain });
        if !lookups.want_another_run(deadline).await {
            return verdict;
        }
    }
}
