//! What a mail program makes of a letter. Programs are rows of [`crate::programs`]; this file only sets them in type.

use crate::{
    letter::{Form, Letter, Paragraph},
    moment::Scene,
    wire::{self, Encoding},
};

/// A mail program.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// Which parts it sends, and how.
    pub(crate) sends: &'static [Sends],
    /// Where people use it; empty: everywhere.
    pub(crate) tongues: &'static [&'static str],
    /// What it puts over a quote, and over a forwarded mail: lines of plain text.
    pub(crate) over_quote: fn(&Scene) -> Vec<String>,
    pub(crate) over_forward: fn(&Scene) -> Vec<String>,
    /// Before the subject of a reply and of a forwarded mail, as languages differ; [`None`]: `Re: ` and `Fwd: `.
    pub(crate) prefixes: Option<fn(&Scene) -> [String; 2]>,
    pub(crate) text: Text,
    pub(crate) page: Page,
    /// What it, or most who use it, put under every mail; empty: a signature after two dashes.
    pub(crate) footer: fn(&Scene) -> String,
}

/// Plain text, HTML, or both.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sends {
    Plain(Encoding),
    Html(Encoding),
    Both(Encoding, Encoding),
}

/// Plain text as a program sets it.
pub(crate) struct Text {
    /// Before each quoted line; empty: nothing shows that it is quoted.
    pub(crate) mark: &'static str,
    /// Lines are broken before this column, 0: never.
    pub(crate) wrap: usize,
    /// What stands between the line over a quote and the quote.
    pub(crate) after_head: &'static str,
    /// The line over a quote bears the mark, too.
    pub(crate) head_inside: bool,
}

/// HTML as a program sets it.
pub(crate) struct Page {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    /// Around a paragraph, and between two.
    pub(crate) line: (&'static str, &'static str),
    pub(crate) gap: &'static str,
    /// Around the signature.
    pub(crate) sign: (&'static str, &'static str),
    /// Around head and quote; around the head; around the quote.
    pub(crate) around: (&'static str, &'static str),
    pub(crate) head: (&'static str, &'static str),
    pub(crate) quote: (&'static str, &'static str),
    /// The head stands within the quote.
    pub(crate) head_inside: bool,
    /// What stands instead of the head of a quote over a forwarded mail, and around that mail.
    pub(crate) forward: (&'static str, &'static str),
    /// Words before the colon are bold.
    pub(crate) bold_labels: bool,
}

impl Program {
    /// Whether people can answer between and below the quotes of this program: it must mark them.
    pub(crate) fn marks_plain(&self) -> bool {
        !self.text.mark.is_empty()
    }

    /// The mail.
    pub(crate) fn write(&self, letter: &Letter, sends: Sends) -> Vec<u8> {
        let plain = |how| (self.plain(letter, how), how);
        let html = |how| (self.html(letter), how);
        let (plain, html) = match sends {
            Sends::Plain(how) => (Some(plain(how)), None),
            Sends::Html(how) => (None, Some(html(how))),
            Sends::Both(how, html_how) => (Some(plain(how)), Some(html(html_how))),
        };
        wire::mail(
            letter,
            self.name,
            &self.subject(letter),
            plain.as_ref().map(|(text, how)| (text.as_str(), *how)),
            html.as_ref().map(|(text, how)| (text.as_str(), *how)),
        )
    }

    pub(crate) fn subject(&self, letter: &Letter) -> String {
        let prefixes = self.prefixes.map_or_else(|| ["Re: ", "Fwd: "].map(str::to_owned), |of| of(&letter.scene));
        format!("{}{}", prefixes[usize::from(letter.form == Form::Forwarded)], letter.scene.subject)
    }

    /// What stands below the words of the writer: sign-off, signature, disclaimer.
    fn under(&self, letter: &Letter) -> Under {
        let mut under =
            Under { own: letter.sign_off.iter().chain(&letter.contact).cloned().collect(), signature: Vec::new() };
        if letter.form == Form::Signature {
            let footer = (self.footer)(&letter.scene);
            let footer = if footer.is_empty() {
                format!("-- \n{}\nHill Farm Ltd. | +49 40 123456-0", letter.scene.writer.name)
            } else {
                footer
            };
            under.signature.push(footer.lines().map(str::to_owned).collect());
        }
        under.signature.extend(letter.disclaimer.map(|text| vec![text.to_owned()]));
        under
    }

