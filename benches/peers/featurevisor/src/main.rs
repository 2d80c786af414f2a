//! Featurevisor's Rust SDK: an instance over a datafile.

use common::{Definitions, Mode, Peer, Run, Subject};
use featurevisor::{
    AttributeValue, DatafileInput, Featurevisor, FeaturevisorOptions, LogLevel, context, create_featurevisor,
};
use std::collections::HashMap;

struct Instance(Featurevisor);

impl Instance {
    fn variation(&self, key: &str, context: &<Self as Peer>::Context) -> Option<String> {
        self.0.get_variation(key, Some(context), None)
    }
}

impl Peer for Instance {
    const NAME: &'static str = "featurevisor";
    const FORMAT: &'static str = "featurevisor";
    type Context = HashMap<String, AttributeValue>;

    fn load(definitions: &Definitions) -> Self {
        Self(create_featurevisor(FeaturevisorOptions {
            datafile: Some(DatafileInput::Json(definitions.json.clone())),
            log_level: Some(LogLevel::Fatal),
            ..FeaturevisorOptions::default()
        }))
    }

    fn context(subject: &Subject) -> Self::Context {
        match subject.attributes {
            None => context! { "userId" => subject.user },
            Some(attributes) => context! {
                "userId" => subject.user,
                "country" => attributes.country,
                "email" => attributes.email,
                "age" => attributes.age,
                "version" => attributes.version,
            },
        }
    }

    fn simple(&self, key: &str, context: &Self::Context) -> bool {
        self.0.is_enabled(key, Some(context))
    }

    fn rules(&self, key: &str, context: &Self::Context) -> bool {
        self.variation(key, context).as_deref() == Some("r5")
    }

    fn rollout(&self, key: &str, context: &Self::Context) -> bool {
        self.variation(key, context).as_deref() == Some("A")
    }
}

fn main() {
    Run::from_args().measure::<Instance>(Mode::ALL);
}
