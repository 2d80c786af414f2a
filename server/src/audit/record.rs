//! What is told of one act.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vexil_core::Timestamp;

use super::action::Action;
use super::hex;

/// One act: who, what, where, why and when. What does not apply is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its number, from 1, without gaps; the chain gives it.
    pub sequence: u64,
    /// When, to the millisecond: `2026-01-31T23:59:59.000Z`.
    #[serde(with = "moment")]
    pub at: Timestamp,
    /// Who, in the text form of [`Actor`](crate::access::Actor).
    pub actor: String,
    /// What was done.
    pub action: Action,
    /// In which project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// In which environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// For which tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// To what: the key of an entry, or the id of something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What it was, without secrets; absent where it did not exist, a digest in a record that would be too large.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub old: Option<Value>,
    /// What it is, without secrets; absent where it does not exist any more.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub new: Option<Value>,
    /// What differs, in one line for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Why, in the words of whoever did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why, as the name of a ticket elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The id of the change that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// The request that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Record {
    /// One that tells of an act only who, what and when; the chain numbers it.
    pub fn new(at: Timestamp, actor: String, action: Action) -> Record {
        Record {
            sequence: 0,
            at,
            actor,
            action,
            project: None,
            environment: None,
            tenant: None,
            target: None,
            old: None,
            new: None,
            summary: None,
            reason: None,
            ticket: None,
            change: None,
            request_id: None,
            address: None,
        }
    }

    /// Puts digests in the place of the old and the new value: `{"bytes", "sha256"}` of their compact JSON text, as
    /// definitions are stored, so that what is kept elsewhere can be compared.
    pub(super) fn shorten(&mut self) {
        for value in [&mut self.old, &mut self.new].into_iter().flatten() {
            let text = value.to_string();
            let sha256 = hex::encode(&Sha256::digest(&text).into());
            *value = json!({ "bytes": text.len(), "sha256": sha256 });
        }
    }
}

/// A `null` that is there is a value, and not the absence of one.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// RFC 3339 in UTC with three digits of a second, so that moments sort as text.
mod moment {
    use serde::de::{Deserialize, Deserializer, Error as _};
    use serde::ser::Serializer;
    use vexil_core::Timestamp;

    const NANOS_PER_SECOND: i128 = 1_000_000_000;
    const NANOS_PER_MILLI: i128 = 1_000_000;

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        let (seconds, rest) =
            (at.as_nanos().div_euclid(NANOS_PER_SECOND), at.as_nanos().rem_euclid(NANOS_PER_SECOND));
        let whole = Timestamp::from_nanos(seconds * NANOS_PER_SECOND).to_string();
        let whole = whole.strip_suffix('Z').unwrap_or(&whole);
        serializer.collect_str(&format_args!("{whole}.{:03}Z", rest / NANOS_PER_MILLI))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 date-time"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_apply_is_absent_and_moments_have_milliseconds() {
        let at = Timestamp::parse("2026-01-31T23:59:59.0019Z").unwrap();
        let mut record = Record::new(at, "person:p1".into(), Action::EntryUpdate);
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            r#"{"sequence":0,"at":"2026-01-31T23:59:59.001Z","actor":"person:p1","action":"entry.update"}"#
        );
        record.at = Timestamp::parse("2026-02-01T00:00:00Z").unwrap();
        record.old = Some(Value::Null);
        record.new = Some(json!({"b": 1.0, "a": [true]}));
        let text = serde_json::to_string(&record).unwrap();
        let tail = r#","at":"2026-02-01T00:00:00.000Z","actor":"person:p1","action":"entry.update","old":null,"new":{"b":1.0,"a":[true]}}"#;
        assert!(text.ends_with(tail), "{text}");
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }

    #[test]
    fn moments_before_the_epoch_are_floored() {
        let record = Record::new(Timestamp::from_nanos(-1), String::new(), Action::AuditExport);
        assert!(serde_json::to_string(&record).unwrap().contains("1969-12-31T23:59:59.999Z"));
    }

    #[test]
    fn names_lead_back_to_actions() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
            assert_eq!(serde_json::to_string(action).unwrap(), format!("\"{action}\""));
        }
        assert!("entry.delete".parse::<Action>().is_err());
    }
}
