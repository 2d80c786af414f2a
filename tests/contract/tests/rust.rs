//! The driver of Rust: what a program that uses `vexil-client` reads, hears and is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should fail at once and loudly"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs, mem};

use serde_json::{Value as Json, json};
use vexil_client::{
    Asked, Cache, Client, Context, Fallback, Options, Source, StartError, Streaming, Subscription,
    TrustedKey, Value,
};
use vexil_test_services::{Unavailable, required};

#[test]
fn the_contract_is_kept() {
    let mut driver = Driver::default();
    let Some((is_kept, why)) = take_through("client", |request| driver.answer(request)) else { return };
    assert!(is_kept, "{why}");
}

#[test]
fn whoever_says_what_is_not_so_does_not_keep_it() {
    let mut driver = Driver::default();
    let killed = json!("DISABLED");
    let lies = |request: &Json| {
        let mut answer = driver.answer(request);
        if answer["reason"] == killed {
            answer["value"] = true.into();
        }
        answer
    };
    let Some((is_kept, why)) = take_through("a liar", lies) else { return };
    assert!(!is_kept && why.contains("kill switch, act 3"), "{why}");
}

/// Runs the program with these answers to what it asks; whether it was satisfied, and what it says.
fn take_through(host: &str, mut answer: impl FnMut(&Json) -> Json) -> Option<(bool, String)> {
    let contract = env!("CARGO_BIN_EXE_vexil-contract");
    let beside = Path::new(contract).with_file_name("vexil");
    let binary = env::var_os("VEXIL_TEST_BINARY").map_or(beside, Into::into);
    let binary = required(fs::canonicalize(&binary).map_err(|error| {
        Unavailable::new(format!("{}: {error}; `cargo build` makes it", binary.display()))
    }))?;
    let mut command = Command::new(contract);
    command.arg(host).env("VEXIL_TEST_BINARY", binary);
    if host != "client" {
        command.env_remove("VEXIL_CONFORMANCE");
    }
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let mut answers = program.stdin.take().unwrap();
    for request in BufReader::new(program.stdout.take().unwrap()).lines() {
        let request: Json = serde_json::from_str(&request.unwrap()).unwrap();
        // Where it has ended its status says so.
        if writeln!(answers, "{}", answer(&request)).is_err() {
            break;
        }
    }
    drop(answers);
    let ended = program.wait_with_output().unwrap();
    Some((ended.status.success(), String::from_utf8_lossy(&ended.stderr).into_owned()))
}

#[derive(Default)]
struct Driver {
    client: Option<Client>,
    heard: Arc<Mutex<Vec<Json>>>,
    subscription: Option<Subscription>,
}

impl Driver {
    fn answer(&mut self, request: &Json) -> Json {
        match request["do"].as_str().unwrap() {
            "open" => self.open(&request["options"]),
            "read" => self.read(request),
            "variant" => {
                let experiment = request["experiment"].as_str().unwrap();
                let assigned = self.client().experiment(experiment, &context(request));
                let config = assigned.as_ref().map(|assigned| json_of(&assigned.config));
                json!({"variant": assigned.map(|assigned| assigned.variant), "config": config})
            }
            "state" => {
                let state = self.client().state();
                json!({"initialized": state.initialized, "connection": state.connection.as_str(),
                    "version": state.version, "origin": state.origin.as_str(), "stale": state.stale_since.is_some(),
                    "last_error": state.last_error.map(|failure| failure.code.as_str())})
            }
            "watch" => {
                let heard = Arc::clone(&self.heard);
                let key = request["key"].as_str().unwrap();
                let listen = self.client().on_change("features", key, move |change| {
                    let value = |value: &Option<Value>| value.as_ref().map(json_of);
                    let told =
                        json!({"key": change.key, "old": value(&change.old), "new": value(&change.new)});
                    heard.lock().unwrap().push(told);
                });
                self.subscription = Some(listen);
                json!({"code": null})
            }
            "heard" => json!({"changes": mem::take(&mut *self.heard.lock().unwrap())}),
            "refresh" => {
                json!({"code": self.client().force_refresh().err().map(|failure| failure.code.as_str())})
            }
            "close" => {
                self.client().close();
                self.client = None;
                json!({"code": null})
            }
            other => json!({"failed": format!("nothing is known of `{other}`")}),
        }
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("a client was opened")
    }

    fn open(&mut self, asked: &Json) -> Json {
        let source = &asked["source"]["http"];
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let mut options = Options::new(Source::Http { url: text(&source["url"]), key: text(&source["key"]) });
        for (name, value) in asked.as_object().unwrap() {
            let milliseconds = || Duration::from_millis(value.as_u64().unwrap());
            match name.as_str() {
                "source" => {}
                "cache_folder" => options.cache = Some(Cache { folder: text(value).into(), max_age: None }),
                "start_timeout_ms" => options.start_timeout = milliseconds(),
                "retry_base_ms" => options.retry.base = milliseconds(),
                "retry_max_ms" => options.retry.max = milliseconds(),
                "polling_interval_ms" => options.polling_interval = milliseconds(),
                "trusted_keys" => {
                    let key = |key: &Json| TrustedKey::new(&text(&key["id"]), &text(&key["public"])).unwrap();
                    options.trusted_keys = value.as_array().unwrap().iter().map(key).collect();
                }
                "streaming" => {
                    options.streaming = match value.as_str().unwrap() {
                        "off" => Streaming::Off,
                        "websocket" => Streaming::WebSocket,
                        _ => Streaming::Events,
                    }
                }
                "fallback" => {
                    options.fallback = match value.as_str().unwrap() {
                        "throw" => Fallback::Throw,
                        "default" => Fallback::Default,
                        _ => Fallback::Cache,
                    }
                }
                other => return json!({"failed": format!("no option is named `{other}`")}),
            }
        }
        match Client::start(options) {
            Ok(client) => {
                self.client = Some(client);
                json!({"code": null})
            }
            Err(StartError::NotReady(failure)) => json!({"code": failure.code.as_str()}),
            Err(other) => json!({"failed": other.to_string()}),
        }
    }

    fn read(&self, request: &Json) -> Json {
        let key = request["key"].as_str().unwrap();
        let asked = match request["type"].as_str().unwrap() {
            "boolean" => Asked::Boolean,
            "integer" => Asked::Integer,
            "float" => Asked::Float,
            "string" => Asked::String,
            _ => Asked::Json,
        };
        self.client().evaluate(key, Some(asked), &context(request), |outcome| {
            let value = outcome.evaluation.value().map_or_else(|| request["default"].clone(), json_of);
            json!({"value": value, "variation": outcome.evaluation.variation(),
                "reason": outcome.evaluation.reason().as_str(), "code": outcome.error().map(|code| code.as_str()),
                "origin": outcome.origin.as_str(), "stale": outcome.stale_ms.is_some()})
        })
    }
}

fn context(request: &Json) -> Context {
    Context::parse_json(request["context"].to_string().as_bytes()).unwrap()
}

fn json_of(value: &Value) -> Json {
    serde_json::from_str(&value.to_string()).unwrap()
}
