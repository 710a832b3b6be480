//! What is taken, and that every mistake is named with its line.

use std::{path::Path, time::Duration};

use super::{Mistakes, load, parse};
use crate::{
    config::{Autopilot, Config, EnvelopeSender, EnvelopeShape, Route, SmarthostTls, TlsMode, forwarder},
    types::Level,
};

fn good(text: &str) -> Config {
    parse(text, Path::new("/etc/replyd")).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// `line: key: words` of every mistake.
fn mistakes(text: &str) -> Vec<String> {
    mistakes_at(text, Path::new("/nowhere"))
}

fn mistakes_at(text: &str, base: &Path) -> Vec<String> {
    let mistakes = parse(text, base).expect_err("there are mistakes");
    mistakes.0.iter().map(|mistake| format!("{}: {}: {}", mistake.line, mistake.key, mistake.words)).collect()
}

/// The only mistake.
fn mistake(text: &str) -> String {
    let mut all = mistakes(text);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[test]
fn metrics_are_for_loopback_unless_it_is_said_otherwise() {
    let text = |rest: &str| format!("[web]\nmetrics = \"192.0.2.1:9090\"\n{rest}");
    let wrong = parse(&text(""), Path::new("")).unwrap_err().to_string();
    assert!(wrong.contains("smtpd.toml:2: web.metrics: 192.0.2.1:9090 is no loopback address"), "{wrong}");
    let config = parse(&text("metrics_from_anywhere = true"), Path::new("")).unwrap();
    assert_eq!(config.web.metrics.unwrap().port(), 9090);
}

#[test]
fn what_stands_in_the_file_is_taken() {
    let config = good(
        r#"
        smtp.hostname = "MX.Acme.example."
        limits = { connections_max = 7, command_timeout_secs = 9 }
        [[smtp.listener]]
        listen = "[::1]:0"
        tls = "implicit"
        proxy_from = ["10.0.0.1", "::1"]
        [auth]
        resolvers = ["127.0.0.1", "127.0.0.1:5353"]
        query_timeout_millis = 50
        [outbound]
        route = "mx"
        port = 2526
        retry_secs = [1, 2]
        give_up_after_hours = 2
        undo_secs = 0
        [agent]
        level_min = 3
        disclosure = false
        [[domain]]
        name = "Bücher.example"
        selector_rsa = "2026a"
        [[address]]
        address = "Hilfe@bücher.example"
        autopilot = "assist"
        forwarder = "Google"
        level_min = 1
        form = "robot@Shop.example"
        form_vouches = true
        [[forwarder]]
        name = "Gate"
        arc_sealers = ["Gate.example"]
        envelopes = ["srs0", "caf"]
        spf_domain = "_spf.Gate.example"
        results_by = ["mx.gate.example"]
        srs_means_spf_pass = true
        headers = ["X-Gate"]
        [[forwarder]]
        name = "Exim"
        title = "our host"
        "#,
    );
    assert_eq!(config.smtp.hostname, "mx.acme.example");
    let [listener] = config.smtp.listeners.as_slice() else { panic!("the list replaces the default") };
    assert_eq!((listener.listen.to_string().as_str(), listener.tls), ("[::1]:0", TlsMode::Implicit));
    assert_eq!(listener.proxy_from.len(), 2);
    assert_eq!((config.limits.connections_max, config.limits.timeouts.command), (7, Duration::from_secs(9)));
    assert_eq!(config.auth.resolvers.iter().map(|at| at.port()).collect::<Vec<_>>(), [53, 5353]);
    assert_eq!(config.auth.query_timeout, Duration::from_millis(50));
    assert!(matches!(config.outbound.route, Route::Mx { port: 2526 }));
    assert_eq!(config.outbound.retry, [1, 2].map(Duration::from_secs));
    assert_eq!((config.outbound.give_up_after, config.outbound.undo), (Duration::from_secs(7200), Duration::ZERO));
    assert_eq!((config.agent.level_min, config.agent.disclosure), (Level::Authenticated, false));
    assert_eq!(config.domains[0].name, "xn--bcher-kva.example");
    assert_eq!(config.domains[0].selector_rsa.as_deref(), Some("2026a"));
    let support = &config.addresses[0];
    assert_eq!((support.autopilot, support.forwarder.as_deref()), (Autopilot::Assist, Some("google")));
    assert_eq!(support.level_min, Some(Level::Unproven));
    let [gate, host] = config.forwarders.as_slice() else { panic!("two") };
    assert_eq!((gate.name.as_str(), gate.title.as_str(), gate.srs_means_spf_pass), ("gate", "gate", true));
    assert_eq!((gate.arc_sealers[0].as_str(), gate.spf_domain.as_deref()), ("gate.example", Some("_spf.gate.example")));
    assert_eq!(gate.envelopes, [EnvelopeShape::Srs0, EnvelopeShape::Caf]);
    assert_eq!((gate.results_by[0].as_str(), gate.headers[0].as_str()), ("mx.gate.example", "X-Gate"));
    // What a [[forwarder]] of a built-in name does not say stays as it is.
    assert_eq!((host.name.as_str(), host.title.as_str()), ("cpanel", "our host"));
    assert_eq!(host.envelopes, forwarder("cpanel", &[]).unwrap().envelopes);
    assert_eq!(support.form.as_ref().map(ToString::to_string).as_deref(), Some("robot@shop.example"));
    assert!(support.form_vouches);
}

#[test]
fn relative_paths_count_from_the_folder_of_the_file() {
    let config = good("[store]\npath = \"d\"\n");
    assert_eq!(config.store.path, Path::new("/etc/replyd/d"));
    assert!(matches!(&config.outbound.route, Route::File { path } if path == Path::new("/etc/replyd/d/outbox")));
    let config = good("[store]\npath = \"/var/lib/replyd\"\n[outbound]\npath = \"out\"\n");
    assert_eq!(config.store.path, Path::new("/var/lib/replyd"));
    assert!(matches!(&config.outbound.route, Route::File { path } if path == Path::new("/etc/replyd/out")));
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_their_lines() {
    let text = "\
[smtp]
hostname = \"not a name\"
[limits]
connections_max = \"many\"
conections_per_ip_max = 3
message_bytes_max = 1
[agnet]
x = 1
[[address]]
address = \"support\"
autopilot = \"sometimes\"
";
    let mistakes = parse(text, Path::new("")).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "\
smtpd.toml:2: smtp.hostname: `not a name` is not a host name
smtpd.toml:4: limits.connections_max: expected a whole number of connections, found string
smtpd.toml:5: limits.conections_per_ip_max: there is no such key; did you mean `connections_per_ip_max`?
smtpd.toml:6: limits.message_bytes_max: 1 is out of range: 65536 to 4294967296 bytes
smtpd.toml:7: agnet: there is no such table; did you mean `agent`?
smtpd.toml:10: address[support].address: `support`: an address has the form local@domain
smtpd.toml:11: address[support].autopilot: `sometimes` is none of `on`, `assist`, `off`"
    );
}

#[test]
fn what_is_not_toml_is_one_mistake_with_its_line() {
    let mistake = mistake("[smtp]\nhostname = \"a.example\nx = 1\n");
    assert!(mistake.starts_with("2: : this is not TOML: "), "{mistake}");
    assert!(self::mistake("[smtp]\nhostname = \"a\"\nhostname = \"b\"\n").starts_with("3: "));
}

#[test]
fn a_table_of_the_wrong_shape_is_told_how_to_be_written() {
    assert_eq!(mistake("[[limits]]\n"), "1: limits: it stands once: write `[limits]`");
    assert_eq!(mistake("\nlimits = 3\n"), "2: limits: it is a table: write `[limits]`");
    assert_eq!(mistake("\n[address]\n"), "2: address: it may stand many times: write `[[address]]`");
    assert_eq!(mistake("hostname = \"x\"\n"), "1: hostname: there is no such key; did you mean `smtp.hostname`?");
    let listener = "[[smtp.listener]]\nlisten = \"127.0.0.1:25\"\naddress = \"127.0.0.1\"\n";
    assert!(!mistake(listener).contains("did you mean `address`?"), "the very word it is");
}

#[test]
fn tables_may_be_written_in_one_line() {
    let config = good("[smtp]\nlistener = [{ listen = \"127.0.0.1:1\" }, { listen = \"127.0.0.1:2\" }]\n");
    assert_eq!(config.smtp.listeners.len(), 2);
}

#[test]
fn what_is_needed_and_missing_is_told_at_its_table() {
    assert_eq!(mistake("\n[[address]]\nname = \"x\"\n"), "2: address[1].address: it is needed here");
    assert_eq!(mistake("[[domain]]\n[[domain]]\nname = \"a.example\"\n"), "1: domain[1].name: it is needed here");
    assert!(mistake("[[forwarder]]\nname = \"x\"\n").starts_with("1: forwarder[x].arc_sealers: it is needed"));
}

#[test]
fn what_a_forwarder_is_known_by_is_checked() {
    let of = |line: &str| mistake(&format!("[[forwarder]]\nname = \"google\"\n{line}\n"));
    assert!(of("envelopes = [\"cafe\"]").starts_with("3: forwarder[google].envelopes: `cafe` is none of `caf`, "));
    assert!(of("spf_domain = \"a b\"").starts_with("3: forwarder[google].spf_domain: `a b` is not a domain name"));
    assert!(of("headers = [\"X Y\"]").starts_with("3: forwarder[google].headers: `X Y` is not the name of a header"));
    let new = mistake("[[forwarder]]\nname = \"x\"\nenvelopes = [\"srs\"]\nsrs_means_spf_pass = true\n");
    assert!(new.starts_with("4: forwarder[x].srs_means_spf_pass: it needs `spf_domain`"), "{new}");
}

#[test]
fn the_same_thing_twice_is_told_at_the_second() {
    let text = "[[address]]\naddress = \"a@x.example\"\n[[address]]\naddress = \"A@X.example\"\n";
    assert_eq!(mistake(text), "4: address[a@x.example].address: the address A@x.example stands twice");
    let text = "[[domain]]\nname = \"x.example\"\n[[domain]]\nname = \"X.example\"\n";
    assert_eq!(mistake(text), "4: domain[x.example].name: the domain x.example stands twice");
    let text = "[[smtp.listener]]\nlisten = \"127.0.0.1:25\"\n[[smtp.listener]]\nlisten = \"0.0.0.0:25\"\n";
    assert_eq!(mistake(text), "4: smtp.listener[0.0.0.0:25].listen: two listeners on 0.0.0.0:25");
    let text = "[[smtp.listener]]\nlisten = \"127.0.0.1:0\"\n[[smtp.listener]]\nlisten = \"127.0.0.1:0\"\n";
    assert_eq!(good(text).smtp.listeners.len(), 2, "port 0 is a free one each time");
    assert!(mistake("[web]\nlisten = \"127.0.0.1:2525\"\n").starts_with("2: web.listen: an SMTP listener"));
}

#[test]
fn an_address_needs_its_domain_unless_letters_stay_in_files() {
    let address = "[[address]]\naddress = \"a@x.example\"\n";
    assert_eq!(good(address).addresses.len(), 1);
    let mistake = mistake(&format!("[outbound]\nroute = \"mx\"\n{address}"));
    assert!(mistake.starts_with("4: address[a@x.example].address: there is no [[domain]] x.example"), "{mistake}");
}

#[test]
fn a_form_is_told_from_the_address_it_writes_to() {
    let address = "[[address]]\naddress = \"a@x.example\"\n";
    assert!(good(&format!("{address}form = \"robot@x.example\"\n")).addresses[0].form.is_some());
    let itself = mistake(&format!("{address}form = \"A@x.example\"\n"));
    assert!(
        itself.starts_with("3: address[a@x.example].form: a form that writes From the support address"),
        "{itself}"
    );
    let alone = mistake(&format!("{address}form_vouches = true\n"));
    assert!(alone.starts_with("3: address[a@x.example].form_vouches: it says something of a form"), "{alone}");
    assert!(mistake(&format!("{address}form = \"robot\"\n")).contains("`robot`"));
}

#[test]
fn a_forwarder_nobody_knows_is_named() {
    let text = "[[address]]\naddress = \"a@x.example\"\nforwarder = \"gogle\"\n";
    assert!(mistake(text).starts_with("3: address[a@x.example].forwarder: there is no [[forwarder]] `gogle`"));
    assert_eq!(good(&text.replace("gogle", "google")).addresses.len(), 1);
}

#[test]
fn keys_of_another_route_are_mistakes() {
    let all = mistakes("[outbound]\nsmarthost_host = \"relay.example\"\nport = 25\n");
    assert_eq!(
        all,
        [
            "2: outbound.smarthost_host: it belongs to route `smarthost`, and the route is `file`",
            "3: outbound.port: it belongs to route `mx`, and the route is `file`",
        ]
    );
}

#[test]
fn a_smarthost_is_read_with_its_password() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), "s3cret\n").unwrap();
    let text = "[outbound]\nroute = \"smarthost\"\nsmarthost_host = \"Relay.example\"\nsmarthost_user = \"u\"
