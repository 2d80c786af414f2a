//! Flagsmith's engine. It cannot evaluate one flag: each call evaluates the whole environment for
//! an identity, and that is what all three workloads measure here.

use common::{Definitions, Mode, Peer, Run, Subject};
use flagsmith_flag_engine::engine::get_evaluation_result;
use flagsmith_flag_engine::engine_eval::context::EngineEvaluationContext;
use flagsmith_flag_engine::engine_eval::mappers::{add_identity_to_context, environment_to_context};
use flagsmith_flag_engine::engine_eval::result::FlagResult;
use flagsmith_flag_engine::environments::builders::build_environment_struct;
use flagsmith_flag_engine::identities::Trait;
use flagsmith_flag_engine::types::{FlagsmithValue, FlagsmithValueType};

struct Environment(EngineEvaluationContext);

struct Identity {
    identifier: String,
    traits: Vec<Trait>,
}

impl Environment {
    fn ask(&self, key: &str, identity: &Identity) -> FlagResult {
        let context = add_identity_to_context(&self.0, &identity.identifier, &identity.traits);
        get_evaluation_result(&context).flags.remove(key).unwrap()
    }
}

impl Peer for Environment {
    const NAME: &'static str = "flagsmith (whole environment)";
    const FORMAT: &'static str = "flagsmith";
    type Context = Identity;

    fn load(definitions: &Definitions) -> Self {
        let document = serde_json::from_str(&definitions.json).unwrap();
        Self(environment_to_context(build_environment_struct(document)))
    }

    fn context(subject: &Subject) -> Identity {
        let trait_of = |key: &str, value_type, value: String| Trait {
            trait_key: key.into(),
            trait_value: FlagsmithValue { value_type, value },
        };
        let text = |key, value: &str| trait_of(key, FlagsmithValueType::String, value.into());
        let traits = subject.attributes.map(|attributes| {
            vec![
                text("country", attributes.country),
                text("email", attributes.email),
                trait_of("age", FlagsmithValueType::Integer, attributes.age.to_string()),
                text("version", attributes.version),
            ]
        });
        Identity { identifier: subject.user.into(), traits: traits.unwrap_or_default() }
    }

    fn simple(&self, key: &str, identity: &Identity) -> bool {
        self.ask(key, identity).enabled
    }

    fn rules(&self, key: &str, identity: &Identity) -> bool {
        self.ask(key, identity).value.value == "r5"
    }

    fn rollout(&self, key: &str, identity: &Identity) -> bool {
        self.ask(key, identity).value.value == "A"
    }
}

fn main() {
    Run::from_args().measure::<Environment>(&[Mode::Bench, Mode::Load, Mode::Mt]);
}
