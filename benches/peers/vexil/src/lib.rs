//! Vexil's own core, over a snapshot that is held. A library, because the project's harness measures
//! the same.

use common::{Definitions, Peer, Subject};
use vexil_core::{Asked, Context, Environment, Evaluation, Reason, Request, Snapshot, Timestamp, Value};

/// Any moment will do: no flag here looks at it.
pub const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// The whole evaluation, as a client asks for it that wants details.
pub struct Details(pub Snapshot);

impl Details {
    fn ask<'a>(&'a self, key: &str, context: &'a Context) -> Evaluation<'a> {
        self.0.evaluate(key, &Request::new(context, NOW))
    }
}

impl Peer for Details {
    const NAME: &'static str = "vexil";
    const FORMAT: &'static str = "vexil";
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(Snapshot::load_json(definitions.json.as_bytes(), Environment::Document).unwrap())
    }

    fn context(subject: &Subject) -> Context {
        let mut context = Context::new().with("user.id", subject.user);
        if let Some(attributes) = subject.attributes {
            context
                .set("country", attributes.country)
                .set("email", attributes.email)
                .set("age", attributes.age)
                .set("version", attributes.version);
        }
        context
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        let evaluation = self.ask(key, context);
        evaluation.reason() == Reason::Default && evaluation.value().and_then(Value::as_bool) == Some(true)
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        self.ask(key, context).value().and_then(Value::as_str) == Some("r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        self.ask(key, context).value().and_then(Value::as_str) == Some("A")
    }
}

/// The typed getters, which want a value and nothing else.
pub struct Typed(pub Details);

impl Peer for Typed {
    const NAME: &'static str = "vexil (typed)";
    const FORMAT: &'static str = Details::FORMAT;
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(Details::load(definitions))
    }

    fn context(subject: &Subject) -> Context {
        Details::context(subject)
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        let evaluation = self.0.0.evaluate_as(key, Asked::Boolean, &Request::new(context, NOW));
        evaluation.value().and_then(Value::as_bool) == Some(true)
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        let evaluation = self.0.0.evaluate_as(key, Asked::String, &Request::new(context, NOW));
        evaluation.value().and_then(Value::as_str) == Some("r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        let evaluation = self.0.0.evaluate_as(key, Asked::String, &Request::new(context, NOW));
        evaluation.value().and_then(Value::as_str) == Some("A")
    }
}
