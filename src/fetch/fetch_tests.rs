//! The guard against real sockets, real DNS packets and real TLS (S-24).

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::Instant,
};

use super::*;
use crate::{
    fetch::{
        HeaderValue,
        testing::{Authority, Said, Site, fetcher, says, sends_on},
    },
    playground::{Dns, Zone},
    types::Network,
};

/// A fetcher and what it asks.
struct World {
    dns: Dns,
    authority: Authority,
    fetcher: Fetcher,
}

impl World {
    fn new() -> Self {
        let (dns, authority) = (Dns::start(Zone::new()).unwrap(), Authority::new());
        let fetcher = fetcher(&dns, &authority);
        Self { dns, authority, fetcher }
    }

    async fn get(&self, url: &str, reach: Reach) -> Result<Response, FetchError> {
        self.fetcher.fetch(Request::new(Method::GET, url, reach)).await
    }
}

/// That one address and nothing else of this machine.
fn only(address: [u8; 4]) -> Reach {
    Reach::listed(&[Network::new(IpAddr::from(address), 32)])
}

fn loopback() -> Reach {
    only([127, 0, 0, 1])
}

async fn greeter() -> Site {
    Site::start(|_| says("200 OK", "text/plain", "hello")).await
}

/// Everything that is some machine's own, and how many ways there are to write it.
fn spellings(port: u16) -> Vec<String> {
    let addresses: [[u8; 4]; 14] = [
        [127, 0, 0, 1],
        [127, 1, 2, 3],
        [10, 0, 0, 1],
        [10, 255, 255, 254],
        [172, 16, 0, 1],
        [172, 31, 9, 9],
        [192, 168, 1, 1],
        [169, 254, 169, 254],
        [169, 254, 1, 1],
        [100, 64, 0, 1],
        [100, 100, 100, 200],
        [0, 0, 0, 0],
        [198, 18, 0, 1],
        [224, 0, 0, 1],
    ];
    let hosts = addresses.into_iter().flat_map(spelled);
    let mut urls: Vec<String> = hosts.map(|host| format!("http://{host}:{port}/")).collect();
    let others = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "ｌocalhost",
        "%6cocalhost",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[::1%25lo]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[2001:0:4136:e378::]",
        "[100::1]",
        "user@127.0.0.1",
        "user:password@127.0.0.1",
        "1.1.1.1@127.0.0.1",
        "1.1.1.1:80@127.0.0.1",
        "@127.0.0.1",
        "127.0.0.1#@1.1.1.1",
        "127.0.0.1?@1.1.1.1",
        "127.0.0.1\\@1.1.1.1",
        "1.1.1.1\\@127.0.0.1",
        "127.0.0.1 ",
        " 127.0.0.1",
        "127.0.0.1\t",
        "1.1.1.1\r\n127.0.0.1",
        "127.0.0.1%00",
        "127.0.0.1%20",
        "127.1",
        "127.00.0.1",
        "0",
        "00",
        "0x",
        "0x0",
        "017700000001",
        "0x7f000001",
        "0X7F000001",
        "0x7f.1",
        "127.0x1",
        "0177.1",
    ];
    urls.extend(others.iter().map(|host| format!("http://{host}:{port}/")));
    urls.extend(
        [
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "//127.0.0.1/",
            "http:127.0.0.1",
            "http:///127.0.0.1/",
            "http:/127.0.0.1/",
            "ftp://127.0.0.1/",
            "data:text/plain,x",
            "unix:/run/replyd.sock",
            "http://",
            "https://",
            "javascript:1",
            "jar:http://127.0.0.1/",
            "http://:80/",
            "ws://127.0.0.1/",
        ]
        .map(str::to_owned),
    );
    urls
}

fn spelled([a, b, c, d]: [u8; 4]) -> Vec<String> {
    let whole = u32::from_be_bytes([a, b, c, d]);
    let (high, low) = (whole >> 16, whole & 0xffff);
    vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("{whole}"),
        format!("{whole}."),
        format!("0x{whole:x}"),
        format!("0{whole:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a}.{b}.{low}"),
        format!("{a}.{}", whole & 0x00ff_ffff),
        format!("0x{a:x}.{b}.0{c:o}.{d}"),
        format!("{a}。{b}。{c}。{d}"),
        format!("{a}．{b}｡{c}.{d}"),
        format!("{a}.{b}.{c}.{d}").replace('1', "①").replace('2', "２"),
        format!("{a}.{b}.{c}.{d}").replace('1', "%31"),
        format!("{a}%2e{b}%2e{c}%2e{d}"),
        format!("[::ffff:{a}.{b}.{c}.{d}]"),
        format!("[::ffff:{high:x}:{low:x}]"),
        format!("[0:0:0:0:0:ffff:{high:x}:{low:x}]"),
        format!("[::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b:1::{high:x}:{low:x}]"),
        format!("[2002:{high:x}:{low:x}::1]"),
        format!("[2001:0:{high:x}:{low:x}::]"),
    ]
}

