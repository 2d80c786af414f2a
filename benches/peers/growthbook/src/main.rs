//! GrowthBook's Rust SDK, its evaluator only.

use common::{Definitions, Mode, Peer, RULES, Run, SMALL, Subject};
use growthbook_rust::dto::GrowthBookFeature;
use growthbook_rust::growthbook::GrowthBook;
use growthbook_rust::model_public::{GrowthBookAttribute, GrowthBookAttributeValue};
use serde::Deserialize;
use std::collections::HashMap;
use std::hint::black_box;

#[derive(Deserialize)]
struct Features {
    features: HashMap<String, GrowthBookFeature>,
}

struct Evaluator(GrowthBook);

impl Peer for Evaluator {
    const NAME: &'static str = "growthbook";
    const FORMAT: &'static str = "growthbook";
    type Context = Option<Vec<GrowthBookAttribute>>;

    fn load(definitions: &Definitions) -> Self {
        let Features { features } = serde_json::from_str(&definitions.json).unwrap();
        Self(GrowthBook {
            forced_variations: None,
            features,
            attributes: None,
            sticky_bucket_service: None,
            saved_groups: HashMap::new(),
        })
    }

    fn context(subject: &Subject) -> Self::Context {
        let text = |key: &str, value: &str| {
            GrowthBookAttribute::new(key.into(), GrowthBookAttributeValue::String(value.into()))
        };
        let mut context = vec![text("id", subject.user)];
        if let Some(attributes) = subject.attributes {
            let age = GrowthBookAttributeValue::Int(attributes.age);
            context.extend([
                text("country", attributes.country),
                text("email", attributes.email),
                GrowthBookAttribute::new("age".into(), age),
                text("version", attributes.version),
            ]);
        }
        Some(context)
    }

    fn simple(&self, key: &str, context: &Self::Context) -> bool {
        self.0.check(key, context).on
    }

    fn rules(&self, key: &str, context: &Self::Context) -> bool {
        self.0.check(key, context).value == "r5"
    }

    fn rollout(&self, key: &str, context: &Self::Context) -> bool {
        self.0.check(key, context).value == "A"
    }
}

/// W2 once more, with an `$in` in place of the regular expression, which is compiled anew by each
/// evaluation and hides all else.
fn measure_without_regex(run: &Run) {
    let mut definitions = Definitions::read(SMALL, Evaluator::FORMAT);
    let (regex, list) = (r#"{"$regex":"@corp\\.example$"}"#, r#"{"$in":["x@corp.example"]}"#);
    assert!(definitions.json.contains(regex));
    definitions.json = definitions.json.replace(regex, list);
    let evaluator = Evaluator::load(&definitions);
    let context = Evaluator::context(&Subject::with_version("2.3.1"));
    assert!(evaluator.rules(RULES, &context));
    run.time(Evaluator::NAME, "W2 without the regex", |_| {
        evaluator.rules(black_box(RULES), black_box(&context))
    });
}

fn main() {
    let run = Run::from_args();
    run.measure::<Evaluator>(Mode::ALL);
    measure_without_regex(&run);
}
