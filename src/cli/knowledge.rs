//! `replyd knowledge`: the pages that are known, what a question would find in them and why; articles, which are written here.
//! Websites: `sites`.

mod articles;

use serde_json::Value;

use super::{
    Context, Failure, block_on,
    control::{Control, escaped},
    lists::text,
    paint, sites,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Every page: its language, its passages, and for whom it is.
    List,
    /// What a question would find, best first, and why.
    Search(SearchArgs),
    #[command(flatten)]
    Article(articles::Verb),
    /// Every website: when it was crawled, when it will be, its pages, and which of them are not known and why.
    Sites,
    /// Crawl a website now, or all of them.
    Crawl {
        /// Its host, or its sitemap. Default: all.
        site: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct SearchArgs {
    /// The question, as a customer would ask it.
    question: String,
    /// Answer for this support address: pages of others are left out.
    #[arg(long)]
    address: Option<String>,
    /// Ask as this contact: pages of its segments are found too.
    #[arg(long)]
    contact: Option<String>,
    /// Passages.
    #[arg(long, default_value_t = 3)]
    limit: usize,
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    block_on(async {
        match action {
            Action::List => list(context, &Control::open(context).await?.get(PATH).await?),
            Action::Search(args) => search(context, &Control::open(context).await?.get(&path(&args)).await?),
            Action::Article(verb) => articles::run(context, verb).await?,
            Action::Sites => sites::show(context, &Control::open(context).await?.get(sites::PATH).await?),
            Action::Crawl { site } => {
                let asked = serde_json::json!({ "site": site });
                let rows = Control::open(context).await?.send("POST", sites::CRAWL, asked).await?;
                sites::show(context, &rows);
                return sites::failed(&rows);
            }
        }
        Ok(())
    })
}

const PATH: &str = "/api/v1/knowledge";

fn path(args: &SearchArgs) -> String {
    let mut path = format!("{PATH}/search?q={}&limit={}", escaped(&args.question), args.limit);
    for (key, value) in [("address", &args.address), ("contact", &args.contact)] {
        if let Some(value) = value {
            path.push_str(&format!("&{key}={}", escaped(value)));
        }
    }
    path
}

fn list(context: &Context, known: &Value) {
    if context.json {
        println!("{known:#}");
        return;
    }
    for page in known["pages"].as_array().into_iter().flatten() {
        println!("{}", paint::one_line(&line(page)));
    }
    for warning in known["warnings"].as_array().into_iter().flatten() {
        println!("{}", paint::one_line(&format!("passed over, or not as it was meant: {}", text(warning))));
    }
}

fn line(page: &Value) -> String {
    let names = |key: &str| page[key].as_array().map(|names| names.iter().map(text).collect::<Vec<_>>().join(", "));
    let mut line = format!("{}  {}  passages: {}", text(&page["language"]), text(&page["file"]), page["passages"]);
    for (key, words) in [
        ("draft", "  draft"),
        ("newer_draft", "  a newer draft waits"),
        ("instructions", "  instructions to the model"),
    ] {
        if page[key] == true {
            line.push_str(words);
        }
    }
    for (key, words) in [("addresses", "for customers of"), ("segments", "for")] {
        if let Some(names) = names(key) {
            line.push_str(&format!("  {words} {names}"));
        }
    }
    line
}

fn search(context: &Context, found: &Value) {
    if context.json {
        println!("{found:#}");
        return;
    }
    if found.as_array().is_none_or(Vec::is_empty) {
        println!("no page has a word of it");
    }
    for (place, passage) in found.as_array().into_iter().flatten().enumerate() {
        let (file, heading) = (text(&passage["file"]), text(&passage["heading"]));
        let (support, bm25) = (&passage["support_percent"], passage["bm25"].as_f64().unwrap_or_default());
        println!("{}", paint::one_line(&format!("{}. {file}: {heading}", place + 1)));
        let near =
            passage["nearness_percent"].as_u64().map(|near| format!(", meaning {near} % near")).unwrap_or_default();
        println!("   support {support} %, BM25 {bm25:.2}{near}, {}", text(&passage["language"]));
        for (label, has) in [("has", true), ("missing", false)] {
            let words = words(passage, has);
            if !words.is_empty() {
                println!("{}", paint::one_line(&format!("   {label}: {words}")));
            }
        }
    }
}

/// `japan (5.6, known nowhere)`: the words that a passage has, or those it lacks, heaviest first.
fn words(passage: &Value, has: bool) -> String {
    let share = |word: &Value| word["share"].as_f64().unwrap_or_default();
    let words = passage["words"].as_array().into_iter().flatten().filter(|word| (share(word) > 0.0) == has);
    let told = words.map(|word| {
        let mut told = format!("{} ({:.1}", text(&word["word"]), word["weight"].as_f64().unwrap_or_default());
        if has && share(word) < 1.0 {
            told.push_str(&format!(", {:.0} % as {}", share(word) * 100.0, text(&word["as_stem"])));
        }
        if word["in_heading"] == true {
            told.push_str(", in the heading");
        }
        if word["strange"] == true {
            told.push_str(", known nowhere");
        }
        told + ")"
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_question_is_one_value_of_the_query_whatever_stands_in_it() {
        let args = SearchArgs { question: "a&b=c?".into(), address: Some("a@x".into()), contact: None, limit: 3 };
        assert_eq!(path(&args), "/api/v1/knowledge/search?q=a%26b%3Dc%3F&limit=3&address=a%40x");
    }

    #[test]
    fn words_are_told_with_what_they_stand_for() {
        let passage = json!({ "words": [
            { "word": "japan", "weight": 5.6, "share": 0.0, "as_stem": "", "in_heading": false, "strange": true },
            { "word": "package", "weight": 2.0, "share": 0.8, "as_stem": "parcel", "in_heading": true, "strange": false },
        ] });
        assert_eq!(words(&passage, true), "package (2.0, 80 % as parcel, in the heading)");
        assert_eq!(words(&passage, false), "japan (5.6, known nowhere)");
    }
}
