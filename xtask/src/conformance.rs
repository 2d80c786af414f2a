//! What all hosts say of the corpus and of the contract, side by side: tables in docs/conformance.md, and their sums in
//! README.md. `cargo xtask bless` accepts what the last `cargo xtask test` has counted.
//!
//! Each host's runner of the vectors leaves what it has counted in the folder that `VEXIL_CONFORMANCE` names:
//! `{"host": "c", "files": {"evaluation/rules.json": {"passed": 10, "skipped": 0}}}`. What takes it through the contract
//! does so in `contract` there: `{"host": "c", "steps": {"toggle": 6}}`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde::Deserialize;

use crate::command::{ROOT, cargo, run};
use crate::toolchain::{Variable, target};

/// The variable by which runners know where to leave what they have counted.
pub(crate) const VARIABLE: &str = "VEXIL_CONFORMANCE";
/// The variable by which runners know the corpus that they run, and its folder's name where they leave what they count.
pub(crate) const CORPUS: &str = "VEXIL_TEST_VECTORS";
pub(crate) const VECTORS: &str = "vectors";
/// Of which new vectors are made, unless somebody asks for others.
const SEED: &str = "0";
/// Where those lie in the corpus, as `vexil-vectors` puts them.
const NEW: &str = "new/";
/// The programs that packages are tested with, by the variables that name them to tests: the control plane, and what takes
/// a host through the contract.
const PROGRAMS: [(&str, &str); 2] =
    [("VEXIL_TEST_BINARY", "vexil"), ("VEXIL_TEST_CONTRACT", "vexil-contract")];
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
/// The host that evaluates, and speaks with no control plane.
const CORE: &str = "core";
const TABLE: &str = "docs/conformance.md";
const SUMMARY: &str = "README.md";

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

/// The steps of `tests/contract/scenario.json`.
#[derive(Deserialize)]
struct Scenario {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: String,
    claim: String,
}

#[derive(Deserialize)]
struct TakenThrough {
    host: String,
    steps: BTreeMap<String, usize>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: usize,
    skipped: usize,
}

/// Builds the programs that packages are tested with, as the tests of the workspace build them: after those there is
/// nothing to build.
pub(crate) fn build_programs() -> Result<(), String> {
    run(&mut cargo(&["test", "--workspace", "--all-features", "--no-run"]))
}

/// Makes the corpus that runners are to run: the one of the repository, and new vectors that the reference interpreter has
/// answered, of which `VEXIL_SEED` asks for others. If all hosts are to run it, what they counted before is forgotten.
pub(crate) fn begin(all: bool) -> Result<(), String> {
    let stale = if all { folder() } else { vectors() };
    if stale.exists() {
        fs::remove_dir_all(&stale).map_err(|error| format!("{}: {error}", stale.display()))?;
    }
    fs::create_dir_all(folder()).map_err(|error| format!("{}: {error}", folder().display()))?;
    let seed = env::var("VEXIL_SEED").unwrap_or_else(|_| SEED.to_owned());
    let mut make = cargo(&["run", "--quiet", "--package", "vexil-reference", "--bin", "vexil-vectors", "--"]);
    run(make.arg(Path::new(ROOT).join("tests/vectors")).arg(vectors()).arg(seed))
}

/// The corpus that runners are to run, in the folder where they leave what they have counted.
fn vectors() -> PathBuf {
    folder().join(VECTORS)
}

pub(crate) fn folder() -> PathBuf {
    target().join("conformance")
}

/// What tests are told of: where they leave what they have counted, and the corpus that they run.
pub(crate) fn variables() -> [Variable; 2] {
    [(VARIABLE, folder()), (CORPUS, vectors())]
}

/// What the package of a host is to be tested with: that, the control plane, and what takes it through the contract with
/// the latter.
pub(crate) fn surround(command: &mut Command) {
    command.envs(variables()).envs(programs());
}

