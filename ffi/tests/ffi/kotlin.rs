//! The Kotlin source that calls the face for what is rare is what is made from this code.

use uniffi::{GenerateOptions, TargetLanguage};

use crate::generated::{hold, root};
use crate::library::built;

const HEAD: &str = "\
// Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.

@file:Suppress(\"ALL\", \"NAME_SHADOWING\", \"DEPRECATION\")
";
const PACKAGE: &str = "dev/vexil/internal/uniffi";

#[test]
fn the_kotlin_source_is_what_the_code_says() {
    let folder = tempfile::tempdir().unwrap();
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Kotlin],
        source: built("libvexil_ffi.so").try_into().unwrap(),
        out_dir: folder.path().to_path_buf().try_into().unwrap(),
        config_override: Some(root().join("ffi/uniffi.toml").try_into().unwrap()),
        ..GenerateOptions::default()
    };
    uniffi::generate(options).unwrap();
    let made = std::fs::read_to_string(folder.path().join(PACKAGE).join("vexil.kt")).unwrap();
    let (_, source) = made.split_once("\npackage ").expect("it is in a package");
    let source = format!("{HEAD}\npackage {}", internal(source));
    hold(&root().join("bindings/kotlin/vexil/src/main/kotlin").join(PACKAGE).join("vexil.kt"), &source);
}

/// Nothing of it is for the package's users.
fn internal(source: &str) -> String {
    const DECLARATIONS: [&str; 13] = [
        "object ",
        "interface ",
        "open class ",
        "class ",
        "data class ",
        "sealed class ",
        "enum class ",
        "abstract class ",
        "fun ",
        "inline fun ",
        "val ",
        "const val ",
        "typealias ",
    ];
    let mut made = String::with_capacity(source.len());
    for line in source.lines() {
        // A comment or an annotation may be on the same line.
        let begins =
            [" */ ", "@Synchronized "].iter().find_map(|before| Some(line.find(before)? + before.len()));
        let (annotation, declaration) = line.split_at(begins.unwrap_or_default());
        let declaration = declaration.strip_prefix("public ").unwrap_or(declaration);
        made.push_str(annotation);
        if DECLARATIONS.iter().any(|begin| declaration.starts_with(begin)) {
            made.push_str("internal ");
        }
        made.push_str(declaration.trim_end());
        made.push('\n');
    }
    made
}