smarthost_password_file = \"password\"\n";
    let config = parse(text, folder.path()).unwrap();
    let Route::Smarthost(smarthost) = config.outbound.route else { panic!("{:?}", config.outbound.route) };
    assert_eq!(
        (smarthost.host.as_str(), smarthost.port, smarthost.tls),
        ("relay.example", 587, SmarthostTls::StartTls)
    );
    assert_eq!(smarthost.password.unwrap().expose_str(), "s3cret");

    let clear = format!("{text}smarthost_tls = \"off\"\n");
    assert!(mistakes_at(&clear, folder.path())[0].starts_with("6: outbound.smarthost_tls: the password would travel"));
    assert!(parse(&clear.replace("Relay.example", "127.0.0.1"), folder.path()).is_ok());
}

#[test]
fn a_smarthost_without_its_parts_is_told() {
    let text = "[outbound]\nroute = \"smarthost\"\nsmarthost_user = \"u\"\n";
    let all = mistakes(text);
    assert!(all.iter().any(|one| one.starts_with("1: outbound.smarthost_host: it is needed")), "{all:?}");
    assert!(all.iter().any(|one| one.starts_with("3: outbound.smarthost_user: ")), "{all:?}");
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let text = "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n[knowledge]\npath = \"k\"\n[outbound]
route = \"smarthost\"\nsmarthost_host = \"r.example\"\nsmarthost_user = \"u\"\nsmarthost_password_file = \"p\"\n";
    let all = mistakes(text);
    for (line, key) in
        [(2, "tls.certificate"), (3, "tls.key"), (5, "knowledge.path"), (10, "outbound.smarthost_password_file")]
    {
        assert!(all.iter().any(|one| one.starts_with(&format!("{line}: {key}: /nowhere/"))), "{key}: {all:#?}");
    }
}

