//! The prompt after the play: each line is one more mail of Ada's.

use std::io::Write;

use super::stage::{Stage, Trouble};
use crate::{cli::paint::Paint, mime, store::Owner};

/// Words of a question that make its subject.
const SUBJECT_WORDS: usize = 6;

/// Asks until the input ends.
pub(super) async fn ask(stage: &Stage, paint: Paint) -> Result<(), Trouble> {
    loop {
        print!("{} ", paint.bold("ask>"));
        std::io::stdout().flush()?;
        // A thread of its own: nobody else waits while a person thinks.
        let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await?;
        let Some(line) = line.transpose()? else { return Ok(()) };
        if !line.trim().is_empty() {
            answer(stage, paint, line.trim()).await?;
        }
    }
}

async fn answer(stage: &Stage, paint: Paint, question: &str) -> Result<(), Trouble> {
    let subject: Vec<&str> = question.split_whitespace().take(SUBJECT_WORDS).collect();
    // The subject of a mail is ASCII unless it is encoded; what is not goes into the text alone.
    let subject: String = subject.join(" ").chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).collect();
    let received = stage.received();
    let mail = stage.ada.writes("support@acme.example", &stage.fresh_id("customer.example"), &subject, question)?;
    let queued = stage.forward("support@acme.example", &mail).await?;
    let opened = stage.conversation_of(queued)?;
    println!("{}", paint.dim(&format!("queued as {queued}, conversation {}", opened.number)));
    tokio::select! {
        letter = stage.letter(received) => println!("{}\n", mime::parse(&letter?.bytes).text.trim()),
        reason = handed_off(stage, opened.id) => println!("A person has to answer: {}\n", reason?),
    }
    Ok(())
}

/// Waits until the AI gives a conversation to people; gives the reason.
async fn handed_off(stage: &Stage, id: crate::types::ConversationId) -> Result<String, Trouble> {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(50));
    loop {
        look.tick().await;
        if let Some(row) = stage.store().conversation(id)?
            && row.owner == Owner::Team
        {
            return Ok(row.waits_because);
        }
    }
}
