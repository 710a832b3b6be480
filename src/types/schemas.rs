//! How the values of this room stand in the description of the API, where they are written otherwise than they are held.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

use super::{Address, ConversationId, LetterId, Level, MailId, RunId};

/// A schema with a name of its own.
macro_rules! described {
    ($($name:ident: $schema:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

described! {
    Address: text("An address of a mailbox: local part, `@`, domain.").examples(["ada@customer.example"]);
    ConversationId: id("A conversation.");
    LetterId: id("A letter of ours.");
    Level: ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(4))
        .description(Some("How much a mail proved about who wrote it: 0 nothing or a contradiction, 4 the most."));
    MailId: id("A mail: its queue id.");
    RunId: id("A run of the AI.");
}

fn text(what: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(what))
}

fn id(what: &str) -> ObjectBuilder {
    text(&format!("{what} Thirteen of 0-9 and a-z without i, l, o, u."))
        .pattern(Some("^[0-9a-f][0-9a-hjkmnp-tv-z]{12}$"))
}
