//! Telemetry over HTTP: what is sent counts once, and is found again.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;
use vexil_core::Timestamp;
use vexil_server::Settings;
use vexil_server::store::now;
use vexil_test_services::{Postgres, required};

use crate::support::{Client, TestServer, settings};

const ENTRIES: &str = "/api/v1/projects/default/entries";
const PRODUCTION: &str = "/api/v1/projects/default/environments/production";
/// A flush comes every two seconds, on a machine that may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

fn at(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string()
}

fn evaluations(key: &str, variation: &str, count: u64) -> Value {
    let moment = at(now());
    json!({"key": key, "variation": variation, "reason": "ROLLOUT", "count": count, "from": moment, "to": moment})
}

fn exposure(variant: &str, unit: &str) -> Value {
    json!({"experiment": "trial", "variant": variant, "attribute": "user.id", "unit": unit, "at": at(now())})
}

fn report(batch: Uuid, more: Value) -> Value {
    let mut report = json!({"batch": batch.to_string()});
    report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    report
}

fn send(sdk: &Client, more: Value) -> Value {
    sdk.post("/sdk/v1/events", report(Uuid::now_v7(), more)).expect(202)
}

/// Asks until the answer is as it should be.
#[track_caller]
fn eventually(client: &Client, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = client.get(path).expect(200);
        if is_so(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{path} stays {answer}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Counts by variation.
fn totals(answer: &Value) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for total in answer["totals"].as_array().unwrap() {
        let variation = total["variation"].as_str().unwrap_or("null").to_owned();
        *totals.entry(variation).or_default() += total["count"].as_u64().unwrap();
    }
    totals
}

fn add_trial(admin: &Client) {
    let trial = json!({
        "key": "trial", "type": "experiment", "status": "running",
        "variants": [{"id": "control", "is_control": true}, {"id": "treatment"}],
        "allocation": {"control": 50, "treatment": 50},
    });
    admin.post(ENTRIES, json!({"definition": trial})).expect(201);
}

#[test]
fn counts_of_many_senders_add_up_though_each_sends_everything_twice() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        admin.post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
        let sdk = server.sdk("production", "server");
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for count in 1..=10 {
                        let items = [evaluations("flag", "on", count), evaluations("flag", "off", 1)];
                        let report = report(Uuid::now_v7(), json!({"evaluations": items}));
                        let first = sdk.post("/sdk/v1/events", report.clone()).expect(202);
                        assert_eq!((&first["accepted"], &first["repeated"]), (&json!(2), &json!(false)));
                        let again = sdk.post("/sdk/v1/events", report).expect(202);
                        assert_eq!((&again["accepted"], &again["repeated"]), (&json!(0), &json!(true)));
                    }
                });
            }
        });
        let path = format!("{PRODUCTION}/entries/flag/evaluations?bucket=minute");
        let wanted: BTreeMap<_, _> = [("off".to_owned(), 80), ("on".to_owned(), 8 * 55)].into();
        let answer = eventually(&admin, &path, |answer| totals(answer) == wanted);
        let of_spans: u64 = answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|span| {
                span["counts"].as_array().unwrap().iter().map(|count| count["count"].as_u64().unwrap())
            })
            .sum();
        assert_eq!(of_spans, 80 + 8 * 55);
        let only = admin.get(&format!("{path}&variation=off")).expect(200);
        assert_eq!(totals(&only), [("off".to_owned(), 80)].into());
        assert_eq!(totals(&admin.get(&format!("{path}&reason=ERROR")).expect(200)), BTreeMap::new());
        let health = admin.get("/api/v1/telemetry").expect(200);
        assert_eq!(
            (&health["replica"]["accepted"], &health["replica"]["repeated"]),
            (&json!(160), &json!(80))
        );
    });
}

