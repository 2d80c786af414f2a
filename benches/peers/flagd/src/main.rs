//! flagd's in-process engine, and the OpenFeature provider around it.

use common::{Definitions, Mode, Peer, Run, Subject};
use flagd_evaluation_engine::{FeatureFlag, FlagParser, Operator};
use futures_executor::block_on;
use open_feature::EvaluationContext;
use open_feature::provider::FeatureProvider;
use open_feature_flagd::{FlagdOptions, FlagdProvider, ResolverType};
use serde_json::Value;
use std::collections::HashMap;
use tokio::runtime::{Builder, Handle};

/// The steps of the provider's `resolve_value`, without its lock, its clones and its metadata.
struct Engine {
    flags: HashMap<String, FeatureFlag>,
    operator: Operator,
}

impl Engine {
    fn ask(&self, key: &str, context: &EvaluationContext) -> &Value {
        let flag = &self.flags[key];
        let targeting = flag.get_targeting();
        if targeting == "{}" {
            return &flag.variants[&flag.default_variant];
        }
        let variant = self.operator.apply(key, &targeting, context).unwrap();
        &flag.variants[variant.as_ref().unwrap_or(&flag.default_variant)]
    }
}

impl Peer for Engine {
    const NAME: &'static str = "flagd-evaluation-engine";
    const FORMAT: &'static str = "flagd";
    type Context = EvaluationContext;

    fn load(definitions: &Definitions) -> Self {
        let flags = FlagParser::parse_string(&definitions.json).unwrap().flags;
        Self { flags, operator: Operator::new() }
    }

    fn context(subject: &Subject) -> EvaluationContext {
        let context = EvaluationContext::default().with_targeting_key(subject.user);
        let Some(attributes) = subject.attributes else {
            return context;
        };
        context
            .with_custom_field("country", attributes.country)
            .with_custom_field("email", attributes.email)
            .with_custom_field("age", attributes.age)
            .with_custom_field("version", attributes.version)
    }

    fn simple(&self, key: &str, context: &EvaluationContext) -> bool {
        self.ask(key, context) == true
    }

    fn rules(&self, key: &str, context: &EvaluationContext) -> bool {
        self.ask(key, context) == "r5"
    }

    fn rollout(&self, key: &str, context: &EvaluationContext) -> bool {
        self.ask(key, context) == "A"
    }
}

/// The whole provider, reading a file. Its cache is off, as is its default for files.
struct Provider(FlagdProvider);

impl Provider {
    fn ask(&self, key: &str, context: &EvaluationContext) -> String {
        block_on(self.0.resolve_string_value(key, context)).unwrap().value
    }
}

impl Peer for Provider {
    const NAME: &'static str = "open-feature-flagd (file)";
    const FORMAT: &'static str = Engine::FORMAT;
    type Context = EvaluationContext;

    fn load(definitions: &Definitions) -> Self {
        let options = FlagdOptions {
            resolver_type: ResolverType::File,
            source_configuration: Some(definitions.path.to_str().unwrap().to_owned()),
            cache_settings: None,
            ..FlagdOptions::default()
        };
        Self(Handle::current().block_on(FlagdProvider::new(options)).unwrap())
    }

    fn context(subject: &Subject) -> EvaluationContext {
        Engine::context(subject)
    }

    fn simple(&self, key: &str, context: &EvaluationContext) -> bool {
        block_on(self.0.resolve_bool_value(key, context)).unwrap().value
    }

    fn rules(&self, key: &str, context: &EvaluationContext) -> bool {
        self.ask(key, context) == "r5"
    }

    fn rollout(&self, key: &str, context: &EvaluationContext) -> bool {
        self.ask(key, context) == "A"
    }
}

fn main() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _entered = runtime.enter();
    let run = Run::from_args();
    run.measure::<Engine>(Mode::ALL);
    run.measure::<Provider>(&[Mode::Bench]);
}
