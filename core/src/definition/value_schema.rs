//! Values against their `value_schema`. For those who author; a process trusts what was checked before.

use crate::model::{Action, Body, Flag};
use crate::problem::Code;
use crate::value::Value;

use super::Reading;

pub(super) fn check(reading: &mut Reading) {
    let mut found = Vec::new();
    for (i, (entry, place)) in reading.model.entries.iter().zip(&reading.places).enumerate() {
        let Body::Flag(flag) = &entry.body else { continue };
        let Some(schema) = &flag.value_schema else { continue };
        let validator = match json(schema)
            .and_then(|schema| jsonschema::validator_for(&schema).map_err(|e| e.to_string()))
        {
            Ok(validator) => validator,
            Err(error) => {
                found.push((
                    i,
                    format!("{}/value_schema", place.path()),
                    format!("not a JSON Schema: {error}"),
                ));
                continue;
            }
        };
        for (path, value) in values(flag) {
            let errors =
                json(value).map(|value| validator.iter_errors(&value).map(|e| e.to_string()).collect());
            let errors: Vec<String> = errors.unwrap_or_else(|error| vec![error]);
            found.extend(errors.into_iter().map(|error| (i, format!("{}{path}", place.path()), error)));
        }
    }
    for (entry, path, message) in found {
        reading.add(entry, Code::ValueSchema, &path, message);
    }
}

fn json(value: &Value) -> Result<serde_json::Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// Every value that can be served, with where it stands.
fn values(flag: &Flag) -> Vec<(String, &Value)> {
    let mut values = vec![("/default".to_owned(), &flag.default)];
    values.extend(flag.off.iter().map(|off| ("/off".to_owned(), off)));
    values.extend(
        flag.variations
            .iter()
            .enumerate()
            .map(|(i, variation)| (format!("/variations/{i}/value"), &variation.value)),
    );
    values.extend(flag.actions().filter_map(|action| match action {
        Action::Value(value) => Some((String::new(), value)),
        _ => None,
    }));
    values
}
