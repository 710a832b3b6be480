//! One thought of a model: passages first, then steps of tools and words, until there is an answer or an end.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use super::{
    Chat,
    asking::Turn,
    failed,
    fitting::{MESSAGE_TOKENS, Room, tokens},
    prompt::{self, House, Mark, Opening, again, label},
    said,
    tools::{self, SEARCH},
    wire::{Call, Message, Reply, Shape, Wish},
};
use crate::{
    agent::{
        desk::Case,
        handoff::Reason,
        knowledge::{Passage, Reader},
        model::Thought,
        notes::{Given, Notes, ToolCall},
        questions::questions,
        tools::{Called, Offer},
        words::Tongue,
    },
    store::{ToolCallRow, ToolClass},
    types::{HandOffCode, Level, head},
};

/// Passages that the first question of all carries along.
const PASSAGES_MAX: usize = 8;

/// Octets of a letter of too many questions that are searched for.
const LETTER_OCTETS_MAX: usize = 600;

/// Octets of a model's useless words that it is shown again.
const ECHO_OCTETS_MAX: usize = 2000;

/// Below so many tokens of room no tool is offered any more: its result would find no place.
const TOOL_TOKENS_MIN: usize = 200;

/// No model could be asked, in words for people.
pub(super) struct NotAsked(pub(super) String);

/// A thought while it is thought.
pub(super) struct Thinking<'a> {
    chat: &'a Chat,
    case: &'a Case,
    notes: &'a Notes,
    mark: Mark,
    /// What is to be answered.
    text: &'a str,
    offers: Vec<Offer>,
    messages: Vec<Message>,
    /// By label.
    shown: Vec<Passage>,
    room: Room,
    /// What each call gave, so that none is made twice.
    made: HashMap<(String, String), String>,
}

/// Thinks about a case whose text to be answered is `text`.
///
/// # Errors
/// When no model could be asked.
pub(super) async fn think(
    chat: &Chat,
    case: &Case,
    text: &str,
    level_min: Level,
    notes: &Notes,
    deadline: Instant,
) -> Result<Thought, NotAsked> {
    let Some(mark) = Mark::random() else {
        return Ok(Thought::hand_off(failed("this machine gives no random numbers")));
    };
    let tongue = Tongue::told(text);
    let mut house = match house(chat, &Reader::of(case), text, &case.row.title).await {
        Ok(house) => house,
        Err(reason) => return Ok(Thought::hand_off(reason)),
    };
    // First, so that it is shown whatever else is not.
    house.passages.splice(0..0, notes.given().and_then(|given| given.passage.clone()));
    let mut offers = chat.tools.offered(case);
    offers.push(tools::search_offer());
    let limits = &chat.settings;
    let mut room = Room((limits.context_tokens_max - limits.output_tokens_max) as usize);
    if !room.take(offers.iter().map(offer_tokens).sum()) {
        return Ok(Thought::hand_off(
            "the tools alone are longer than what the model can be shown (context_tokens_max)",
        ));
    }
    let Opening { mut messages, shown } = match prompt::opening(case, level_min, tongue, house, &mark, &mut room) {
        Ok(opening) => opening,
        Err(reason) => return Ok(Thought::hand_off(reason)),
    };
    shown.iter().for_each(|passage| notes.passage(passage));
    // An attempt before this one may have changed something and never come to its letter.
    let done: Vec<String> = notes.earlier().iter().map(made_before).collect();
    if !done.is_empty() {
        messages.extend(mark.words(&done.join("\n"), &mut room).map(Message::User));
    }
    let mut made = HashMap::new();
    if let Some(given) = notes.given() {
        let gave = given_words(given, &shown);
        let told = format!("A person of the team let this call run: {} {}. {gave}", given.tool, given.arguments);
        messages.extend(mark.words(&told, &mut room).map(Message::User));
        made.insert((given.tool.clone(), given.arguments.clone()), gave);
    }
    let thinking = Thinking { chat, case, notes, mark, text, offers, messages, shown, room, made };
    thinking.end(deadline).await
}

/// What a call gave that a person let run.
fn given_words(given: &Given, shown: &[Passage]) -> String {
    let Some(passage) = &given.passage else { return "It was done.".into() };
    match shown.iter().position(|known| is_same(known, passage)) {
        Some(place) => format!("It gave {}.", label(place)),
        None => "It was done, and there is no room left to show what it gave.".into(),
    }
}

fn made_before(call: &ToolCallRow) -> String {
    format!(
        "Done for this mail already, not to be done again: {} {}, which gave: {}",
        call.name, call.arguments, call.result
    )
}

