//! flagd's flags on JSONLogic that is compiled once: no product, but the nearest that flagd's
//! format can come to a compiled evaluator in Rust.

use common::{Definitions, Mode, Peer, Run, Subject};
use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{Engine, Logic, ParsedData};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    /// What one evaluation allocates, and the next one on this thread reuses.
    static ARENA: RefCell<Bump> = RefCell::default();
}

enum Flag {
    Fixed(Value),
    Targeted(Logic),
}

struct Flags {
    engine: Engine,
    flags: HashMap<String, Flag>,
}

impl Flags {
    /// Whether a targeted flag gives the variant `expected`.
    fn gives(&self, key: &str, context: &ParsedData, expected: &str) -> bool {
        let Flag::Targeted(logic) = &self.flags[key] else {
            return false;
        };
        ARENA.with_borrow_mut(|arena| {
            arena.reset();
            let variant = self.engine.evaluate(logic, context, arena).unwrap();
            variant.as_str() == Some(expected)
        })
    }
}

/// The context as flagd's rules see it. flagd adds the key of the flag to each evaluation; here it
/// is one key for all, for a context that is built once.
fn context_json(subject: &Subject) -> String {
    let mut context = json!({"targetingKey": subject.user, "$flagd": {"flagKey": "flag"}});
    if let Some(attributes) = subject.attributes {
        context["country"] = json!(attributes.country);
        context["email"] = json!(attributes.email);
        context["age"] = json!(attributes.age);
        context["version"] = json!(attributes.version);
    }
    context.to_string()
}

impl Peer for Flags {
    const NAME: &'static str = "datalogic (flagd's format)";
    const FORMAT: &'static str = "flagd";
    type Context = ParsedData;

    fn load(definitions: &Definitions) -> Self {
        let engine = Engine::new();
        let document: Value = serde_json::from_str(&definitions.json).unwrap();
        let compile = |(key, flag): (&String, &Value)| {
            let compiled = match flag.get("targeting") {
                Some(targeting) => Flag::Targeted(engine.compile(targeting).unwrap()),
                None => {
                    let variant = flag["defaultVariant"].as_str().unwrap();
                    Flag::Fixed(flag["variants"][variant].clone())
                }
            };
            (key.clone(), compiled)
        };
        let flags = document["flags"].as_object().unwrap().iter().map(compile).collect();
        Self { engine, flags }
    }

    fn context(subject: &Subject) -> ParsedData {
        ParsedData::from_json(&context_json(subject)).unwrap()
    }

    fn simple(&self, key: &str, _: &ParsedData) -> bool {
        matches!(&self.flags[key], Flag::Fixed(Value::Bool(true)))
    }

    fn rules(&self, key: &str, context: &ParsedData) -> bool {
        self.gives(key, context, "r5")
    }

    fn rollout(&self, key: &str, context: &ParsedData) -> bool {
        self.gives(key, context, "A")
    }
}

fn main() {
    Run::from_args().measure::<Flags>(Mode::ALL);
}
