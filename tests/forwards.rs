//! Honest mail on every road that providers are known to take reaches its conversation at its level, through the real door.
//!
//! The roads are those of `playground::Road`. Of Proton, Zoho and iCloud no public sample shows the envelope or a seal: there
//! the sender is kept and the customer's signature speaks. Fields that hold our own address (`X-Pm-Forwarded-From`) are those
//! seen.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "forwards/world.rs"]
mod world;

use replyd::{
    conversation::{Class, HeldReason, IgnoredReason, Key as ProposedBy, ReplyKeys},
    playground::{self as play, Arriving, Claim, Key, Posted, Road},
    store::{MailRow, Place},
    types::{ConversationId, LetterId, Level, Verdict},
};
use world::{ADA, World, elsewhere};

/// What a road must come to: the level, and what the sentence says.
fn wanted(road: Road) -> (Level, &'static str) {
    const SIGNED: &str = "customer.example signed this (DKIM, aligned)";
    match road {
        Road::GmailFilter | Road::WorkspaceRouting | Road::GoogleGroup => {
            (Level::Authenticated, "customer.example signed this (DKIM, aligned); forwarded by Google as registered")
        }
        Road::GoogleGroupRewritten => {
            (Level::Vouched, "a group of acme.example passed this on and says that customer.example passed; ")
        }
        Road::Microsoft | Road::MicrosoftRedirect | Road::MicrosoftLong | Road::MicrosoftRelayPool => (
            Level::Authenticated,
            "customer.example signed this (DKIM, aligned); forwarded by Microsoft 365 as registered",
        ),
        Road::MicrosoftReencoded => {
            (Level::Vouched, "microsoft.com forwarded this and says that customer.example passed (ARC)")
        }
        // A new mail of the mailbox: who wrote to it stands in its text only, which proves nothing.
        Road::MicrosoftForwardRule => {
            (Level::Unproven, "a rule of the mailbox passed this on, and names ada@customer.example in its text")
        }
        Road::CpanelSrs => (
            Level::Authenticated,
            "customer.example signed this (DKIM, aligned); forwarded by your mail host as registered",
        ),
        Road::Ionos => (
            Level::Authenticated,
            "customer.example signed this (DKIM, aligned); forwarded by your provider as registered",
        ),
        Road::Fastmail => {
            (Level::Authenticated, "customer.example signed this (DKIM, aligned); forwarded by Fastmail as registered")
        }
        Road::Cloudflare => (
            Level::Authenticated,
            "customer.example signed this (DKIM, aligned); forwarded by Cloudflare as registered",
        ),
        // A robot's From with the customer in Reply-To: taken over and not believed.
        Road::ForwardEmailRewritten => {
            (Level::Unproven, "a form names ada@customer.example in Reply-To; proved is only the form")
        }
        Road::Direct
        | Road::CpanelAlias
        | Road::Proton
        | Road::Yandex
        | Road::MailRu
        | Road::ForwardEmail
        | Road::Zoho
        | Road::Icloud => (Level::Authenticated, SIGNED),
    }
}

#[tokio::test]
async fn honest_mail_reaches_its_conversation_at_its_level_on_every_road() {
    let world = World::new().await;
    for road in Road::ALL {
        let (level, sentence) = wanted(road);
        let opening = world.comes(road, &world.mail(road, &format!("{road:?}-1"), "Broken")).await;
        let (conversation, shown) = world.conversation(&opening);
        assert_eq!(shown, level, "{road:?}: {:#?}", opening.verdicts);
        assert!(opening.verdicts.sentence.starts_with(sentence), "{road:?}: {}", opening.verdicts.sentence);
        assert_eq!(conversation.address.to_string(), world.address(road).0, "{road:?}");
        assert_eq!(
            (conversation.contact.to_string().as_str(), opening.class.class.is_personal()),
            (ADA, true),
            "{road:?}"
        );

        let subject = format!("Re: Broken [{}]", conversation.number);
        let second = world.comes(road, &world.mail(road, &format!("{road:?}-2"), &subject)).await;
        let (same, shown) = world.conversation(&second);
        if level >= Level::Vouched {
            assert_eq!((same.id, shown), (conversation.id, level), "{road:?}: {:?}", second.filings);
        }
    }
    assert_eq!(Road::ALL.iter().filter(|road| road.is_guessed()).count(), 3);
    world.end().await;
}

