//! Mails written down by hand: what people and programs do that no rule of the generator makes.
//!
//! A file holds them one after the other: `=== what it is`, with `| html` where it is a page and `| subject` where that
//! tells something; the body; `--- new` and what is new; perhaps `--- or` and what is as good an answer.

use replyd::{
    conversation::quotes::{self, Parted},
    mime,
};

use crate::oracle::squeeze;

const FILES: [&str; 4] = [
    include_str!("odd/tongues.txt"),
    include_str!("odd/replies.txt"),
    include_str!("odd/more.txt"),
    // What looks like something that is hidden, and is the writer's own.
    include_str!("odd/kept.txt"),
];

const MAILS_MIN: usize = 100;

struct Odd {
    name: &'static str,
    is_page: bool,
    subject: &'static str,
    body: &'static str,
    right: Vec<&'static str>,
}

#[test]
fn odd_mails_are_read_as_a_person_reads_them() {
    let mails: Vec<Odd> = FILES.into_iter().flat_map(|file| file.split("=== ").skip(1)).map(odd).collect();
    assert!(mails.len() >= MAILS_MIN, "{} mails; {MAILS_MIN} at least", mails.len());
    let wrong: Vec<String> = mails.iter().filter_map(fault).collect();
    assert!(wrong.is_empty(), "{} of {} mails are read wrong\n\n{}", wrong.len(), mails.len(), wrong.join("\n"));
}

fn odd(text: &'static str) -> Odd {
    let (head, rest) = text.split_once('\n').unwrap();
    let (name, about) = head.split_once(" | ").unwrap_or((head, ""));
    let (body, right) = rest.split_once("--- new\n").unwrap();
    let is_page = about == "html";
    Odd { name, is_page, subject: if is_page { "" } else { about }, body, right: right.split("--- or\n").collect() }
}

fn fault(odd: &Odd) -> Option<String> {
    let kind = if odd.is_page { "html" } else { "plain" };
    let subject = if odd.subject.is_empty() { "Re: Order" } else { odd.subject };
    let mail = format!(
        "From: Laura Bennett <laura@example.org>\r\nTo: office@acme.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
        odd.body.replace('\n', "\r\n")
    );
    let found: Parted = quotes::part(&mime::parse(mail.as_bytes()));
    let new = squeeze(&found.new_text);
    let right = odd.right.iter().any(|right| new == squeeze(right));
    (!right).then(|| {
        let Parted { new_text, quoted_text, signature, .. } = &found;
        format!(
            "=== {}\n{}--- new\n{new_text}\n--- quoted\n{quoted_text}\n--- signature\n{signature}\n",
            odd.name, odd.body
        )
    })
}
