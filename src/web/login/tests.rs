//! The front door with a router behind it that says who came in (S-25, S-26).

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, Response, StatusCode, header},
    routing::{get, post},
};
use serde::Deserialize;
use tower::ServiceExt as _;

use super::{Hall, Site, front_door};
use crate::{
    people::{Doorkeeper, FRESH, digest, new_api_key},
    store::{
        Store,
        people::{AccountChange, AccountVerb, ApiKeyRow, LoginName},
    },
    types::{Address, Clock, Grants, Millis, Role, Secret, Verb},
    web::visitor::{Posted, Visitor},
};

const NOW: Millis = Millis(1_700_000_000_000);
const PASSWORD: &str = "correct horse battery";
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");

struct House {
    hall: Hall,
    router: Router,
}

/// What came back.
struct Back {
    status: StatusCode,
    headers: header::HeaderMap,
    body: String,
}

impl Back {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let octets = to_bytes(body, 1_000_000).await.unwrap();
        Self { status: parts.status, headers: parts.headers, body: String::from_utf8(octets.to_vec()).unwrap() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header("location")
    }

    /// `name=value` of the login that was set.
    fn cookie(&self) -> String {
        let set = self.headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().unwrap());
        let login = set.filter_map(|set| set.split(';').next()).find(|pair| pair.starts_with("replyd="));
        login.expect("a login was set").to_owned()
    }

    /// What stands behind `name="…" value="` in a page.
    fn field(&self, name: &str) -> String {
        let after = self.body.split_once(&format!("name=\"{name}\" value=\"")).expect(name).1;
        after.split('"').next().unwrap().to_owned()
    }
}

#[derive(Deserialize)]
struct Words {
    words: String,
}

/// What lies behind the door.
fn inside() -> Router {
    let who = |visitor: Visitor| async move { visitor.actor.name().unwrap_or("operator").to_owned() };
    Router::new()
        .route("/inbox", get(who))
        .route("/api/v1/who", get(who).post(who))
        .route("/note", post(|_: Visitor, Posted(said): Posted<Words>| async move { said.words }))
        .route("/frame", get(|| async { ([(header::CONTENT_SECURITY_POLICY, "sandbox")], "a mail") }))
        .route("/livez", get(|| async { "ok\n" }))
}

impl House {
    /// With Ada, an agent, and Eve, an administrator; both with one password.
    async fn new(url: Option<&str>) -> Self {
        let clock = Clock::testing_fixed(NOW.0);
        let store = Store::testing_memory(clock.clone());
        let door = Doorkeeper::new(store.clone(), &Secret::new("of the installation"), clock.clone());
        let site = Site::new(url.map(|url| url.parse().unwrap()), "127.0.0.1:8025".parse().ok());
        let addresses = vec![Address::parse("help@acme.example").unwrap()];
        let hall = Hall { store, door, site, addresses, clock };
        let house = Self { router: front_door(inside(), hall.clone()), hall };
        for (login, role) in [("ada", Role::Agent), ("eve", Role::Admin)] {
            let name = LoginName::parse(login).unwrap();
            let password = Some(house.hall.door.hash(&name, &Secret::new(PASSWORD)).await.unwrap());
            let (shown, grants) = (login.to_uppercase(), Grants::everywhere(role));
            house.change(login, AccountVerb::Add { shown, mail: None, grants, password }).await;
        }
        house
    }