/// The same customer writes straight to us, and by way of the provider: one conversation.
#[tokio::test]
async fn direct_and_forwarded_mail_meet_in_one_conversation() {
    let world = World::new().await;
    let (mailbox, destination) = world.address(Road::GmailFilter);
    let direct = world.arriving(Road::Direct, &world.mail(Road::GmailFilter, "1", "Broken")).await;
    let (opened, level) = world.conversation(&world.taken(&direct, &mailbox).await);
    assert_eq!(level, Level::Authenticated);

    let subject = format!("Re: Broken [{}]", opened.number);
    let forwarded = world.arriving(Road::GmailFilter, &world.mail(Road::GmailFilter, "2", &subject)).await;
    let (joined, _) = world.conversation(&world.taken(&forwarded, &destination).await);
    assert_eq!(joined.id, opened.id);
    world.end().await;
}

/// S-08: the same broken mail under the same seal, where that forwarder is not the registered one.
#[tokio::test]
async fn a_seal_counts_only_at_the_address_that_registered_its_forwarder() {
    let world = World::new().await;
    let bytes = world.mail(Road::MicrosoftReencoded, "1", "Broken");
    let arriving = world.arriving(Road::MicrosoftReencoded, &bytes).await;
    let row = world.taken(&arriving, &world.destination("google@acme.example")).await;
    assert!(matches!(row.filings[0].place, Place::Held(HeldReason::Forged(_))), "{row:#?}");
    world.end().await;
}

/// Our provider sends for everybody who claims to be one of us.
#[tokio::test]
async fn a_forged_colleague_is_held_with_a_sentence_on_every_road() {
    let world = World::new().await;
    for road in [Road::GmailFilter, Road::Microsoft, Road::CpanelSrs, Road::Cloudflare, Road::GoogleGroup] {
        let (mailbox, destination) = world.address(road);
        let boss = play::Customer { address: "boss@acme.example".into(), name: "Boss".into(), key: None };
        let bytes = boss.unsigned(&mailbox, &format!("{road:?}@x"), "Refund", "", "Send it to Eve.");
        let posted = Posted { sender: "boss@acme.example", bytes: &bytes };
        let mut arriving = world.roads.take(road, posted, &mailbox, &destination).await.unwrap();
        if road == Road::GoogleGroup {
            // The group says what it found.
            let text = String::from_utf8(arriving.bytes).unwrap();
            arriving.bytes = text.replace("dmarc=pass", "dmarc=fail").replace("dkim=pass", "dkim=none").into_bytes();
        }
        let row = world.taken(&arriving, &destination).await;
        let Place::Held(HeldReason::Forged(why)) = &row.filings[0].place else { panic!("{road:?} {row:#?}") };
        assert!(
            why.starts_with("acme.example is a domain of ours, and mail from it must carry its signature"),
            "{why}"
        );
    }
    world.end().await;
}

#[tokio::test]
async fn trap_1_marks_that_roads_leave_make_no_machine_and_rule_made_answers_are_one() {
    let world = World::new().await;
    let road = Road::MicrosoftRedirect;
    let (mailbox, destination) = world.address(road);
    let signed = world.mail(road, "1", "Broken");
    // No To: it was a blind copy. Ada's provider signs that there is none.
    let text = String::from_utf8(world.ada.unsigned(&mailbox, "1@customer.example", "Broken", "", "Help.")).unwrap();
    let without_to = text.replace(&format!("To: {mailbox}\r\n"), "");
    let without_to = world.ada.key.as_ref().unwrap().sign(without_to.as_bytes()).unwrap();
    for bytes in [signed, without_to] {
        let listed =
            play::with_header(&play::with_header(&bytes, "Precedence", "list"), "List-Id", "<team.acme.example>");
        let row = world.comes(road, &listed).await;
        assert_eq!(row.class.class, Class::Human, "{:?}", row.class);
    }
    // The very same marks on an answer that a rule wrote, and two more.
    let answer = format!(
        "From: Ada L. <{ADA}>\r\nTo: {mailbox}\r\nSubject: Automatic reply: Broken\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <9@customer.example>\r\nAuto-Submitted: auto-generated\r\n\
         X-Auto-Response-Suppress: All\r\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\r\n\
         X-MS-Exchange-Inbox-Rules-Loop: {ADA}\r\n\r\nI am away.\r\n"
    );
    let answer = world.ada.key.as_ref().unwrap().sign(answer.as_bytes()).unwrap();
    let arriving = world.arriving(road, &answer).await;
    let row = world.taken(&arriving, &destination).await;
    assert_eq!(row.class.class, Class::AutomaticReply, "{:?}", row.class);
    world.end().await;
}