/// Where those programs are: as a variable says, else where cargo puts them.
pub(crate) fn programs() -> impl Iterator<Item = (&'static str, PathBuf)> {
    PROGRAMS.into_iter().map(|(variable, name)| {
        let built = || target().join("debug").join(name);
        (variable, env::var_os(variable).map_or_else(built, PathBuf::from))
    })
}

/// Whether what is written is what hosts have counted; returns the names of those that have not run, without which the
/// rest cannot be judged.
pub(crate) fn check() -> Result<Vec<&'static str>, String> {
    each_place(|page, mark, made| {
        let Page { written, .. } = Page::read(page, mark)?;
        if written == made {
            return Ok(());
        }
        Err(format!("{page} is not what hosts have counted: `cargo xtask bless` would write\n{made}"))
    })
}

/// Writes what hosts have counted; returns the names of those that have not run, without which nothing is written.
pub(crate) fn accept() -> Result<Vec<&'static str>, String> {
    each_place(|page, mark, made| {
        let Page { path, before, after, .. } = Page::read(page, mark)?;
        fs::write(&path, format!("{before}{made}{after}")).map_err(|error| format!("{page}: {error}"))
    })
}

/// Each page, the name of a place in it, and what stands there.
fn each_place(
    mut take: impl FnMut(&str, &str, &str) -> Result<(), String>,
) -> Result<Vec<&'static str>, String> {
    let has_told = |host: &str| {
        let told = [folder().join(format!("{host}.json")), contract(host)];
        told.iter().take(if host == CORE { 1 } else { 2 }).all(|file| file.exists())
    };
    let missing: Vec<_> = HOSTS.iter().filter(|(host, _)| !has_told(host)).map(|(_, name)| *name).collect();
    if !missing.is_empty() {
        return Ok(missing);
    }
    let index: Index = read(&vectors().join("index.json"))?;
    let Scenario { steps } = read(&Path::new(ROOT).join("tests/contract/scenario.json"))?;
    let evaluations: Vec<_> = index.files.iter().filter(|file| file.kind == "evaluation").collect();
    let (mut columns, mut kept) = (Vec::new(), Vec::new());
    for (host, name) in HOSTS {
        columns.push((name, counted(&folder().join(format!("{host}.json")), host, &evaluations)?));
        if host != CORE {
            kept.push((name, held(&contract(host), host, &steps)?));
        }
    }
    take(TABLE, "vectors", &table(&evaluations, &columns))?;
    take(TABLE, "contract", &contract_table(&steps, &kept)?)?;
    take(SUMMARY, "conformance", &summary(&evaluations, &columns, &kept))?;
    Ok(missing)
}

