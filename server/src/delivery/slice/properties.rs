//! What is delivered decides as it does among all definitions, and names nobody: of generated definitions and contexts.

use serde_json::{Map, Value, json};
use vexil_core::context::{Attribute, Attributes, Path};
use vexil_core::{Context, Environment, Request, Snapshot, Timestamp};
use vexil_reference::generate;

use super::identity::Identity;
use super::{ClientAudience, for_client, for_server};

const DOCUMENTS: u64 = 6_000;

/// The ids in the generator's pools that stand for nothing else, as they are printed.
const IDS: [&str; 6] = ["\"u1\"", "\"u2\"", "\"s1\"", "\"s2\"", "\"acme\"", "\"globex\""];

#[test]
fn servers_decide_as_if_they_had_everything() {
    let mut compared = 0;
    for seed in 0..DOCUMENTS {
        let (document, entries) = document(seed);
        let question = Question::of(seed, &document);
        let delivered = entries.iter().filter_map(|(_, entry)| for_server(entry)).map(Value::Object);
        let slice = with_entries(&document, delivered.collect());
        let (whole, part) = (question.load(&document), question.load(&slice));
        for (key, _) in &entries {
            assert_eq!(question.ask(&part, key), question.ask(&whole, key), "seed {seed}, {key}: {slice}");
            compared += 1;
        }
    }
    assert!(compared > 5 * DOCUMENTS, "{compared}");
}

#[test]
fn clients_decide_as_if_they_had_everything_and_learn_no_names() {
    let (mut compared, mut sealed, mut withheld) = (0, 0, 0);
    for seed in 0..DOCUMENTS {
        let (document, entries) = document(seed);
        let question = Question::of(seed, &document);
        let whole = question.load(&document);
        let tenant = question.tenant();
        let bound = tenant.as_deref().or(Some("acme"));
        for tenant in [bound, None] {
            let all = entries.iter().map(|(key, entry)| (key.as_str(), entry));
            let slice = for_client(all, &ClientAudience { tenant, secret: b"secret" });
            let delivered = slice.entries.iter().cloned().map(Value::Object).collect();
            let part_of_it = with_entries(&document, delivered);
            let part = question.load(&part_of_it);
            for (key, entry) in &entries {
                let is_delivered = slice.entries.iter().any(|entry| key_of(entry) == key);
                let is_withheld = slice.withheld.iter().any(|(withheld, _)| withheld == key);
                assert!(!(is_delivered && is_withheld), "seed {seed}, {key}");
                let is_visible = entry.get("client_visible") == Some(&json!(true));
                let is_part = ["condition", "slots"].iter().any(|field| entry.contains_key(*field));
                assert!(!is_visible || is_delivered || is_withheld, "seed {seed}, {key}");
                assert!(!is_delivered || is_visible || is_part, "seed {seed}, {key}");
                if is_delivered {
                    let (got, want) = (question.ask(&part, key), question.ask(&whole, key));
                    assert_eq!(got, want, "seed {seed}, {key}, {tenant:?}: {part_of_it}\nof {document}");
                    compared += 1;
                }
            }
            let text = part_of_it.to_string();
            for id in IDS.iter().filter(|id| Some(id.trim_matches('"')) != tenant) {
                assert!(!text.contains(id), "seed {seed}: {id} in {text}");
            }
            sealed += text.matches("sealedIn").count();
            withheld += slice.withheld.len();
        }
    }
    let least = usize::try_from(DOCUMENTS).unwrap();
    assert!(compared > 2 * least && sealed > least / 4 && withheld > least, "{compared} {sealed} {withheld}");
}

type Entries = Vec<(String, Map<String, Value>)>;

