//! What a control plane is told, and what becomes of it when it does not listen.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vexil_client::{Asked, Client, Context, FailureCode, Keys, Options, Streaming, Telemetry};

use crate::local::until;
use crate::origin::{Origin, Reply, http, json as json_answer, message, put};

/// A flag, an experiment, and a flag that serves it.
fn definitions(version: u64) -> String {
    let payload = format!(
        r#"{{"schema":1,"environment":"production","version":{version},"roles":[],"entries":[
            {{"key":"a","default":true}},
            {{"key":"n","type":"config","default":7}},
            {{"key":"e","type":"experiment","status":"running",
                "variants":[{{"id":"x","is_control":true}},{{"id":"y"}}],"allocation":{{"x":100}}}},
            {{"key":"f","variations":[{{"id":"x","value":1}},{{"id":"y","value":2}}],"default":0,
                "rules":[{{"action":{{"experiment":"e"}}}}]}}]}}"#
    );
    message("put", "production", version, None, &payload)
}

/// A server that takes reports and answers them so.
fn origin(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Origin {
    Origin::start(move |path, _| match path {
        "/sdk/v1/events" => reply(),
        _ => json_answer(&definitions(7)),
    })
}

fn taken() -> Reply {
    http("202 Accepted", "content-type: application/json\r\n", r#"{"accepted":1,"rejected":{}}"#)
}

/// Options of a client that tells when it is asked to.
fn options(origin: &Origin) -> Options {
    let interval = Duration::from_secs(3_600);
    Options {
        streaming: Streaming::Off,
        telemetry: Telemetry { interval, ..Telemetry::default() },
        ..origin.options()
    }
}

fn start(origin: &Origin) -> Client {
    let client = Client::start(options(origin)).unwrap();
    until("there are definitions", || client.state().version == 7);
    client
}

fn user(id: &str) -> Context {
    Context::new().with("user.id", id)
}

/// The counts of a report, as (key, variation, reason, count), sorted.
fn counts(report: &Value) -> Vec<(String, Option<String>, String, u64)> {
    let text = |item: &Value, name: &str| item[name].as_str().map(str::to_owned);
    let mut counts: Vec<_> = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let count = item["count"].as_u64().unwrap();
            (text(item, "key").unwrap(), text(item, "variation"), text(item, "reason").unwrap(), count)
        })
        .collect();
    counts.sort();
    counts
}

