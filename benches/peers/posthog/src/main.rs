//! PostHog's Rust SDK, its local evaluation only.

use common::{Definitions, Mode, Peer, Run, Subject};
use posthog_rs::{FlagCache, FlagValue, LocalEvaluationResponse, LocalEvaluator};
use serde_json::{Value, json};
use std::collections::HashMap;

struct PostHog(LocalEvaluator);

#[derive(Default)]
struct Context {
    user: String,
    person: HashMap<String, Value>,
    groups: HashMap<String, String>,
    group_properties: HashMap<String, HashMap<String, Value>>,
}

impl PostHog {
    fn ask(&self, key: &str, context: &Context) -> FlagValue {
        let Context { user, person, groups, group_properties } = context;
        self.0.evaluate_flag(key, user, person, groups, group_properties).unwrap().unwrap()
    }
}

fn is(value: FlagValue, expected: &str) -> bool {
    matches!(value, FlagValue::String(value) if value == expected)
}

impl Peer for PostHog {
    const NAME: &'static str = "posthog";
    const FORMAT: &'static str = "posthog";
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        let flags: LocalEvaluationResponse = serde_json::from_str(&definitions.json).unwrap();
        let cache = FlagCache::new();
        cache.update(flags);
        Self(LocalEvaluator::new(cache))
    }

    fn context(subject: &Subject) -> Context {
        let person = subject.attributes.map(|attributes| {
            HashMap::from([
                ("country".into(), json!(attributes.country)),
                ("email".into(), json!(attributes.email)),
                ("age".into(), json!(attributes.age)),
                ("version".into(), json!(attributes.version)),
            ])
        });
        Context { user: subject.user.into(), person: person.unwrap_or_default(), ..Context::default() }
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        matches!(self.ask(key, context), FlagValue::Boolean(true))
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "A")
    }
}

fn main() {
    Run::from_args().measure::<PostHog>(Mode::ALL);
}
