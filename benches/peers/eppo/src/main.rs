//! Eppo's core, as its SDKs embed it.

use chrono::{DateTime, Utc};
use common::{Definitions, Mode, Peer, Run, Subject};
use eppo_core::configuration_store::ConfigurationStore;
use eppo_core::eval::{Evaluator, EvaluatorConfig, get_assignment};
use eppo_core::ufc::{Assignment, UniversalFlagConfig};
use eppo_core::{Attributes, Configuration, EvaluationError, SdkMetadata, Str};
use std::sync::Arc;

const METADATA: SdkMetadata = SdkMetadata { name: "vexil-peers", version: "0" };

struct Context {
    user: Str,
    attributes: Arc<Attributes>,
}

type Answer = Result<Option<Assignment>, EvaluationError>;

fn is_true(answer: Answer) -> bool {
    answer.is_ok_and(|a| a.is_some_and(|a| a.value.as_boolean() == Some(true)))
}

fn is(answer: Answer, value: &str) -> bool {
    answer.is_ok_and(|a| a.is_some_and(|a| a.value.as_str() == Some(value)))
}

/// The evaluator that SDKs call: it fetches the configuration and reads the clock each time.
struct Eppo(Evaluator);

impl Eppo {
    fn ask(&self, key: &str, context: &Context) -> Answer {
        self.0.get_assignment(key, &context.user, &context.attributes, None)
    }
}

impl Peer for Eppo {
    const NAME: &'static str = "eppo_core";
    const FORMAT: &'static str = "eppo";
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        let json = definitions.json.as_bytes().to_vec();
        let flags = UniversalFlagConfig::from_json(METADATA, json).unwrap();
        let store = ConfigurationStore::new();
        store.set_configuration(Arc::new(Configuration::from_server_response(flags, None)));
        Self(Evaluator::new(EvaluatorConfig { configuration_store: Arc::new(store), sdk_metadata: METADATA }))
    }

    fn context(subject: &Subject) -> Context {
        let attributes = subject.attributes.map(|attributes| {
            [
                (Str::from("country"), attributes.country.into()),
                (Str::from("email"), attributes.email.into()),
                (Str::from("age"), (attributes.age as f64).into()),
                (Str::from("version"), attributes.version.into()),
            ]
            .into_iter()
            .collect()
        });
        Context { user: Str::from(subject.user), attributes: Arc::new(attributes.unwrap_or_default()) }
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        is_true(self.ask(key, context))
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "A")
    }
}

/// The function beneath: the configuration is held, and the time is given.
struct Pure {
    configuration: Arc<Configuration>,
    now: DateTime<Utc>,
}

impl Pure {
    fn ask(&self, key: &str, context: &Context) -> Answer {
        let configuration = Some(&*self.configuration);
        get_assignment(configuration, key, &context.user, &context.attributes, None, self.now)
    }
}

impl Peer for Pure {
    const NAME: &'static str = "eppo_core (pure)";
    const FORMAT: &'static str = Eppo::FORMAT;
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        let json = definitions.json.as_bytes().to_vec();
        let flags = UniversalFlagConfig::from_json(METADATA, json).unwrap();
        let configuration = Arc::new(Configuration::from_server_response(flags, None));
        Self { configuration, now: Utc::now() }
    }

    fn context(subject: &Subject) -> Context {
        Eppo::context(subject)
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        is_true(self.ask(key, context))
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "r5")
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        is(self.ask(key, context), "A")
    }
}

fn main() {
    let run = Run::from_args();
    run.measure::<Eppo>(Mode::ALL);
    run.measure::<Pure>(&[Mode::Bench, Mode::Mt, Mode::Scatter]);
}
