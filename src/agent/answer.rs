//! A proposed answer: paragraphs, each with the passage that carries it, and how they are put on paper.

use super::{knowledge::Passage, words::Tongue};

/// What is proposed to be said.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What stands around the paragraphs. It is ours, never the author's.
    pub frame: Frame,
    /// The paragraphs, in order.
    pub paragraphs: Vec<Paragraph>,
    /// The passages they refer to.
    pub passages: Vec<Passage>,
    /// How strongly the weakest part is supported, 0 to 100.
    pub support_percent: u32,
}

/// Words around the paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// None: the paragraphs speak for themselves.
    None,
    /// Says that pages are quoted, and names each: the built-in answerer.
    Quotes(Tongue),
}

/// One block of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Markdown.
    pub markdown: String,
    /// The place in [`Answer::passages`] of the passage that carries it; `None` when its author names none.
    pub carried_by: Option<usize>,
}

impl Answer {
    /// The whole as Markdown.
    pub fn markdown(&self) -> String {
        let mut parts = Vec::new();
        if let Frame::Quotes(tongue) = self.frame {
            let mut headings: Vec<String> = self.cited().map(|passage| title(&passage.heading)).collect();
            headings.dedup();
            parts.push(lead(tongue, &headings));
        }
        for (place, paragraph) in self.paragraphs.iter().enumerate() {
            parts.push(paragraph.markdown.trim().to_owned());
            let next = self.paragraphs.get(place + 1);
            let ends = next.is_none_or(|next| next.carried_by != paragraph.carried_by);
            if let (Frame::Quotes(tongue), true, Some(passage)) = (self.frame, ends, self.passage_of(paragraph)) {
                parts.push(format!("{} {}", source_word(tongue), escape(&passage.heading)));
            }
        }
        parts.join("\n\n")
    }

    /// File and heading of each passage that is referred to, once each.
    pub fn sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = Vec::new();
        for passage in self.cited() {
            let source = format!("{}: {}", passage.file, passage.heading);
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }

    /// The passage that a paragraph refers to.
    pub fn passage_of(&self, paragraph: &Paragraph) -> Option<&Passage> {
        self.passages.get(paragraph.carried_by?)
    }

    fn cited(&self) -> impl Iterator<Item = &Passage> {
        self.paragraphs.iter().filter_map(|paragraph| self.passage_of(paragraph))
    }
}

/// The innermost heading, for the sentence on top.
fn title(heading: &str) -> String {
    escape(heading.rsplit(" › ").next().unwrap_or(heading))
}

/// A heading is text; nothing in it may mean something in Markdown.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>#|~&!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The sentence on top, in the language of the page it quotes.
fn lead(tongue: Tongue, headings: &[String]) -> String {
    let about = headings.iter().map(|heading| format!("“{heading}”")).collect::<Vec<_>>().join(", ");
    match tongue {
        Tongue::German => format!("Das sagen unsere Hilfeseiten zu {about}:"),
        Tongue::French => format!("Voici ce que disent nos pages d’aide sur {about} :"),
        Tongue::Spanish => format!("Esto es lo que dicen nuestras páginas de ayuda sobre {about}:"),
        Tongue::Italian => format!("Ecco cosa dicono le nostre pagine di aiuto su {about}:"),
        Tongue::Portuguese => format!("Isto é o que dizem as nossas páginas de ajuda sobre {about}:"),
        Tongue::Dutch => format!("Dit zeggen onze hulppagina’s over {about}:"),
        Tongue::Swedish => format!("Så här säger våra hjälpsidor om {about}:"),
        Tongue::Danish => format!("Dette siger vores hjælpesider om {about}:"),
        Tongue::Norwegian => format!("Dette sier hjelpesidene våre om {about}:"),
        Tongue::Finnish => format!("Ohjesivuillamme kerrotaan aiheesta {about}:"),
        Tongue::Hungarian => format!("A súgóoldalaink ezt írják erről: {about}:"),
        Tongue::Russian => format!("Вот что сказано на наших страницах помощи о {about}:"),
        Tongue::English => format!("Here is what our help pages say about {about}:"),
    }
}

fn source_word(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::German => "Quelle:",
        Tongue::French => "Source :",
        Tongue::Spanish => "Fuente:",
        Tongue::Italian => "Fonte:",
        Tongue::Portuguese => "Fonte:",
        Tongue::Dutch => "Bron:",
        Tongue::Swedish => "Källa:",
        Tongue::Danish | Tongue::Norwegian => "Kilde:",
        Tongue::Finnish => "Lähde:",
        Tongue::Hungarian => "Forrás:",
        Tongue::Russian => "Источник:",
        Tongue::English => "Source:",
    }
}
