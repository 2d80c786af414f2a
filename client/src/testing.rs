//! A client for the unit tests of programs: the one evaluator, without a source, and with flags that a test sets.
//!
//! ```
//! use vexil_client::Context;
//! use vexil_client::testing::TestClient;
//!
//! let client = TestClient::new()?;
//! client.set("checkout.v2", true)?;
//! client.set_variant("button", "green")?;
//! assert!(client.is_enabled("checkout.v2", &Context::new()));
//! assert_eq!(client.variant("button", &Context::new()).as_deref(), Some("green"));
//! assert!(!client.is_enabled("anything.else", &Context::new()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::ops::Deref;

use serde_json::json;
use thiserror::Error;
use vexil_core::{Context, Problem, Reason, Value};

use crate::client::{Client, StartError};
use crate::held;
use crate::options::{Options, Source};

/// A client whose flags a test sets. All others give the caller's default, as everywhere.
pub struct TestClient {
    client: Client,
}

/// Why a test's flag is not set.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NotSet {
    /// The key is none.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The definitions have such a key, of another type.
    #[error("`{0}` is of another type than that value, by the definitions of this test")]
    Type(String),
    /// The definitions have such an experiment, without this variant.
    #[error("`{0}` has no variant `{1}`, by the definitions of this test")]
    Variant(String, String),
}

impl TestClient {
    /// A client without definitions. It is ready all the same.
    ///
    /// # Errors
    ///
    /// None that a program could make.
    pub fn new() -> Result<TestClient, StartError> {
        TestClient::with_definitions(held::NOTHING)
    }

    /// A client with definitions, in JSON. What a test sets stands above them.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn with_definitions(definitions: &str) -> Result<TestClient, StartError> {
        let options = Options::new(Source::Memory(definitions.to_owned()));
        Ok(TestClient { client: Client::start(Options { allow_overrides: true, ..options })? })
    }

    /// Sets what a flag or config is for everybody, until it is set again. A key that the definitions do not have is of
    /// the value's type.
    ///
    /// # Errors
    ///
    /// The key is none, or the definitions have it, of another type.
    pub fn set(&self, key: &str, value: impl Into<Value>) -> Result<(), NotSet> {
        let value = value.into();
        if self.client.defines(key) {
            return self.set_above(key, value, NotSet::Type(key.to_owned()));
        }
        let (entry, value_type) = match &value {
            Value::Bool(_) => ("feature_flag", "boolean"),
            Value::Int(_) => ("config", "integer"),
            Value::Float(_) => ("config", "float"),
            Value::Str(_) => ("config", "string"),
            Value::Null | Value::List(_) | Value::Object(_) => ("config", "json"),
        };
        self.client.remove_override(key);
        let definition = json!({"key": key, "type": entry, "value_type": value_type, "default": value});
        Ok(self.client.register(&definition.to_string())?)
    }

    /// Sets the variant that everybody has in an experiment, with a configuration of null where the definitions do not
    /// have that experiment.
    ///
    /// # Errors
    ///
    /// The key is none, or the definitions have the experiment, without this variant.
    pub fn set_variant(&self, experiment: &str, variant: &str) -> Result<(), NotSet> {
        self.set_variant_with_config(experiment, variant, Value::Null)
    }

    /// As [`TestClient::set_variant`], with a configuration for an experiment that the definitions do not have.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn set_variant_with_config(
        &self,
        experiment: &str,
        variant: &str,
        config: Value,
    ) -> Result<(), NotSet> {
        if !self.client.defines(experiment) {
            let definition = json!({
                "key": experiment, "type": "experiment", "status": "running",
                "variants": [{"id": variant, "config": config}], "allocation": {variant: 100},
            });
            self.client.register(&definition.to_string())?;
        }
        let refused = NotSet::Variant(experiment.to_owned(), variant.to_owned());
        self.set_above(experiment, Value::from(variant), refused)
    }

    /// Takes back what was set for a key.
    pub fn remove(&self, key: &str) {
        self.client.remove_override(key);
        self.client.unregister(key);
    }

    /// Takes back all that was set.
    pub fn clear(&self) {
        self.client.clear_overrides();
        for key in self.client.registered() {
            self.client.unregister(&key);
        }
    }

    /// Sets an override, and looks whether it applies: a test must not go on with a value that it believes to have set.
    fn set_above(&self, key: &str, value: Value, refused: NotSet) -> Result<(), NotSet> {
        let is_set = self.client.set_override(key, value).is_ok();
        let reason = self.client.evaluate(key, None, &Context::new(), |outcome| outcome.evaluation.reason());
        if is_set && reason == Reason::Override {
            return Ok(());
        }
        self.client.remove_override(key);
        Err(refused)
    }
}

impl Deref for TestClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
