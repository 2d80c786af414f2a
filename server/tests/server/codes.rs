//! Every code that the server's sources say is documented.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Written like codes, and none: reasons, which the law of evaluation has, and variables of builds.
const NO_CODES: [&str; 11] = [
    "CARGO_MANIFEST_DIR",
    "DEFAULT",
    "ERROR",
    "EXPERIMENT",
    "GENERAL",
    "ROLLOUT",
    "SPLIT",
    "STATIC",
    "TARGETING",
    "TARGETING_MATCH",
    "VEXIL_BLESS",
];

#[test]
fn every_code_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../docs/errors.md")).unwrap();
    let mut codes = BTreeSet::new();
    for folder in ["api", "gate", "access", "audit", "delivery", "telemetry"] {
        collect(&root.join("src").join(folder), &mut codes);
    }
    assert!(codes.len() > 60, "{codes:?}");
    let missing: Vec<_> = codes
        .iter()
        .filter(|code| !NO_CODES.contains(&code.as_str()) && !page.contains(&format!("`{code}`")))
        .collect();
    assert!(missing.is_empty(), "docs/errors.md does not have {missing:?}");
}

/// String literals of the form of codes.
fn collect(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, codes);
            continue;
        }
        let is_code = |text: &&str| {
            text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        let text = fs::read_to_string(&path).unwrap();
        codes.extend(text.split('"').filter(is_code).map(str::to_owned));
    }
}
