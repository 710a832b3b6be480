//! One sample for each shape, in the words of the servers that write them.

use super::*;
use crate::mime::Mail;

/// Shape and addresses of a text that came from a server of x.example.
fn named(text: &str) -> (&'static str, Vec<String>) {
    let mail = Mail {
        from: crate::types::Address::parse("MAILER-DAEMON@x.example").ok(),
        text: text.to_owned(),
        ..Mail::default()
    };
    let Some((shape, found)) = read(&Letter::of(&mail)) else { return ("", vec![]) };
    (shape, found.into_iter().map(|failed| failed.address).collect())
}

#[track_caller]
fn check(shape: &str, addresses: &[&str], text: &str) {
    let (by, found) = named(text);
    assert_eq!((by, found.iter().map(String::as_str).collect::<Vec<_>>()), (shape, addresses.to_vec()), "{text}");
}

#[test]
fn qmail_postfix_and_yahoo_put_the_address_before_its_reason() {
    let shape = "address before its reason";
    check(
        shape,
        &["ada@x.example", "bob@x.example"],
        "Hi. This is the qmail-send program at mx.x.example.\nI'm afraid I wasn't able to deliver your message to the following \
         addresses.\nThis is a permanent error; I've given up.\n\n<ada@x.example>:\nSorry, no mailbox here by that name. \
         (#5.1.1)\n\n<bob@x.example>:\nover quota\n\n--- Below this line is a copy of the message.\n\n<eve@x.example>:\n",
    );
    check(
        shape,
        &["ada@x.example"],
        "This is the Postfix program at host mx.x.example.\n\nPlease send mail to <postmaster@x.example>\n\n\
         <ada@x.example>: host mx.y.example[192.0.2.1] said: 550 5.1.1\n    <ada@x.example>... User unknown\n",
    );
    check(shape, &["ada@x.example"], "<ada@x.example> (expanded from\n    <list@x.example>): temporary failure\n");
}

#[test]
fn the_words_beside_an_address_are_kept() {
    let mail = Mail { text: "<ada@x.example>: host mx said: 452\n  mailbox full\n\nbye".to_owned(), ..Mail::default() };
    let (_, found) = read(&Letter::of(&mail)).unwrap();
    assert_eq!(found[0].diagnostic, "host mx said: 452 mailbox full");
    assert_eq!(Letter::of(&mail).completed("ada@x.example", found[0].diagnostic.clone()).status, "4.0.0");
}

#[test]
fn most_servers_list_the_addresses_below_a_sentence() {
    let shape = "list of addresses";
    for text in [
        "A message that you sent could not be delivered to all of its recipients. The\nfollowing address(es) failed:\n\n  \
         ada@x.example\n    SMTP error from remote mailer after RCPT TO:<ada@x.example>:\n    550 unknown user\n  \
         bob@y.example:\n    retry timeout exceeded\n\n------ This is a copy of the message ------\n\nTo: eve@x.example\n",
        "   ----- The following addresses had permanent fatal errors -----\n<ada@x.example>\n    (reason: 550 unknown)\n\
         bob@y.example\n\n   ----- Transcript of session follows -----\n550 eve@x.example\n",
        "Your message\n\n  To:      a list\n  Subject: Hello\n\ndid not reach the following recipient(s):\n\nADA@x.example on Fri, 4 \
         Oct 2002 17:12:28\n    The recipient name is not recognized\nc=US;p=X;dda:SMTP=bob@y.example; on Fri, 4 Oct\n",
        "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       \
         ada@x.example\n       bob@y.example\n",
        "YOUR MESSAGE WAS NOT DELIVERED!\n\nThe following addresses did NOT receive a copy of your message:\n\n> ada@x.example\n\
         > bob@y.example\n\n--- Session Transcript ---\n eve@x.example\n",
        "Delivery has failed to these recipients or distribution lists:\n\nServer \"192.0.2.1:25\" returned an error:\n\n\
         \t* [ada@x.example]: 550 over quota\n\t* [bob@y.example]: 550\n\nOriginal message details:\n\n\t* To: eve@x.example\n",
        "The following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:ada@x.example]\n\tReason: 550 unknown\n\
         \tRecipient: [SMTP:bob@y.example]\n",
    ] {
        let (by, found) = named(text);
        let found: Vec<String> = found.iter().map(|address| address.to_lowercase()).collect();
        assert_eq!((by, found), (shape, vec!["ada@x.example".to_owned(), "bob@y.example".to_owned()]), "{text}");
    }
    check(shape, &["ada@x.example"], "Your Message\nDid not reach the following recipient: ada@x.example\n");
}

#[test]
fn some_name_the_address_in_a_sentence() {
    for text in [
        "Delivery failed 20 attempts: ada@x.example\n\n\nOriginal message follows.\n\nTo: eve@x.example\n",
        "undeliverable  to ada@x.example\n",
        "Unknown user: ada@x.example\n\nRCPT TO generated following response:\n553 5.3.0 <ada@x.example>\n",
        "Undeliverable Address: ada@x.example\n\nReason: over disk quota.\n",
        "Failed Recipient: ada@x.example\nReason: Remote host said: 550 unknown user\n",
        "User's mailbox is full: <ada@x.example>\nUnable to deliver mail.\n",
        "Sorry, unable to deliver your\nmessage to ada@x.example for\nthe following reason:\n",
        "The following message, addressed to 'ada@x.example',\nfailed because it was not collected\n",
        "ada@x.example - no such user here.\n",
        "Error-for:  ada@x.example\nError-Code: 0\n",
    ] {
        check("address in a sentence", &["ada@x.example"], text);
    }
}

#[test]
fn old_servers_name_people_in_their_own_ways() {
    check(
        "address and its alias",
        &["ada@x.example"],
        "It bounced\n  an undisclosed address\n    (expanded from: ada@x.example)\n",
    );
    check(
        "screen name",
        &["ada99@x.example"],
        "Your mail could not be\ntaken because they are not accepting mail from lists@y.example:\n\tada99\n\n",
    );
    check(
        "directory name",
        &["ada@x.example", "ada@cs.x.example"],
        " --------Message not delivered to the following:\n\n ada    No matches to nameserver query\n\n To reach a party formerly \
         reachable by emailing NAME@x.example,\n try emailing to NAME@cs.x.example instead; or ``finger NAME@dir.x.example''\n",
    );
    check(
        "head of the returned mail",
        &["ada@x.example"],
        "I'm afraid I wasn't able to deliver the following message.\n\nSubject: Hello\nTo: ada@x.example\n\n---Below this line\n",
    );
}

#[test]
fn a_letter_of_a_person_names_nobody() {
    check(
        "",
        &[],
        "Hello,\n\nI wrote to ada@x.example yesterday and heard nothing. <bob@y.example> says the same.\n\nBob\n",
    );
}

#[test]
fn s15_only_the_beginning_of_a_long_letter_is_looked_at() {
    let words = "nobody was found to take it\n";
    check(
        "address in a sentence",
        &["ada@x.example"],
        &format!("{}Unknown user: ada@x.example\n", words.repeat(1_000)),
    );
    check("", &[], &format!("{}Unknown user: ada@x.example\n", words.repeat(100_000)));
}
