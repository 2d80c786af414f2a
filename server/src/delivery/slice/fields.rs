//! The fields of definitions: who needs each of them, and what they are made of.

use serde_json::{Map, Value};

use Need::{Everyone, People, Server};
use Shape::{
    Condition, Listed, Mapped, Object, Reference, Rollout, ScopedPeople, ScopedTenants, Slots, TenantIds,
    Whole,
};

/// An object of a definition.
pub(super) type Members = Map<String, Value>;

/// Who needs a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Only those who read definitions: it decides nothing.
    People,
    /// Whom the company trusts: explanations and hosts read it, evaluation does not.
    Server,
    /// Whoever evaluates.
    Everyone,
}

/// What a field is made of.
#[derive(Debug)]
pub(super) enum Shape {
    /// One value; nothing in it is of another need than the field.
    Whole,
    /// An object with these fields.
    Object(&'static [Field]),
    /// A list of such objects.
    Listed(&'static [Field]),
    /// Such objects, each under an id.
    Mapped(&'static [Field]),
    /// The rollout of a flag: percentages, or an action.
    Rollout,
    Condition,
    /// Actions, each under the id of a person.
    ScopedPeople,
    /// Actions, each under the id of a tenant.
    ScopedTenants,
    /// A list of tenants' ids.
    TenantIds,
    /// The key of another entry.
    Reference(Kind),
    /// The experiments of a layer, with their buckets.
    Slots,
}

/// What a reference must lead to; to anything else it leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Segment,
    Prerequisite,
    Experiment,
    Layer,
}

/// A field, under each of its spellings.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) names: &'static [&'static str],
    pub(super) need: Need,
    pub(super) shape: Shape,
}

const fn field(need: Need, names: &'static [&'static str], shape: Shape) -> Field {
    Field { names, need, shape }
}

// Fields that several types of entries have.
const KEY: Field = field(Everyone, &["key", "id"], Whole);
const TYPE: Field = field(Everyone, &["type"], Whole);
const NAME: Field = field(People, &["name"], Whole);
const DESCRIPTION: Field = field(People, &["description"], Whole);
const OWNER: Field = field(People, &["owner"], Whole);
const TAGS: Field = field(People, &["tags"], Whole);
const CRITICAL: Field = field(People, &["critical"], Whole);
const GUARDRAILS: Field = field(People, &["guardrails"], Whole);
const METADATA: Field = field(Server, &["metadata"], Whole);
const CLIENT_VISIBLE: Field = field(Everyone, &["client_visible"], Whole);
const EXPIRY: Field = field(Everyone, &["expiry", "expiresAt"], Whole);
const ENABLED: Field = field(Everyone, &["enabled"], Whole);
const KILLED: Field = field(Everyone, &["kill"], Object(KILL));
const ENVIRONMENTS: Field = field(Everyone, &["environments"], Whole);
const SALT: Field = field(Everyone, &["salt"], Whole);

pub(super) const FLAG: &[Field] = &[
    KEY,
    TYPE,
    NAME,
    DESCRIPTION,
    OWNER,
    TAGS,
    CRITICAL,
    GUARDRAILS,
    METADATA,
    CLIENT_VISIBLE,
    EXPIRY,
    ENABLED,
    KILLED,
    ENVIRONMENTS,
    SALT,
    field(Everyone, &["kind"], Whole),
    field(Everyone, &["on_expiry"], Whole),
    field(Everyone, &["value_type"], Whole),
    field(Server, &["value_schema"], Whole),
    field(Everyone, &["default", "defaultValue"], Whole),
    field(Everyone, &["off"], Whole),
    field(Everyone, &["variations"], Listed(VARIATION)),
    field(Everyone, &["scopes"], Object(SCOPES)),
    field(Everyone, &["rules"], Listed(RULE)),
    field(Everyone, &["rollout"], Rollout),
    field(Everyone, &["rolloutPercentage"], Whole),
    field(Everyone, &["min_role", "minRole"], Whole),
    field(Everyone, &["prerequisites"], Listed(PREREQUISITE)),
    field(Everyone, &["dynamic"], Whole),
    field(Server, &["sensitive"], Whole),
    field(Server, &["variant"], Whole),
];

pub(super) const EXPERIMENT: &[Field] = &[
    KEY,
    TYPE,
    NAME,
    DESCRIPTION,
    OWNER,
    TAGS,
    CRITICAL,
    GUARDRAILS,
    METADATA,
    CLIENT_VISIBLE,
    EXPIRY,
    ENABLED,
    KILLED,
    ENVIRONMENTS,
    SALT,
    field(Server, &["kind"], Whole),
    field(Everyone, &["variants"], Listed(VARIANT)),
    field(Everyone, &["allocation"], Whole),
    field(Everyone, &["status"], Whole),
    field(Everyone, &["start_date", "startDate"], Whole),
    field(Everyone, &["end_date", "endDate"], Whole),
    field(Everyone, &["audience"], Condition),
    field(Everyone, &["traffic"], Whole),
    field(Everyone, &["by"], Whole),
    field(Everyone, &["algorithm"], Whole),
    field(Everyone, &["layer"], Reference(Kind::Layer)),
    field(Everyone, &["holdout"], Object(HOLDOUT)),
    field(Everyone, &["sticky"], Whole),
];

pub(super) const SEGMENT: &[Field] = &[
    KEY,
    TYPE,
    NAME,
    DESCRIPTION,
    OWNER,
    TAGS,
    CRITICAL,
    METADATA,
    CLIENT_VISIBLE,
    field(Everyone, &["condition"], Condition),
];

