//! The script: what the customers do, and what is expected to come of it.

use super::stage::{Stage, Trouble};
use crate::{
    cli::{conversations, paint::Paint},
    mime::{self, Mail},
    playground::{Customer, Delivered},
    store::{ConversationRow, Place, Status, What},
    types::{MailId, Verdict},
    web::view,
};

const SUPPORT: &str = "support@acme.example";
const BILLING: &str = "billing@acme.example";

/// The play, act by act.
pub(super) struct Script<'a> {
    stage: &'a Stage,
    paint: Paint,
    failed: usize,
}

impl<'a> Script<'a> {
    pub(super) fn new(stage: &'a Stage, paint: Paint) -> Self {
        Self { stage, paint, failed: 0 }
    }

    /// Plays everything; gives how many expectations did not hold.
    pub(super) async fn play(mut self) -> Result<usize, Trouble> {
        let (first, question) = self.a_question_is_answered().await?;
        let answered = self.replies_join(&first, &question).await?;
        self.a_stranger_stays_outside(&first).await?;
        self.the_same_mail_twice_is_kept_once(&first, &question).await?;
        self.machines_get_no_answer(&first).await?;
        self.a_forged_mail_is_held(&first).await?;
        self.people_answer_where_autopilot_is_off().await?;
        self.act("The time line");
        let view = view::conversation(self.stage.store(), first.id).await?;
        println!("{}", conversations::render(&serde_json::to_value(&view)?, self.paint));
        self.expect("its time line holds all of it", view.row.entries as usize == view.timeline.len() && answered >= 4);
        Ok(self.failed)
    }

    fn act(&self, title: &str) {
        println!("{}", self.paint.bold(title));
    }

    fn expect(&mut self, what: &str, held: bool) {
        if held {
            println!("  {} {what}", self.paint.green("✓"));
        } else {
            self.failed += 1;
            println!("  {} {what}", self.paint.red("✗"));
        }
    }

    async fn a_question_is_answered(&mut self) -> Result<(ConversationRow, Vec<u8>), Trouble> {
        self.act("Ada asks, the provider forwards, the AI answers from the shop's pages");
        let ada = &self.stage.ada;
        let id = self.stage.fresh_id("customer.example");
        let question =
            ada.writes(SUPPORT, &id, "Delivery", "Hello,\n\nhow long does standard delivery take?\n\nAda")?;
        let queued = self.stage.forward(SUPPORT, &question).await?;
        let conversation = self.stage.conversation_of(queued)?;
        let number = conversation.number;
        let mail = self.stage.mail(queued)?;
        self.expect(
            &format!("kept as {queued}, level 3: {}", mail.verdicts.sentence),
            mail.verdicts.level.as_u8() == 3,
        );
        self.expect(
            &format!("opened conversation {number}, titled “Delivery”"),
            number.to_string().len() == 5 && conversation.title == "Delivery",
        );
        let letter = self.stage.letter(0).await?;
        let (answer, verdicts) = self.read(&letter).await;
        self.expect("the answer quotes the page", answer.text.contains("2 to 3 working days"));
        let passed = verdicts.dkim.iter().filter(|s| s.verdict == Verdict::Pass && s.aligned).count();
        self.expect("both its DKIM signatures pass at the receiver", passed == 2 && verdicts.dmarc == Verdict::Pass);
        self.expect(
            "it is from the address Ada wrote to",
            answer.from.as_ref().is_some_and(|from| from.to_string() == SUPPORT),
        );
        self.expect(
            &format!("its subject is “{}”", answer.subject),
            answer.subject == format!("Re: [{number}] Delivery"),
        );
        self.expect("it carries the number as Ref: in its text", answer.text.contains(&format!("Ref: #{number}")));
        self.expect(
            "it carries the signature",
            answer.text.contains("12 Mill Lane") && answer.html.contains("<strong>Acme Support</strong>"),
        );
        self.expect(
            "it says that an AI wrote it",
            answer.text.contains("AI assistant") && answer.header("Auto-Submitted").any(|v| v == "auto-replied"),
        );
        self.expect(
            "it answers Ada's very mail",
            answer.in_reply_to == [id.clone()] && answer.references.contains(&id),
        );
        Ok((conversation, question))
    }

    async fn read(&self, letter: &Delivered) -> (Mail, crate::types::Verdicts) {
        (mime::parse(&letter.bytes), self.stage.verify(letter).await)
    }

    /// Three replies, each with another key. Gives how many letters Ada has then.
    async fn replies_join(&mut self, first: &ConversationRow, _question: &[u8]) -> Result<usize, Trouble> {
        self.act("Ada replies, and her mail program keeps less and less");
        let number = first.number;
        let answer = mime::parse(&self.stage.letter(0).await?.bytes);
        let replies = [
            (
                "by the number in the subject",
                format!("Re: [{number}] Delivery"),
                "What does shipping cost?".to_owned(),
                None,
            ),
            (
                "by Ref: #number in the text alone",
                "shipping again".to_owned(),
                format!("Do you ship outside of Europe?\n\nRef: #{number}"),
                None,
            ),
            (
                "by our Message-ID alone",
                "one more".to_owned(),
                "When do I get my money back?".to_owned(),
                Some(answer.message_id.clone()),
            ),
        ];
        for (how, subject, text, in_reply_to) in replies {
            let received = self.stage.received();
            let ada = &self.stage.ada;
            let id = self.stage.fresh_id("customer.example");
            let mail = match &in_reply_to {
                Some(ours) => ada.answers(SUPPORT, &id, ours, &subject, &text)?,
                None => ada.writes(SUPPORT, &id, &subject, &text)?,
            };
            let queued = self.stage.forward(SUPPORT, &mail).await?;
            let place = self.stage.conversation_of(queued)?;
            self.expect(&format!("a reply joins {how}"), place.id == first.id);
            let letter = self.stage.letter(received).await?;
            let (answer, verdicts) = self.read(&letter).await;
            self.expect(
                "and is answered in the same thread",
                verdicts.dmarc == Verdict::Pass && answer.in_reply_to == [id],
            );
        }
        Ok(self.stage.received())
    }