#[tokio::test]
async fn s24_however_an_inner_address_is_spelled_it_is_not_connected_to() {
    // Given a server on this machine
    let (world, site) = (World::new(), greeter().await);
    let urls = spellings(site.addr.port());
    assert!(urls.len() >= 300, "{}", urls.len());

    // When each spelling is asked for as if it were public
    for url in &urls {
        let refused = world.get(url, Reach::Public).await.unwrap_err();

        // Then it is refused for good, for what it is and not for want of an answer
        assert!(matches!(refused, FetchError::Forbidden { .. } | FetchError::Url(_)), "{url:?}: {refused}");
        assert!(refused.is_final() && !refused.may_have_been_heard(), "{url:?}");
    }
    assert_eq!((site.connections(), world.dns.zone().queries()), (0, 0));
}

#[tokio::test]
async fn the_spellings_of_the_attack_do_lead_here_where_nothing_guards() {
    let (world, site) = (World::new(), greeter().await);
    let urls = spelled([127, 0, 0, 1]).into_iter().take(16);
    for url in urls.map(|host| format!("http://{host}:{}/", site.addr.port())) {
        assert_eq!(world.get(&url, Reach::Anywhere).await.unwrap().body, "hello", "{url}");
    }
    assert_eq!(site.connections(), 16);
}

#[tokio::test]
async fn s24_a_name_with_an_inner_address_is_not_connected_to() {
    let (world, site) = (World::new(), greeter().await);
    let zone = world.dns.zone();
    zone.a("a.evil.example", Ipv4Addr::LOCALHOST).aaaa("b.evil.example", Ipv6Addr::LOCALHOST);
    zone.cname("c.evil.example", "a.evil.example").cname("d.evil.example", "c.evil.example");
    zone.a("e.evil.example", Ipv4Addr::new(1, 1, 1, 1)).a("e.evil.example", Ipv4Addr::LOCALHOST);
    zone.a("f.evil.example", Ipv4Addr::new(1, 1, 1, 1)).aaaa("f.evil.example", Ipv6Addr::LOCALHOST);
    zone.aaaa("g.evil.example", Ipv4Addr::LOCALHOST.to_ipv6_mapped());
    zone.a("h.evil.example", Ipv4Addr::UNSPECIFIED);
    for name in "abcdefgh".chars() {
        let url = format!("http://{name}.evil.example:{}/", site.addr.port());
        let refused = world.get(&url, Reach::Public).await.unwrap_err();
        assert!(matches!(refused, FetchError::Forbidden { .. }), "{url}: {refused}");
        assert_eq!(refused.in_general(), "the service could not be reached");
    }
    assert_eq!(site.connections(), 0);
}

#[tokio::test]
async fn s24_a_name_that_points_elsewhere_with_each_question_is_asked_once_and_reached_where_it_was_judged() {
    // Given a server that may be asked, one behind the same port that may not, and a name that turns from one to the other
    let world = World::new();
    let inner = greeter().await;
    let open = SocketAddr::from(([127, 0, 0, 2], inner.addr.port()));
    let open = Site::at(open, None, |_| says("200 OK", "text/plain", "open")).await;
    let (good, bad) = (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::LOCALHOST);
    world.dns.zone().turns("turning.example", [good, bad]);
    let url = format!("http://turning.example:{}/", inner.addr.port());

    // When it is fetched again and again
    for round in 1..=20_u64 {
        let fetched = world.get(&url, only([127, 0, 0, 2])).await;

        // Then each fetch is one look, and goes where the look said or nowhere
        match round % 2 {
            1 => assert_eq!(fetched.unwrap().body, "open"),
            _ => assert!(matches!(fetched, Err(FetchError::Forbidden { .. })), "{fetched:?}"),
        }
        assert_eq!(world.dns.zone().queries_for("turning"), round + 1, "A each time, AAAA is known to be none");
    }
    assert_eq!((open.connections(), inner.connections()), (10, 0));
}