#[test]
fn a_batch_that_reaches_two_replicas_counts_once() {
    let Some(postgres) = required(Postgres::shared()) else { return };
    let database_url = Some(postgres.fresh_database().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let start =
        || TestServer::with(Settings { database_url: database_url.clone(), ..settings(folder.path()) });
    let (one, other) = (start(), start());
    let admin = one.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
    let sdk = one.sdk("production", "server");
    let at_other = other.client(&sdk.token);
    let deadline = Instant::now() + PATIENCE;
    while at_other.get("/sdk/v1/snapshot").body["payload"]["version"] != json!(1) {
        assert!(Instant::now() < deadline, "the other replica hears of the key and the entry");
        thread::sleep(Duration::from_millis(50));
    }
    for _ in 0..20 {
        let report = report(Uuid::now_v7(), json!({"evaluations": [evaluations("flag", "on", 1)]}));
        for replica in [&sdk, &at_other] {
            assert_eq!(replica.post("/sdk/v1/events", report.clone()).expect(202)["accepted"], json!(1));
        }
    }
    let is_written = |health: &Value| health["replica"]["waiting_batches"] == json!(0);
    eventually(&admin, "/api/v1/telemetry", is_written);
    eventually(&other.admin(), "/api/v1/telemetry", is_written);
    let answer = admin.get(&format!("{PRODUCTION}/entries/flag/evaluations")).expect(200);
    assert_eq!(totals(&answer), [("on".to_owned(), 20)].into());
}

#[test]
fn reports_are_read_strictly_and_within_limits() {
    let server = TestServer::start();
    let sdk = server.sdk("production", "server");
    let refused = |body: Value, status, code| {
        sdk.post("/sdk/v1/events", body).refused(status, code);
    };
    let batch = Uuid::now_v7().to_string();
    refused(json!({}), 400, "INVALID_BODY");
    refused(json!({"batch": "1"}), 400, "INVALID_BODY");
    refused(json!({"batch": Uuid::nil().to_string()}), 400, "INVALID_BODY");
    refused(json!({"batch": batch, "evaluation": []}), 400, "INVALID_BODY");
    refused(json!({"batch": batch, "dropped": -1}), 400, "INVALID_BODY");
    let twice = format!(r#"{{"batch": "{batch}", "batch": "{batch}"}}"#);
    sdk.send("POST", "/sdk/v1/events", &[], Some(twice.as_bytes())).refused(400, "DUPLICATE_MEMBER");
    let small = json!({"experiment": "", "variant": "", "attribute": "", "unit": "", "at": ""});
    let many = json!({"batch": batch, "exposures": vec![small.clone(); 10_001]});
    refused(many, 413, "TOO_MANY_ITEMS");
    let large = json!({"batch": batch, "exposures": [{"experiment": "x".repeat(1 << 20)}]});
    refused(large, 413, "BODY_UNREADABLE");
    let most = json!({"batch": batch, "exposures": vec![small; 10_000]});
    let receipt = sdk.post("/sdk/v1/events", most).expect(202);
    assert_eq!(receipt["rejected"], json!({"UNKNOWN_EXPERIMENT": 10_000}));
    server.client("").post("/sdk/v1/events", json!({"batch": batch})).refused(401, "UNAUTHENTICATED");
    sdk.get(&format!("{PRODUCTION}/instances")).expect(401);
}

#[test]
fn a_client_key_tells_of_what_it_sees_and_of_nothing_else() {
    let server = TestServer::start();
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "open", "client_visible": true}})).expect(201);
    admin.post(ENTRIES, json!({"definition": {"key": "hidden"}})).expect(201);
    let app = server.sdk("production", "client");
    let receipt = send(
        &app,
        json!({
            "instance": {"id": "phone", "version": 2},
            "evaluations": [
                evaluations("open", "on", 5), evaluations("hidden", "on", 5), evaluations("absent", "on", 5),
            ],
        }),
    );
    assert_eq!((&receipt["accepted"], &receipt["rejected"]), (&json!(1), &json!({"UNKNOWN_KEY": 2})));
    let path = |key| format!("{PRODUCTION}/entries/{key}/evaluations");
    eventually(&admin, &path("open"), |answer| totals(answer) == [("on".to_owned(), 5)].into());
    assert_eq!(totals(&admin.get(&path("hidden")).expect(200)), BTreeMap::new());
    admin.get(&path("absent")).refused(404, "NOT_FOUND");
    let instances = admin.get(&format!("{PRODUCTION}/instances")).expect(200);
    assert_eq!(instances["items"], json!([]));
}

