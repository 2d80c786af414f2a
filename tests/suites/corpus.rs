//! The files of `tests/vectors`, as their README describes them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    skips: Vec<Skip>,
    files: Vec<IndexedFile>,
}

/// Cases that no host but the core has a word for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skip {
    /// By which such a case is known.
    member: String,
    cases: usize,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexedFile {
    path: String,
    kind: String,
    cases: usize,
}

/// A file of one kind, read whole.
pub(crate) struct File<F> {
    pub(crate) path: String,
    pub(crate) content: F,
}

pub(crate) trait Kind: DeserializeOwned {
    const NAME: &'static str;
    fn cases(&self) -> usize;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evaluations {
    #[serde(rename = "about")]
    _about: String,
    definitions: Option<Value>,
    definitions_text: Option<String>,
    pub(crate) cases: Vec<EvaluationCase>,
}

impl Evaluations {
    pub(crate) fn definitions(&self) -> String {
        let tree = || self.definitions.as_ref().expect("definitions").to_string();
        self.definitions_text.clone().unwrap_or_else(tree)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluationCase {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) context: Option<Value>,
    pub(crate) context_text: Option<String>,
    pub(crate) now: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) fixed_environment: Option<String>,
    #[serde(rename = "type")]
    pub(crate) asked: Option<String>,
    #[serde(default)]
    pub(crate) overrides: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) request_overrides: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) sticky: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) expect: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buckets {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) cases: Vec<BucketCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketCase {
    pub(crate) salt: String,
    pub(crate) unit: String,
    pub(crate) hash: String,
    pub(crate) bucket: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SipHashes {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) key: String,
    pub(crate) cases: Vec<SipHashCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SipHashCase {
    pub(crate) input: String,
    pub(crate) output: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Validations {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) cases: Vec<ValidationCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValidationCase {
    pub(crate) name: String,
    pub(crate) definition: Option<Value>,
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) problems: Vec<Expected>,
    #[serde(default)]
    pub(crate) warnings: Vec<Expected>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    #[serde(default)]
    pub(crate) path: String,
    pub(crate) code: String,
}

impl Kind for Evaluations {
    const NAME: &'static str = "evaluation";
    fn cases(&self) -> usize {
        self.cases.len()
    }
}

impl Kind for Buckets {
    const NAME: &'static str = "bucketing";
    fn cases(&self) -> usize {
        self.cases.len()
    }
}

impl Kind for SipHashes {
    const NAME: &'static str = "siphash";
    fn cases(&self) -> usize {
        self.cases.len()
    }
}

impl Kind for Validations {
    const NAME: &'static str = "validation";
    fn cases(&self) -> usize {
        self.cases.len()
    }
}

/// How many cases of each file an engine was right about, and how many it skipped.
#[derive(Default)]
pub(crate) struct Tally {
    files: BTreeMap<String, Counts>,
}

#[derive(Default, Serialize)]
struct Counts {
    passed: usize,
    skipped: usize,
}

impl Tally {
    pub(crate) fn passed(&mut self, path: &str) {
        self.of(path).passed += 1;
    }

    pub(crate) fn skipped(&mut self, path: &str) {
        self.of(path).skipped += 1;
    }

    fn of(&mut self, path: &str) -> &mut Counts {
        self.files.entry(path.to_owned()).or_default()
    }

    pub(crate) fn total(&self) -> usize {
        self.files.values().map(|counts| counts.passed).sum()
    }

    pub(crate) fn total_skipped(&self) -> usize {
        self.files.values().map(|counts| counts.skipped).sum()
    }

    /// Leaves it where `cargo xtask test` gathers what all hosts have counted.
    pub(crate) fn leave(&self, host: &str) {
        if let Some(folder) = std::env::var_os("VEXIL_CONFORMANCE") {
            let told = serde_json::json!({"host": host, "files": self.files});
            std::fs::write(PathBuf::from(folder).join(format!("{host}.json")), told.to_string()).unwrap();
        }
    }
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of a kind. A file that the index does not name, or that has lost cases, fails.
pub(crate) fn files<F: Kind>() -> Vec<File<F>> {
    let index: Index = read("index.json");
    let named = |path: &str| index.files.iter().any(|file| file.path == path);
    for found in walk("") {
        assert!(
            named(&found) || found == "index.json" || found == "README.md",
            "{found} is not in the index"
        );
    }
    let files = index.files.iter().filter(|file| file.kind == F::NAME);
    files
        .map(|file| {
            let content: F = read(&file.path);
            assert_eq!(content.cases(), file.cases, "{}: the index counts otherwise", file.path);
            File { path: file.path.clone(), content }
        })
        .collect()
}

/// How many cases hosts may skip. The list in the index says which, and why; it only ever grows shorter.
pub(crate) fn skips() -> usize {
    const MOST: usize = 14;
    let index: Index = read("index.json");
    assert!(index.skips.iter().all(|skip| !skip.reason.is_empty() && skip.member == "fixed_environment"));
    let cases = index.skips.iter().map(|skip| skip.cases).sum();
    assert!(cases <= MOST, "{cases} cases are skipped");
    cases
}

/// The corpus; `cargo xtask test` names one with new vectors.
fn vectors() -> PathBuf {
    std::env::var_os("VEXIL_TEST_VECTORS").map_or_else(|| folder().join("vectors"), PathBuf::from)
}

fn read<T: DeserializeOwned>(path: &str) -> T {
    let full = vectors().join(path);
    let text = std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn walk(below: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(vectors().join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(walk(&format!("{name}/")));
        } else {
            found.push(name);
        }
    }
    found
}
