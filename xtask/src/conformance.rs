//! What all hosts say of the corpus, side by side: a table of vector files and hosts in docs/conformance.md, and its
//! last line in README.md. `cargo xtask bless` accepts what the last `cargo xtask test` has counted.
//!
//! Each host's runner of the vectors leaves what it has counted in the folder that `VEXIL_CONFORMANCE` names:
//! `{"host": "c", "files": {"evaluation/rules.json": {"passed": 10, "skipped": 0}}}`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::command::ROOT;
use crate::toolchain::target;

/// The variable by which runners know where to leave what they have counted.
pub(crate) const VARIABLE: &str = "VEXIL_CONFORMANCE";
/// Hosts by the names of their files, and as people read them.
const HOSTS: [(&str, &str); 7] = [
    ("core", "core"),
    ("client", "Rust"),
    ("c", "C"),
    ("python", "Python"),
    ("kotlin", "Kotlin"),
    ("swift", "Swift"),
    ("elixir", "Elixir"),
];
const TABLE: &str = "docs/conformance.md";
const SUMMARY: &str = "README.md";
const BEGIN: &str = "<!-- conformance: begin -->\n";
const END: &str = "<!-- conformance: end -->\n";

#[derive(Deserialize)]
struct Index {
    files: Vec<IndexedFile>,
}

#[derive(Deserialize)]
struct IndexedFile {
    path: String,
    kind: String,
    cases: usize,
}

#[derive(Deserialize)]
struct Told {
    host: String,
    files: BTreeMap<String, Counts>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: usize,
    skipped: usize,
}

/// The folder where runners leave what they have counted, empty.
pub(crate) fn begin() -> Result<(), String> {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

pub(crate) fn folder() -> PathBuf {
    target().join("conformance")
}

/// Whether what is written is what hosts have counted; returns the names of those that have not run, without which the
/// rest cannot be judged.
pub(crate) fn check() -> Result<Vec<&'static str>, String> {
    each_page(|page, made| {
        let Page { written, .. } = Page::read(page)?;
        if written == made {
            return Ok(());
        }
        Err(format!("{page} is not what hosts have counted: `cargo xtask bless` would write\n{made}"))
    })
}

/// Writes what hosts have counted; returns the names of those that have not run, without which nothing is written.
pub(crate) fn accept() -> Result<Vec<&'static str>, String> {
    each_page(|page, made| {
        let Page { path, before, after, .. } = Page::read(page)?;
        let text = format!("{before}{BEGIN}{made}{END}{after}");
        fs::write(&path, text).map_err(|error| format!("{page}: {error}"))
    })
}

fn each_page(mut take: impl FnMut(&str, &str) -> Result<(), String>) -> Result<Vec<&'static str>, String> {
    let index: Index = read(&Path::new(ROOT).join("tests/vectors/index.json"))?;
    let evaluations: Vec<_> = index.files.iter().filter(|file| file.kind == "evaluation").collect();
    let (mut columns, mut missing) = (Vec::new(), Vec::new());
    for (host, name) in HOSTS {
        let file = folder().join(format!("{host}.json"));
        if file.exists() {
            columns.push((name, counted(&file, host, &evaluations)?));
        } else {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        take(TABLE, &table(&evaluations, &columns))?;
        take(SUMMARY, &summary(&evaluations, &columns))?;
    }
    Ok(missing)
}

/// What a host has counted: every case of every file, or that is an error.
fn counted(file: &Path, host: &str, files: &[&IndexedFile]) -> Result<BTreeMap<String, Counts>, String> {
    let told: Told = read(file)?;
    if told.host != host {
        return Err(format!("{} is of `{}`", file.display(), told.host));
    }
    for IndexedFile { path, cases, .. } in files {
        let Counts { passed, skipped } = told.files.get(path).copied().unwrap_or_default();
        if passed + skipped != *cases {
            return Err(format!("{host}: {path}: {passed} passed and {skipped} skipped of {cases}"));
        }
    }
    Ok(told.files)
}

type Columns = [(&'static str, BTreeMap<String, Counts>)];

fn table(files: &[&IndexedFile], columns: &Columns) -> String {
    let mut table = "| vectors | cases |".to_owned();
    for (name, _) in columns {
        let _ = write!(table, " {name} |");
    }
    table.push_str("\n|---|--:|");
    table.push_str(&"--:|".repeat(columns.len()));
    table.push('\n');
    for file in files {
        let _ = write!(table, "| {} | {} |", file.path.trim_start_matches("evaluation/"), file.cases);
        for (_, counted) in columns {
            let counts = counted.get(&file.path).copied().unwrap_or_default();
            let _ = write!(table, " {} |", cell(counts));
        }
        table.push('\n');
    }
    table
}

fn summary(files: &[&IndexedFile], columns: &Columns) -> String {
    let mut head = "| |".to_owned();
    let mut line =
        format!("| {} cases in {} files |", files.iter().map(|file| file.cases).sum::<usize>(), files.len());
    for (name, counted) in columns {
        let sum = |of: fn(&Counts) -> usize| counted.values().map(of).sum();
        let counts = Counts { passed: sum(|counts| counts.passed), skipped: sum(|counts| counts.skipped) };
        let _ = write!(head, " {name} |");
        let _ = write!(line, " {} |", cell(counts));
    }
    format!("{head}\n|---|{}\n{line}\n", "--:|".repeat(columns.len()))
}

fn cell(counts: Counts) -> String {
    match counts {
        Counts { passed, skipped: 0 } => passed.to_string(),
        Counts { passed, skipped } => format!("{passed}, {skipped} skipped"),
    }
}

/// A page with what stands between its marks.
struct Page {
    path: PathBuf,
    before: String,
    written: String,
    after: String,
}

impl Page {
    fn read(page: &str) -> Result<Page, String> {
        let path = Path::new(ROOT).join(page);
        let text = fs::read_to_string(&path).map_err(|error| format!("{page}: {error}"))?;
        let marks = || format!("{page} does not have `{}` and `{}`", BEGIN.trim(), END.trim());
        let (before, rest) = text.split_once(BEGIN).ok_or_else(marks)?;
        let (written, after) = rest.split_once(END).ok_or_else(marks)?;
        let [before, written, after] = [before, written, after].map(str::to_owned);
        Ok(Page { path, before, written, after })
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| told(&error))?;
    serde_json::from_str(&text).map_err(|error| told(&error))
}