    async fn change(&self, login: &str, verb: AccountVerb) {
        let name = LoginName::parse(login).unwrap();
        let change = AccountChange { name, verb, keeping: None, by: "op".into(), now: self.hall.clock.now() };
        self.hall.store.change_account(change).await.unwrap();
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Back {
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8025");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer: SocketAddr = "127.0.0.1:50000".parse().unwrap();
        let request = request.header("content-type", "application/x-www-form-urlencoded").extension(ConnectInfo(peer));
        let request = request.body(Body::from(body.to_owned())).unwrap();
        Back::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    async fn get(&self, path: &str, cookie: &str) -> Back {
        self.send(Method::GET, path, &[("cookie", cookie)], "").await
    }

    /// As a page of ours posts.
    async fn post(&self, path: &str, cookie: &str, body: &str) -> Back {
        self.send(Method::POST, path, &[("cookie", cookie), OWN], body).await
    }

    async fn log_in(&self, login: &str) -> String {
        let body = format!("name={login}&password={}", PASSWORD.replace(' ', "+"));
        self.post("/login", "", &body).await.cookie()
    }

    async fn csrf(&self, cookie: &str) -> String {
        self.get("/account", cookie).await.field("csrf")
    }
}

#[tokio::test]
async fn who_is_nobody_gets_the_short_list_and_nothing_else_s26() {
    let house = House::new(None).await;
    assert_eq!(house.get("/inbox?view=all", "").await.location(), "/login?next=%2Finbox%3Fview%3Dall");
    assert_eq!(house.send(Method::POST, "/note", &[OWN], "words=x").await.location(), "/login");
    assert_eq!(
        house.get("/nothing/there", "").await.status,
        StatusCode::SEE_OTHER,
        "what there is, is not told either"
    );
    for path in ["/api/v1/who", "/api/v1/nothing"] {
        let refused = house.get(path, "").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    for path in ["/login", "/livez"] {
        assert_eq!(house.get(path, "").await.status, StatusCode::OK, "{path}");
    }
    for path in ["/account", "/people", "/people/ada", "/account/second-factor"] {
        assert_eq!(house.get(path, "replyd=made-up").await.status, StatusCode::SEE_OTHER, "{path}");
    }
}

#[tokio::test]
async fn a_login_gives_a_cookie_and_the_page_that_was_wanted_s25() {
    let house = House::new(None).await;
    let body = "name=Ada&password=correct+horse+battery&next=%2Finbox%3Fview%3Dall";
    let back = house.post("/login", "", body).await;
    assert_eq!(back.location(), "/inbox?view=all");
    let set = back.header("set-cookie");
    assert!(set.starts_with("replyd=") && set.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"), "{set}");
    assert_eq!(house.get("/inbox", &back.cookie()).await.body, "ada");

    let wrong = house.post("/login", "", "name=ada&password=wrong").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("the name or the password is not right") && !wrong.body.contains("wrong\""));
    assert!(!wrong.headers.contains_key(header::SET_COOKIE));

    let over_tls = House::new(Some("https://help.acme.example")).await;
    let back = over_tls.post("/login", "", body).await;
    let set = back.header("set-cookie");
    assert!(set.starts_with("__Host-replyd=") && set.contains("; Secure"), "{set}");
}

#[tokio::test]
async fn nobody_is_sent_to_another_host_after_a_login_s25() {
    let house = House::new(None).await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/a\r\nb", "javascript:1", ""] {
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let back = house.post("/login", "", &format!("name=ada&password=correct+horse+battery&next={next}")).await;
        assert_eq!(back.location(), "/", "{next}");
    }
}

#[tokio::test]
async fn what_another_site_sends_is_refused_and_so_is_a_form_without_our_word_s25() {
    let house = House::new(None).await;
    let cookie = house.log_in("ada").await;
    let csrf = house.csrf(&cookie).await;
    let body = format!("words=hello&csrf={csrf}");
    let post = |extra: Vec<(&'static str, &'static str)>, body: String| {
        let (cookie, house) = (cookie.clone(), &house);
        async move {
            let headers: Vec<(&str, &str)> = [("cookie", cookie.as_str())].into_iter().chain(extra).collect();
            house.send(Method::POST, "/note", &headers, &body).await
        }
    };
    for sent in [
        vec![],
        vec![("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8025")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
    ] {
        assert_eq!(post(sent.clone(), body.clone()).await.status, StatusCode::FORBIDDEN, "{sent:?}");
    }
    for sent in [vec![OWN], vec![("origin", "http://127.0.0.1:8025")]] {
        let done = post(sent, body.clone()).await;
        assert_eq!((done.status, done.body.as_str()), (StatusCode::OK, "hello"));
    }
    // From our own host, and still not from a page of ours: another login's word, or none.
    let others = house.csrf(&house.log_in("eve").await).await;
    for body in ["words=x".to_owned(), "words=x&csrf=".into(), format!("words=x&csrf={others}")] {
        assert_eq!(post(vec![OWN], body).await.status, StatusCode::FORBIDDEN);
    }
    // Nor is somebody logged in by another site, as somebody else.
    let forged = house.send(Method::POST, "/login", &[], "name=ada&password=correct+horse+battery").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(!forged.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn a_token_that_somebody_planted_is_never_a_login_s25() {
    let house = House::new(None).await;
    let planted = "replyd=planted-by-somebody";
    let back = house.post("/login", planted, "name=ada&password=correct+horse+battery").await;
    assert_ne!(back.cookie(), planted);
    assert_eq!(house.get("/inbox", planted).await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.get("/inbox", &back.cookie()).await.body, "ada");
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it_s25() {
    let house = House::new(None).await;
    let cookie = house.log_in("ada").await;
    for (path, cookie) in [("/login", ""), ("/inbox", ""), ("/api/v1/who", ""), ("/inbox", &cookie), ("/none", &cookie)]
    {
        let back = house.get(path, cookie).await;
        let policy = back.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';") && policy.contains("frame-ancestors 'none'")
        );
        assert_eq!(back.header("x-content-type-options"), "nosniff");
        assert_eq!(back.header("referrer-policy"), "same-origin");
        assert_eq!(back.header("cross-origin-opener-policy"), "same-origin");
        assert!(back.header("cache-control").contains("no-store"));
    }
    assert_eq!(
        house.get("/frame", &cookie).await.header("content-security-policy"),
        "sandbox",
        "frames have their own"
    );
}

#[tokio::test]
async fn a_key_is_let_in_without_a_cookie_until_it_is_revoked_s26() {
    let house = House::new(None).await;
    let secret = new_api_key().unwrap();
    let row = ApiKeyRow {
        name: "report".into(),
        digest: digest(secret.expose_str()),
        grants: Grants::everywhere(Role::Viewer),
        verbs: [Verb::Read].into(),
        by: "eve".into(),
        made: NOW,
        expires: None,
        revoked: None,
    };
    house.hall.store.add_api_key(row).await.unwrap();
    let bearer = format!("Bearer {}", secret.expose_str());
    let asked = |method: Method, said: String| {
        let house = &house;
        async move { house.send(method, "/api/v1/who", &[("authorization", &said)], "").await }
    };
    assert_eq!(asked(Method::GET, bearer.clone()).await.body, "key:report");
    assert_eq!(asked(Method::POST, bearer.clone()).await.body, "key:report", "no browser adds it by itself");
    for wrong in ["Bearer rk_made-up".to_owned(), "Basic YTpi".into(), secret.expose_str().into(), format!("{bearer}x")]
    {
        assert_eq!(asked(Method::GET, wrong).await.status, StatusCode::UNAUTHORIZED);
    }
    // A wrong key beside a right cookie is a wrong key.
    let cookie = house.log_in("ada").await;
    let both = [("cookie", cookie.as_str()), ("authorization", "Bearer rk_made-up")];
    assert_eq!(house.send(Method::GET, "/inbox", &both, "").await.status, StatusCode::UNAUTHORIZED);
    // A key has no account, so it changes none.
    assert_eq!(
        house.send(Method::GET, "/account", &[("authorization", &bearer)], "").await.status,
        StatusCode::FORBIDDEN
    );

    house.hall.store.revoke_api_key("report", "eve".into(), NOW).await.unwrap();
    assert_eq!(asked(Method::GET, bearer).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn roles_that_were_changed_count_at_the_next_request_s26() {
    let house = House::new(None).await;
    let cookie = house.log_in("eve").await;
    assert_eq!(house.get("/people", &cookie).await.status, StatusCode::OK);
    house.change("eve", AccountVerb::Grants(Grants::everywhere(Role::Viewer))).await;
    assert_eq!(house.get("/people", &cookie).await.status, StatusCode::SEE_OTHER);
    let again = house.log_in("eve").await;
    assert_eq!(house.get("/people", &again).await.status, StatusCode::FORBIDDEN);
    house.change("eve", AccountVerb::Disable).await;
    assert_eq!(house.get("/inbox", &again).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_gets_in_is_said_by_administrators_who_logged_in_just_now_s26() {
    let house = House::new(None).await;
    let ada = house.log_in("ada").await;
    assert_eq!(house.get("/people", &ada).await.status, StatusCode::FORBIDDEN);
    let invite = |csrf: &str| format!("csrf={csrf}&name=bob&shown=Bob&mail=&role=agent&at=help%40acme.example");
    let csrf = house.csrf(&ada).await;
    assert_eq!(house.post("/people", &ada, &invite(&csrf)).await.status, StatusCode::FORBIDDEN);

    let eve = house.log_in("eve").await;
    let csrf = house.csrf(&eve).await;
    house.hall.clock.testing_advance(FRESH);
    assert_eq!(house.post("/people", &eve, &invite(&csrf)).await.location(), "/login?again=1&next=%2Fpeople");
    assert!(house.get("/login?again=1&next=%2Fpeople", &eve).await.body.contains("Log in once more"));

    let eve = house.log_in("eve").await;
    let csrf = house.csrf(&eve).await;
    let made = house.post("/people", &eve, &invite(&csrf)).await;
    assert!(made.body.contains("http://127.0.0.1:8025/invite/"), "{}", made.body);
    let help = Address::parse("help@acme.example").unwrap();
    let bob = house.hall.store.account(&LoginName::parse("bob").unwrap()).unwrap().unwrap();
    assert_eq!(bob.grants, Grants::at(help, Role::Agent));
    // Nobody takes their own roles away, so that there is always one who may.
    let own = house.post("/people/eve", &eve, &format!("csrf={csrf}&what=roles&everywhere=viewer")).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_invite_is_opened_often_and_used_once_s25() {
    let house = House::new(None).await;
    house.change("ada", AccountVerb::Disable).await;
    house.change("ada", AccountVerb::Enable).await;
    let token = house.hall.door.invite(LoginName::parse("ada").unwrap(), "eve").await.unwrap();
    let path = format!("/invite/{}", token.expose_str());
    // A program looks at links in mails before people do.
    for _ in 0..3 {
        assert_eq!(house.get(&path, "").await.status, StatusCode::OK);
    }
    let short = house.post(&path, "", "shown=Ada&password=short").await;
    assert!(short.body.contains("12 characters at least"), "{}", short.body);
    let used = house.post(&path, "", "shown=Ada+L&password=another+horse+battery").await;
    assert_eq!(used.location(), "/");
    assert_eq!(house.get("/inbox", &used.cookie()).await.body, "ada");
    for again in [house.get(&path, "").await, house.post(&path, "", "shown=x&password=a+third+horse+battery").await] {
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_logout_ends_the_login_and_needs_a_form_of_ours_s25() {
    let house = House::new(None).await;
    let cookie = house.log_in("ada").await;
    assert_eq!(house.post("/logout", &cookie, "").await.status, StatusCode::FORBIDDEN);
    let csrf = house.csrf(&cookie).await;
    let left = house.post("/logout", &cookie, &format!("csrf={csrf}")).await;
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(house.get("/inbox", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guessing_is_told_to_come_back_by_the_peer_that_our_proxy_names_s25() {
    let house = House::new(Some("https://help.acme.example")).await;
    let guess = |from: &'static str| {
        let house = &house;
        async move {
            let headers = [OWN, ("x-forwarded-for", from)];
            house.send(Method::POST, "/login", &headers, "name=ada&password=wrong").await
        }
    };
    let mut last = guess("192.0.2.1").await;
    while last.status == StatusCode::UNPROCESSABLE_ENTITY {
        last = guess("192.0.2.1").await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(last.header("retry-after"), "60");
    // Another peer has its tries at another name; what a client says of itself in front does not count.
    let headers = |from| [OWN, ("x-forwarded-for", from)];
    let others = "name=eve&password=wrong";
    let spared = house.send(Method::POST, "/login", &headers("192.0.2.1, 198.51.100.7"), others).await;
    assert_eq!(spared.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.hall.clock.testing_advance(Duration::from_secs(60));
    assert_eq!(guess("192.0.2.1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
