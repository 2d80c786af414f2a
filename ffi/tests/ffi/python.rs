//! The Python module that calls the face for what is rare is what is made from this code.

use uniffi::{GenerateOptions, TargetLanguage};

use crate::generated::{hold, root};
use crate::library::built;

const HEAD: &str = "\
# Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.
# mypy: ignore-errors
";

#[test]
fn the_python_module_is_what_the_code_says() {
    let folder = tempfile::tempdir().unwrap();
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Python],
        source: built("libvexil_ffi.so").try_into().unwrap(),
        out_dir: folder.path().to_path_buf().try_into().unwrap(),
        ..GenerateOptions::default()
    };
    uniffi::generate(options).unwrap();
    let made = std::fs::read_to_string(folder.path().join("vexil.py")).unwrap();
    let module = format!("{HEAD}{}", with_our_loader(&made));
    hold(&root().join("bindings/python/python/vexil/_uniffi.py"), &module);
}

/// The package has one library, which the interpreter has loaded already.
fn with_our_loader(module: &str) -> String {
    const BEGIN: &str = "def _uniffi_load_indirect():\n";
    const END: &str = "    return lib\n";
    // What it begins with is the generator's own remark.
    let (_, module) = module.split_once("\n\n").expect("there is more than a remark");
    let (before, rest) = module.split_once(BEGIN).expect("there is a loader");
    let (_, after) = rest.split_once(END).expect("the loader has an end");
    let loader = "    from . import _native\n\n    lib = ctypes.CDLL(_native.__file__)\n";
    format!("{before}{BEGIN}{loader}{END}{after}")
}