pub(super) const LAYER: &[Field] =
    &[KEY, TYPE, NAME, DESCRIPTION, OWNER, TAGS, CRITICAL, METADATA, field(Everyone, &["slots"], Slots)];

pub(super) const VARIATION: &[Field] =
    &[field(Everyone, &["id"], Whole), field(Everyone, &["value"], Whole), NAME, DESCRIPTION];

pub(super) const VARIANT: &[Field] = &[
    field(Everyone, &["id"], Whole),
    NAME,
    DESCRIPTION,
    field(Everyone, &["is_control", "isControl"], Whole),
    field(Everyone, &["config"], Whole),
];

pub(super) const SCOPES: &[Field] = &[
    field(Everyone, &["session"], ScopedPeople),
    field(Everyone, &["user"], ScopedPeople),
    field(Everyone, &["tenant"], ScopedTenants),
    field(Everyone, &["service"], Mapped(ACTION)),
    field(Everyone, &["environment"], Mapped(ACTION)),
];

pub(super) const RULE: &[Field] = &[
    field(Everyone, &["id"], Whole),
    field(Everyone, &["priority"], Whole),
    field(Everyone, &["condition"], Condition),
    field(Everyone, &["action"], Object(ACTION)),
    field(Server, &["comment"], Whole),
];

pub(super) const ACTION: &[Field] = &[
    field(Everyone, &["serve"], Whole),
    field(Everyone, &["rollout"], Whole),
    field(Everyone, &["ranges"], Whole),
    field(Everyone, &["value"], Whole),
    field(Everyone, &["experiment"], Reference(Kind::Experiment)),
    field(Everyone, &["by"], Whole),
    field(Everyone, &["salt"], Whole),
    field(Everyone, &["algorithm"], Whole),
    field(Everyone, &["until"], Whole),
];

pub(super) const KILL: &[Field] =
    &[field(Everyone, &["environments"], Whole), field(Everyone, &["tenants"], TenantIds)];

pub(super) const PREREQUISITE: &[Field] = &[
    field(Everyone, &["flag"], Reference(Kind::Prerequisite)),
    field(Everyone, &["variation"], Whole),
    field(Everyone, &["value"], Whole),
];

pub(super) const HOLDOUT: &[Field] =
    &[field(Everyone, &["key"], Whole), field(Everyone, &["percent"], Whole)];

pub(super) fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.names.contains(&name))
}

/// Whether a top-level rollout is an action, not percentages.
pub(super) fn is_action(rollout: &Members) -> bool {
    ["rollout", "ranges"].iter().any(|name| rollout.get(*name).is_some_and(Value::is_object))
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryType {
    /// A feature flag or config.
    Flag,
    Experiment,
    Segment,
    Layer,
}

impl EntryType {
    /// As declared, else as the fields tell; nothing if it declares one that there is not.
    pub(super) fn of(entry: &Members) -> Option<EntryType> {
        match entry.get("type") {
            Some(Value::String(name)) => match name.as_str() {
                "feature_flag" | "config" => Some(EntryType::Flag),
                "experiment" => Some(EntryType::Experiment),
                "segment" => Some(EntryType::Segment),
                "layer" => Some(EntryType::Layer),
                _ => None,
            },
            Some(_) => None,
            None if entry.contains_key("slots") => Some(EntryType::Layer),
            None if entry.contains_key("variants") || entry.contains_key("allocation") => {
                Some(EntryType::Experiment)
            }
            None if entry.contains_key("condition") => Some(EntryType::Segment),
            None => Some(EntryType::Flag),
        }
    }

    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            EntryType::Flag => FLAG,
            EntryType::Experiment => EXPERIMENT,
            EntryType::Segment => SEGMENT,
            EntryType::Layer => LAYER,
        }
    }

    pub(super) fn answers(self, kind: Kind) -> bool {
        match kind {
            Kind::Segment => self == EntryType::Segment,
            Kind::Prerequisite => matches!(self, EntryType::Flag | EntryType::Experiment),
            Kind::Experiment => self == EntryType::Experiment,
            Kind::Layer => self == EntryType::Layer,
        }
    }
}

/// Whether an entry says that it is a secret; to say it wrongly is to say it.
pub(super) fn is_sensitive(entry: &Members) -> bool {
    entry.get("sensitive").is_some_and(|sensitive| *sensitive != Value::Bool(false))
}

pub(super) fn is_client_visible(entry: &Members) -> bool {
    entry.get("client_visible") == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vexil_core::definition::schema::SCHEMA;

    use super::*;

    /// A field that the format gains must be given to those who need it, or kept from the others, on purpose.
    #[test]
    fn every_field_of_the_published_schema_is_known() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let all = [
            ("flag", FLAG),
            ("experiment", EXPERIMENT),
            ("segment", SEGMENT),
            ("layer", LAYER),
            ("variation", VARIATION),
            ("variant", VARIANT),
            ("scopes", SCOPES),
            ("rule", RULE),
            ("scoped_action", ACTION),
            ("kill", KILL),
            ("prerequisite", PREREQUISITE),
        ];
        for (name, fields) in all {
            let published = &schema["$defs"][name]["properties"];
            assert_eq!(names(fields), keys(published), "{name}");
        }
        let holdout = &schema["$defs"]["experiment"]["properties"]["holdout"]["properties"];
        assert_eq!(names(HOLDOUT), keys(holdout));
    }

    fn names(fields: &'static [Field]) -> BTreeSet<&'static str> {
        fields.iter().flat_map(|field| field.names).copied().collect()
    }

    fn keys(properties: &Value) -> BTreeSet<&str> {
        let names = properties.as_object().unwrap().keys().map(String::as_str);
        names.filter(|name| !name.starts_with('$')).collect()
    }
}
