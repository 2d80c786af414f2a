//! No peers, but what bounds them from below: a look-up in a hash map, a context that is a hash
//! map, and the OpenFeature client over a provider that does next to nothing.

use common::{Run, SIMPLE, SMALL, Subject};
use futures_executor::block_on;
use open_feature::provider::{FeatureProvider, ProviderMetadata, ResolutionDetails};
use open_feature::{
    Client, EvaluationContext, EvaluationError, EvaluationErrorCode, EvaluationResult, OpenFeature,
    StructValue,
};
use std::collections::HashMap;
use std::hint::black_box;

fn measure_maps(run: &Run) {
    let std_map: HashMap<String, bool> = (0..SMALL).map(|i| (format!("simple_{i}"), true)).collect();
    let ahash_map: ahash::HashMap<String, bool> = std_map.clone().into_iter().collect();
    run.time("floor: std HashMap<String, bool>", "W1", |_| std_map.get(black_box(SIMPLE)).copied());
    run.time("floor: ahash HashMap<String, bool>", "W1", |_| ahash_map.get(black_box(SIMPLE)).copied());
    run.time("floor: std HashMap<String, String>", "context of 4 attributes", |_| {
        let Subject { attributes, .. } = Subject::with_version(black_box("2.3.1"));
        attributes.map(|attributes| {
            HashMap::from([
                ("country".to_string(), attributes.country.to_string()),
                ("email".to_string(), attributes.email.to_string()),
                ("age".to_string(), attributes.age.to_string()),
                ("version".to_string(), attributes.version.to_string()),
            ])
        })
    });
}

/// An OpenFeature provider that holds booleans and nothing else.
struct Booleans {
    metadata: ProviderMetadata,
    flags: HashMap<String, bool>,
}

impl Booleans {
    fn not_found<T>() -> EvaluationResult<ResolutionDetails<T>> {
        Err(EvaluationError::builder().code(EvaluationErrorCode::FlagNotFound).build())
    }
}

#[async_trait::async_trait]
impl FeatureProvider for Booleans {
    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_bool_value(
        &self,
        key: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<bool>> {
        match self.flags.get(key) {
            Some(value) => Ok(ResolutionDetails::new(*value)),
            None => Self::not_found(),
        }
    }

    async fn resolve_int_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<i64>> {
        Self::not_found()
    }

    async fn resolve_float_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<f64>> {
        Self::not_found()
    }

    async fn resolve_string_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        Self::not_found()
    }

    async fn resolve_struct_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        Self::not_found()
    }
}

async fn client() -> Client {
    let flags = (0..SMALL).map(|i| (format!("simple_{i}"), true)).collect();
    let provider = Booleans { metadata: ProviderMetadata::new("booleans"), flags };
    let mut open_feature = OpenFeature::default();
    open_feature.set_provider(provider).await;
    open_feature.create_client()
}

fn measure_open_feature(run: &Run) {
    let Subject { user, attributes } = Subject::with_version("2.3.1");
    let attributes = attributes.expect("all four");
    let context = EvaluationContext::default()
        .with_targeting_key(user)
        .with_custom_field("country", attributes.country)
        .with_custom_field("email", attributes.email)
        .with_custom_field("age", attributes.age)
        .with_custom_field("version", attributes.version);
    let client = block_on(client());
    let ask = |context| block_on(client.get_bool_value(black_box(SIMPLE), context, None));
    assert!(ask(Some(&context)).unwrap());
    run.time("floor: OpenFeature client", "W1", |_| ask(Some(&context)));
    run.time("floor: OpenFeature client", "W1 without a context", |_| ask(None));
}

fn main() {
    let run = Run::from_args();
    measure_maps(&run);
    measure_open_feature(&run);
}
