//! Runs over every journal: a code is asked for once, tried a few times, and what came of it outlives the index.

use std::time::Duration;

use super::{
    testing::{Bed, NOW, address, answering, conversation_of, end, file, letter, mail},
    *,
};
use crate::{
    conversation::{self, Class, ReplyKeys, quotes},
    mime,
    types::{Approval, LetterId, Level, MailId, Secret},
};

const ADA: &str = "ada@customer.example";
const VALID: Duration = Duration::from_secs(3600);

fn keys() -> ReplyKeys {
    ReplyKeys::new(&[Secret::new("a secret of the install")])
}

/// A letter that asks for a code, written for that generation.
fn asks(n: u64, conversation: ConversationId, generation: u64) -> NewLetter {
    let digest = keys().codes().digest(LetterId(n), conversation);
    let origin = Origin::CodeRequest { digest, until: NOW.plus(VALID) };
    NewLetter { origin, ..letter(n, conversation, Approval::by_autopilot(generation)) }
}

fn code(n: u64, conversation: ConversationId) -> String {
    let digest = keys().codes().digest(LetterId(n), conversation);
    keys().codes().written(LetterId(n), conversation, digest).unwrap()
}

/// The `n`-th mail, an answer in that conversation that says so.
fn says(n: u64, from: &str, conversation: ConversationId, text: &str) -> Arrival {
    let mut arrival = answering(mail(n, from), conversation);
    let read = mime::parse(format!("From: <{from}>\r\n\r\n{text}\r\n").as_bytes());
    let found = conversation::lookups(&read, Some(&quotes::part(&read)), Class::Human, None, &keys(), &[]);
    arrival.destinations[0].lookups.shown = found.shown;
    arrival
}

async fn asked(store: &Store) -> ConversationId {
    store.accept(mail(1, ADA), file).await.unwrap();
    let id = conversation_of(store, 1);
    assert_eq!(store.reply(asks(9, id, 1)).await.unwrap(), Written::Done);
    id
}

fn level(store: &Store, mail: u64, conversation: ConversationId) -> Level {
    store.mail(MailId(mail)).unwrap().unwrap().level_in(conversation)
}

#[tokio::test]
async fn a_code_that_was_asked_for_lifts_the_mail_that_shows_it() {
    for bed in Bed::all() {
        // Given a code that was asked for, and a second letter of the same generation that comes too late
        let store = bed.open();
        let id = asked(&store).await;
        assert_eq!(store.reply(asks(10, id, 1)).await.unwrap(), Written::Stale);
        assert_eq!(store.codes_asked(&address(ADA), NOW, 5).unwrap(), 1);
        assert_eq!(store.codes_asked(&address(ADA), NOW.plus(VALID), 5).unwrap(), 0);

        // When a wrong one comes, and then it
        store.accept(says(2, ADA, id, "C2D3-F4H5"), file).await.unwrap();
        store.accept(says(3, ADA, id, &code(9, id)), file).await.unwrap();

        // Then the mail that shows it has level 4, and the answer is due
        assert_eq!((level(&store, 2, id), level(&store, 3, id)), (Level::Authenticated, Level::Confirmed));
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!(row.code, CodeState { open: None, counts_until: Some(NOW.plus(CODE_COUNTS)) });
        assert!(store.next_due(JobKind::Answer).unwrap().is_some());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn wrong_ones_void_it_and_give_the_conversation_to_people() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = asked(&store).await;
        // Another's guesses cost the customer nothing; the right one does not count from there either.
        store.accept(says(2, "bob@customer.example", id, &format!("C2D3-F4H5 {}", code(9, id))), file).await.unwrap();
        assert_eq!(store.conversation(id).unwrap().unwrap().code.open.unwrap().wrong, 0);
        assert_eq!(level(&store, 2, id), Level::Authenticated);

        let many: String = (0..20).map(|n| format!("{}2D3F4H5 ", ["C", "D", "F", "H"][n % 4])).collect();
        store.accept(says(3, ADA, id, &many), file).await.unwrap();
        store.accept(says(4, ADA, id, &format!("N2D3-F4H5 P2D3-F4H5 {}", code(9, id))), file).await.unwrap();

        // Four and one: the sixth of them was right, and nobody looked at it.
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.owner, row.code), (Owner::Team, CodeState::default()));
        assert_eq!(level(&store, 4, id), Level::Authenticated);
        assert!(!row.waits_because.is_empty());
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), None, "the AI is silent");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn one_that_comes_too_late_counts_for_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = asked(&store).await;
        let mut late = says(2, ADA, id, &code(9, id));
        late.now = NOW.plus(VALID + Duration::from_millis(1));
        store.accept(late, file).await.unwrap();
        assert_eq!(level(&store, 2, id), Level::Authenticated);
        assert_eq!(store.conversation(id).unwrap().unwrap().code, CodeState::default());
        end(store, &bed).await;
    }
}