#[test]
fn a_certificate_and_its_key_go_together() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.pem"), "-----BEGIN CERTIFICATE-----\n").unwrap();
    let all = mistakes_at("[tls]\ncertificate = \"c.pem\"\n", folder.path());
    assert_eq!(all, ["2: tls.certificate: a certificate without its key: `key` is missing"]);
    let all = mistakes_at("[tls]\ncertificate = \"c.pem\"\nkey = \"c.pem\"\n", folder.path());
    assert!(all[0].starts_with("3: tls.key: ") && all[0].contains("PRIVATE KEY"), "{all:?}");
}

#[test]
fn tls_cannot_be_required_where_it_is_off() {
    let text = "[[smtp.listener]]\nlisten = \"127.0.0.1:1\"\ntls = \"off\"\nrequire_tls = true\n";
    assert!(mistake(text).starts_with("4: smtp.listener[127.0.0.1:1].require_tls: "));
}

#[test]
fn host_names_are_held_to_their_form() {
    for name in ["", "a b", "-a.example", "a_b.example", "127.0.0.1", "[127.0.0.1]", "a@b.example", "a..b", "a\\r\\nb"]
    {
        assert!(mistake(&format!("[smtp]\nhostname = \"{name}\"\n")).starts_with("2: smtp.hostname: "), "{name}");
    }
    assert_eq!(good("[smtp]\nhostname = \"localhost\"\n").smtp.hostname, "localhost");
}

