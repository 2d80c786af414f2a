//! What is made from the code and checked in is what the code says now. `VEXIL_BLESS=1` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use vexil_ffi::Code;

const ROWS_BEGIN: &str = "<!-- codes: begin -->\n";
const ROWS_END: &str = "<!-- codes: end -->\n";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares, or writes.
pub(crate) fn hold(path: &Path, made: &str) {
    if std::env::var_os("VEXIL_BLESS").is_some() {
        fs::write(path, made).unwrap();
    }
    let held = fs::read_to_string(path).unwrap_or_default();
    assert!(held == made, "{} is not what the code says: run `cargo xtask bless`", path.display());
}

#[test]
fn the_header_is_what_the_code_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new().with_crate(folder).with_config(config).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    hold(&folder.join("include/vexil.h"), &String::from_utf8(header).unwrap());
}

/// Whoever adds a code and forgets the list would have it taken for a fault of the library.
#[test]
fn the_list_of_codes_is_whole() {
    let header = include_str!("../../include/vexil.h");
    let declared: Vec<(String, i32)> = header
        .lines()
        .filter_map(|line| line.trim().strip_prefix("VEXIL_CODE_")?.strip_suffix(',')?.split_once(" = "))
        .map(|(name, number)| (name.to_owned(), number.parse().unwrap()))
        .collect();
    let listed: Vec<_> = Code::ALL.iter().map(|code| (code.name().to_owned(), code.number())).collect();
    assert_eq!(listed, declared);
}

#[test]
fn the_table_of_codes_is_what_the_code_says() {
    let path = root().join("docs/errors.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(ROWS_BEGIN).expect("docs/errors.md marks where the table begins");
    let (_, after) = rest.split_once(ROWS_END).expect("docs/errors.md marks where the table ends");
    let mut rows = "| number | code | meaning |\n|---|---|---|\n".to_owned();
    for code in Code::ALL {
        writeln!(rows, "| {} | `{}` | {} |", code.number(), code.name(), code.meaning()).unwrap();
    }
    hold(&path, &format!("{before}{ROWS_BEGIN}{rows}{ROWS_END}{after}"));
}
