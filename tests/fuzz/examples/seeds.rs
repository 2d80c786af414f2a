//! Writes a corpus to begin with, made from `tests/vectors`: `cargo run --example seeds`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vexil_reference::OPERATORS;

fn main() -> std::io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds = Seeds::default();
    for file in files(&here.join("../vectors"))? {
        let Ok(content) = serde_json::from_slice::<Value>(&fs::read(file)?) else { continue };
        seeds.of_file(&content);
    }
    // Which documents a generated seed begins with is chance, so any few numbers will do.
    seeds.evaluation.extend((0..64_u8).map(|seed| vec![0, 0, 0, seed, 0, seed, 2, 1, 0, seed, 0, seed]));
    for (target, texts) in [
        ("definitions", seeds.definitions),
        ("contexts", seeds.contexts),
        ("evaluation", seeds.evaluation),
        ("values", seeds.values),
    ] {
        let folder = here.join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        for (number, text) in texts.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), text)?;
        }
        println!("{target}: {} seeds", texts.len());
    }
    Ok(())
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(found)
}

#[derive(Default)]
struct Seeds {
    definitions: BTreeSet<Vec<u8>>,
    contexts: BTreeSet<Vec<u8>>,
    evaluation: BTreeSet<Vec<u8>>,
    values: BTreeSet<Vec<u8>>,
}

impl Seeds {
    fn of_file(&mut self, content: &Value) {
        let mut clauses = Vec::new();
        collect_clauses(&content["definitions"], &mut clauses);
        self.definitions.extend(content.get("definitions").map(text));
        for case in content["cases"].as_array().into_iter().flatten() {
            let written =
                [case.get("text"), case.get("context_text")].map(|text| text.and_then(Value::as_str));
            self.definitions.extend(written[0].map(|text| text.as_bytes().to_vec()));
            self.contexts.extend(written[1].map(|text| text.as_bytes().to_vec()));
            self.definitions.extend(case.get("definition").map(text));
            self.contexts.extend(case.get("context").map(text));
            for (path, operator, operand) in &clauses {
                let attribute = case["context"].get(path);
                let number = OPERATORS.iter().position(|known| known == operator);
                if let (Some(attribute), Some(number)) =
                    (attribute, number.and_then(|at| u8::try_from(at).ok()))
                {
                    self.values.insert([&[number], &*text(operand), b"\n", &*text(attribute)].concat());
                }
            }
        }
    }
}

/// Every (attribute, operator, operand) below a value.
fn collect_clauses(value: &Value, clauses: &mut Vec<(String, String, Value)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_clauses(item, clauses)),
        Value::Object(members) => {
            for (path, member) in members {
                for (operator, operand) in member.as_object().into_iter().flatten() {
                    if OPERATORS.contains(&operator.as_str()) {
                        clauses.push((path.clone(), operator.clone(), operand.clone()));
                    }
                }
                collect_clauses(member, clauses);
            }
        }
        _ => {}
    }
}

fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
