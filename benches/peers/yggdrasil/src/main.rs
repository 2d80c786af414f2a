//! Unleash's engine, as its SDKs embed it.

use common::{Definitions, Mode, Peer, Run, Subject};
use std::collections::HashMap;
use unleash_types::client_features::ClientFeatures;
use unleash_yggdrasil::{Context, EngineState};

struct Yggdrasil(EngineState);

impl Peer for Yggdrasil {
    const NAME: &'static str = "unleash-yggdrasil";
    const FORMAT: &'static str = "unleash";
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        let features: ClientFeatures = serde_json::from_str(&definitions.json).unwrap();
        let engine = EngineState::default();
        assert!(engine.apply_client_features(features).is_none());
        Self(engine)
    }

    fn context(subject: &Subject) -> Context {
        let properties = subject.attributes.map(|attributes| {
            HashMap::from([
                ("country".into(), attributes.country.into()),
                ("email".into(), attributes.email.into()),
                ("age".into(), attributes.age.to_string()),
                ("version".into(), attributes.version.into()),
            ])
        });
        Context { user_id: Some(subject.user.into()), properties, ..Context::default() }
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        self.0.is_enabled(key, context, &None)
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        self.0.is_enabled(key, context, &None)
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        self.0.get_variant(key, context, &None).name == "A"
    }
}

/// With the counters that every Unleash SDK bumps after each check.
struct Counted(Yggdrasil);

impl Peer for Counted {
    const NAME: &'static str = "unleash-yggdrasil (counted)";
    const FORMAT: &'static str = Yggdrasil::FORMAT;
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(Yggdrasil::load(definitions))
    }

    fn context(subject: &Subject) -> Context {
        Yggdrasil::context(subject)
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        let enabled = self.0.simple(key, context);
        self.0.0.count_toggle(key, enabled);
        enabled
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        self.simple(key, context)
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        let variant = self.0.0.get_variant(key, context, &None);
        self.0.0.count_toggle(key, variant.feature_enabled);
        self.0.0.count_variant(key, &variant.name);
        variant.name == "A"
    }
}

fn main() {
    let run = Run::from_args();
    run.measure::<Yggdrasil>(Mode::ALL);
    run.measure::<Counted>(&[Mode::Bench, Mode::Mt]);
}