#[test]
fn instances_tell_how_far_a_change_has_come() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        admin.post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
        let sdk = server.sdk("production", "server");
        let tell = |name: &str, version: u64, applied_at: Option<i64>| {
            let applied_at = applied_at.map(at);
            let instance = json!({
                "id": name, "service": "shop", "sdk": "rust/1", "version": version, "applied_at": applied_at,
            });
            send(&sdk, json!({"instance": instance, "dropped": 2}));
        };
        for name in ["a", "b", "c", "d"] {
            tell(name, 1, Some(now()));
        }
        let path = format!("{PRODUCTION}/instances");
        let at_first = eventually(&admin, &path, |answer| answer["summary"]["instances"] == json!(4));
        // They found the version when they came: that is no propagation.
        assert_eq!(at_first["summary"]["propagation"], Value::Null);
        assert_eq!((&at_first["newest"], &at_first["summary"]["at_newest"]), (&json!(1), &json!(4)));

        admin.patch(&format!("{PRODUCTION}/entries/flag"), json!({"patch": {"enabled": false}})).expect(200);
        let versions = admin.get(&format!("{PRODUCTION}/versions")).expect(200);
        let changed = versions["items"][0]["change"]["at"].as_str().or(versions["items"][0]["at"].as_str());
        let changed = Timestamp::parse(changed.unwrap()).unwrap().as_nanos() / 1_000_000;
        let changed = i64::try_from(changed).unwrap();
        thread::sleep(Duration::from_millis(1_100));
        tell("a", 2, Some(changed + 10));
        tell("b", 2, Some(changed + 30));
        // A clock that is behind.
        tell("c", 2, Some(changed - 5_000));
        let answer = eventually(&admin, &path, |answer| answer["summary"]["at_newest"] == json!(3));
        let wanted = json!({"instances": 3, "min_ms": 0, "median_ms": 10, "p99_ms": 30});
        assert_eq!(answer["summary"]["propagation"], wanted);
        let versions = json!([{"version": 2, "instances": 3}, {"version": 1, "instances": 1}]);
        assert_eq!(answer["summary"]["versions"], versions);
        let items = answer["items"].as_array().unwrap();
        assert_eq!((&items[1]["propagation_ms"], &items[1]["behind"]), (&json!(30), &json!(0)));
        assert_eq!((&items[1]["dropped"], &items[1]["service"]), (&json!(4), &json!("shop")));
        assert_eq!((&items[3]["behind"], &items[3]["version"]), (&json!(1), &json!(1)));
        assert!(items[3]["behind_seconds"].as_i64().unwrap() >= 1);

        let ids = |query: &str| -> Vec<String> {
            let answer = admin.get(&format!("{path}?{query}")).expect(200);
            let items = answer["items"].as_array().unwrap();
            items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("behind=true"), ["d"]);
        assert_eq!(ids("version=2&limit=2"), ["a", "b"]);
        assert_eq!(ids("limit=2&after=b"), ["c", "d"]);
        assert_eq!(ids("service=other"), Vec::<String>::new());
        admin.get(&format!("{path}?seen_within=0")).refused(400, "INVALID_QUERY");
    });
}