#[tokio::test]
async fn trap_2_a_bounce_under_an_srs_envelope_is_a_bounce() {
    let world = World::new().await;
    let (mailbox, destination) = world.address(Road::Microsoft);
    let report = format!(
        "From: MAILER-DAEMON@mx.elsewhere.example\r\nTo: {mailbox}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <b@mx.elsewhere.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\nNot delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.elsewhere.example\r\n\r\nFinal-Recipient: rfc822; x@elsewhere.example\r\n\
         Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    );
    for sender in ["", "microsoft365+SRS=k3Yx=SA=elsewhere.example=mailer-daemon@acme.example"] {
        let row = world
            .taken(&elsewhere(sender, report.replace("<b@", &format!("<{}@", sender.len())).into()), &destination)
            .await;
        assert_eq!(row.class.class, Class::Bounce, "{sender}");
    }
    world.end().await;
}

/// A refusal for good punishes the forwarder, and may switch the forwarding off.
#[tokio::test]
async fn trap_3_doubts_about_a_sender_are_kept_and_never_refused() {
    let world = World::new().await;
    let (mailbox, destination) = world.address(Road::GmailFilter);
    let long = format!("{}+caf_={}@acme.example", "a".repeat(100), destination.replace('@', "="));
    let forged = world.ada.unsigned(&mailbox, "1@x", "Forged", "", "Not mine.");
    for (mail_from, bytes) in [
        (ADA, forged.clone()),
        (long.as_str(), forged),
        ("", b"Subject: no From\r\n\r\nNobody.\r\n".to_vec()),
        ("x@y.example", b"From: a@x.example, b@y.example\r\n\r\nTwo.\r\n".to_vec()),
        ("x@y.example", b"no header at all".to_vec()),
    ] {
        // `taken` fails the test unless 250 is said.
        let row = world.taken(&elsewhere(mail_from, bytes), &destination).await;
        assert!(matches!(row.filings[0].place, Place::Held(HeldReason::Forged(_))), "{mail_from} {row:#?}");
    }
    world.end().await;
}

/// Gmail, then Microsoft, then a university: i=3.
#[tokio::test]
async fn trap_4_a_chain_of_three_counts_by_its_registered_sealer() {
    let world = World::new().await;
    let dns = world.dns.addr();
    let key = |domain: &str| {
        let key = Key::ed25519(domain, "chain").unwrap();
        key.publish(&world.zone);
        key
    };
    let (google, microsoft, university) = (key("google.com"), key("microsoft.com"), key("university.example"));
    let passed = Claim::DmarcPass("customer.example");
    let mut bytes = world.ada.writes("ada@gmail.example", "1@customer.example", "Broken", "Help.").unwrap();
    for sealer in [&google, &microsoft] {
        bytes = play::seal(&bytes, sealer, passed, dns).await.unwrap();
    }
    // The last one adds a footer, as lists do, and signs what it sees.
    let body = "Help.\r\n-- \r\nUniversity\r\n";
    let honest = play::seal(&bytes, &university, passed, dns).await.unwrap();
    for (bytes, level, sets) in
        [(honest.clone(), Level::Authenticated, 3), (play::with_body(&honest, body), Level::Forged, 3)]
    {
        let arriving = elsewhere("list@university.example", bytes);
        let row = world.taken(&arriving, &world.destination("university@acme.example")).await;
        assert_eq!((row.verdicts.level, row.verdicts.arc.sets), (level, sets), "{:#?}", row.verdicts);
    }
    // The customer's signature broke before the last seal: then the registered sealer's word is all there is.
    let subject =
        String::from_utf8(world.ada.writes("ada@gmail.example", "2@customer.example", "Broken", "Help.").unwrap())
            .unwrap()
            .replace("Subject: Broken", "Subject: [list] Broken");
    let mut bytes = subject.into_bytes();
    for sealer in [&google, &microsoft, &university] {
        bytes = play::seal(&bytes, sealer, passed, dns).await.unwrap();
    }
    for (address, level) in [("university@acme.example", Level::Vouched), ("google@acme.example", Level::Forged)] {
        let row = world.taken(&elsewhere("list@university.example", bytes.clone()), &world.destination(address)).await;
        assert_eq!((row.verdicts.level, row.verdicts.arc.verdict), (level, Verdict::Pass), "{:#?}", row.verdicts);
    }
    world.end().await;
}

/// Fields name the middle mailbox and the first one; the recipient of the envelope is ours.
#[tokio::test]
async fn trap_5_two_hops_are_routed_by_the_recipient() {
    let world = World::new().await;
    let first = world.arriving(Road::Microsoft, &world.mail(Road::Microsoft, "1", "Broken")).await;
    let (mailbox, destination) = world.address(Road::GmailFilter);
    let posted = Posted { sender: ADA, bytes: &first.bytes };
    let second = world.roads.take(Road::GmailFilter, posted, &mailbox, &destination).await.unwrap();
    let row = world.taken(&second, &destination).await;
    let (conversation, level) = world.conversation(&row);
    assert_eq!((conversation.address.to_string(), level), (mailbox, Level::Authenticated));
    assert_eq!((row.verdicts.arc.sets, row.verdicts.arc.sealer.as_str()), (2, "google.com"));
    world.end().await;
}

#[tokio::test]
async fn trap_6_the_customer_behind_a_group_is_believed_by_the_registered_groups_signature_only() {
    let world = World::new().await;
    let road = Road::GoogleGroupRewritten;
    let bytes = world.mail(road, "1", "Broken");
    let arriving = world.arriving(road, &bytes).await;
    let (destination, stranger) = (world.address(road).1, world.destination("generic@acme.example"));
    let row = world.taken(&arriving, &destination).await;
    let (conversation, level) = world.conversation(&row);
    assert_eq!((conversation.contact.to_string().as_str(), conversation.contact_name.as_str()), (ADA, "Ada L."));
    assert_eq!(level, Level::Vouched);

    // At an address of another forwarder the group is just who signed.
    let other = world.taken(&arriving, &stranger).await;
    assert_eq!(world.conversation(&other).0.contact.to_string(), "google@acme.example");
    // Whoever changes the name of the customer breaks the signature.
    let forged = String::from_utf8(arriving.bytes).unwrap().replace(ADA, "eve@customer.example");
    let forged = Arriving { bytes: forged.replace("<1@", "<2@").into_bytes(), ..arriving };
    let row = world.taken(&forged, &destination).await;
    assert!(matches!(row.filings[0].place, Place::Held(HeldReason::Forged(_))), "{row:#?}");
    world.end().await;
}

#[tokio::test]
async fn trap_7_destination_keys_are_known_in_any_case() {
    let world = World::new().await;
    let road = Road::GmailFilter;
    let (mailbox, destination) = world.address(road);
    for (n, written) in [destination.to_uppercase(), destination.to_lowercase()].iter().enumerate() {
        let bytes = world.mail(road, &format!("{n}"), "Broken");
        let posted = Posted { sender: ADA, bytes: &bytes };
        let arriving = world.roads.take(road, posted, &mailbox.to_uppercase(), written).await.unwrap();
        let row = world.taken(&arriving, written).await;
        assert_eq!(world.conversation(&row).0.address.to_string(), mailbox, "{written}");
        assert!(row.verdicts.sentence.ends_with("forwarded by Google as registered"), "{}", row.verdicts.sentence);
    }
    world.end().await;
}

/// To the company and in copy to us: once direct and once forwarded.
#[tokio::test]
async fn trap_8_the_second_copy_of_a_mail_is_no_second_mail() {
    let world = World::new().await;
    let (mailbox, destination) = world.address(Road::GmailFilter);
    let bytes = world.mail(Road::GmailFilter, "1", "Broken");
    let direct = world.taken(&world.arriving(Road::Direct, &bytes).await, &mailbox).await;
    let queued = world.queued(&world.arriving(Road::GmailFilter, &bytes).await, &destination).await;
    assert_eq!(queued, direct.id.to_string(), "the id of the first copy");
    let counts = world.daemon.store().counts().unwrap();
    assert_eq!((counts.conversations, counts.shown, counts.duplicates), (1, 1, 1));
    world.end().await;
}

#[tokio::test]
async fn trap_9_our_own_letter_forwarded_back_is_ignored() {
    let world = World::new().await;
    let (mailbox, destination) = world.address(Road::GmailFilter);
    let keys = ReplyKeys::new(std::slice::from_ref(&world.secret));
    let own = play::Customer { address: mailbox.clone(), name: "Acme".into(), key: None };
    let id = format!("{}@acme.example", keys.write(LetterId(7), ConversationId(9)));
    let bytes = own.unsigned(ADA, &id, "Re: Broken", "", "Turn it off and on.");
    let posted = Posted { sender: &mailbox, bytes: &bytes };
    let arriving = world.roads.take(Road::GmailFilter, posted, &mailbox, &destination).await.unwrap();
    let row = world.taken(&arriving, &destination).await;
    assert_eq!(row.filings[0].place, Place::Ignored(IgnoredReason::OwnEcho));
    world.end().await;
}

/// The author's provider signs too, names From twice against additions, and says when the signature ends. Of `darn=` no
/// writer is at hand; RFC 6376 §3.2 has unknown tags ignored.
#[tokio::test]
async fn trap_10_two_signatures_an_end_and_a_from_signed_twice_are_fine() {
    let world = World::new().await;
    let road = Road::GmailFilter;
    let (mailbox, destination) = world.address(road);
    let provider = Key::ed25519("mail-provider.example", "s1").unwrap();
    provider.publish(&world.zone);
    let plain = world.ada.unsigned(&mailbox, "1@customer.example", "Broken", "", "Help.");
    let fields = ["From", "From", "To", "Subject", "Subject", "Date", "Message-ID"];
    let own = world.ada.key.as_ref().unwrap().sign_until(&plain, &fields, 3600).unwrap();
    let both = provider.sign(&own).unwrap();
    let arriving = world.arriving(road, &both).await;
    let row = world.taken(&arriving, &destination).await;
    assert_eq!(world.conversation(&row).1, Level::Authenticated, "{:#?}", row.verdicts);
    assert_eq!(passes(&row), [("mail-provider.example", false), ("customer.example", true)]);

    // The second From that such a signature forbids.
    let added = play::with_header(&both, "From", "Eve <eve@customer.example>");
    let row = world.taken(&world.arriving(road, &added).await, &destination).await;
    assert!(matches!(row.filings[0].place, Place::Held(HeldReason::Forged(_))));
    world.end().await;
}

/// Domains whose signature holds, and whether they are aligned, in the order of the mail.
fn passes(row: &MailRow) -> Vec<(&str, bool)> {
    let good = row.verdicts.dkim.iter().filter(|signature| signature.verdict == Verdict::Pass);
    let mut good: Vec<_> = good.map(|signature| (signature.domain.as_str(), signature.aligned)).collect();
    good.sort_by_key(|(_, aligned)| *aligned);
    good
}

/// S-05.
#[tokio::test]
async fn s05_a_look_alike_of_our_own_domain_is_noted_where_staff_read_it() {
    let world = World::new().await;
    let (mailbox, destination) = world.address(Road::GmailFilter);
    for (domain, notes) in [
        ("\u{430}cme.example", vec!["looks like acme.example, and is another", "mixes letters of two scripts"]),
        ("acrne.example", vec!["looks like acme.example, and is another"]),
        ("acme-shop.example", vec![]),
    ] {
        let boss = play::Customer { address: format!("boss@{domain}"), name: "Boss".into(), key: None };
        let bytes = boss.unsigned(&mailbox, &format!("{}@x", domain.len()), "Refund", "", "Send it to Eve.");
        let row = world.taken(&elsewhere("boss@elsewhere.example", bytes), &destination).await;
        assert_eq!(row.mail.notes.len(), notes.len(), "{:?}", row.mail.notes);
        for (note, said) in row.mail.notes.iter().zip(notes) {
            assert!(note.contains(said), "{note}");
        }
    }
    world.end().await;
}

/// A guessed key proposes and joins nothing, on whatever road.
#[tokio::test]
async fn a_number_does_not_let_another_customer_in_on_any_road() {
    let world = World::new().await;
    let eve = play::Customer::with_strict_domain("Eve", "eve@elsewhere.example", &world.zone).unwrap();
    for road in [Road::GmailFilter, Road::Microsoft, Road::Cloudflare] {
        let (mailbox, destination) = world.address(road);
        let opened = world.comes(road, &world.mail(road, &format!("{road:?}"), "Broken")).await;
        let (conversation, _) = world.conversation(&opened);
        let subject = format!("Re: Broken [{}]", conversation.number);
        let bytes = eve.writes(&mailbox, &format!("{road:?}@elsewhere.example"), &subject, "And mine?").unwrap();
        let posted = Posted { sender: "eve@elsewhere.example", bytes: &bytes };
        let arriving = world.roads.take(road, posted, &mailbox, &destination).await.unwrap();
        let row = world.taken(&arriving, &destination).await;
        let Place::Conversation { id, joined_by, .. } = &row.filings[0].place else { panic!("{row:#?}") };
        assert_eq!((*id == conversation.id, joined_by), (false, &None::<ProposedBy>), "{road:?}");
    }
    world.end().await;
}
