//! The store: a journal that is the truth, and an index that can be made again from it.

mod requests;
mod rows;

pub use requests::{ConversationFilter, HandOff, Mark, NewLetter, Settled, StoreError, Written};
pub use rows::{
    ConversationRow, Delivery, DeliveryState, Draft, Entry, Filed, LetterRow, MailRow, Owner, Place, RawRef, Status,
    What,
};