    pub(crate) fn plain(&self, letter: &Letter, how: Encoding) -> String {
        let set = Setter { wrap: self.text.wrap, flowed: how == Encoding::Flowed };
        let under = self.under(letter);
        let below: Vec<Paragraph> = under.own.into_iter().chain(under.signature).collect();
        let below = if below.is_empty() { String::new() } else { format!("\n{}", set.paragraphs(&below, "")) };
        let new = set.paragraphs(&letter.new, "");
        let (mark, forward) = (self.text.mark, letter.form == Form::Forwarded);
        let over = if forward { self.over_forward } else { self.over_quote };
        let head_mark = if self.text.head_inside { mark } else { "" };
        let head = set.lines(&over(&letter.scene), head_mark);
        let after =
            if head_mark.is_empty() { self.text.after_head.to_owned() } else { format!("{}\n", head_mark.trim_end()) };
        let quote_mark = if forward && !self.text.head_inside { "" } else { mark };
        let mut quote = set.paragraphs(&letter.old, quote_mark);
        if let Some((scene, words)) = &letter.older {
            let inner_mark = inner(quote_mark, how);
            let inner_head = if head_mark.is_empty() { quote_mark } else { &inner_mark };
            quote += &format!("{}\n", quote_mark.trim_end());
            quote += &set.lines(&(self.over_quote)(scene), inner_head);
            quote += &format!("{}\n", inner_head.trim_end());
            quote += &set.paragraphs(words, &inner_mark);
        }
        match letter.form {
            Form::Bottom => format!("{head}{after}{quote}\n{new}{below}"),
            Form::Inline => {
                let mut text = head + &after;
                let mut old = letter.old.iter();
                for answer in &letter.answers {
                    if let Some(old) = old.next() {
                        text += &set.paragraphs(std::slice::from_ref(old), mark);
                    }
                    text += &format!("\n{}\n", set.paragraphs(answer, ""));
                }
                for old in old {
                    text += &set.paragraphs(std::slice::from_ref(old), mark);
                }
                text
            }
            _ => format!("{new}{below}\n{head}{after}{quote}"),
        }
    }

    pub(crate) fn html(&self, letter: &Letter) -> String {
        let page = &self.page;
        let under = self.under(letter);
        let set = |paragraphs: &[Paragraph]| {
            let all: Vec<String> = paragraphs.iter().map(|p| wrap(page.line, &lines(p))).collect();
            all.join(page.gap)
        };
        let mut below = String::new();
        for paragraph in &under.own {
            below += page.gap;
            below += &wrap(page.line, &lines(paragraph));
        }
        for paragraph in &under.signature {
            below += page.gap;
            below += &wrap(page.sign, &lines(paragraph));
        }
        let new = set(&letter.new);
        let labelled = |rows: &[String]| {
            let rows: Vec<String> =
                rows.iter().map(|row| if page.bold_labels { bold(row) } else { escape(row) }).collect();
            rows.join("<br>")
        };
        let forward = letter.form == Form::Forwarded;
        let over = if forward { self.over_forward } else { self.over_quote };
        let head = wrap(page.head, &labelled(&over(&letter.scene)));
        let mut old = set(&letter.old);
        if let Some((scene, words)) = &letter.older {
            let inner = wrap(page.head, &labelled(&(self.over_quote)(scene)));
            old += page.gap;
            old += &quoted(page, &inner, &set(words));
        }
        let body = match letter.form {
            Form::Forwarded => new + &below + page.gap + &wrap(page.forward, &(head + &old)),
            // The cursor stands within what surrounds the quote, so the answers do, too.
            Form::Bottom => wrap(page.around, &(quoted(page, &head, &old) + page.gap + &new + &below)),
            Form::Inline => {
                let mut old = letter.old.iter().map(|p| set(std::slice::from_ref(p)));
                let mut body = quoted(page, &head, &old.next().unwrap_or_default());
                for (n, answer) in letter.answers.iter().enumerate() {
                    let asked = if n == 0 { None } else { old.next() };
                    body += &asked.map(|asked| wrap(page.quote, &asked)).unwrap_or_default();
                    body += &(page.gap.to_owned() + &set(answer) + page.gap);
                }
                wrap(page.around, &(body + &old.map(|asked| wrap(page.quote, &asked)).collect::<String>()))
            }
            _ => new + &below + page.gap + &wrap(page.around, &quoted(page, &head, &old)),
        };
        let direction = if letter.scene.tongue.right_to_left { " dir=\"rtl\"" } else { "" };
        format!("{}{body}{}\n", page.open.replace(" DIR", direction), page.close)
    }
}

