//! The published JSON Schema (draft 2020-12) of the format: for editors, through `$schema`, and for tools. It says
//! what a schema can say; [`super::read`] says the rest.

/// The schema's text.
pub const SCHEMA: &str = include_str!("../../schema/definition.schema.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::{action, bundle, entry, experiment, flag, values};
    use super::*;
    use crate::model::OPERATORS;

    fn properties(definition: &str) -> BTreeSet<String> {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let object = match definition {
            "holdout" => &schema["$defs"]["experiment"]["properties"]["holdout"],
            name => &schema["$defs"][name],
        };
        let names = object["properties"].as_object().unwrap_or_else(|| panic!("no {definition}")).keys();
        names.filter(|name| !name.starts_with('$')).cloned().collect()
    }

    fn names(fields: &[&str]) -> BTreeSet<String> {
        fields.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_schema_has_the_fields_that_are_read() {
        let tables = [
            ("bundle", bundle::BundleFields::SPELLINGS),
            ("flag", flag::FlagFields::SPELLINGS),
            ("rule", flag::RuleFields::SPELLINGS),
            ("scopes", flag::ScopeFields::SPELLINGS),
            ("kill", flag::KillFields::SPELLINGS),
            ("prerequisite", flag::PrerequisiteFields::SPELLINGS),
            ("variation", values::VariationFields::SPELLINGS),
            ("scoped_action", action::ActionFields::SPELLINGS),
            ("segment", entry::SegmentFields::SPELLINGS),
            ("guardrail", entry::GuardrailFields::SPELLINGS),
            ("guardrails", entry::GuardrailsFields::SPELLINGS),
            ("experiment", experiment::ExperimentFields::SPELLINGS),
            ("variant", experiment::VariantFields::SPELLINGS),
            ("holdout", experiment::HoldoutFields::SPELLINGS),
            ("layer", experiment::LayerFields::SPELLINGS),
        ];
        for (definition, spellings) in tables {
            assert_eq!(properties(definition), names(spellings), "{definition}");
        }
        assert_eq!(properties("clause"), names(&OPERATORS));
    }
}
