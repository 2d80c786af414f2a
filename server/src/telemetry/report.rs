//! What a process sends, as it is on the wire.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

/// What happened in a process since it last told.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// A UUID. Who does not know whether a report has arrived sends it again under the same one, within an hour: it
    /// counts once.
    #[serde(deserialize_with = "batch_id")]
    #[schema(value_type = String, format = "uuid")]
    pub batch: Uuid,
    /// Who tells. Of apps on somebody's device, with keys of clients, it is not kept.
    pub instance: Option<InstanceIn>,
    /// How often entries were evaluated. Together with `exposures` at most 10,000 items.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub evaluations: Vec<EvaluationIn>,
    /// Which units were exposed to which variants.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub exposures: Vec<ExposureIn>,
    /// Items that the process had to drop since its last report.
    #[serde(default)]
    pub dropped: u64,
}

/// A process.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceIn {
    /// A name of its own: the same until it ends, and nobody else's.
    #[schema(min_length = 1, max_length = 200)]
    pub id: String,
    /// The service that it is one of.
    #[schema(max_length = 200)]
    pub service: Option<String>,
    /// The SDK and its version.
    #[schema(max_length = 200)]
    pub sdk: Option<String>,
    /// The version of the snapshot that it evaluates with.
    pub version: u64,
    /// When it began to (RFC 3339).
    pub applied_at: Option<String>,
}

/// How often an entry was evaluated to one outcome, in an interval of time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationIn {
    /// The entry.
    pub key: String,
    /// The variation; null where the value was no variation's.
    pub variation: Option<String>,
    /// The reason's stable name: `DEFAULT`, `TARGETING`, `ROLLOUT`, ...
    pub reason: String,
    /// How often, 1 to 1,000,000,000.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub count: u64,
    /// When the interval began (RFC 3339). It counts in the minute of its middle.
    pub from: String,
    /// When it ended (RFC 3339).
    pub to: String,
}

/// A unit that has met a variant of an experiment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExposureIn {
    /// The experiment.
    pub experiment: String,
    /// The variant.
    pub variant: String,
    /// What the unit is: `user.id`.
    #[schema(min_length = 1, max_length = 256)]
    pub attribute: String,
    /// The unit.
    #[schema(min_length = 1, max_length = 512)]
    pub unit: String,
    /// When (RFC 3339).
    pub at: String,
}

/// The nil UUID is refused: it is what everybody sends who has forgotten to make one.
fn batch_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    let id = Uuid::try_parse(&text).ok().filter(|id| !id.is_nil());
    id.ok_or_else(|| D::Error::custom("`batch` is a UUID, another one for every report"))
}