#[test]
fn evaluations_are_counted_by_key_variation_and_reason() {
    let origin = origin(taken);
    let mut options = options(&origin);
    options.supplied.instance_id = Some("i-1".to_owned());
    options.supplied.service_name = Some("shop".to_owned());
    options.telemetry.sdk = "test/1.2".to_owned();
    let client = Client::start(options).unwrap();
    until("there are definitions", || client.state().version == 7);
    for _ in 0..5 {
        assert!(client.is_enabled("a", &user("ann")));
    }
    assert_eq!(client.get_int("n", &user("ann"), 0), 7);
    assert!(!client.get_bool("n", &user("ann"), false), "it is of another type");
    let view = client.view(user("ann"), Keys::All);
    assert!(view.is_enabled("a") && view.outcome("a").evaluation.value().is_some());
    // These are no evaluations of anybody's, or of nothing that the control plane knows.
    view.iter().count();
    client.register(r#"{"key":"mine","default":true}"#).unwrap();
    assert!(client.is_enabled("mine", &user("ann")));
    client.is_enabled("unknown", &user("ann"));
    client.evaluate_all(&user("ann"), |_, _| {});
    client.explain("a", &user("ann"));
    client.flush_telemetry().unwrap();
    let told = origin.told();
    assert_eq!(told.len(), 1);
    let count = |key: &str, variation: Option<&str>, reason: &str, count| {
        (key.to_owned(), variation.map(str::to_owned), reason.to_owned(), count)
    };
    assert_eq!(
        counts(&told[0]),
        [count("a", Some("on"), "DEFAULT", 7), count("n", None, "DEFAULT", 1), count("n", None, "ERROR", 1)]
    );
    let instance = &told[0]["instance"];
    assert_eq!(
        (&instance["id"], &instance["service"], &instance["sdk"], &instance["version"]),
        (&json!("i-1"), &json!("shop"), &json!("test/1.2"), &json!(7))
    );
    assert!(instance["applied_at"].is_string());
    assert_eq!((&told[0]["exposures"], &told[0]["dropped"]), (&json!([]), &json!(0)));
    let state = client.telemetry();
    assert_eq!((state.enabled, state.reports, state.told, state.dropped), (true, 1, 9, 0));
    assert!(state.last_report.is_some() && state.last_error.is_none());
    // What was told is not told again.
    client.flush_telemetry().unwrap();
    assert_eq!(origin.told().len(), 1);
}

#[test]
fn reads_of_a_copy_that_a_host_has_are_counted_many_at_once() {
    let origin = origin(taken);
    let client = start(&origin);
    let view = client.view(user("ann"), Keys::All);
    for (key, asked, times) in [
        ("e", None, 256),
        ("e", None, 7),
        ("a", Some(Asked::Boolean), 2),
        ("a", Some(Asked::Integer), 3),
        ("n", None, 0),
        ("unknown", None, 4),
    ] {
        view.count_reads(key, asked, times);
    }
    client.flush_telemetry().unwrap();
    let count = |key: &str, variation: Option<&str>, reason: &str, count| {
        (key.to_owned(), variation.map(str::to_owned), reason.to_owned(), count)
    };
    let told = &origin.told()[0];
    assert_eq!(
        counts(told),
        [
            count("a", None, "ERROR", 3),
            count("a", Some("on"), "DEFAULT", 2),
            count("e", Some("x"), "EXPERIMENT", 263)
        ]
    );
    assert_eq!(told["exposures"].as_array().unwrap().len(), 1);
    assert_eq!(told["dropped"], json!(0));
}

#[test]
fn exposures_are_told_once_with_their_unit() {
    let origin = origin(taken);
    let client = Client::start(Options { allow_overrides: true, ..options(&origin) }).unwrap();
    until("there are definitions", || client.state().version == 7);
    client.set_override("e", "y").unwrap();
    assert_eq!(client.get_int("f", &user("tester"), 0), 2, "somebody has chosen, so it is no exposure");
    client.clear_overrides();
    for _ in 0..3 {
        assert_eq!(client.variant("e", &user("ann")).as_deref(), Some("x"));
        assert_eq!(client.get_int("f", &user("bob"), 0), 1);
    }
    assert_eq!(client.variant("e", &Context::new()), None, "without a unit there is no variant");
    client.variant("e", &user(&"x".repeat(1_000)));
    client.flush_telemetry().unwrap();
    let told = origin.told().remove(0);
    let mut units: Vec<_> = told["exposures"].as_array().unwrap().iter().map(|e| &e["unit"]).collect();
    units.sort_by_key(|unit| unit.to_string());
    assert_eq!(units, ["ann", "bob"]);
    let first = &told["exposures"][0];
    assert_eq!(
        (&first["experiment"], &first["variant"], &first["attribute"]),
        (&json!("e"), &json!("x"), &json!("user.id"))
    );
    assert!(first["at"].is_string());
    assert_eq!(told["dropped"], 1, "a unit that nobody would take");
    assert_eq!(client.telemetry().dropped, 1);
    // Nothing of the context is told beside it.
    assert!(!told.to_string().contains("tester"), "{told}");
}

#[test]
fn exposures_can_be_left_out_and_all_can_be_switched_off() {
    let origin = origin(taken);
    let mut quiet = options(&origin);
    quiet.telemetry.exposures = false;
    let client = Client::start(quiet.clone()).unwrap();
    until("there are definitions", || client.state().version == 7);
    client.variant("e", &user("ann"));
    client.flush_telemetry().unwrap();
    let told = origin.told();
    assert_eq!((told.len(), &told[0]["exposures"]), (1, &json!([])));
    assert_eq!(counts(&told[0]).len(), 1);
    client.close();

    let before = origin.told().len();
    quiet.telemetry.enabled = false;
    let client = Client::start(quiet).unwrap();
    until("there are definitions", || client.state().version == 7);
    client.is_enabled("a", &user("ann"));
    client.flush_telemetry().unwrap();
    client.close();
    assert_eq!((origin.told().len(), client.telemetry()), (before, Default::default()));
}

#[test]
fn what_could_not_be_told_is_told_again_under_the_same_id() {
    let bad = [
        http("500 Internal Server Error", "", ""),
        http("503 Service Unavailable", "retry-after: 0\r\n", ""),
        http("429 Too Many Requests", "retry-after: 0\r\n", ""),
        http("200 OK", "content-type: text/html\r\n", "<p>"),
        Reply::Bytes(Vec::new()),
        Reply::Hang(Vec::new()),
    ];
    let codes = [
        FailureCode::Status,
        FailureCode::Status,
        FailureCode::RateLimited,
        FailureCode::Status,
        FailureCode::Malformed,
        FailureCode::Timeout,
    ];
    for (reply, code) in bad.into_iter().zip(codes) {
        let origin = origin(move || reply.clone());
        let client = start(&origin);
        client.is_enabled("a", &user("ann"));
        let failure = client.flush_telemetry().unwrap_err();
        let is_expected = failure.code == code || failure.code == FailureCode::Unreachable;
        assert!(is_expected, "{failure} instead of {code:?}");
        assert_eq!(client.telemetry().last_error, Some(failure));
        // It is tried again by itself; the retries of this client are a matter of milliseconds.
        until("it is told again", || origin.told().len() > 1);
        origin.becomes(|path, _| match path {
            "/sdk/v1/events" => taken(),
            _ => json_answer(&definitions(7)),
        });
        until("it is taken", || client.telemetry().reports == 1);
        let told = origin.told();
        assert!(told.iter().all(|report| report == &told[0]), "{told:?}");
        assert_eq!((client.telemetry().waiting, client.telemetry().dropped), (0, 0));
    }
}

#[test]
fn a_key_that_may_not_tell_stops() {
    for (status, code) in [
        ("401 Unauthorized", FailureCode::Unauthenticated),
        ("403 Forbidden", FailureCode::Forbidden),
        ("404 Not Found", FailureCode::Status),
    ] {
        let origin = origin(move || http(status, "", ""));
        let client = start(&origin);
        client.is_enabled("a", &user("ann"));
        assert_eq!(client.flush_telemetry().unwrap_err().code, code);
        client.is_enabled("a", &user("ann"));
        client.flush_telemetry().unwrap();
        assert_eq!(origin.told().len(), 1, "{status}: nothing more is told");
        let state = client.telemetry();
        assert_eq!((state.dropped, state.waiting, state.reports), (2, 0, 0));
        assert!(client.is_enabled("a", &user("ann")), "that is no reason to serve anything else");
    }
}

#[test]
fn what_is_no_report_is_given_up_and_the_next_one_says_so() {
    let origin = origin(|| http("422 Unprocessable Content", "", r#"{"detail":"no"}"#));
    let client = start(&origin);
    client.is_enabled("a", &user("ann"));
    assert_eq!(client.flush_telemetry().unwrap_err().code, FailureCode::Status);
    assert_eq!((client.telemetry().dropped, client.telemetry().waiting), (1, 0));
    origin.becomes(|_, _| taken());
    client.flush_telemetry().unwrap();
    assert_eq!(origin.told().last().unwrap()["dropped"], 1);
}

#[test]
fn what_is_too_large_is_told_in_halves() {
    let origin = Origin::start(|path, head| match path {
        "/sdk/v1/events" => {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let is_too_large = length.trim().parse::<usize>().unwrap() > 450;
            if is_too_large { http("413 Content Too Large", "", "") } else { taken() }
        }
        _ => json_answer(&definitions(7)),
    });
    let client = start(&origin);
    client.is_enabled("a", &user("ann"));
    client.get_int("n", &user("ann"), 0);
    client.get_bool("n", &user("ann"), false);
    client.flush_telemetry().unwrap();
    let told = origin.told();
    let mut ids: Vec<_> = told.iter().map(|report| report["batch"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(told.len() > 2 && ids.len() == told.len(), "a half is another report than the whole: {told:?}");
    let state = client.telemetry();
    assert_eq!((state.told, state.dropped, state.waiting), (3, 0, 0));
}

#[test]
fn reports_are_made_from_time_to_time_and_at_the_end() {
    let origin = origin(taken);
    let mut options = options(&origin);
    options.telemetry.interval = Duration::from_millis(20);
    let client = Client::start(options).unwrap();
    until("the version is told", || origin.told().iter().any(|report| report["instance"]["version"] == 7));
    client.is_enabled("a", &user("ann"));
    until("the evaluation is told", || client.telemetry().told == 1);
    origin.becomes(|path, _| match path {
        "/sdk/v1/events" => taken(),
        _ => json_answer(&definitions(8)),
    });
    until("the next version is told", || {
        origin.told().iter().any(|report| report["instance"]["version"] == 8)
    });
    client.is_enabled("a", &user("ann"));
    client.close();
    assert_eq!(client.telemetry().told, 2);
    assert!(!client.telemetry().enabled);
    client.is_enabled("a", &user("ann"));
    client.close();
    assert_eq!(client.telemetry().told, 2);
}

#[test]
fn a_control_plane_that_hangs_does_not_keep_anybody_from_ending() {
    let origin = origin(|| Reply::Hang(Vec::new()));
    let mut options = options(&origin);
    options.request_timeout = Duration::from_secs(3_600);
    let client = Client::start(options).unwrap();
    until("there are definitions", || client.state().version == 7);
    client.is_enabled("a", &user("ann"));
    let began = Instant::now();
    client.close();
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn where_there_is_no_thread_reads_tell() {
    let origin = origin(taken);
    let mut options = Options { threadless: true, ..options(&origin) };
    options.telemetry.interval = Duration::from_millis(20);
    let client = Client::start(options).unwrap();
    until("reads have told", || {
        client.is_enabled("a", &user("ann"));
        client.telemetry().told > 0
    });
    client.close();
    let told: u64 = origin.told().iter().flat_map(counts).map(|(_, _, _, count)| count).sum();
    assert_eq!(told, client.telemetry().told);
}

#[test]
fn without_a_control_plane_nothing_is_counted() {
    let origin = Origin::start(|_, _| json_answer(&put(7, true)));
    let client = Client::start(Options { offline: true, ..options(&origin) }).unwrap();
    client.is_enabled("a", &user("ann"));
    assert!(!client.telemetry().enabled);
    client.flush_telemetry().unwrap();
    client.close();
    assert_eq!(origin.asked().len(), 0);
}