#[tokio::test]
async fn s24_redirects_stay_on_their_host_or_are_not_followed() {
    let world = World::new();
    let inner = greeter().await;
    let port = inner.addr.port();
    let site = Site::start(move |asked| match asked.line.split(' ').nth(1).unwrap_or_default() {
        "/here" => sends_on("302 Found", "/there?a=1#part"),
        "/there?a=1" => says("200 OK", "text/plain", "found"),
        "/round" => sends_on("301 Moved Permanently", "/round"),
        "/port" => sends_on("302 Found", &format!("http://127.0.0.1:{port}/")),
        "/name" => sends_on("307 Temporary Redirect", &format!("//localhost:{port}/")),
        "/user" => sends_on("302 Found", &format!("//x@127.0.0.1:{port}/")),
        "/file" => sends_on("303 See Other", "file:///etc/passwd"),
        "/tls" => sends_on("308 Permanent Redirect", "https://127.0.0.1/"),
        "/none" => Said::Whole("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".into()),
        _ => says("404 Not Found", "text/plain", ""),
    })
    .await;
    let get = async |path: &str, redirects_max: u8| {
        world.fetcher.fetch(Request { redirects_max, ..Request::new(Method::GET, site.url(path), loopback()) }).await
    };
    assert_eq!(get("/here", 3).await.unwrap().body, "found");
    let unfollowed = get("/here", 0).await.unwrap();
    assert_eq!(
        (unfollowed.status, &unfollowed.headers["location"]),
        (302, &HeaderValue::from_static("/there?a=1#part"))
    );
    assert!(matches!(get("/round", 3).await, Err(FetchError::RedirectedTooOften { most: 3, .. })));
    for path in ["/port", "/name", "/user", "/file", "/tls"] {
        let refused = get(path, 3).await.unwrap_err();
        assert!(matches!(refused, FetchError::Redirected { .. }), "{path}: {refused}");
    }
    assert_eq!(get("/none", 3).await.unwrap().status, 302);
    assert_eq!(inner.connections(), 0);
    let asked = site.asked().iter().filter(|asked| asked.line.contains("/round")).count();
    assert_eq!(asked, 4, "the first and three more");

    // What changes something is never sent twice.
    let post = Request { redirects_max: 3, ..Request::new(Method::POST, site.url("/here"), loopback()) };
    assert_eq!(world.fetcher.fetch(post).await.unwrap().status, 302);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_and_one_that_never_comes_has_a_deadline() {
    let world = World::new();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    let site = Site::start(move |asked| match asked.line.split(' ').nth(1).unwrap_or_default() {
        "/body" => Said::Endless(format!("{head}\r\n"), "x".repeat(10_000)),
        "/chunks" => Said::Endless(format!("{head}Transfer-Encoding: chunked\r\n\r\n"), "1\r\nx\r\n".repeat(100)),
        "/head" => Said::Endless(head.into(), "X-Y: z\r\n".repeat(100)),
        "/field" => Said::Endless(format!("{head}X-Y: "), "z".repeat(10_000)),
        "/continue" => Said::Endless(String::new(), "HTTP/1.1 100 Continue\r\n\r\n".into()),
        "/silent" => Said::Silent(String::new()),
        "/half-head" => Said::Silent("HTTP/1.1 200 OK\r\nContent-".into()),
        "/half-body" => Said::Silent(format!("{head}Content-Length: 10\r\n\r\nhello")),
        _ => says("404 Not Found", "text/plain", ""),
    })
    .await;
    let get = async |path: &str| {
        let timeout = Duration::from_millis(300);
        let limits =
            Request { timeout, response_bytes_max: 1000, ..Request::new(Method::GET, site.url(path), loopback()) };
        let began = Instant::now();
        let fetched = world.fetcher.fetch(limits).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{path}");
        fetched
    };
    for path in ["/body", "/chunks"] {
        let response = get(path).await.unwrap();
        assert!(response.cut && response.body.len() == 1000, "{path}");
    }
    for path in ["/head", "/field"] {
        assert!(matches!(get(path).await, Err(FetchError::HeadTooLong(_))), "{path}");
    }
    for path in ["/continue", "/silent", "/half-head", "/half-body"] {
        let late = get(path).await.unwrap_err();
        assert!(matches!(late, FetchError::Timeout { .. }) && late.may_have_been_heard() && !late.is_final(), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_http_or_ends_early_is_an_error_and_a_silent_dns_too() {
    let world = World::new();
    for said in ["", "220 mx ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf", "HTTP/1.1 2", "\0\0\0"] {
        let site = Site::start(move |_| Said::Whole(said.into())).await;
        let broken = world.get(&site.url("/"), loopback()).await.unwrap_err();
        assert!(matches!(broken, FetchError::Broken { .. }), "{said:?}: {broken}");
    }
    world.dns.zone().servfail("broken.example").silent("silent.example");
    assert!(matches!(world.get("https://broken.example/", Reach::Public).await, Err(FetchError::Dns { .. })));
    assert!(matches!(world.get("https://none.example/", Reach::Public).await, Err(FetchError::NoAddress(_))));
    let timeout = Duration::from_millis(200);
    let silent = Request { timeout, ..Request::new(Method::GET, "https://silent.example/", Reach::Public) };
    assert!(matches!(world.fetcher.fetch(silent).await, Err(FetchError::Timeout { .. })));
}

#[tokio::test]
async fn a_server_must_prove_its_name() {
    // Given a server with a certificate of one we believe
    let mut world = World::new();
    let site = |tls| Site::at(SocketAddr::from(([127, 0, 0, 1], 0)), Some(tls), |_| says("200 OK", "text/plain", "ok"));
    world.dns.zone().a("tool.acme.example", Ipv4Addr::LOCALHOST).a("other.example", Ipv4Addr::LOCALHOST);
    let named = site(world.authority.server("tool.acme.example")).await;
    let by_address = site(world.authority.server("127.0.0.1")).await;
    let url = |host: &str, site: &Site| format!("https://{host}:{}/", site.addr.port());

    // When it is asked by its name, it answers
    for (host, site) in [("tool.acme.example", &named), ("TOOL.acme.example.", &named), ("127.0.0.1", &by_address)] {
        assert_eq!(world.get(&url(host, site), loopback()).await.unwrap().body, "ok", "{host}");
    }
    // and by another name, or when nobody we believe vouches for it, it hears nothing
    for (host, site) in [("other.example", &named), ("127.0.0.1", &named), ("tool.acme.example", &by_address)] {
        let refused = world.get(&url(host, site), loopback()).await.unwrap_err();
        assert!(matches!(refused, FetchError::Tls { .. }), "{host}: {refused}");
    }
    world.fetcher = fetcher(&world.dns, &Authority::new());
    assert!(matches!(world.get(&url("tool.acme.example", &named), loopback()).await, Err(FetchError::Tls { .. })));
    assert_eq!((named.asked().len(), by_address.asked().len()), (2, 1));
}

#[tokio::test]
async fn a_request_leaves_as_it_was_made_and_its_frame_is_ours() {
    let (world, site) = (World::new(), greeter().await);
    let mut request = Request::new(Method::POST, site.url("/a%20b?c=d&e=%26"), loopback());
    request.headers.insert("x-key", HeaderValue::from_static("k"));
    request.body = "{\"a\":1}".into();
    world.fetcher.fetch(request).await.unwrap();
    let asked = &site.asked()[0];
    assert_eq!((asked.line.as_str(), asked.body.as_str()), ("POST /a%20b?c=d&e=%26 HTTP/1.1", "{\"a\":1}"));
    let expected = [
        ("host", site.addr.to_string()),
        ("user-agent", format!("replyd/{}", env!("CARGO_PKG_VERSION"))),
        ("accept-encoding", "identity".into()),
        ("content-length", "7".into()),
        ("x-key", "k".into()),
    ];
    for (name, value) in expected {
        assert_eq!(asked.header(name), Some(value.as_str()), "{name}");
    }
    for own in OWN_HEADERS {
        let mut request = Request::new(Method::GET, site.url("/"), loopback());
        request.headers.insert(*own, HeaderValue::from_static("x"));
        let refused = world.fetcher.fetch(request).await.unwrap_err();
        assert_eq!(refused, FetchError::Header((*own).to_owned()));
    }
    assert_eq!(site.connections(), 1);
}

#[tokio::test]
async fn words_for_people_name_the_host_and_nothing_of_the_query() {
    let world = World::new();
    world.dns.zone().a("inner.example", Ipv4Addr::new(10, 0, 0, 7));
    let refused = world.get("https://inner.example/orders?email=ada@customer.example&key=s3cret", Reach::Public).await;
    let words = refused.unwrap_err().to_string();
    assert_eq!(words, "inner.example is at 10.0.0.7, which is a private address: it is not asked");
}
