//! Statsig's server core, whole, as its SDKs embed it: network, disk and country lookup off.

use common::{Definitions, Mode, Peer, Run, Subject};
use statsig_rust::{
    DynamicConfigEvaluationOptions, DynamicValue, FeatureGateEvaluationOptions, Statsig,
    StatsigBootstrapSpecsAdapter, StatsigOptions, StatsigUser, StatsigUserBuilder,
};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle};

fn load(definitions: &Definitions, disable_all_logging: bool) -> Statsig {
    let specs = StatsigBootstrapSpecsAdapter::new(definitions.json.clone());
    let options = StatsigOptions {
        specs_adapter: Some(Arc::new(specs)),
        disable_network: Some(true),
        disable_country_lookup: Some(true),
        disable_disk_access: Some(true),
        disable_all_logging: Some(disable_all_logging),
        ..StatsigOptions::default()
    };
    let statsig = Statsig::new("secret-key", Some(Arc::new(options)));
    Handle::current().block_on(statsig.initialize()).unwrap();
    statsig
}

fn user(subject: &Subject) -> StatsigUser {
    let user = StatsigUserBuilder::new_with_user_id(subject.user.to_string());
    let Some(attributes) = subject.attributes else {
        return user.build();
    };
    let custom = HashMap::from([("age".to_string(), DynamicValue::from(attributes.age))]);
    user.country(Some(attributes.country.into()))
        .email(Some(attributes.email.into()))
        .app_version(Some(attributes.version.into()))
        .custom(Some(custom))
        .build()
}

/// Without exposures, which no other peer records either.
struct Quiet(Statsig);

impl Quiet {
    fn gate(&self, key: &str, user: &StatsigUser) -> bool {
        let options = FeatureGateEvaluationOptions { disable_exposure_logging: true };
        self.0.check_gate_with_options(user, key, options)
    }
}

impl Peer for Quiet {
    const NAME: &'static str = "statsig";
    const FORMAT: &'static str = "statsig";
    type Context = StatsigUser;

    fn load(definitions: &Definitions) -> Self {
        Self(load(definitions, true))
    }

    fn context(subject: &Subject) -> StatsigUser {
        user(subject)
    }

    fn simple(&self, key: &str, user: &StatsigUser) -> bool {
        self.gate(key, user)
    }

    fn rules(&self, key: &str, user: &StatsigUser) -> bool {
        self.gate(key, user)
    }

    fn rollout(&self, key: &str, user: &StatsigUser) -> bool {
        let options = DynamicConfigEvaluationOptions { disable_exposure_logging: true };
        let config = self.0.get_dynamic_config_with_options(user, key, options);
        config.get_opt::<String>("v").as_deref() == Some("A")
    }
}

/// With exposures, as the SDK comes.
struct Exposing(Statsig);

impl Peer for Exposing {
    const NAME: &'static str = "statsig (exposures)";
    const FORMAT: &'static str = Quiet::FORMAT;
    type Context = StatsigUser;

    fn load(definitions: &Definitions) -> Self {
        Self(load(definitions, false))
    }

    fn context(subject: &Subject) -> StatsigUser {
        user(subject)
    }

    fn simple(&self, key: &str, user: &StatsigUser) -> bool {
        self.0.check_gate(user, key)
    }

    fn rules(&self, key: &str, user: &StatsigUser) -> bool {
        self.0.check_gate(user, key)
    }

    fn rollout(&self, key: &str, user: &StatsigUser) -> bool {
        let config = self.0.get_dynamic_config(user, key);
        config.get_opt::<String>("v").as_deref() == Some("A")
    }
}

fn main() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _entered = runtime.enter();
    let run = Run::from_args();
    run.measure::<Quiet>(Mode::ALL);
    run.measure::<Exposing>(&[Mode::Bench]);
}
