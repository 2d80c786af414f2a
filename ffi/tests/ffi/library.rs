//! What the library exports.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// A library of this build, beside the tests' own executables.
pub(crate) fn built(name: &str) -> PathBuf {
    let path = std::env::current_exe().unwrap();
    let built = path.with_file_name(name);
    assert!(built.exists(), "{} is built with the tests", built.display());
    built
}

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = include_str!("../../include/vexil.h");
    // What comes then is defined there, and no part of the library.
    let (declarations, _) = header.split_once("#ifndef VEXIL_TEXTS").expect("texts are made in the header");
    let code = declarations.lines().filter(|line| !line.starts_with("//") && !line.starts_with(" *"));
    code.flat_map(|line| {
        line.match_indices("vexil_").filter_map(|(start, _)| {
            let name: String =
                line[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            line[start + name.len()..].starts_with('(').then_some(name)
        })
    })
    .collect()
}

#[test]
fn nothing_is_exported_but_what_the_header_declares_and_uniffi_needs() {
    let library = built("libvexil_ffi.so");
    let output =
        Command::new("nm").args(["-D", "--defined-only", "--format=just-symbols"]).arg(&library).output();
    let output = output.expect("`nm` of binutils, which every linker comes with");
    assert!(output.status.success(), "{output:?}");
    let symbols = String::from_utf8(output.stdout).unwrap();
    let (ours, others): (BTreeSet<_>, BTreeSet<_>) =
        symbols.lines().map(str::to_owned).partition(|symbol| symbol.starts_with("vexil_"));
    let mut declared = declared();
    if !cfg!(feature = "fail-on-purpose") {
        declared.retain(|name| !name.starts_with("vexil_provoke_"));
    }
    assert_eq!(ours, declared);
    let strange: Vec<_> = others
        .iter()
        .filter(|symbol| {
            !["uniffi_", "ffi_vexil_", "UNIFFI_META_"].iter().any(|prefix| symbol.starts_with(prefix))
        })
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}
