//! Files of definitions: found, read within limits, and turned into trees or a snapshot.

pub(crate) mod contexts;
mod yaml;

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fmt::Display;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use vexil_core::definition::{self, Found, Mode, Reading};
use vexil_core::problem::OnLoad;
use vexil_core::{Arena, Code, Environment, Node, Problem, Snapshot, limits};

use crate::exit::Failure;
use crate::output;

/// A file of definitions, read; or why its text was refused.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    text: Result<Vec<u8>, Problem>,
    /// Where its tree lies, beside those of the files that it belongs together with.
    arena: Rc<Arena>,
}

impl File {
    /// The text as a tree.
    pub(crate) fn parse(&self) -> Result<Node<'_>, Problem> {
        let text = self.text.as_ref().map_err(Clone::clone)?;
        let text = without_mark(text);
        if is_yaml(&self.path, text) {
            yaml::parse(text, &self.arena)
        } else {
            Node::parse_json(text, &self.arena)
        }
    }
}

/// Editors and shells write byte order marks, which are no part of what they begin.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// Reads a file, or the files of a folder, which belong together.
pub(crate) fn read(path: &Path) -> Result<Vec<File>, Failure> {
    let metadata = fs::metadata(path).map_err(|error| Failure::unreadable(path, &error))?;
    let paths = if metadata.is_dir() { definitions_in(path)? } else { vec![path.to_owned()] };
    read_files(paths)
}

/// Reads files that belong together. They share the limits of one document, so that memory stays bounded.
pub(crate) fn read_files(paths: Vec<PathBuf>) -> Result<Vec<File>, Failure> {
    let arena = Rc::new(Arena::new());
    let mut left = limits::DOCUMENT_BYTES;
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let text = read_bounded(&path, left).map_err(|error| Failure::unreadable(&path, &error))?;
        left -= text.as_ref().map_or(0, Vec::len);
        files.push(File { path, text, arena: Rc::clone(&arena) });
    }
    Ok(files)
}

/// Definitions, loaded as a process does it: leniently.
pub(crate) struct Definitions {
    pub(crate) snapshot: Snapshot,
    /// What loading them had to say.
    pub(crate) warnings: Vec<String>,
    /// Why entries cannot be served, with their files, by key.
    broken: HashMap<Box<str>, String>,
}

impl Definitions {
    /// What is wrong with an entry that cannot be served, with its file where that is known.
    pub(crate) fn describe(&self, key: &str, problem: impl Display) -> String {
        self.broken.get(key).cloned().unwrap_or_else(|| problem.to_string())
    }
}

/// Loads definitions; what is to be said of them goes to standard error.
pub(crate) fn load(path: &Path, environment: Option<&str>) -> Result<Definitions, Failure> {
    let environment = environment.map_or(Environment::Document, |name| Environment::Default(Box::from(name)));
    let definitions = compile(&read(path)?, environment)?;
    warn(&definitions.warnings);
    Ok(definitions)
}

/// Says on standard error what loading had to say.
pub(crate) fn warn(warnings: &[String]) {
    for warning in warnings {
        output::complain(output::style::WARNING, "warning", warning);
    }
}

/// Loads files that belong together.
pub(crate) fn compile(files: &[File], environment: Environment) -> Result<Definitions, Failure> {
    let (documents, reading) = documents(files)?;
    let mut warnings = warnings(files, &reading, |_| true);
    let mut broken = spoilt(files, &reading);
    let snapshot = Snapshot::compile(reading, environment)
        .map_err(|problem| Failure::Input(format!("not loaded: {problem}")))?;
    // Circles are found when entries are linked. Their path is the key, as a snapshot knows of no documents.
    let mut linking = snapshot.warnings().skip(warnings.len()).peekable();
    let places = if linking.peek().is_some() { definition::places(&documents) } else { HashMap::new() };
    for problem in linking {
        let key = problem.path.trim_start_matches('/');
        let text = match places.get(key) {
            Some((document, path)) => {
                let problem = Problem { path: path.clone(), ..problem.clone() };
                format!("{}: {problem}", path_of(files, *document).display())
            }
            None => problem.to_string(),
        };
        broken.insert(key.into(), text.clone());
        warnings.push(text);
    }
    Ok(Definitions { snapshot, warnings, broken })
}

