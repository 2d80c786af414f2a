//! LaunchDarkly's evaluation crate, without the client around it.

use common::{Definitions, Mode, Peer, Run, Subject};
use launchdarkly_server_sdk_evaluation::{
    Context, ContextBuilder, Flag, FlagValue, Segment, Store, evaluate,
};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Flags {
    flags: HashMap<String, Flag>,
}

impl Store for Flags {
    fn flag(&self, key: &str) -> Option<Flag> {
        self.flags.get(key).cloned()
    }

    fn segment(&self, _: &str) -> Option<Segment> {
        None
    }
}

fn is(value: Option<&FlagValue>, expected: &str) -> bool {
    matches!(value, Some(FlagValue::Str(value)) if value == expected)
}

/// The flag is borrowed from the store: the best that the evaluation crate can do.
struct Borrowed(Flags);

impl Borrowed {
    fn ask<'a>(&'a self, key: &str, context: &'a Context) -> Option<&'a FlagValue> {
        evaluate(&self.0, self.0.flags.get(key)?, context, None).value
    }
}

impl Peer for Borrowed {
    const NAME: &'static str = "launchdarkly";
    const FORMAT: &'static str = "launchdarkly";
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(serde_json::from_str(&definitions.json).unwrap())
    }

    fn context(subject: &Subject) -> Context {
        let mut context = ContextBuilder::new(subject.user);
        if let Some(attributes) = subject.attributes {
            context
                .set_string("country", attributes.country)
                .set_string("email", attributes.email)
                .set_float("age", attributes.age as f64)
                .set_string("version", attributes.version);
        }
        context.build().unwrap()
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        matches!(self.ask(key, context), Some(FlagValue::Bool(true)))
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "A")
    }
}

/// The flag is cloned out of the store: all that the crate's `Store` trait allows a client.
struct Cloned(Flags);

impl Cloned {
    fn ask(&self, key: &str, context: &Context) -> Option<FlagValue> {
        evaluate(&self.0, &self.0.flag(key)?, context, None).value.cloned()
    }
}

impl Peer for Cloned {
    const NAME: &'static str = "launchdarkly (cloned flag)";
    const FORMAT: &'static str = Borrowed::FORMAT;
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(Borrowed::load(definitions).0)
    }

    fn context(subject: &Subject) -> Context {
        Borrowed::context(subject)
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        matches!(self.ask(key, context), Some(FlagValue::Bool(true)))
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context).as_ref(), "r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context).as_ref(), "A")
    }
}

fn main() {
    let run = Run::from_args();
    run.measure::<Borrowed>(Mode::ALL);
    run.measure::<Cloned>(&[Mode::Bench, Mode::Mt, Mode::Scatter]);
}