#[test]
fn a_log_level_nobody_knows_is_told_and_a_filter_is_taken() {
    assert!(mistake("[log]\nlevel = \"inof\"\n").starts_with("2: log.level: `inof` is none of"));
    assert_eq!(good("[log]\nlevel = \"info,replyd::smtp=debug\"\n").log.level, "info,replyd::smtp=debug");
}

#[test]
fn a_display_name_cannot_carry_a_line_break_into_a_header() {
    // S-12
    let text = "[[address]]\naddress = \"a@x.example\"\nname = \"A\\r\\nBcc: b@x.example\"\n";
    assert_eq!(mistake(text), "3: address[a@x.example].name: a control character stands in it");
}

#[test]
fn memory_for_bodies_holds_the_largest_mail() {
    let mistake = mistake("[limits]\nbodies_bytes_max = 70000\n");
    assert!(mistake.starts_with("2: limits.bodies_bytes_max: 70000 is less than"), "{mistake}");
}

#[test]
fn a_missing_file_is_said_to_be_missing() {
    let mistakes: Mistakes = load(Path::new("/nowhere/smtpd.toml")).unwrap_err();
    assert_eq!(mistakes.to_string(), "/nowhere/smtpd.toml: there is no such file; name another with --config");
}

#[test]
fn a_loaded_file_is_named_in_its_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, "\n[log]\nformat = 3\n").unwrap();
    let words = load(&path).unwrap_err().to_string();
    assert_eq!(words, format!("{}:3: log.format: expected a text in quotes, found integer", path.display()));
}

#[test]
fn envelope_senders_need_a_host_name_that_leads_back() {
    assert_eq!(good("").outbound.envelope, EnvelopeSender::Auto);
    assert_eq!(good("[outbound]\nenvelope = \"from\"\n").outbound.envelope, EnvelopeSender::From);
    let verp = "[outbound]\nenvelope = \"verp\"\n";
    assert_eq!(
        good(&format!("{verp}[smtp]\nhostname = \"mx.acme.example\"\n")).outbound.envelope,
        EnvelopeSender::Verp
    );
    assert!(mistake(verp).starts_with("2: outbound.envelope: reports would go to"), "{}", mistake(verp));
}

#[test]
fn a_budget_in_money_needs_prices() {
    let text = "[agent]\ncents_per_day_max = 100\n[model]\nbase_url = \"http://127.0.0.1/v1\"\nname = \"m\"\n";
    assert!(mistake(text).starts_with("3: model.input_price: [agent] has a budget in cents"), "{}", mistake(text));
    good(&format!("{text}output_price = 0.6\n"));
    good(&text.replace("cents_per_day_max = 100\n", ""));
}
