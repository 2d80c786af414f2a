//! What is done and what must come of it: `scenario.json`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

const TEXT: &str = include_str!("../scenario.json");

/// The steps, in their order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) steps: Vec<Step>,
}

/// What one semantic is shown by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// What must hold, for a person who reads that it does not.
    pub(crate) claim: String,
    #[serde(rename = "do")]
    pub(crate) acts: Vec<Act>,
}

/// One thing that is done. In texts `{{name}}` stands for what was kept under this name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Act {
    /// Starts or kills the control plane.
    Serve(Serving),
    /// Asks the control plane as its administrator.
    Admin {
        /// The method, such as `POST`.
        method: String,
        path: String,
        body: Option<Value>,
        /// What of the answer is kept: its place in it (RFC 6901) by name.
        #[serde(default)]
        keep: BTreeMap<String, String>,
        /// What the answer has, by places; it is asked again until it does.
        #[serde(default)]
        until: BTreeMap<String, Value>,
    },
    /// Fetches the snapshot that the control plane gives just now to an SDK key, to be sent again later.
    Record { key: String },
    /// Says what becomes of what the driver asks the control plane.
    Wire(Passing),
    /// Waits until the control plane was asked for this path.
    Asked(String),
    /// Breaks each file in the folder of the last known good.
    Damage,
    /// Has the driver do something. Its answer has the members of `answers`; or it is asked again `until` it has those.
    Driver { ask: Value, answers: Option<Value>, until: Option<Value> },
    /// Has the driver tell what it has heard, until it has heard as much as this: it is this, and there is no more.
    Heard(Vec<Value>),
    /// Has the driver read a key for each of some users.
    Users {
        key: String,
        #[serde(rename = "type")]
        asked: String,
        default: Value,
        /// What else is said of each.
        #[serde(default)]
        context: Map<String, Value>,
        /// The value that each must be given.
        values: BTreeMap<String, Value>,
    },
    /// Has the driver ask for the variant of an experiment, for each of some users; null for who takes no part.
    Variants {
        experiment: String,
        #[serde(default)]
        context: Map<String, Value>,
        values: BTreeMap<String, Value>,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Serving {
    Start,
    /// As `kill -9` does.
    Kill,
}

/// What becomes of a request to the control plane.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Passing {
    /// It arrives, and so does the answer.
    Whole,
    /// The answer is half of one.
    CutShort,
    /// The answer is no JSON.
    Garbage,
    /// The answer has other text in one place; its signature is as it was.
    Altered { from: String, to: String },
    /// The answer is what was recorded.
    Replayed,
}

impl Scenario {
    pub(crate) fn read() -> Result<Scenario, String> {
        serde_json::from_str(TEXT).map_err(|error| format!("scenario.json: {error}"))
    }
}