#[test]
fn it_is_told_which_units_were_exposed_to_which_variant() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        add_trial(&admin);
        let sdk = server.sdk("production", "server");
        let exposures = [
            exposure("control", "u1"),
            exposure("control", "u1"),
            exposure("treatment", "u2"),
            exposure("control", "u3"),
            exposure("treatment", "u3"),
        ];
        let receipt = send(&sdk, json!({"exposures": exposures}));
        assert_eq!(receipt["accepted"], json!(5));
        send(&sdk, json!({"exposures": [exposure("control", "u1")]}));
        let path = format!("{PRODUCTION}/entries/trial/exposures");
        let answer = eventually(&admin, &path, |answer| answer["items"].as_array().unwrap().len() == 4);
        let variants = json!([
            {"variant": "control", "units": 2, "estimated_units": 2},
            {"variant": "treatment", "units": 2, "estimated_units": 2},
        ]);
        assert_eq!((&answer["variants"], &answer["sampling"]), (&variants, &json!(100.0)));
        assert_eq!(answer["units_in_several_variants"], json!(1));

        let all = answer["items"].as_array().unwrap();
        let (mut paged, mut next) = (Vec::new(), None::<String>);
        loop {
            let after = next.map(|next| format!("&after={next}")).unwrap_or_default();
            let page = admin.get(&format!("{path}?limit=1{after}")).expect(200);
            paged.extend(page["items"].as_array().unwrap().clone());
            next = page["next"].as_str().map(str::to_owned);
            if next.is_none() {
                break;
            }
        }
        assert_eq!(&paged, all);
        let of = |query: &str| admin.get(&format!("{path}?{query}")).expect(200);
        assert_eq!(of("unit=u3")["items"].as_array().unwrap().len(), 2);
        assert_eq!(of("variant=treatment&unit=u1")["items"], json!([]));
        // The second one is the place of a unit that holds U+0000.
        for query in ["after=xyz", "after=WyJcdTAwMDAiLCIiLCIiXQ"] {
            admin.get(&format!("{path}?{query}")).refused(400, "INVALID_QUERY");
        }
        for query in ["unit=%00", "variant=%00"] {
            admin.get(&format!("{path}?{query}")).refused(400, "NUL_CHARACTER");
        }
        admin.get(&format!("{PRODUCTION}/instances?service=%00")).refused(400, "NUL_CHARACTER");
        admin
            .get(&format!("{PRODUCTION}/entries/trial/evaluations?reason=%00"))
            .refused(400, "NUL_CHARACTER");
    });
}

#[test]
fn a_sample_is_told_with_what_it_stands_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with(Settings { exposure_sampling: 25.0, ..settings(folder.path()) });
    let admin = server.admin();
    add_trial(&admin);
    let sdk = server.sdk("production", "server");
    let exposures: Vec<_> = (0..2_000).map(|n| exposure("control", &format!("user-{n}"))).collect();
    let receipt = send(&sdk, json!({"exposures": exposures}));
    let noted = 2_000 - receipt["sampled_out"].as_u64().unwrap();
    // Five standard deviations of a binomial distribution: 97 units.
    assert!((403..=597).contains(&noted), "{noted}");
    let path = format!("{PRODUCTION}/entries/trial/exposures");
    let answer = eventually(&admin, &path, |answer| answer["variants"][0]["units"] == json!(noted));
    let variant = json!({"variant": "control", "units": noted, "estimated_units": noted * 4});
    assert_eq!((&answer["variants"][0], &answer["sampling"]), (&variant, &json!(25.0)));
}

#[test]
fn what_waits_when_the_server_stops_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = TestServer::with(settings(folder.path()));
    server.admin().post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
    let sdk = server.sdk("production", "server");
    for _ in 0..5 {
        send(&sdk, json!({"evaluations": [evaluations("flag", "on", 3)]}));
    }
    server.stop();
    let server = TestServer::with(settings(folder.path()));
    let answer = server.admin().get(&format!("{PRODUCTION}/entries/flag/evaluations")).expect(200);
    assert_eq!(totals(&answer), [("on".to_owned(), 15)].into());
}

