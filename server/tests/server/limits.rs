//! How much may be asked for, and what browsers are told.

use serde_json::json;
use vexil_server::Settings;

use crate::support::{ADMIN, Answer, Client, TestServer, settings};

fn limited(change: impl FnOnce(&mut Settings)) -> (TestServer, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    change(&mut settings);
    (TestServer::with(settings), folder)
}

/// Asks until it is refused, a thousand times at most, and gives back how often it was not.
fn until_refused(ask: impl Fn() -> Answer) -> usize {
    let refused = (0..1_000).find(|_| {
        let answer = ask();
        let is_refused = answer.status == 429;
        if is_refused {
            let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            answer.refused(429, "RATE_LIMITED");
        }
        is_refused
    });
    refused.expect("it is never refused")
}

#[test]
fn a_key_asks_so_often_and_another_key_still_may() {
    let (server, _folder) = limited(|settings| settings.sdk_rate = 3);
    let (one, other) = (server.sdk("staging", "server"), server.sdk("staging", "client"));
    let asked = until_refused(|| one.get("/sdk/v1/keys"));
    assert!((6..20).contains(&asked), "{asked}");
    other.get("/sdk/v1/snapshot").expect(200);
    server.admin().get("/api/v1/projects").expect(200);
}

#[test]
fn an_author_writes_so_often_and_reads_go_on() {
    let (server, _folder) = limited(|settings| settings.write_rate = 2);
    let admin = server.admin();
    let other =
        admin.post("/api/v1/tokens", json!({"name": "x", "grants": [{"role": "super_admin"}]})).expect(201);
    let other = server.client(other["token"].as_str().unwrap());
    let write = |client: &Client| client.delete("/api/v1/keys/none");
    let written = until_refused(|| write(&admin));
    assert!((19..60).contains(&written), "{written}");
    admin.get("/api/v1/projects").expect(200);
    write(&other).refused(404, "NOT_FOUND");
}

#[test]
fn an_address_asks_so_often_without_being_known() {
    let (server, _folder) = limited(|settings| {
        settings.anonymous_rate = 2;
        settings.behind_proxy = true;
    });
    let key = server.sdk("staging", "server");
    let nobody = server.client("");
    let asked = until_refused(|| nobody.get("/api/openapi.json"));
    assert!((8..30).contains(&asked), "{asked}");
    assert_eq!(nobody.get("/healthz").status, 200, "probes are not limited");
    key.get("/sdk/v1/keys").expect(200);
    server.admin().get("/api/v1/projects").expect(200);
    let elsewhere = [("x-forwarded-for", "203.0.113.7, 198.51.100.1")];
    assert_eq!(nobody.send("GET", "/api/openapi.json", &elsewhere, None).status, 200);

    // A key that is none counts as much as none does.
    let wrong = key.token.replace("vx_srv_", "vx_cli_");
    let wrong = server.client(&wrong);
    let from_there = [("x-forwarded-for", "198.51.100.2")];
    let asked = until_refused(|| wrong.send("GET", "/sdk/v1/keys", &from_there, None));
    assert!((8..30).contains(&asked), "{asked}");
    let by_ofrep = || nobody.send("GET", "/ofrep/v1/configuration", &from_there, None);
    let refused = (0..1_000).map(|_| by_ofrep()).find(|answer| answer.status == 429).unwrap();
    assert!(refused.body["errorDetails"].is_string() && refused.body["code"].is_null(), "{}", refused.text);
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn pages_may_always_ask_whether_they_may_ask_and_are_told_why_they_are_refused() {
    let (server, _folder) = limited(|settings| settings.anonymous_rate = 2);
    let nobody = server.client("");
    let origin = ("origin", "https://shop.example");
    let preflight = [origin, ("access-control-request-method", "POST")];
    for _ in 0..400 {
        let answer = nobody.send("OPTIONS", "/ofrep/v1/evaluate/flags", &preflight, None);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
    }
    let ask = || nobody.send("POST", "/ofrep/v1/evaluate/flags", &[origin], Some(b"{}"));
    let refused = (0..1_000).map(|_| ask()).find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    assert!(refused.header("access-control-expose-headers").unwrap().contains("retry-after"));
    // Where pages have no business, they are told nothing and counted as others are.
    let refused = nobody.send("OPTIONS", "/api/v1/projects", &preflight, None);
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (429, None));
}

#[test]
fn a_stream_that_a_ticket_opens_counts_as_the_keys_own() {
    let (server, _folder) = limited(|settings| {
        settings.anonymous_rate = 1;
        settings.sdk_rate = 4;
    });
    let (sdk, nobody) = (server.sdk("production", "client"), server.client(""));
    let answer = sdk.post("/ofrep/v1/evaluate/flags", json!({})).expect(200);
    let path = answer["eventStreams"][0]["endpoint"]["requestUri"].as_str().unwrap().to_owned();
    let open = |path: &str| {
        let request = ureq::http::Request::builder().uri(format!("{}{path}", nobody.base));
        nobody.agent.run(request.body(()).unwrap()).unwrap().status().as_u16()
    };
    until_refused(|| nobody.get("/api/openapi.json"));
    assert_eq!(open(&path), 200, "the address is not what counts");
    let opened = (0..100).take_while(|_| open(&path) == 200).count();
    assert!((4..60).contains(&opened), "{opened}");
    assert_eq!(sdk.get("/sdk/v1/keys").status, 429, "it is one count");
    // What is no ticket counts as nobody's.
    let forged = path.replace("ticket=", "ticket=x");
    assert!((0..100).any(|_| open(&forged) == 429));
}

#[test]
fn tokens_that_somebody_chose_are_not_guessed_at_will() {
    let (server, _folder) = limited(|settings| settings.anonymous_rate = 10_000);
    let known = server.admin().post("/api/v1/tokens", json!({"name": "x", "grants": [{"role": "viewer"}]}));
    let known = server.client(known.expect(201)["token"].as_str().unwrap());
    for guess in 0..=100 {
        let guessed = ADMIN.replace("0123", &format!("{guess:04}"));
        server.client(&guessed).get("/api/v1/projects").refused(401, "UNAUTHENTICATED");
    }
    server.admin().get("/api/v1/projects").refused(429, "RATE_LIMITED");
    known.get("/api/v1/projects").expect(200);
}

#[test]
fn browsers_are_told_what_pages_may_do_and_the_page_of_the_api_keeps_to_it() {
    let server = TestServer::start();
    let nobody = server.client("");
    let page = nobody.get("/api/docs/");
    assert_eq!(page.status, 200);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(page.header(name), Some(value));
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("script-src"), "{policy}");
    // Every script is a file of our own: none is written into the page, none comes from elsewhere.
    let scripts: Vec<&str> = page.text.split("<script").skip(1).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let (tag, rest) = script.split_once('>').unwrap();
        assert!(rest.trim_start().starts_with("</script>"), "{script}");
        let source = tag.split_once("src=\"").unwrap().1.split('"').next().unwrap();
        let file = source.strip_prefix("./").unwrap_or(source);
        let answer = nobody.get(&format!("/api/docs/{file}"));
        assert_eq!(answer.status, 200, "{source}");
        assert!(answer.header("content-type").unwrap().contains("javascript"), "{source}");
    }
    assert!(!page.text.contains(" onload="));
}