struct Under {
    own: Vec<Paragraph>,
    signature: Vec<Paragraph>,
}

fn quoted(page: &Page, head: &str, old: &str) -> String {
    if page.head_inside { wrap(page.quote, &(head.to_owned() + old)) } else { head.to_owned() + &wrap(page.quote, old) }
}

fn wrap((before, after): (&str, &str), inner: &str) -> String {
    format!("{before}{inner}{after}")
}

fn lines(paragraph: &Paragraph) -> String {
    let rows: Vec<String> = paragraph.iter().map(|row| escape(row)).collect();
    rows.join("<br>\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\u{a0}', "&nbsp;")
}

/// The mark of what was quoted in the quote: format=flowed has no space between marks (RFC 3676 §4.5), initials stand once.
fn inner(mark: &str, how: Encoding) -> String {
    if how == Encoding::Flowed || !mark.starts_with('>') && !mark.is_empty() {
        format!("{}> ", mark.trim_end())
    } else {
        mark.repeat(2)
    }
}

/// The label of a row in bold, its colon included.
fn bold(row: &str) -> String {
    match row.split_once([':', '：']) {
        Some((label, value)) if label.chars().count() < 20 && !value.is_empty() => {
            format!("<b>{}</b>{}", escape(&row[..row.len() - value.len()]), escape(value))
        }
        _ => escape(row),
    }
}

/// The column before which Gmail breaks lines; no other program that is known breaks there.
const GMAIL_WRAP: usize = 78;

/// Breaks lines.
struct Setter {
    wrap: usize,
    flowed: bool,
}

impl Setter {
    fn paragraphs(&self, paragraphs: &[Paragraph], mark: &str) -> String {
        let between = format!("{}\n", mark.trim_end());
        let all: Vec<String> = paragraphs.iter().map(|p| self.lines(p, mark)).collect();
        all.join(&between)
    }

    fn lines(&self, lines: &[String], mark: &str) -> String {
        lines.iter().map(|line| self.line(line, mark)).collect()
    }

    /// One line, broken at spaces where it is too long.
    fn line(&self, line: &str, mark: &str) -> String {
        let mut out = String::new();
        let mut row = String::from(mark);
        let room = if self.wrap == 0 { usize::MAX } else { self.wrap };
        for mut word in line.split(' ') {
            let begins = row.len() == mark.len();
            if !begins && row.chars().count() + 1 + word.chars().count() > room {
                // Gmail takes an address for a link, and breaks after the `<` before it.
                let after_angle = self.wrap == GMAIL_WRAP && word.starts_with('<') && word.len() % 2 == 1;
                if after_angle && row.chars().count() + 2 <= room {
                    row += " <";
                    word = &word[1..];
                }
                out += &row;
                out += if self.flowed { " \n" } else { "\n" };
                row = String::from(mark);
            } else if !begins {
                row.push(' ');
            }
            row += word;
        }
        // RFC 3676 §4.4: what begins like a quote or with a space is stuffed. A line must not end with a space by accident.
        let row = if self.flowed && line != "-- " { row.trim_end().to_owned() } else { row };
        let stuffed = self.flowed && mark.is_empty() && (row.starts_with([' ', '>']) || row.starts_with("From "));
        out + if stuffed { " " } else { "" } + &row + "\n"
    }
}