#[test]
fn while_the_database_is_away_reports_wait_and_then_count_once() {
    let Some(mut postgres) = required(Postgres::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let database_url = Some(postgres.fresh_database().unwrap());
    let server = TestServer::with(Settings { database_url, ..settings(folder.path()) });
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
    let sdk = server.sdk("production", "server");
    let mut reports = Vec::new();
    let mut tell = || {
        let report = report(Uuid::now_v7(), json!({"evaluations": [evaluations("flag", "on", 1)]}));
        let receipt = sdk.post("/sdk/v1/events", report.clone()).expect(202);
        assert_eq!(receipt["accepted"], json!(1));
        reports.push(report);
    };
    (0..10).for_each(|_| tell());
    postgres.stop();
    // Past a flush, which fails.
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        tell();
        thread::sleep(Duration::from_millis(100));
    }
    let health = admin.get("/api/v1/telemetry").expect(200);
    assert!(health["replica"]["waiting_batches"].as_u64().unwrap() > 10, "{health}");
    postgres.restart().unwrap();
    tell();
    for report in &reports {
        assert_eq!(sdk.post("/sdk/v1/events", report.clone()).expect(202)["repeated"], json!(true));
    }
    eventually(&admin, "/api/v1/telemetry", |health| health["replica"]["waiting_batches"] == json!(0));
    let answer = admin.get(&format!("{PRODUCTION}/entries/flag/evaluations")).expect(200);
    assert_eq!(totals(&answer), [("on".to_owned(), reports.len() as u64)].into());
}

#[test]
fn evaluations_are_paged_by_time_within_what_is_kept() {
    let server = TestServer::start();
    let admin = server.admin();
    admin.post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
    let sdk = server.sdk("production", "server");
    let hour = 3_600_000;
    for hours in [0, 5, 10] {
        let moment = at(now() - hours * hour);
        let mut item = evaluations("flag", "on", 1);
        (item["from"], item["to"]) = (json!(moment), json!(moment));
        send(&sdk, json!({"evaluations": [item]}));
    }
    let path = format!("{PRODUCTION}/entries/flag/evaluations");
    eventually(&admin, &path, |answer| totals(answer) == [("on".to_owned(), 3)].into());
    let (mut spans, mut pages, mut next) = (Vec::new(), 0, None::<String>);
    loop {
        let after = next.map(|next| format!("&after={next}")).unwrap_or_default();
        let page = admin.get(&format!("{path}?limit=4{after}")).expect(200);
        assert_eq!(totals(&page), [("on".to_owned(), 3)].into());
        spans.extend(page["items"].as_array().unwrap().clone());
        pages += 1;
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    assert_eq!(spans.len(), 3);
    assert!((12..=13).contains(&pages), "{pages}");
    let days = admin.get(&format!("{path}?bucket=day")).expect(200);
    assert!(days["items"].as_array().unwrap().len() <= 2);
    for query in [
        "from=now",
        "bucket=week",
        "limit=501",
        "from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z",
        "bucket=minute&from=2020-01-01T00:00:00Z",
        "after=2020-01-01T00:00:00Z",
    ] {
        assert_eq!(admin.get(&format!("{path}?{query}")).status, 400, "{query}");
    }
    let ages = admin.get(&format!("{path}?from=0001-01-01T00:00:00Z&to=9999-01-01T00:00:00Z")).expect(200);
    assert_eq!(totals(&ages), [("on".to_owned(), 3)].into());
}

#[test]
fn what_has_become_a_secret_is_told_to_those_alone_who_may_read_secrets() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        admin.post(ENTRIES, json!({"definition": {"key": "flag"}})).expect(201);
        send(&server.sdk("production", "server"), json!({"evaluations": [evaluations("flag", "on", 1)]}));
        let made = json!({"name": "viewer", "grants": [{"role": "viewer"}]});
        let viewer = admin.post("/api/v1/tokens", made).expect(201)["token"].as_str().unwrap().to_owned();
        let viewer = server.client(&viewer);
        let (definition, told) =
            (format!("{PRODUCTION}/entries/flag"), format!("{PRODUCTION}/entries/flag/evaluations"));
        eventually(&viewer, &told, |answer| totals(answer) == [("on".to_owned(), 1)].into());
        admin.patch(&definition, json!({"patch": {"sensitive": true}})).expect(200);
        let is_closed = || {
            viewer.get(&told).refused(403, "FORBIDDEN");
            viewer.get(&format!("{PRODUCTION}/entries/flag/exposures")).refused(403, "FORBIDDEN");
            assert_eq!(totals(&admin.get(&told).expect(200)), [("on".to_owned(), 1)].into());
        };
        is_closed();
        admin.delete(&format!("{ENTRIES}/flag")).expect(200);
        is_closed();
    });
}
