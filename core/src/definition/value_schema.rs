//! Values against their `value_schema`. For those who author; a process trusts what was checked before.

use crate::problem::Pointer;
use crate::value::Value;

use super::fields::{Field, Reader};

impl Reader<'_> {
    /// The schema. From here on every value is held to it.
    pub(super) fn value_schema(&mut self, field: Option<Field<'_, '_>>, path: &Pointer<'_>) -> Option<Value> {
        let field = field?;
        let schema = field.node.to_value();
        #[cfg(feature = "value-schema")]
        self.compile_schema(&schema, &field.path(path));
        #[cfg(not(feature = "value-schema"))]
        let _ = path;
        Some(schema)
    }

    #[cfg(not(feature = "value-schema"))]
    pub(super) fn check_schema(&mut self, _: &Value, _: &Pointer<'_>) {}
}

#[cfg(feature = "value-schema")]
mod validation {
    use jsonschema::{PatternOptions, ValidationError};

    use crate::definition::Mode;
    use crate::limits;
    use crate::problem::Code;

    use super::*;

    impl Reader<'_> {
        pub(super) fn compile_schema(&mut self, schema: &Value, path: &Pointer<'_>) {
            if self.mode != Mode::Authoring {
                return;
            }
            // As `matches`: linear in the text whatever the pattern, and bounded in size.
            let patterns = PatternOptions::regex()
                .size_limit(limits::REGEX_COMPILED_BYTES)
                .dfa_size_limit(limits::REGEX_COMPILED_BYTES);
            match jsonschema::options().with_pattern_options(patterns).build(&json(schema)) {
                Ok(validator) => self.validator = Some(validator),
                Err(error) => {
                    let message = format!("not a JSON Schema: {}", describe(&error, self.sensitive));
                    self.problems.add(Code::ValueSchema, path, message);
                }
            }
        }

        pub(in crate::definition) fn check_schema(&mut self, value: &Value, path: &Pointer<'_>) {
            let Some(validator) = &self.validator else { return };
            let value = json(value);
            for error in validator.iter_errors(&value).take(limits::PROBLEMS) {
                self.problems.add(Code::ValueSchema, path, describe(&error, self.sensitive));
            }
        }
    }

    fn json(value: &Value) -> serde_json::Value {
        serde_json::to_value(value).unwrap_or_default()
    }

    /// What is wrong, and where inside the value. Neither a large value nor a secret is repeated.
    fn describe(error: &ValidationError<'_>, sensitive: bool) -> String {
        const LONGEST: usize = 200;
        let mut text = if sensitive { error.masked().to_string() } else { error.to_string() };
        if let Some((end, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(end);
            text.push_str("...");
        }
        match error.instance_path().as_str() {
            "" => text,
            inside => format!("{text} at {}", crate::problem::shown(inside)),
        }
    }

    #[cfg(test)]
    mod tests {
        use crate::Node;
        use crate::definition::{Mode, read};

        fn messages(text: &str) -> Vec<String> {
            let reading =
                read(&[Node::parse_json(text.as_bytes(), &crate::Arena::new()).unwrap()], Mode::Authoring);
            reading.problems.into_iter().map(|found| found.problem.message).collect()
        }

        #[test]
        fn messages_say_where_and_neither_repeat_what_is_long_nor_what_is_secret() {
            let text = |extra: &str, value: &str| {
                format!(
                    r#"{{"key": "c", "type": "config", {extra} "value_schema": {{"properties": {{"a": {{"items": {{"type": "integer"}}}}}}}},
                    "default": {{"a": [1, "{value}"]}}}}"#
                )
            };
            assert_eq!(messages(&text("", "open")), ["\"open\" is not of type \"integer\" at /a/1"]);
            let secret = messages(&text("\"sensitive\": true,", "hunter2"));
            assert_eq!(secret, ["value is not of type \"integer\" at /a/1"]);
            let long = messages(&text("", &"z".repeat(100_000)));
            assert!(long[0].len() < 250 && long[0].ends_with("... at /a/1"), "{}", long[0].len());
        }

        #[test]
        fn patterns_are_those_of_conditions() {
            let with = |pattern: &str| {
                let value = "a".repeat(60);
                messages(&format!(
                    r#"{{"key": "c", "value_type": "json", "value_schema": {{"items": {{"pattern": "{pattern}"}}}},
                    "default": ["{value}b"]}}"#
                ))
            };
            assert!(with("^(a+)+$")[0].contains("does not match"), "and at once");
            for refused in ["(?=a)", "(a)\\\\1", "((a{1000}){1000}){1000}"] {
                assert!(with(refused)[0].starts_with("not a JSON Schema"), "{refused}");
            }
        }

        #[test]
        fn a_schema_that_leads_to_itself_ends() {
            for schema in
                [r##"{"$ref": "#"}"##, r##"{"allOf": [{"$ref": "#"}]}"##, r##"{"not": {"$ref": "#"}}"##]
            {
                messages(&format!(
                    r#"{{"key": "c", "value_type": "json", "value_schema": {schema}, "default": {{}}}}"#
                ));
            }
        }
    }
}
