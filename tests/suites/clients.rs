//! What a client reads, and what its views read, is what the core says: on generated definitions and contexts.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use vexil_client::{Client, Details, Keys, Options, Source, StickyStore, View};
use vexil_core::context::Path;
use vexil_core::{Asked, Context, Environment, Request, Snapshot, StickyAssignments, Timestamp, value};
use vexil_reference as reference;

use crate::agreement::{describe, keys, overrides};

/// How many keys are read, each in every way.
const READS: usize = 10_000;
const INSTANCE: &str = "instance-1";

#[test]
fn a_client_and_its_views_read_what_the_core_says() {
    let (mut seed, mut reads) = (0, 0);
    while reads < READS {
        reads += compare(seed);
        seed += 1;
    }
}

/// Compares every key of a generated document, and returns how many there are.
fn compare(seed: u64) -> usize {
    let document = reference::generate::document(seed);
    let request = reference::generate::request(seed, &document);
    let Ok(context) = Context::parse_json(request.context.to_string().as_bytes()) else { return 0 };
    let (local, of_request) = (overrides(&request.overrides), overrides(&request.request_overrides));
    let text = document.to_string();

    let store = Arc::new(Noting { stored: request.clone(), put: Mutex::default() });
    let mut options = Options::new(Source::Memory(text.clone()));
    options.environment.clone_from(&request.environment);
    options.supplied.instance_id = Some(INSTANCE.to_owned());
    options.sticky = Some(Arc::clone(&store) as Arc<dyn StickyStore>);
    let client = Client::start(options).unwrap().with_request_overrides(of_request.clone());
    for (key, value) in local.iter() {
        client.set_override(key, value.clone()).unwrap();
    }
    let view = client.view(context.clone(), Keys::All);

    let environment = request.environment.as_deref();
    let environment = environment.map_or(Environment::Document, |name| Environment::Default(name.into()));
    let snapshot = Snapshot::load_json(text.as_bytes(), environment).unwrap();
    let supplied = supplied(&context);
    let asked = Request {
        overrides: Some(&local),
        request_overrides: Some(&of_request),
        sticky: Some(&*store),
        ..Request::new(&supplied, now())
    };
    let keys: Vec<String> = keys(&document).into_iter().chain(["no-such-key".to_owned()]).collect();
    for key in &keys {
        let at = format!("seed {seed}, key {key}, {request:?}, {document}");
        for wanted in [None].into_iter().chain(Asked::ALL.map(|(_, asked)| Some(asked))) {
            let said = match wanted {
                Some(wanted) => snapshot.evaluate_as(key, wanted, &asked),
                None => snapshot.evaluate(key, &asked),
            };
            let said = describe(&said, &supplied);
            store.put.lock().unwrap().clear();
            let read =
                client.evaluate(key, wanted, &context, |outcome| describe(outcome.evaluation, &supplied));
            assert_eq!(read, said, "the client (left) reads otherwise: {wanted:?}, {at}");
            let put: Vec<_> = store.put.lock().unwrap().drain(..).collect();
            let expected: Vec<_> =
                Some(&said["store"]).filter(|store| !store.is_null()).into_iter().collect();
            assert_eq!(put.iter().collect::<Vec<_>>(), expected, "remembered: {at}");
            let viewed = *view.outcome(key).evaluation;
            let viewed = describe(&wanted.map_or(viewed, |wanted| viewed.asked_as(wanted)), &supplied);
            assert_eq!(viewed, said, "the view (left) reads otherwise: {wanted:?}, {at}");
        }
        assert_same_details(&client, &view, key, &context);
    }
    assert_eq!(
        view.iter().map(|(key, _)| key).collect::<Vec<_>>(),
        snapshot.keys().collect::<Vec<_>>(),
        "seed {seed}"
    );
    keys.len()
}

fn assert_same_details(client: &Client, view: &View, key: &str, context: &Context) {
    fn same<T: PartialEq + std::fmt::Debug>(of_client: &Details<T>, of_view: &Details<T>, key: &str) {
        assert_eq!(of_client, of_view, "{key}");
    }
    let null = || value::Value::Null;
    same(&client.bool_details(key, context, true), &view.bool_details(key, true), key);
    same(&client.int_details(key, context, 7), &view.int_details(key, 7), key);
    same(&client.float_details(key, context, 0.5), &view.float_details(key, 0.5), key);
    same(&client.string_details(key, context, "d"), &view.string_details(key, "d"), key);
    same(&client.json_details(key, context, null()), &view.json_details(key, null()), key);
    assert_eq!(client.variant(key, context).as_deref(), view.variant(key), "{key}");
}

/// The context as a client lays it before the core.
fn supplied(context: &Context) -> Context {
    match context.get(&Path::new("instance.id")) {
        Some(_) => context.clone(),
        None => context.clone().with("instance.id", INSTANCE),
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// Knows what a request says that is stored, and notes what it is to store.
struct Noting {
    stored: reference::Request,
    put: Mutex<Vec<Value>>,
}

impl StickyStore for Noting {
    fn get(&self, experiment: &str, unit: &str) -> Option<String> {
        self.stored(experiment, unit).map(str::to_owned)
    }

    fn put(&self, experiment: &str, unit: &str, variant: &str) {
        self.put.lock().unwrap().push(json!([experiment, unit, variant]));
    }
}

impl StickyAssignments for Noting {
    fn stored(&self, experiment: &str, unit: &str) -> Option<&str> {
        self.stored.sticky.get(experiment)?.get(unit).map(String::as_str)
    }
}