fn offer_tokens(offer: &Offer) -> usize {
    tokens(&offer.name) + tokens(&offer.description) + tokens(&offer.parameters.to_string()) + MESSAGE_TOKENS
}

/// What the pages say to the model, and what they say to what is asked.
async fn house(chat: &Chat, reader: &Reader, text: &str, title: &str) -> Result<House, String> {
    let (passages, instructions) =
        (passages(chat, reader, text, title).await?, tools::instructions(&chat.knowledge, reader.clone()).await?);
    Ok(House { instructions, passages })
}

/// The passages that speak to what is asked, the best first, each once.
async fn passages(chat: &Chat, reader: &Reader, text: &str, title: &str) -> Result<Vec<Passage>, String> {
    let asked = match questions(text, title) {
        Some(asked) => asked.into_iter().flat_map(|question| [Some(question.text), question.alone]).flatten().collect(),
        // Too many at once: whoever reads them all can still answer, and search for more.
        None => vec![head(text, LETTER_OCTETS_MAX).to_owned()],
    };
    let mut passages: Vec<Passage> = Vec::new();
    for question in asked {
        for passage in tools::search(&chat.knowledge, reader.clone(), &question).await? {
            match passages.iter_mut().find(|known| is_same(known, &passage)) {
                Some(known) => known.support_percent = known.support_percent.max(passage.support_percent),
                None => passages.push(passage),
            }
        }
    }
    passages.sort_by_key(|passage| std::cmp::Reverse(passage.support_percent));
    passages.truncate(PASSAGES_MAX);
    Ok(passages)
}

fn is_same(one: &Passage, other: &Passage) -> bool {
    one.file == other.file && one.heading == other.heading && one.text == other.text
}

