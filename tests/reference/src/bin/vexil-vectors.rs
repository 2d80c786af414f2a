//! New vectors, as many as one likes: `vexil-vectors CORPUS FOLDER SEED` copies a corpus into a folder, and adds files of
//! evaluations that are made by the generator and answered by the reference interpreter. Whoever runs the folder is held
//! to cases that are not in the repository.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use jiff::Timestamp;
use serde_json::{Value, json};
use vexil_reference::{Asked, Outcome, Request, evaluate, generate};

/// How many files are added, and how many cases each has; no more than that depends on the seed.
const FILES: u64 = 100;
const CASES: u64 = 20;
/// The first document of the first seed: beyond those that the properties of the core go through.
const FIRST: u64 = 1 << 40;
/// Where they lie in the corpus.
const BELOW: &str = "new";

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
