//! What is said: ids and what a list shows. No text of a mail or letter leaves this way; who wants it asks the API for it.

use serde_json::{Map, Value, json};

use crate::{
    store::{DeliveryState, Store, StoreError, WebhookAbout, WebhookDelivery},
    types::{LetterId, Millis},
};

/// The body of a request.
pub(super) fn body(store: &Store, event: &WebhookDelivery) -> Result<Vec<u8>, StoreError> {
    let mut data = Map::new();
    if let Some(id) = event.conversation
        && let Some(row) = store.conversation(id)?
    {
        let conversation = json!({
            "id": row.id, "number": row.number, "address": row.address, "contact": row.contact,
            "contact_name": row.contact_name, "title": row.title, "status": row.status,
        });
        data.insert("conversation".into(), conversation);
    }
    match event.about {
        WebhookAbout::Nothing => {}
        WebhookAbout::Mail(id) => {
            data.insert("message".into(), json!({ "id": id }));
        }
        WebhookAbout::Letter(id) => {
            data.insert("letter".into(), letter(store, id, None)?);
        }
        WebhookAbout::Recipient(id, place) => {
            data.insert("letter".into(), letter(store, id, Some(place))?);
        }
    }
    let whole = json!({ "id": event.id, "type": event.event, "timestamp": moment(event.at), "data": data });
    Ok(whole.to_string().into_bytes())
}

fn letter(store: &Store, id: LetterId, place: Option<u16>) -> Result<Value, StoreError> {
    let mut said = json!({ "id": id });
    let Some(row) = store.letter(id)? else { return Ok(said) };
    said["author"] = json!(row.author);
    if let Some(one) = place.and_then(|place| row.recipients.get(usize::from(place))) {
        said["recipient"] = json!(one.to);
        if let DeliveryState::Refused { words, .. } | DeliveryState::Bounced { words, .. } = &one.state {
            said["words"] = json!(words);
        }
    }
    Ok(said)
}

/// RFC 3339.
fn moment(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0 as i64).map(|at| at.to_string()).unwrap_or_default()
}