impl Thinking<'_> {
    async fn end(mut self, deadline: Instant) -> Result<Thought, NotAsked> {
        let mut turn = Turn::until(deadline);
        let mut wrong = String::new();
        let steps_max = self.chat.settings.steps_max;
        for step in 1..=steps_max {
            let may_call = step < steps_max && self.room.0 >= TOOL_TOKENS_MIN && wrong.is_empty();
            let reply = self.ask(may_call, &mut turn).await.map_err(NotAsked)?;
            if reply.is_withheld {
                return Ok(Thought::hand_off(failed("the model, or its server, would not answer this mail")));
            }
            if !reply.calls.is_empty() && wrong.is_empty() {
                if step == steps_max {
                    break;
                }
                match self.call_all(reply).await {
                    Some(thought) => return Ok(self.for_approval(thought)),
                    None => continue,
                }
            }
            let read = if reply.is_cut {
                Err(format!("it is cut off after {} tokens", self.chat.settings.output_tokens_max))
            } else {
                said::thought(&reply.content, &self.shown, self.text)
            };
            match read {
                Ok(thought) => return Ok(thought),
                Err(words) if !wrong.is_empty() || step == steps_max => {
                    return Ok(Thought::hand_off(failed(format!("the model's answer could not be used: {words}"))));
                }
                Err(words) => {
                    self.ask_again(&reply, &words);
                    wrong = words;
                }
            }
        }
        Ok(Thought::hand_off(failed(format!("the model came to no answer within {steps_max} steps"))))
    }

    /// A hand-off because a person must let a tool run says so.
    fn for_approval(&self, thought: Thought) -> Thought {
        match thought {
            Thought::HandOff { reason } if self.notes.so_far().wanted.is_some() => {
                Thought::hand_off(Reason { code: HandOffCode::Approval, ..reason })
            }
            thought => thought,
        }
    }

    async fn ask(&self, may_call: bool, turn: &mut Turn) -> Result<Reply, String> {
        let settings = &self.chat.settings;
        let wish = Wish {
            messages: &self.messages,
            offers: if may_call { &self.offers } else { &[] },
            shape: Shape::Answer,
            output_tokens_max: settings.output_tokens_max,
            temperature: settings.temperature,
        };
        self.chat.asking.ask(&wish, turn, self.notes).await
    }

    fn ask_again(&mut self, reply: &Reply, wrong: &str) {
        let content = head(&reply.content, ECHO_OCTETS_MAX).to_owned();
        self.say(Message::Assistant { content, calls: Vec::new() });
        self.say(Message::User(again(wrong)));
    }

    /// These are short: where no room is left they go along all the same, for our estimate is rather too high.
    fn say(&mut self, message: Message) {
        let needs = tokens(message.content()) + MESSAGE_TOKENS;
        self.room = Room(self.room.0.saturating_sub(needs));
        self.messages.push(message);
    }

    /// Makes the calls that a reply asks for. A thought when one of them ends it.
    async fn call_all(&mut self, reply: Reply) -> Option<Thought> {
        let calls = reply.calls;
        let arguments: usize = calls.iter().map(|call| tokens(&call.function.arguments)).sum();
        self.room = Room(self.room.0.saturating_sub(arguments));
        let content = head(&reply.content, ECHO_OCTETS_MAX).to_owned();
        self.say(Message::Assistant { content, calls: calls.clone() });
        for call in calls {
            let content = match self.call(&call).await {
                Ok(content) => content,
                Err(thought) => return Some(thought),
            };
            self.messages.push(Message::Tool { id: call.id, content });
        }
        None
    }

    /// What a call gave, for the model.
    ///
    /// # Errors
    /// The thought, when the call ends it.
    async fn call(&mut self, call: &Call) -> Result<String, Thought> {
        let name = call.function.name.as_str();
        let parsed = serde_json::from_str::<Value>(&call.function.arguments).ok().filter(Value::is_object);
        let Some(arguments) = parsed else {
            return Ok(self.words("the arguments are not a JSON object"));
        };
        if !self.offers.iter().any(|offer| offer.name == name) {
            return Ok(self.words("there is no such tool"));
        }
        let key = (name.to_owned(), arguments.to_string());
        if let Some(before) = self.made.get(&key) {
            return Ok(format!("You made this call before. {before}"));
        }
        let (content, before) =
            if name == SEARCH { self.search(&arguments).await? } else { self.call_the_house(name, &arguments).await? };
        self.made.insert(key, before);
        Ok(content)
    }

    async fn search(&mut self, arguments: &Value) -> Result<(String, String), Thought> {
        let begun = Instant::now();
        let query = match tools::query_of(arguments) {
            Ok(query) => query,
            Err(words) => {
                self.searched(arguments, String::new(), begun.elapsed(), format!("refused: {words}"));
                return Ok((self.words(&words), words));
            }
        };
        let found = tools::search(&self.chat.knowledge, Reader::of(self.case), query).await;
        let Ok(found) = found.inspect_err(|words| tracing::warn!("a model's search failed: {words}")) else {
            self.searched(
                arguments,
                String::new(),
                begun.elapsed(),
                "failed: the knowledge could not be searched".into(),
            );
            return Err(Thought::hand_off("the knowledge could not be searched"));
        };
        let (mut content, mut labels) = (String::new(), Vec::new());
        for passage in found {
            let (label, block) = self.show(passage);
            content.push_str(&block);
            labels.push(label);
        }
        let before =
            if labels.is_empty() { "It found nothing.".into() } else { format!("It gave {}.", labels.join(", ")) };
        self.searched(arguments, before.clone(), begun.elapsed(), "done".into());
        Ok((if content.is_empty() { before.clone() } else { content }, before))
    }

    fn searched(&self, arguments: &Value, result: String, took: Duration, outcome: String) {
        self.notes.called(ToolCall {
            name: SEARCH.into(),
            class: ToolClass::Read,
            arguments: arguments.clone(),
            result,
            millis: took.as_millis() as u64,
            outcome,
        });
    }

    async fn call_the_house(&mut self, name: &str, arguments: &Value) -> Result<(String, String), Thought> {
        match Arc::clone(&self.chat.tools).call(self.case, name, arguments, self.notes).await {
            Called::Result(passage) => {
                let (label, content) = self.show(passage);
                Ok((content, format!("It gave {label}.")))
            }
            Called::Done(words) | Called::Refused(words) | Called::Failed(words) => {
                let content = self.words(&words);
                Ok((content, "What it said stands above.".into()))
            }
            Called::HandOff(reason) => Err(Thought::hand_off(reason)),
            Called::AskCode => Err(Thought::AskCode),
        }
    }

    /// Labels a passage, and its block; of one that is shown already, its label only.
    fn show(&mut self, passage: Passage) -> (String, String) {
        if let Some(place) = self.shown.iter().position(|known| is_same(known, &passage)) {
            return (label(place), format!("{} again, as above.\n", label(place)));
        }
        let label = label(self.shown.len());
        match self.mark.passage(&label, &passage, &mut self.room) {
            Some(block) => {
                self.notes.passage(&passage);
                self.shown.push(passage);
                (label, block)
            }
            None => ("a passage".into(), "A passage was found, and there is no room left to show it.\n".into()),
        }
    }

    fn words(&mut self, words: &str) -> String {
        self.mark.words(words, &mut self.room).unwrap_or_else(|| "There is no room left to show what it said.\n".into())
    }
}
