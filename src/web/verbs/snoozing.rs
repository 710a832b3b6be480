//! `POST /api/v1/conversations/{id}/snooze`: nobody need look before a moment.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office},
    finding::find,
    problem::Problem,
    visitor::Visitor,
};
use crate::{
    store::{ConversationRow, Snooze},
    types::{Millis, Verb},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(snooze))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SnoozeRequest {
    /// A moment in RFC 3339, or a time from now: `45m`, `3h`, `2d`, `1w`. Without: not any more.
    until: Option<String>,
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Has nobody look before a moment.
#[utoipa::path(post, path = "/conversations/{id}/snooze", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationRow)))]
async fn snooze(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<SnoozeRequest>,
) -> Answer<ConversationRow> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let (by, now) = (visitor.by(request.by)?, office.clock.now());
    let until = request.until.map(|text| until(text.trim(), now).ok_or(text)).transpose().map_err(|text| {
        let text = crate::types::one_line(&text);
        Problem::bad_request(format!("`{text}` is no moment: say 2026-05-04T09:00:00+02:00, or 45m, 3h, 2d, 1w"))
    })?;
    office.store.snooze(Snooze { conversation: row.id, until, by, now }).await?;
    find(&office, &visitor, Verb::Read, &row.id.to_string()).map(Json)
}

/// A moment as people write it. Days are of 24 hours.
fn until(text: &str, now: Millis) -> Option<Millis> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return u64::try_from(at.as_millisecond()).ok().map(Millis);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let secs = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => return None,
    };
    let number: u32 = number.parse().ok().filter(|_| number.bytes().all(|octet| octet.is_ascii_digit()))?;
    Some(now.plus(std::time::Duration::from_secs(u64::from(number) * secs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_whole_or_as_a_time_from_now() {
        let now = Millis(1_700_000_000_000);
        let hours = |hours: u64| Some(Millis(now.0 + hours * 3_600_000));
        for (text, at) in [
            ("3h", hours(3)),
            ("90m", Some(Millis(now.0 + 5_400_000))),
            ("2d", hours(48)),
            ("1w", hours(168)),
            ("2023-11-15T00:13:20+01:00", hours(1)),
            ("2023-11-14T23:13:20Z", hours(1)),
        ] {
            assert_eq!(until(text, now), at, "{text}");
        }
        for text in ["", "h", "3", "-3h", "+3h", "3 h", "3y", "tomorrow", "2023-11-14", "99999999999h", "3ö"] {
            assert_eq!(until(text, now), None, "{text}");
        }
    }
}
