//! What people do with conversations besides answering them, over HTTP. Each verb has a file.

mod assigning;
mod blocking;
mod canned;
mod notes;
mod redacting;
mod seen;
mod snoozing;
mod splitting;
mod unfinished;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use super::api::Office;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new()
        .merge(notes::routes())
        .merge(assigning::routes())
        .merge(snoozing::routes())
        .merge(seen::routes())
        .merge(canned::routes())
        .merge(blocking::routes())
        .merge(splitting::routes())
        .merge(redacting::routes())
        .merge(unfinished::routes())
}
