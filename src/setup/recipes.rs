//! How each provider is told to forward, in words for the person who does it.

use crate::types::{Address, is_within};

/// The providers with a recipe of their own, by the name that `forwarder` takes.
pub const RECIPES: [&str; 6] = ["google", "microsoft365", "zoho", "fastmail", "cpanel", "generic"];

/// Relays whose provider names the SPF record to include: the domain of their hosts, and the record.
const SPF_INCLUDES: [(&str, &str); 10] = [
    ("gmail.com", "_spf.google.com"),
    ("office365.com", "spf.protection.outlook.com"),
    ("mail.protection.outlook.com", "spf.protection.outlook.com"),
    ("amazonaws.com", "amazonses.com"),
    ("sendgrid.net", "sendgrid.net"),
    ("mailgun.org", "mailgun.org"),
    ("postmarkapp.com", "spf.mtasv.net"),
    ("mailjet.com", "spf.mailjet.com"),
    ("brevo.com", "spf.brevo.com"),
    ("fastmail.com", "spf.messagingengine.com"),
];

/// What the SPF record of a domain includes that sends through that relay, where its provider says so.
pub(super) fn spf_include(smarthost: &str) -> Option<&'static str> {
    SPF_INCLUDES.iter().find(|(domain, _)| is_within(smarthost, domain)).map(|(_, include)| *include)
}

/// What to do at that provider so that it forwards to `destination`. An unknown provider gets the generic words.
///
/// Plain text, lines of steps, ending in a line break.
pub fn recipe(provider: &str, destination: &Address) -> String {
    let steps = match provider {
        "google" => GOOGLE,
        "microsoft365" => MICROSOFT,
        "zoho" => ZOHO,
        "fastmail" => FASTMAIL,
        "cpanel" => CPANEL,
        _ => GENERIC,
    };
    format!("{}{CAUTION}", steps.trim_start().replace("DESTINATION", &destination.to_string()))
}

const CAUTION: &str = "
Keep the destination to yourself: who knows it can write to you as if the provider had forwarded the mail.
Then send a mail to the support address from somewhere else and look for it with `replyd conversations list`.
";

const GOOGLE: &str = "
Google Workspace, for the whole domain (admin console; keeps the original sender's proof by ARC):
  1. admin.google.com > Apps > Google Workspace > Gmail > Default routing > Configure.
  2. Envelope recipients: single recipient, the support address.
  3. Also deliver to > Add more recipients > DESTINATION. Leave \"Do not deliver spam\" off, so that nothing is missed.
  4. Save. It takes up to 24 hours, mostly a few minutes.
One mailbox (Gmail settings):
  1. Settings > Forwarding and POP/IMAP > Add a forwarding address > DESTINATION.
  2. Google sends a confirmation to it; it waits with `replyd held list` until a person confirms it.
  3. Choose \"Forward a copy of incoming mail\" and keep the copy in the inbox.
";

const MICROSOFT: &str = "
Microsoft 365:
  1. Let forwarding out first. It is blocked by default, and the sender only sees \"550 5.7.520 Access denied, Your organization
     does not allow external forwarding\": security.microsoft.com > Email & collaboration > Policies & rules > Threat policies >
     Anti-spam > add an outbound policy for the support mailbox only > Automatic forwarding rules: On.
  2. Check that no remote domain forbids it: admin.exchange.microsoft.com > Mail flow > Remote domains > Default >
     Allow automatic forwarding.
  3. admin.exchange.microsoft.com > Recipients > Mailboxes > the support mailbox > Mail flow settings > Email forwarding:
     Forward to an external address DESTINATION, and tick \"Keep a copy of forwarded email\".
  4. Give the policy an hour. Do not use an inbox rule with \"Forward to\": it makes us the sender of a new mail, and the
     customer's proof is lost. \"Redirect to\" keeps it.
";

const ZOHO: &str = "
Zoho Mail:
  1. Settings > Mail accounts > the support account > Forwarding > Add email address > DESTINATION.
  2. Zoho sends a confirmation code to it; it waits with `replyd held list`.
  3. Enter the code, and leave \"Delete Zoho Mail's copy\" off.
";

const FASTMAIL: &str = "
Fastmail:
  1. Settings > Filters & Rules > Create a new rule: To/CC/Bcc is the support address.
  2. Send a copy to DESTINATION. Do not tick \"Permanently delete\", so that a copy stays.
  3. Fastmail asks you to confirm the address; the mail waits with `replyd held list`.
";

const CPANEL: &str = "
cPanel (Exim):
  1. Email > Forwarders > Add Forwarder: the support address.
  2. Forward to Email Address: DESTINATION. The mailbox itself keeps its copy when it exists as an account.
  3. Such servers seldom set ARC seals, so a customer is believed by the DKIM signature that survives the way. Turn off
     everything that changes the subject or adds a footer.
";

const GENERIC: &str = "
Any provider:
  1. Forward a copy of every mail for the support address to DESTINATION, and keep a copy where it is.
  2. Choose what is called forward, redirect or also deliver to. It must pass the mail on as it is: a new mail with the old one
     quoted inside has lost the customer's proof.
  3. Turn off what changes a mail on its way: subject tags, footers, rewritten links.
  4. A confirmation that the provider sends to the destination waits with `replyd held list`.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_names_the_destination() {
        let to = Address::parse("in+abc@mx.acme.example").unwrap();
        for provider in RECIPES {
            let words = recipe(provider, &to);
            assert!(words.contains("in+abc@mx.acme.example") && !words.contains("DESTINATION"), "{provider}");
            assert!(words.contains("copy") && words.lines().all(|line| line.len() <= 140), "{provider}");
        }
        assert_eq!(recipe("elsewhere", &to), recipe("generic", &to));
    }

    #[test]
    fn microsoft_is_told_to_let_forwarding_out_first() {
        let words = recipe("microsoft365", &Address::parse("in+abc@mx.acme.example").unwrap());
        assert!(words.find("outbound policy").unwrap() < words.find("in+abc").unwrap());
        assert!(words.contains("5.7.520"));
    }
}
