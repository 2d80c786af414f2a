//! Who asks for what in the demo.

use vexil_core::{Context, Evaluation, Request, Snapshot, Timestamp, Value};

use crate::commands::clock;

/// The flag that has expired.
pub(super) const SEED_KEY: &str = "graph_search.v2.enable";

/// One who asks for one entry.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) who: &'static str,
    pub(super) key: &'static str,
    /// As JSON.
    context: &'static str,
    pub(super) when: When,
}

/// The moment of a decision.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// The clock's.
    Now,
    /// A moment before the seed's flag expired.
    Before,
}

impl When {
    pub(super) fn moment(self) -> Timestamp {
        match self {
            When::Now => clock(),
            // 2025-12-30T12:00:00Z
            When::Before => Timestamp::from_millis(1_767_096_000_000),
        }
    }

    pub(super) fn describe(self) -> String {
        match self {
            // Whole seconds are enough for people.
            When::Now => {
                let second = self.moment().as_nanos() / 1_000_000_000;
                format!("now ({})", Timestamp::from_nanos(second * 1_000_000_000))
            }
            When::Before => format!("as of {}", self.moment()),
        }
    }
}

const SEED: [(&str, &str); 6] = [
    ("ada@companyos.io", r#"{"user": {"id": "ada", "email": "ada@companyos.io"}, "env": "production"}"#),
    (
        "an enterprise tenant",
        r#"{"user": {"id": "bo"}, "tenant": {"tier": "enterprise"}, "env": "production"}"#,
    ),
    ("user-1 in production", r#"{"user": {"id": "user-1"}, "env": "production"}"#),
    ("user-2 in production", r#"{"user": {"id": "user-2"}, "env": "production"}"#),
    ("user-10 in production", r#"{"user": {"id": "user-10"}, "env": "production"}"#),
    ("user-1 in staging", r#"{"user": {"id": "user-1"}, "env": "staging"}"#),
];

pub(super) const EXPLAINED: Case = Case {
    who: "user-1 in production",
    key: SEED_KEY,
    context: r#"{"user": {"id": "user-1"}, "env": "production"}"#,
    when: When::Before,
};

const PLATFORM: [(&str, &str, &str); 14] = [
    ("anyone", "api.requests-per-minute", "{}"),
    ("anyone in staging", "api.requests-per-minute", r#"{"env": "staging"}"#),
    ("globex in staging", "api.requests-per-minute", r#"{"tenant": {"id": "globex"}, "env": "staging"}"#),
    ("anyone", "search.related-products", "{}"),
    ("umbrella, where it is killed", "search.related-products", r#"{"tenant": {"id": "umbrella"}}"#),
    (
        "a beta tester",
        "checkout.address-lookup",
        r#"{"user": {"id": "user-1"}, "tenant": {"id": "hooli"}, "env": "production"}"#,
    ),
    (
        "user-14 with a recent app",
        "checkout.address-lookup",
        r#"{"user": {"id": "user-14"}, "app": {"version": "3.1.0"}, "env": "production"}"#,
    ),
    (
        "user-14 on the starter plan",
        "checkout.address-lookup",
        r#"{"user": {"id": "user-14"}, "tenant": {"plan": "starter"}, "env": "production"}"#,
    ),
    ("a viewer", "admin.export", r#"{"user": {"id": "eve", "role": "viewer"}}"#),
    ("an admin", "admin.export", r#"{"user": {"id": "root", "role": "admin"}}"#),
    ("user-1", "checkout.button", r#"{"user": {"id": "user-1"}}"#),
    ("user-5", "button-colour", r#"{"user": {"id": "user-5"}}"#),
    ("user-5", "delivery-hint", r#"{"user": {"id": "user-5"}}"#),
    ("user-123", "checkout-experiment", r#"{"userId": "user-123"}"#),
];

pub(super) fn of_seed(when: When) -> impl Iterator<Item = Case> {
    SEED.into_iter().map(move |(who, context)| Case { who, key: SEED_KEY, context, when })
}

pub(super) fn of_platform() -> impl Iterator<Item = Case> {
    PLATFORM.into_iter().map(|(who, key, context)| Case { who, key, context, when: When::Now })
}

/// All of them, as the tables show them.
pub(super) fn all() -> impl Iterator<Item = Case> {
    of_seed(When::Now).chain(of_seed(When::Before)).chain(of_platform())
}

/// What users in production have in common.
pub(super) fn in_production() -> Context {
    Context::new().with("env", "production")
}

/// A decision, in words.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) value: String,
    pub(super) variation: String,
    pub(super) reason: String,
    /// The scope, rule and bucket, as far as there are some.
    pub(super) by: String,
}

impl Case {
    /// The context; a test holds that each is one.
    pub(super) fn context(&self) -> Context {
        Context::parse_json(self.context.as_bytes()).unwrap_or_default()
    }

    pub(super) fn decide(&self, snapshot: &Snapshot) -> Decision {
        Decision::of(&snapshot.evaluate(self.key, &Request::new(&self.context(), self.when.moment())))
    }
}

impl Decision {
    fn of(evaluation: &Evaluation<'_>) -> Decision {
        let scope = evaluation.scope().map(|scope| format!("scope {}", scope.as_str()));
        let rule = evaluation.rule().map(|rule| format!("rule {rule}"));
        let bucket = evaluation.bucket().map(|bucket| format!("bucket {bucket}"));
        let error = evaluation.error().map(|error| error.as_str().to_owned());
        let by: Vec<String> = [error, scope, rule, bucket].into_iter().flatten().collect();
        Decision {
            value: evaluation.value().unwrap_or(&Value::Null).to_string(),
            variation: evaluation.variation().unwrap_or("-").to_owned(),
            reason: evaluation.reason().as_str().to_owned(),
            by: by.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_context_is_one() {
        for case in all().chain([EXPLAINED]) {
            assert!(Context::parse_json(case.context.as_bytes()).is_ok(), "{}", case.context);
        }
        assert_eq!(When::Before.moment().to_string(), "2025-12-30T12:00:00Z");
    }
}
