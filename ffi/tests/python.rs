//! The Python module that calls the face for what is rare, held against what is made from this code.
#![allow(clippy::unwrap_used, clippy::string_slice, reason = "a test that fails ends by a panic")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use uniffi::{GenerateOptions, TargetLanguage};

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../bindings/python/python/vexil/_uniffi.py");

const HEAD: &str = "\
# Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.
# mypy: ignore-errors
";

#[test]
fn the_python_module_is_of_this_code() {
    let made = made();
    if env::var_os("VEXIL_BLESS").is_some() {
        fs::write(CHECKED_IN, made).unwrap();
    } else {
        let found = fs::read_to_string(CHECKED_IN).unwrap();
        assert!(found == made, "{CHECKED_IN} is not of this code: run `cargo xtask bless`");
    }
}

fn made() -> String {
    let folder = tempfile::tempdir().unwrap();
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Python],
        source: library().try_into().unwrap(),
        out_dir: folder.path().to_path_buf().try_into().unwrap(),
        ..GenerateOptions::default()
    };
    uniffi::generate(options).unwrap();
    let made = fs::read_to_string(folder.path().join("vexil.py")).unwrap();
    format!("{HEAD}{}", with_our_loader(&made))
}

/// The package has one library, which the interpreter has loaded already.
fn with_our_loader(module: &str) -> String {
    let start = module.find("def _uniffi_load_indirect():").unwrap();
    let end = start + module[start..].find("    return lib\n").unwrap();
    let loader = "\
def _uniffi_load_indirect():
    from . import _native

    lib = ctypes.CDLL(_native.__file__)
";
    format!("{}{loader}{}", &module[..start], &module[end..])
}

/// The library of this package, which is built with its tests.
fn library() -> PathBuf {
    let test = env::current_exe().unwrap();
    let name = format!("{}vexil_ffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    test.parent().map(Path::to_path_buf).unwrap().join(name)
}
