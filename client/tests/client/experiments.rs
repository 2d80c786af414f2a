//! Experiments: which variant, of what configuration; and variants that are remembered.

use std::sync::{Arc, Mutex};

use vexil_client::{Client, Context, FileStore, Keys, MemoryStore, Options, Reason, Source, StickyStore};

use crate::local::{bundle, memory};

/// Everybody has `a` in the first version, and `b` in the second.
fn experiment(version: u64, sticky: bool) -> String {
    let (a, b) = if version == 1 { (100, 0) } else { (0, 100) };
    let entries = format!(
        r#"{{"key": "button", "type": "experiment", "status": "running", "sticky": {sticky},
             "variants": [{{"id": "a", "name": "Blue", "is_control": true, "config": {{"colour": "blue"}}}}, {{"id": "b"}}],
             "allocation": {{"a": {a}, "b": {b}}}}},
            {{"key": "flag", "default": "b", "variations": [{{"id": "a", "value": "a"}}, {{"id": "b", "value": "b"}}],
             "rules": [{{"action": {{"experiment": "button"}}}}]}}"#
    );
    bundle(version, &entries)
}

fn ann() -> Context {
    Context::new().with("user.id", "ann")
}

fn start(store: Option<Arc<dyn StickyStore>>) -> Client {
    Client::start(Options { sticky: store, ..Options::new(Source::Memory(experiment(1, true))) }).unwrap()
}

fn variant(client: &Client, user: &str) -> Option<String> {
    client.variant("button", &Context::new().with("user.id", user))
}

#[test]
fn an_assignment_says_what_there_is_to_say() {
    let client = start(None);
    let assigned = client.experiment("button", &ann()).unwrap();
    assert_eq!((assigned.experiment.as_str(), assigned.variant.as_str()), ("button", "a"));
    assert_eq!((assigned.name.as_deref(), assigned.is_control), (Some("Blue"), true));
    assert_eq!(assigned.config.to_string(), r#"{"colour":"blue"}"#);
    assert_eq!((assigned.unit.as_deref(), assigned.unit_attribute.as_str()), (Some("ann"), "user.id"));
    assert_eq!((assigned.reason, assigned.version), (Reason::Experiment, 1));
    assert_eq!(client.variant_config("button", &ann()), Some(assigned.config));

    assert_eq!(client.experiment("button", &Context::new()), None, "nobody to assign");
    assert_eq!(client.experiment("flag", &ann()), None, "it is no experiment");
    assert_eq!(client.string_details("flag", &ann(), "").experiment.as_deref(), Some("button"));
    client.set_override("button", "b").unwrap();
    let overridden = client.experiment("button", &Context::new()).unwrap();
    assert_eq!((overridden.variant.as_str(), overridden.unit), ("b", None));
    assert_eq!((overridden.reason, overridden.config.to_string().as_str()), (Reason::Override, "null"));
}

#[test]
fn a_variant_is_kept_where_it_is_remembered() {
    for (store, sticky, expected) in [
        (Some(Arc::new(MemoryStore::new(100)) as Arc<dyn StickyStore>), true, "a"),
        (Some(Arc::new(MemoryStore::new(100))), false, "b"),
        (None, true, "b"),
    ] {
        let client = start(store);
        client.put(&experiment(1, sticky)).unwrap();
        assert_eq!(variant(&client, "ann").as_deref(), Some("a"));
        client.put(&experiment(2, sticky)).unwrap();
        assert_eq!(variant(&client, "ann").as_deref(), Some(expected), "{sticky}");
        assert_eq!(client.get_string("flag", &ann(), ""), expected);
        assert_eq!(client.view(ann(), Keys::All).variant("button"), Some(expected));
        assert_eq!(variant(&client, "bob").as_deref(), Some("b"), "who was not there before");
    }
}

#[test]
fn flags_views_and_evaluations_of_everything_remember_too() {
    type Read = fn(&Client);
    let reads: [(&str, Read); 3] = [
        ("a flag", |client| assert_eq!(client.get_string("flag", &ann(), ""), "a")),
        ("a view", |client| drop(client.view(ann(), Keys::of(["flag"])))),
        ("everything", |client| client.evaluate_all(&ann(), |_, _| {})),
    ];
    for (what, read) in reads {
        let store = Arc::new(MemoryStore::new(100));
        let client = start(Some(Arc::clone(&store) as Arc<dyn StickyStore>));
        read(&client);
        assert_eq!(store.get("button", "ann").as_deref(), Some("a"), "{what}");
    }
}

#[test]
fn an_explanation_says_what_is_remembered_and_remembers_nothing() {
    let store = Arc::new(MemoryStore::new(100));
    let client = start(Some(Arc::clone(&store) as Arc<dyn StickyStore>));
    client.explain("button", &ann());
    assert!(store.is_empty());
    store.put("button", "ann", "b");
    let told = client.explain("button", &ann()).to_string();
    assert!(told.contains("stored variant b: kept"), "{told}");
}

#[test]
fn a_file_remembers_beyond_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        || Some(Arc::new(FileStore::open(folder.path().join("v"), 100).unwrap()) as Arc<dyn StickyStore>);
    assert_eq!(variant(&start(open()), "ann").as_deref(), Some("a"));
    let client = start(open());
    client.put(&experiment(2, true)).unwrap();
    assert_eq!(variant(&client, "ann").as_deref(), Some("a"));
}

/// A store of the host's that fails, or asks the client in its turn.
#[derive(Default)]
struct Odd(Mutex<Option<Client>>);

impl StickyStore for Odd {
    fn get(&self, _: &str, unit: &str) -> Option<String> {
        let client = self.0.lock().unwrap().clone();
        let client = client.expect("a store that panics");
        client.set_override("button", "b").unwrap();
        client.put(&experiment(3, true)).unwrap();
        client.close();
        (unit == "ann").then(|| "no such variant".to_owned())
    }

    fn put(&self, _: &str, _: &str, _: &str) {
        panic!("a store that panics");
    }
}

#[test]
fn a_store_may_fail_and_may_ask_the_client() {
    let store = Arc::new(Odd::default());
    let client = start(Some(Arc::clone(&store) as Arc<dyn StickyStore>));
    assert_eq!(variant(&client, "ann").as_deref(), Some("a"), "it panics, and knows nothing");
    *store.0.lock().unwrap() = Some(client.clone());
    assert_eq!(variant(&client, "ann").as_deref(), Some("a"), "this read goes on with what it began with");
    assert_eq!(client.state().version, 3);
    *store.0.lock().unwrap() = None;
}

#[test]
fn who_takes_no_part_is_told_why() {
    let client =
        memory(r#"{"key": "e", "type": "experiment", "variants": [{"id": "a"}], "allocation": {"a": 100}}"#);
    assert_eq!(client.experiment("e", &ann()), None);
    assert_eq!(client.json_details("e", &ann(), vexil_client::Value::Null).reason, Reason::NotRunning);
}
