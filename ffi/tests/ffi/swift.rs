//! The Swift files that call the face for what is rare are what is made from this code.

use std::path::Path;

use uniffi::{GenerateOptions, TargetLanguage};
use vexil_client::Reason;

use crate::generated::{hold, root};
use crate::library::built;

const HEAD: &str = "// Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.\n";

/// Both faces are one module in Swift. Objects there have a `handle` of their own.
const NAMES: &str = r#"
[defaults.bindings.swift]
ffi_module_name = "CVexil"
ffi_module_filename = "vexilFFI"

[defaults.bindings.swift.rename]
"VexilClient.handle" = "number"
"#;

#[test]
fn the_swift_face_is_what_the_code_says() {
    let folder = tempfile::tempdir().unwrap();
    let names = folder.path().join("names.toml");
    std::fs::write(&names, NAMES).unwrap();
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Swift],
        source: built("libvexil_ffi.so").try_into().unwrap(),
        out_dir: folder.path().to_path_buf().try_into().unwrap(),
        config_override: Some(names.try_into().unwrap()),
        ..GenerateOptions::default()
    };
    uniffi::generate(options).unwrap();
    let sources = root().join("bindings/swift/Sources");
    for (made, place) in [("vexil.swift", "VexilControl/Vexil.swift"), ("vexilFFI.h", "CVexil/vexilFFI.h")] {
        hold(&sources.join(place), &in_our_way(&folder.path().join(made)));
    }
}

#[test]
fn swift_knows_every_reason() {
    let details = std::fs::read_to_string(root().join("bindings/swift/Sources/Vexil/Details.swift")).unwrap();
    for reason in Reason::ALL {
        let name = format!("= Reason(rawValue: \"{}\")", reason.as_str());
        assert!(details.contains(&name), "{}", reason.as_str());
    }
}

/// With our remark for the generator's own, and no blanks at the ends of lines.
fn in_our_way(made: &Path) -> String {
    let text = std::fs::read_to_string(made).unwrap();
    let (_, code) = text.split_once("\n\n").expect("there is more than a remark");
    let code: String = code.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    format!("{HEAD}\n{}", code.trim_start_matches('\n'))
}