/// Where a host is taken through the contract, and what it has kept is written.
fn contract(host: &str) -> PathBuf {
    folder().join("contract").join(format!("{host}.json"))
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

/// How many answers held when a host was taken through the contract: of every step, or that is an error.
fn held(file: &Path, host: &str, steps: &[Step]) -> Result<BTreeMap<String, usize>, String> {
    let told: TakenThrough = read(file)?;
    if told.host != host {
        return Err(format!("{} is of `{}`", file.display(), told.host));
    }
    let (told, known) = (told.steps, steps.iter().map(|step| &step.name));
    if known.clone().any(|name| told.get(name).is_none_or(|held| *held == 0)) || told.len() != known.len() {
        return Err(format!("{host} was taken through other steps than those of the scenario: {told:?}"));
    }
    Ok(told)
}

type Columns = [(&'static str, BTreeMap<String, Counts>)];
type KeptColumns = [(&'static str, BTreeMap<String, usize>)];

fn table(files: &[&IndexedFile], columns: &Columns) -> String {
    let mut table = "| vectors | cases |".to_owned();
    for (name, _) in columns {
        let _ = write!(table, " {name} |");
    }
    table.push_str("\n|---|--:|");
    table.push_str(&"--:|".repeat(columns.len()));
    table.push('\n');
    let (new, known): (Vec<&IndexedFile>, Vec<_>) = files.iter().partition(|file| file.path.starts_with(NEW));
    for file in &known {
        row(&mut table, file.path.trim_start_matches("evaluation/"), &[file], columns);
    }
    row(
        &mut table,
        &format!("{} new files, answered by the reference interpreter", new.len()),
        &new,
        columns,
    );
    table
}

fn row(table: &mut String, title: &str, files: &[&IndexedFile], columns: &Columns) {
    let _ = write!(table, "| {title} | {} |", files.iter().map(|file| file.cases).sum::<usize>());
    for (_, counted) in columns {
        let _ = write!(table, " {} |", cell(sum(counted, files)));
    }
    table.push('\n');
}

fn sum(counted: &BTreeMap<String, Counts>, files: &[&IndexedFile]) -> Counts {
    files.iter().filter_map(|file| counted.get(&file.path)).fold(Counts::default(), |sum, counts| Counts {
        passed: sum.passed + counts.passed,
        skipped: sum.skipped + counts.skipped,
    })
}

/// Steps, with what they show, and how many answers held, which must be as many in every host.
fn contract_table(steps: &[Step], kept: &KeptColumns) -> Result<String, String> {
    let names: Vec<_> = kept.iter().map(|(name, _)| *name).collect();
    let mut table =
        format!("| step | what is shown | {} |\n|---|---|{}\n", names.join(" | "), "--:|".repeat(kept.len()));
    for Step { name, claim } in steps {
        let counts: Vec<_> = kept.iter().filter_map(|(_, steps)| steps.get(name)).collect();
        if counts.windows(2).any(|pair| matches!(pair, [one, other] if one != other)) {
            return Err(format!("not all hosts gave as many answers in the step `{name}`: {counts:?}"));
        }
        let _ = write!(table, "| {name} | {claim} |");
        for count in counts {
            let _ = write!(table, " {count} |");
        }
        table.push('\n');
    }
    Ok(table)
}

fn summary(files: &[&IndexedFile], columns: &Columns, kept: &KeptColumns) -> String {
    let mut head = "| |".to_owned();
    let mut cases =
        format!("| {} cases in {} files |", files.iter().map(|file| file.cases).sum::<usize>(), files.len());
    let mut answers = "| answers with a control plane |".to_owned();
    for (name, counted) in columns {
        let _ = write!(head, " {name} |");
        let _ = write!(cases, " {} |", cell(sum(counted, files)));
        let held = kept.iter().find(|(of, _)| of == name).map(|(_, steps)| steps.values().sum::<usize>());
        let _ = write!(answers, " {} |", held.map_or_else(|| "-".to_owned(), |held| held.to_string()));
    }
    format!("{head}\n|---|{}\n{cases}\n{answers}\n", "--:|".repeat(columns.len()))
}

fn cell(counts: Counts) -> String {
    match counts {
        Counts { passed, skipped: 0 } => passed.to_string(),
        Counts { passed, skipped } => format!("{passed}, {skipped} skipped"),
    }
}

/// A page with what stands between two marks, which are of what is before and after.
struct Page {
    path: PathBuf,
    before: String,
    written: String,
    after: String,
}

impl Page {
    fn read(page: &str, mark: &str) -> Result<Page, String> {
        let path = Path::new(ROOT).join(page);
        let text = fs::read_to_string(&path).map_err(|error| format!("{page}: {error}"))?;
        let (begin, end) = (format!("<!-- {mark}: begin -->\n"), format!("<!-- {mark}: end -->\n"));
        let found = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?)));
        let Some((before, (written, after))) = found else {
            return Err(format!("{page} does not have `{}` and `{}`", begin.trim(), end.trim()));
        };
        Ok(Page {
            path,
            before: format!("{before}{begin}"),
            written: written.to_owned(),
            after: format!("{end}{after}"),
        })
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| told(&error))?;
    serde_json::from_str(&text).map_err(|error| told(&error))
}
