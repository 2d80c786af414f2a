//! What is evaluated with: a snapshot and where it came from. It is swapped whole.

use vexil_core::{Environment, Problem, Snapshot};

use crate::options::{Options, Source};
use crate::outcome::Origin;

/// Definitions that are in force in this process.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) snapshot: Snapshot,
    pub(crate) origin: Origin,
}

/// No definitions at all, as JSON.
pub(crate) const NOTHING: &str = r#"{"schema":1,"entries":[]}"#;

/// Who says which environment it is: a control plane does, and of files the options.
fn named_by(options: &Options, said: Option<&str>) -> Environment {
    let named = said.or(options.environment.as_deref());
    match (&options.source, named) {
        (Source::Http { .. }, Some(name)) => Environment::Fixed(name.into()),
        (_, Some(name)) => Environment::Default(name.into()),
        (_, None) => Environment::Document,
    }
}

/// Compiles definitions. `said` is the environment that the control plane has signed.
pub(crate) fn compile(options: &Options, text: &str, said: Option<&str>) -> Result<Snapshot, Problem> {
    Snapshot::load_json(text.as_bytes(), named_by(options, said))
}