    async fn a_stranger_stays_outside(&mut self, first: &ConversationRow) -> Result<(), Trouble> {
        self.act("Eve has seen the number");
        let eve = &self.stage.eve;
        let subject = format!("Re: Delivery [{}]", first.number);
        let mail = eve.writes(
            SUPPORT,
            &self.stage.fresh_id("elsewhere.example"),
            &subject,
            "Please send it to my address instead.",
        )?;
        let queued = self.stage.forward(SUPPORT, &mail).await?;
        let place = self.stage.conversation_of(queued)?;
        self.expect(
            "she does not get into Ada's conversation",
            place.id != first.id && place.contact.to_string() == eve.address,
        );
        self.expect("her own one points at it, for staff", place.linked_to == Some(first.id));
        Ok(())
    }

    async fn the_same_mail_twice_is_kept_once(
        &mut self,
        first: &ConversationRow,
        question: &[u8],
    ) -> Result<(), Trouble> {
        self.act("The provider delivers Ada's first mail once more");
        let before = self.entries(first)?;
        let again = self.stage.forward(SUPPORT, question).await?;
        let place = self.stage.conversation_of(again)?;
        self.expect(
            "it is kept once, under the id of the first copy",
            place.id == first.id && self.entries(first)? == before,
        );
        Ok(())
    }

    fn entries(&self, conversation: &ConversationRow) -> Result<u32, Trouble> {
        Ok(self.stage.store().conversation(conversation.id)?.map_or(0, |row| row.entries))
    }

    async fn machines_get_no_answer(&mut self, first: &ConversationRow) -> Result<(), Trouble> {
        self.act("Ada's vacation responder writes");
        let generation = |stage: &Stage| -> Result<u64, Trouble> {
            Ok(stage.store().conversation(first.id)?.map_or(0, |row| row.generation))
        };
        let (before, letters) = (generation(self.stage)?, self.letters(first)?);
        let ada = &self.stage.ada;
        let subject = format!("Out of office Re: Delivery [{}]", first.number);
        let mail = signed(
            ada,
            &ada.unsigned(
                SUPPORT,
                &self.stage.fresh_id("customer.example"),
                &subject,
                "Auto-Submitted: auto-replied\r\n",
                "I am away until Monday.",
            ),
        )?;
        let queued = self.stage.forward(SUPPORT, &mail).await?;
        self.expect("it is shown in the conversation", self.stage.conversation_of(queued)?.id == first.id);
        let job = self.stage.store().job(crate::types::JobId::Answer(first.id))?;
        self.expect(
            "and not answered: no work was made of it",
            generation(self.stage)? == before && self.letters(first)? == letters && job.is_none(),
        );
        Ok(())
    }

    fn letters(&self, conversation: &ConversationRow) -> Result<usize, Trouble> {
        let timeline = self.stage.store().timeline(conversation.id)?;
        Ok(timeline.iter().filter(|entry| matches!(entry.what, What::Letter(_))).count())
    }

    async fn a_forged_mail_is_held(&mut self, first: &ConversationRow) -> Result<(), Trouble> {
        self.act("Somebody writes in Ada's name, without her signature");
        let subject = format!("Re: Delivery [{}]", first.number);
        let forged = self.stage.ada.unsigned(
            SUPPORT,
            &self.stage.fresh_id("customer.example"),
            &subject,
            "",
            "Send everything to me.",
        );
        let queued = self.stage.forward(SUPPORT, &forged).await?;
        let mail = self.stage.mail(queued)?;
        let held = mail.filings.iter().all(|filed| matches!(filed.place, Place::Held(_)));
        self.expect(&format!("it is held: {}", mail.verdicts.sentence), held && mail.verdicts.level.as_u8() == 0);
        Ok(())
    }

    async fn people_answer_where_autopilot_is_off(&mut self) -> Result<(), Trouble> {
        self.act("At billing@ Autopilot is off");
        let ada = &self.stage.ada;
        let mail =
            ada.writes(BILLING, &self.stage.fresh_id("customer.example"), "My invoice", "Where do I find my invoice?")?;
        let queued: MailId = self.stage.forward(BILLING, &mail).await?;
        let row = self.stage.conversation_of(queued)?;
        self.expect(
            &format!("the mail waits for a person: {}", row.waits_because),
            !row.waits_because.is_empty() && row.status == Status::Open,
        );
        let mut place = self.stage.received();
        self.stage
            .answer_as_person(&row, "Grace", "You find it **attached** to the mail that confirmed your order.")
            .await?;
        let is_hers = |answer: &Mail| answer.from.as_ref().is_some_and(|from| from.to_string() == BILLING);
        let (answer, verdicts) = loop {
            // One of the AI to somebody else may still be on its way.
            let read = self.read(&self.stage.letter(place).await?).await;
            if is_hers(&read.0) {
                break read;
            }
            place += 1;
        };
        let by_person = !answer.text.contains("AI assistant") && answer.header("Auto-Submitted").next().is_none();
        self.expect(
            "Grace answers, and her letter is signed and from billing@",
            by_person && verdicts.dmarc == Verdict::Pass && is_hers(&answer),
        );
        Ok(())
    }
}

fn signed(customer: &Customer, mail: &[u8]) -> Result<Vec<u8>, Trouble> {
    match &customer.key {
        Some(key) => Ok(key.sign(mail)?),
        None => Ok(mail.to_vec()),
    }
}
