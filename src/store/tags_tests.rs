//! Runs over every journal: what people and the AI tag is there, is found by, and moves nothing else.

use super::super::{
    runs_tests::run,
    testing::{Bed, NOW, address, conversation_of, end, file, letter, mail},
    *,
};
use crate::types::Approval;

fn tagging(conversation: ConversationId, add: &[&str], remove: &[&str]) -> Tagging {
    let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    Tagging { conversation, add: owned(add), remove: owned(remove), now: NOW }
}

fn with_tag(store: &Store, tag: &str) -> Vec<ConversationId> {
    let filter = ConversationFilter { tag: Some(tag.into()), ..ConversationFilter::default() };
    store.conversations(&filter).unwrap().into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn people_tag_a_conversation_and_nothing_else_of_it_changes() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let before = store.conversation(id).unwrap().unwrap();

        store.tag(tagging(id, &["refund", "vip"], &[])).await.unwrap();
        store.tag(tagging(id, &["vip", "eu"], &["refund", "never-there"])).await.unwrap();
        // Nothing changes: nothing is written.
        store.tag(tagging(id, &["eu"], &[])).await.unwrap();

        let after = store.conversation(id).unwrap().unwrap();
        assert_eq!(after.tags, ["eu".to_owned(), "vip".to_owned()].into());
        assert_eq!(
            (after.generation, &after.owner, after.entries),
            (before.generation, &before.owner, before.entries + 2)
        );
        assert_eq!((with_tag(&store, "vip"), with_tag(&store, "refund")), (vec![id], vec![]));

        // What is refused changes nothing.
        let many: Vec<String> = (0..20).map(|n| format!("t{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (add, remove) in [(&["two words"][..], &[][..]), (&many, &[]), (&["good"], &["-bad"])] {
            assert!(matches!(store.tag(tagging(id, add, remove)).await, Err(StoreError::Refused(_))), "{add:?}");
        }
        assert_eq!(store.conversation(id).unwrap().unwrap(), after);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_a_run_tags_is_written_with_its_letter_and_not_with_a_stale_one() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let of_run = |n: u64, tag: &str| {
            let run = RunRow { tags: vec![tag.into()], ..run(n, id, 1, RunDecision::Sent) };
            NewLetter { run: Some(Box::new(run)), ..letter(n, id, Approval::by_autopilot(1)) }
        };
        assert_eq!(store.reply(of_run(8, "shipping")).await.unwrap(), Written::Done);
        assert_eq!(store.reply(of_run(9, "refund")).await.unwrap(), Written::Stale);
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!(row.tags, ["shipping".to_owned()].into());
        assert_eq!(row.contact, address("ada@customer.example"));
        end(store, &bed).await;
    }
}