/// Of each entry that cannot be served, the first problem that keeps it from it; a key that is taken outdoes all.
fn spoilt(files: &[File], reading: &Reading) -> HashMap<Box<str>, String> {
    let mut spoilt = HashMap::new();
    for found in reading.problems.iter().filter(|found| found.problem.code.on_load() == OnLoad::Entry) {
        let Some(entry) = found.entry.and_then(|entry| reading.model.entries.get(entry)) else { continue };
        if found.problem.code == Code::DuplicateKey || !spoilt.contains_key(&entry.key) {
            spoilt.insert(entry.key.clone(), in_file(files, found));
        }
    }
    spoilt
}

/// The trees of files that belong together, and what a process reads in them.
pub(crate) fn documents(files: &[File]) -> Result<(Vec<Node<'_>>, Reading), Failure> {
    let mut documents = Vec::with_capacity(files.len());
    for file in files {
        documents.push(file.parse().map_err(|problem| Failure::refused(&file.path, &problem))?);
    }
    let reading = definition::read(&documents, Mode::Loading);
    if let Some(found) = reading.refusal() {
        return Err(Failure::refused(path_of(files, found.document), &found.problem));
    }
    Ok((documents, reading))
}

/// What reading files had to say, of problems like these.
pub(crate) fn warnings(files: &[File], reading: &Reading, like: impl Fn(Code) -> bool) -> Vec<String> {
    let found = reading.problems.iter().filter(|found| like(found.problem.code));
    found.map(|found| in_file(files, found)).collect()
}

fn in_file(files: &[File], found: &Found) -> String {
    format!("{}: {}", path_of(files, found.document).display(), found.problem)
}

/// The file that is this document.
pub(crate) fn path_of(files: &[File], document: usize) -> &Path {
    files.get(document).map_or(Path::new(""), |file| &file.path)
}

/// Every file of a folder that looks like definitions, sorted by path. Hidden ones are somebody else's: version
/// control's, an editor's, a mounted volume's. A folder is entered once, however many links lead to it.
fn definitions_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut entered = HashSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let unreadable = |error: io::Error| Failure::unreadable(&folder, &error);
        if !entered.insert(fs::canonicalize(&folder).map_err(unreadable)?) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if hidden {
                continue;
            }
            let is_definition = has_extension(&path, &["json", "yaml", "yml"]);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => open.push(path),
                Ok(metadata) if metadata.is_file() && is_definition => found.push(path),
                Err(error) if is_definition => return Err(Failure::unreadable(&path, &error)),
                _ => {}
            }
        }
    }
    if found.is_empty() {
        let place = folder.display();
        return Err(Failure::Usage(format!("no definitions in {place}: no file is *.json, *.yaml or *.yml")));
    }
    found.sort();
    Ok(found)
}

/// Reads at most `limit` bytes. What a file says of its size is believed first, so that a large one is not read.
pub(crate) fn read_bounded(path: &Path, limit: usize) -> io::Result<Result<Vec<u8>, Problem>> {
    let file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if size > limit {
        return Ok(Err(too_large(format_args!("{size} bytes are"), limit)));
    }
    let mut text = Vec::with_capacity(size);
    file.take(limit as u64 + 1).read_to_end(&mut text)?;
    if text.len() > limit {
        return Ok(Err(too_large(format_args!("the text is"), limit)));
    }
    Ok(Ok(text))
}

fn too_large(what: std::fmt::Arguments<'_>, limit: usize) -> Problem {
    let shared = if limit < limits::DOCUMENT_BYTES { " left to this file of the folder" } else { "" };
    Problem::of_text(Code::TooLarge, 1, 1, format!("{what} over the limit of {limit} bytes{shared}"))
}

/// By its name; without a telling one (a pipe, standard input) by how it begins.
fn is_yaml(path: &Path, text: &[u8]) -> bool {
    if has_extension(path, &["json"]) {
        return false;
    }
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    has_extension(path, &["yaml", "yml"]) || !matches!(first, Some(b'{' | b'['))
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}
