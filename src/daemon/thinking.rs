//! Whoever thinks, put together: for the daemon, and for a rehearsal beside it.

use std::{sync::Arc, time::Duration};

use tracing::error;

use super::StartError;
use crate::{
    agent::{
        Answerer, BuiltIn, Knowledge, Topics,
        chat::{ChatAnswerer, Means, Tools, embed},
        knowledge::{Article, Articles, Extract, site::Sites},
        masks::Masks,
        tools::Toolbox,
    },
    attachments::{Form, OURSELVES, Text, text_of_file},
    config::{Config, Extraction},
    fetch::Fetcher,
    types::Clock,
};

/// Where the meanings of pages lie in the data folder. It may be deleted.
const MEANINGS: &str = "meanings";

/// How often it is looked whether there are pages whose meaning is not known yet.
const LEARN_EVERY: Duration = Duration::from_secs(10);

/// What is known: the folder, websites, whom their pages are for, the text of PDFs, articles, what they mean. Read at the first
/// question.
pub(super) fn knowledge(
    config: &Config,
    fetcher: &Fetcher,
    clock: &Clock,
    sites: Arc<Sites>,
    articles: Arc<dyn Articles>,
) -> Result<Arc<Knowledge>, StartError> {
    let (folder, segments) = (config.knowledge.path.as_deref(), config.segments.clone());
    let knowledge = Knowledge::unread(folder, segments, clock.clone());
    let knowledge = knowledge.map_err(|error| StartError::Knowledge(error.to_string()))?;
    let knowledge = knowledge.with_pdfs(pdf_text(config.limits.extraction)).with_sites(sites).with_articles(articles);
    Ok(Arc::new(match &config.knowledge.embeddings {
        Some(settings) => {
            let embed = embed(settings.clone(), fetcher.clone(), Masks::new(&config.masks));
            knowledge.with_meanings(embed, &settings.name, &config.store.path.join(MEANINGS))
        }
        None => knowledge,
    }))
}

/// Learns what pages mean, beside the answers.
pub(super) async fn learn_meanings(knowledge: Arc<Knowledge>) {
    loop {
        let learning = knowledge.clone();
        if tokio::task::spawn_blocking(move || learning.learn_meanings()).await.is_err() {
            error!("learning what the knowledge means broke off");
        }
        tokio::time::sleep(LEARN_EVERY).await;
    }
}

/// The websites that are known too, as they lie in the data folder.
pub(super) fn sites(config: &Config) -> Arc<Sites> {
    Arc::new(Sites::new(&config.store.path, &config.knowledge.sites))
}

/// The model that `[model]` names, else the built-in answerer, which proposes what is supported so much; and what is looked for
/// before, with that model.
pub(super) fn answerer(
    config: &Config,
    knowledge: Arc<Knowledge>,
    fetcher: Fetcher,
    tools: Arc<dyn Tools>,
    support_min_percent: u32,
    clock: &Clock,
) -> (Arc<dyn Answerer>, Topics) {
    let (topics, level_min) = (Topics::new(&config.addresses), config.agent.level_min);
    let builtin = BuiltIn::new(knowledge.clone(), support_min_percent, level_min);
    if config.model.server.is_none() {
        return (Arc::new(builtin), topics);
    }
    let means = Means {
        fetcher,
        knowledge,
        tools,
        builtin: config.model.builtin_fallback.then_some(builtin),
        level_min,
        clock: clock.clone(),
        masks: Masks::new(&config.masks),
    };
    let chat = Arc::new(ChatAnswerer::new(config.model.clone(), means));
    (chat.clone(), topics.with_classifier(chat))
}

/// Whoever would think, for a rehearsal: without tools, for nothing may happen; without a threshold, which is what is asked; and
/// with those articles.
///
/// # Errors
/// When the knowledge cannot be read or the web not be asked.
pub(crate) fn rehearsing(
    config: &Config,
    clock: &Clock,
    articles: Vec<Article>,
) -> Result<(Arc<dyn Answerer>, Topics), StartError> {
    let fetcher = super::fetcher(config)?;
    let knowledge = knowledge(config, &fetcher, clock, sites(config), Arc::new(articles))?;
    knowledge.reload().map_err(|error| StartError::Knowledge(error.to_string()))?;
    let tools = Arc::new(Toolbox::new(Vec::new(), fetcher.clone(), clock.clone()));
    Ok(answerer(config, knowledge, fetcher, tools, 0, clock))
}

/// Reads the text of PDFs as those of attachments are read: in a process of our own program that may do nothing.
fn pdf_text(limits: Extraction) -> Extract {
    Arc::new(move |file| {
        let text = text_of_file(OURSELVES.into(), limits, file, Form::Pdf);
        // Half of a page could be the wrong half.
        if text.trouble.is_empty() && !text.cut { Ok(text.text) } else { Err(reason(text)) }
    })
}

fn reason(text: Text) -> String {
    if text.trouble.is_empty() { "it has more text than is read".to_owned() } else { text.trouble }
}