/// A generated document in which most entries are visible, and its entries by key. Ids of people and tenants are taken
/// out of where they name nobody: a score that is `u1`.
fn document(seed: u64) -> (Value, Entries) {
    let document = generate::document(seed);
    let entries = document.get("entries").unwrap_or(&document);
    let entries = entries.as_array().cloned().unwrap_or_else(|| vec![entries.clone()]);
    let mut by_key = Entries::new();
    for (i, mut entry) in entries.into_iter().enumerate() {
        clean(&mut entry);
        let Value::Object(mut entry) = entry else { panic!("an entry is an object") };
        if !entry.contains_key("slots") && !(seed + i as u64).is_multiple_of(5) {
            entry.insert("client_visible".to_owned(), json!(true));
        }
        let key = key_of(&entry).to_owned();
        // What is stored has each key once.
        if by_key.iter().all(|(other, _)| *other != key) {
            by_key.push((key, entry));
        }
    }
    let document =
        with_entries(&document, by_key.iter().map(|(_, entry)| Value::Object(entry.clone())).collect());
    (document, by_key)
}

fn with_entries(document: &Value, entries: Vec<Value>) -> Value {
    let mut bundle = match document {
        Value::Object(members) if members.contains_key("entries") => members.clone(),
        _ => Map::new(),
    };
    bundle.insert("entries".to_owned(), Value::Array(entries));
    Value::Object(bundle)
}

fn key_of(entry: &Map<String, Value>) -> &str {
    entry.get("key").or(entry.get("id")).and_then(Value::as_str).unwrap()
}

/// Goes through everything; where there are conditions, attributes that identify nobody lose the ids.
fn clean(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    "condition" | "audience" => clean_condition(member),
                    _ => clean(member),
                }
            }
        }
        _ => {}
    }
}

fn clean_condition(condition: &mut Value) {
    for (name, part) in condition.as_object_mut().unwrap() {
        match name.as_str() {
            "all" | "any" => part.as_array_mut().unwrap().iter_mut().for_each(clean_condition),
            "not" => clean_condition(part),
            "segment" => {}
            path if Identity::of(path) == Identity::None => without_ids(part),
            _ => {}
        }
    }
}

fn without_ids(value: &mut Value) {
    match value {
        Value::String(text) if IDS.contains(&format!("\"{text}\"").as_str()) => *text = "pro".to_owned(),
        Value::Array(items) => items.iter_mut().for_each(without_ids),
        Value::Object(members) => members.values_mut().for_each(without_ids),
        _ => {}
    }
}

/// Who asks, when and where.
struct Question {
    context: Context,
    now: Timestamp,
    environment: Environment,
}

impl Question {
    fn of(seed: u64, document: &Value) -> Question {
        let request = generate::request(seed, document);
        let context = Context::parse_json(request.context.to_string().as_bytes()).unwrap_or_default();
        let environment = match request.environment {
            Some(name) => Environment::Fixed(name.into()),
            None => Environment::Document,
        };
        Question { context, now: Timestamp::from_nanos(request.now_nanos), environment }
    }

    fn load(&self, document: &Value) -> Snapshot {
        Snapshot::load_json(document.to_string().as_bytes(), self.environment.clone()).unwrap()
    }

    /// The id of the tenant that asks, as the key of a scope.
    fn tenant(&self) -> Option<String> {
        self.context.visit(&Path::new("tenant.id"), |attribute| match attribute? {
            Attribute::Str(id) if !id.is_empty() => Some(id.to_owned()),
            Attribute::Number(number) => {
                // Every number in the pools that is an id is small.
                let text = Attribute::Number(number).to_value().to_string();
                Some(text.strip_suffix(".0").unwrap_or(&text).to_owned())
            }
            _ => None,
        })
    }

    fn ask(&self, snapshot: &Snapshot, key: &str) -> Value {
        let evaluation = snapshot.evaluate(key, &Request::new(&self.context, self.now));
        json!({
            "value": evaluation.value(),
            "variation": evaluation.variation(),
            "reason": evaluation.reason().as_str(),
            "scope": evaluation.scope().map(|scope| scope.as_str()),
            "rule": evaluation.rule().map(|rule| rule.to_string()),
            "bucket": evaluation.bucket(),
            "error": evaluation.error().map(|error| error.as_str()),
            "overdue": evaluation.is_overdue(),
        })
    }
}
