//! What a person writes, before any program touches it.

use crate::{
    chance::Chance,
    moment::{Moment, Person, Scene},
    tongues::{Tongue, items},
};

/// How a mail answers another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Top,
    Bottom,
    Inline,
    Forwarded,
    /// With what the program or the writer puts under every mail.
    Signature,
    Disclaimer,
    SignOff,
}

impl Form {
    pub(crate) const ALL: [Self; 7] =
        [Self::Top, Self::Bottom, Self::Inline, Self::Forwarded, Self::Signature, Self::Disclaimer, Self::SignOff];
}

/// A paragraph: its lines, as they were typed.
pub(crate) type Paragraph = Vec<String>;

/// A letter and what it answers.
pub(crate) struct Letter {
    pub(crate) form: Form,
    pub(crate) scene: Scene,
    pub(crate) new: Vec<Paragraph>,
    /// The same, as answers to several questions; the last sentence of each tells that it ends there.
    pub(crate) answers: Vec<Vec<Paragraph>>,
    /// Greeting and name; the writer's own words, but a signature too.
    pub(crate) sign_off: Option<Paragraph>,
    /// Company and telephone, where the letter has a disclaimer.
    pub(crate) contact: Option<Paragraph>,
    pub(crate) disclaimer: Option<&'static str>,
    pub(crate) old: Vec<Paragraph>,
    /// What the quoted mail quoted, with its own scene.
    pub(crate) older: Option<(Scene, Vec<Paragraph>)>,
}

/// What people paste and type in every language.
const PASTED: &[&[&str]] = &[
    &[
        "$ tail -n 2 app.log > out.txt",
        "2026-03-02 11:04:17 ERROR [12345] -> connection lost",
        "exit code 1 <<< last try",
    ],
    &["- 2 x cable, 12.50 EUR", "- 1 x lamp, 1,299.00 USD", "- 3 x chair (blue)"],
    &["C:\\Tools> report.exe --all", "[12345] done, 0 errors"],
    &["* 4711-0815", "* [98-221] = 14 %"],
    &["admin@host:~> uptime", " 11:04 up 12 days, load 0.02"],
    &["From Hamburg to Oslo, 20 kg, 3 boxes."],
    &["1) 192.168.0.1", "2) 10.0.0.1:8080"],
];

impl Letter {
    /// A letter in this language and form.
    pub(crate) fn by(tongue: &'static Tongue, form: Form, chance: &mut Chance) -> Self {
        let people = people(tongue, chance);
        let scene = scene_of(tongue, people[1].clone(), people[0].clone(), chance);
        let parts = if form == Form::Inline { 3 } else { 1 + chance.below(3) as usize };
        let answers = new_words(tongue, parts, chance);
        let old = some(items(tongue.asked), 3 + chance.below(2) as usize, chance);
        let mut old: Vec<Paragraph> = old.into_iter().map(|line| vec![line.to_owned()]).collect();
        if chance.percent(30) && !matches!(form, Form::SignOff | Form::Disclaimer | Form::Inline) {
            old.push(vec![chance.of(&items(tongue.bye)).to_owned(), people[1].name.clone()]);
            old.push(vec!["-- ".to_owned(), "Support team, desk 4".to_owned(), "+44 20 7946 0018".to_owned()]);
        }
        if chance.percent(15) && !matches!(form, Form::Disclaimer | Form::Inline) {
            old.push(vec![chance.of(&items(tongue.disclaimer)).to_owned()]);
        }
        let nested = chance.percent(30) && form != Form::Inline;
        let older = nested.then(|| {
            let earlier = scene_of(tongue, people[0].clone(), people[1].clone(), chance);
            let words = items(tongue.asked).into_iter().rev().take(2).map(|line| vec![line.to_owned()]).collect();
            (earlier, words)
        });
        let signs = matches!(form, Form::SignOff | Form::Disclaimer);
        let sign_off = signs.then(|| vec![chance.of(&items(tongue.bye)).to_owned(), people[0].name.clone()]);
        let lines = ["Hill Farm Ltd.", "12 Mill Lane, Brookfield", "Tel. +44 20 7946 0017", "www.hill-farm.example"];
        let contact = (form == Form::Disclaimer && chance.percent(50)).then(|| lines.map(str::to_owned).to_vec());
        let disclaimer = (form == Form::Disclaimer).then(|| chance.of(&items(tongue.disclaimer)));
        Self { form, scene, new: answers.concat(), answers, sign_off, contact, disclaimer, old, older }
    }
}

fn people(tongue: &'static Tongue, chance: &mut Chance) -> [Person; 2] {
    const HOUSES: [&str; 4] = ["brook.example", "mail.hill-farm.example", "acme.example", "example.org"];
    let mut names = items(tongue.people);
    if chance.percent(50) {
        names.reverse();
    }
    [0, 1].map(|n: usize| Person {
        name: names[n].to_owned(),
        address: format!(
            "{}@{}",
            ["l.bennett", "support", "office_7", "tom"][chance.below(2) as usize + n * 2],
            chance.of(&HOUSES)
        ),
    })
}

fn scene_of(tongue: &'static Tongue, author: Person, writer: Person, chance: &mut Chance) -> Scene {
    let subject = format!("{} 4711", items(tongue.asked)[1].trim_end_matches(['.', '。', '?']));
    let copied =
        chance.percent(30).then(|| Person { name: "Ann Lee".to_owned(), address: "ann.lee@example.org".to_owned() });
    Scene { tongue, author, writer, moment: Moment::by(chance), subject, copied }
}

/// Paragraphs of one to three sentences; a trap never stands last, so that what follows it shows that it is none.
fn new_words(tongue: &'static Tongue, parts: usize, chance: &mut Chance) -> Vec<Vec<Paragraph>> {
    let gap = if tongue.code.starts_with("zh") || tongue.code == "ja" { "" } else { " " };
    let mut says = some(items(tongue.says), parts * 2, chance).into_iter();
    let mut answers = Vec::new();
    for _ in 0..parts {
        let mut paragraphs = Vec::new();
        let mut next = || says.next().unwrap_or_default().to_owned();
        if chance.percent(30) {
            paragraphs.push(vec![chance.of(&items(tongue.traps)).to_owned()]);
        }
        if chance.percent(15) {
            paragraphs.push(chance.of(PASTED).iter().map(|line| (*line).to_owned()).collect());
        }
        let sentences = next();
        paragraphs.push(vec![if chance.percent(50) { sentences + gap + &next() } else { sentences }]);
        answers.push(paragraphs);
    }
    answers
}

/// So many of a list, each once, in a new order.
fn some<T: Copy>(mut list: Vec<T>, count: usize, chance: &mut Chance) -> Vec<T> {
    for at in (1..list.len()).rev() {
        list.swap(at, chance.below(at as u64 + 1) as usize);
    }
    list.truncate(count);
    list
}
