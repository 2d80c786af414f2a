//! New vectors, as many as one likes: `vexil-vectors CORPUS FOLDER SEED` copies a corpus into a folder, and adds files of
//! evaluations that are made by the generator and answered by the reference interpreter. Whoever runs the folder is held
//! to cases that are not in the repository.
//!
//! It also makes evaluations of the corpus's buckets: hosts tell no other ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use vexil_reference::{Asked, Outcome, Request, evaluate, generate};

/// How many files are added, and how many cases each has; no more than that depends on the seed.
const FILES: u64 = 100;
const CASES: u64 = 20;
/// The first document of the first seed: beyond those that the properties of the core go through.
const FIRST: u64 = 1 << 40;
/// Where they lie in the corpus.
const BELOW: &str = "new";
/// Where the buckets of the corpus lie again, as evaluations.
const BUCKETS: &str = "buckets";
/// The moment of a case that names none.
const NOW_NANOS: i128 = 1_767_225_600_000_000_000;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [corpus, folder, seed] = &arguments[..] else { panic!("vexil-vectors CORPUS FOLDER SEED") };
    let seed: u64 = seed.parse().expect("a seed is a number");
    let (corpus, folder) = (Path::new(corpus), PathBuf::from(folder));
    copy(corpus, &folder)
        .unwrap_or_else(|error| panic!("{} to {}: {error}", corpus.display(), folder.display()));
    let index = folder.join("index.json");
    let mut listed: Value = serde_json::from_str(&fs::read_to_string(&index).unwrap()).unwrap();
    let files = listed["files"].as_array_mut().unwrap();
    fs::create_dir_all(folder.join(BELOW)).unwrap();
    for number in 0..FILES {
        let path = format!("{BELOW}/{number:03}.json");
        let file = file(FIRST.wrapping_add(seed.wrapping_mul(FILES)).wrapping_add(number));
        fs::write(folder.join(&path), file.to_string()).unwrap();
        files.push(json!({"path": path, "kind": "evaluation", "cases": CASES}));
    }
    let of_buckets: Vec<String> = files
        .iter()
        .filter(|file| file["kind"] == "bucketing")
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .collect();
    fs::create_dir_all(folder.join(BUCKETS)).unwrap();
    for path in of_buckets {
        let buckets: Value = serde_json::from_str(&fs::read_to_string(folder.join(&path)).unwrap()).unwrap();
        let name = Path::new(&path).file_name().unwrap().to_str().unwrap();
        let path = format!("{BUCKETS}/{name}");
        let file = evaluations(&buckets);
        fs::write(folder.join(&path), file.to_string()).unwrap();
        files.push(
            json!({"path": path, "kind": "evaluation", "cases": file["cases"].as_array().unwrap().len()}),
        );
    }
    fs::write(index, listed.to_string()).unwrap();
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Buckets as evaluations: of a flag for each salt, and asked by each unit. Nobody asks as a unit without a name.
fn evaluations(buckets: &Value) -> Value {
    let buckets: Vec<&Value> =
        buckets["cases"].as_array().unwrap().iter().filter(|case| case["unit"] != "").collect();
    let mut salts: Vec<&Value> = buckets.iter().map(|case| &case["salt"]).collect();
    salts.sort_by_key(|salt| salt.as_str());
    salts.dedup();
    let key = |salt: &Value| format!("salted-{}", salts.iter().position(|known| *known == salt).unwrap());
    let entries: Vec<Value> = salts
        .iter()
        .map(|salt| {
            json!({"key": key(salt), "salt": salt, "default": "none",
                "variations": [{"id": "a", "value": "a"}, {"id": "b", "value": "b"}, {"id": "none", "value": "none"}],
                "rollout": {"a": 30, "b": 70}})
        })
        .collect();
    let document = json!({ "entries": entries });
    let cases: Vec<Value> = buckets
        .iter()
        .enumerate()
        .map(|(number, bucket)| {
            let context = json!({"user": {"id": bucket["unit"]}});
            let request = Request {
                key: key(&bucket["salt"]),
                context: context.clone(),
                now_nanos: NOW_NANOS,
                environment: None,
                fixed_environment: None,
                asked: None,
                overrides: Map::new(),
                request_overrides: Map::new(),
                sticky: BTreeMap::new(),
            };
            let mut expect = answer(&evaluate(&document, &request));
            expect["bucket"] = bucket["bucket"].clone();
            json!({"name": format!("case {number}"), "key": request.key, "context": context, "expect": expect})
        })
        .collect();
    json!({"about": "Made of buckets.", "definitions": document, "cases": cases})
}

/// A document with questions and answers.
fn file(seed: u64) -> Value {
    let document = generate::document(seed);
    let cases: Vec<Value> = (0..CASES)
        .map(|number| {
            let request = generate::request(seed.wrapping_mul(CASES).wrapping_add(number), &document);
            // Not every host has a word for an environment that only a control plane fixes.
            case(number, &document, &Request { fixed_environment: None, ..request })
        })
        .collect();
    json!({"about": format!("Made of the seed {seed}."), "definitions": document, "cases": cases})
}

fn case(number: u64, document: &Value, request: &Request) -> Value {
    let now = Timestamp::from_nanosecond(request.now_nanos)
        .expect("the generator stays within what times there are");
    let mut case = json!({"name": format!("case {number}"), "key": request.key, "now": now.to_string(),
        "expect": answer(&evaluate(document, request))});
    // What no context holds hosts may have no words for.
    let is_sayable = request.context.is_object() && fits(&request.context);
    match is_sayable {
        true => case["context"] = request.context.clone(),
        false => case["context_text"] = request.context.to_string().into(),
    }
    if let Some(environment) = &request.environment {
        case["environment"] = environment.as_str().into();
    }
    if let Some(asked) = request.asked {
        case["type"] = name(asked).into();
    }
    for (member, overrides) in
        [("overrides", &request.overrides), ("request_overrides", &request.request_overrides)]
    {
        if !overrides.is_empty() {
            case[member] = Value::Object(overrides.clone());
        }
    }
    if !request.sticky.is_empty() {
        case["sticky"] = json!(request.sticky);
    }
    case
}

/// Whether all integers are within i64.
fn fits(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_u64() || number.is_i64(),
        Value::Array(items) => items.iter().all(fits),
        Value::Object(members) => members.values().all(fits),
        _ => true,
    }
}

fn name(asked: Asked) -> &'static str {
    match asked {
        Asked::Boolean => "boolean",
        Asked::Integer => "integer",
        Asked::Float => "float",
        Asked::String => "string",
        Asked::Json => "json",
    }
}

fn answer(outcome: &Outcome) -> Value {
    let Outcome { value, variation, reason, scope, rule, bucket, error, store, overdue } = outcome;
    let store = store.as_ref().map(
        |(experiment, unit, variant)| json!({"experiment": experiment, "unit": unit, "variant": variant}),
    );
    let mut answer = json!({"value": value, "variation": variation, "reason": reason, "scope": scope, "rule": rule,
        "bucket": bucket, "error": error, "store": store});
    // Of a context that is none there is no evaluation that could be overdue.
    if error.as_deref() != Some("INVALID_CONTEXT") {
        answer["overdue"] = (*overdue).into();
    }
    answer
}
