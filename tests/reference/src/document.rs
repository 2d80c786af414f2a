//! What a document holds (section 3): a definition, a list of them, or a bundle.

use serde_json::{Map, Value};

use crate::references;

/// Alternative spellings of the fields of an entry: (the field, its other name).
pub(crate) const SPELLINGS: [(&str, &str); 7] = [
    ("key", "id"),
    ("default", "defaultValue"),
    ("expiry", "expiresAt"),
    ("min_role", "minRole"),
    ("is_control", "isControl"),
    ("start_date", "startDate"),
    ("end_date", "endDate"),
];

/// What a key can name, and so what a reference can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryType {
    FeatureFlag,
    Config,
    Experiment,
    Segment,
    Layer,
}

/// What can be evaluated, and so be a prerequisite as well.
pub(crate) const ASKABLE: [EntryType; 3] = [EntryType::FeatureFlag, EntryType::Config, EntryType::Experiment];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a>(&'a Map<String, Value>);

impl<'a> Entry<'a> {
    /// A field under its name, or under the alternative spelling of it.
    pub(crate) fn field(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).or_else(|| {
            let (_, other) = SPELLINGS.iter().find(|(field, _)| *field == name)?;
            self.0.get(*other)
        })
    }

    pub(crate) fn key(self) -> &'a str {
        self.text("key").expect("every entry has a key")
    }

    /// The salt of its buckets, where an action names none: its own, else its key.
    pub(crate) fn salt(self) -> &'a str {
        self.text("salt").unwrap_or(self.key())
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.field(name).and_then(Value::as_str)
    }

    pub(crate) fn boolean(self, name: &str, when_absent: bool) -> bool {
        self.field(name).and_then(Value::as_bool).unwrap_or(when_absent)
    }

    /// The members of a list; none when the field is absent.
    pub(crate) fn list(self, name: &str) -> &'a [Value] {
        self.field(name).and_then(Value::as_array).map_or(&[], |list| list)
    }

    pub(crate) fn entry_type(self) -> EntryType {
        match self.text("type") {
            Some("feature_flag") => EntryType::FeatureFlag,
            Some("config") => EntryType::Config,
            Some("experiment") => EntryType::Experiment,
            Some("segment") => EntryType::Segment,
            Some("layer") => EntryType::Layer,
            Some(other) => panic!("no such type: {other}"),
            None if self.field("slots").is_some() => EntryType::Layer,
            None if self.field("variants").is_some() => EntryType::Experiment,
            None if self.field("allocation").is_some() => EntryType::Experiment,
            None if self.field("condition").is_some() => EntryType::Segment,
            None => EntryType::FeatureFlag,
        }
    }

    /// A sensitive entry is no part of a snapshot: it is as if it were not there.
    fn is_one_of(self, types: &[EntryType]) -> bool {
        let entry_type = self.entry_type();
        let is_hidden = matches!(entry_type, EntryType::Config | EntryType::FeatureFlag)
            && self.boolean("sensitive", false);
        types.contains(&entry_type) && !is_hidden
    }
}

pub(crate) struct Document<'a> {
    pub entries: Vec<Entry<'a>>,
    pub environment: Option<&'a str>,
    /// The lowest role first.
    pub roles: Vec<&'a str>,
}

impl<'a> Document<'a> {
    pub(crate) fn of(document: &'a Value) -> Document<'a> {
        let is_bundle = document.get("entries").is_some() || document.get("schema").is_some();
        let definitions: Vec<&Value> = match document {
            Value::Array(list) => list.iter().collect(),
            _ if is_bundle => document["entries"].as_array().map_or(Vec::new(), |list| list.iter().collect()),
            single => vec![single],
        };
        let member = |name| is_bundle.then(|| document.get(name)).flatten();
        Document {
            entries: definitions
                .into_iter()
                .map(|definition| Entry(definition.as_object().expect("an object")))
                .collect(),
            environment: member("environment").and_then(Value::as_str),
            roles: member("roles")
                .and_then(Value::as_array)
                .map_or(Vec::new(), |roles| roles.iter().filter_map(Value::as_str).collect()),
        }
    }

    /// Line 1 of section 4: the entry that is asked for, or the code of the error.
    pub(crate) fn asked(&self, key: &str) -> Result<Entry<'a>, &'static str> {
        let named = self.named(key);
        if !named.iter().any(|entry| entry.is_one_of(&ASKABLE)) {
            return Err("FLAG_NOT_FOUND");
        }
        self.find(key, &ASKABLE).ok_or("PARSE_ERROR")
    }

    /// The entry that a reference leads to: none when it is missing, of another type, or broken
    /// (a second entry has its key, or it is in a cycle).
    pub(crate) fn find(&self, key: &str, types: &[EntryType]) -> Option<Entry<'a>> {
        self.find_even_cyclic(key, types).filter(|entry| !references::is_in_cycle(self, *entry))
    }

    /// The same, whether it is in a cycle or not.
    pub(crate) fn find_even_cyclic(&self, key: &str, types: &[EntryType]) -> Option<Entry<'a>> {
        match self.named(key)[..] {
            [only] if only.is_one_of(types) => Some(only),
            _ => None,
        }
    }

    fn named(&self, key: &str) -> Vec<Entry<'a>> {
        let mut named = self.entries.clone();
        named.retain(|entry| entry.key() == key);
        named
    }
}
