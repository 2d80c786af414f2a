//! Definitions as their authors write them -> the model. Every problem is found at once, each with its place; what is
//! bad is left out of the model, so that nothing behind this stage can meet it.

mod action;
mod condition;
mod entry;
mod experiment;
mod fields;
mod flag;
pub mod lint;
mod operator;
pub(crate) mod references;
pub mod schema;
mod spelling;
pub(crate) mod split;
#[cfg(feature = "value-schema")]
mod value_schema;
mod values;

use std::collections::HashMap;

use crate::context::Paths;
use crate::document::Node;
use crate::limits;
use crate::model::{About, Body, Entry, Model};
use crate::problem::{Code, Pointer, Problem, Problems, Severity};

use fields::{Field, Object, Reader, Reference, fields};

pub use fields::Mode;

fields! {
    /// The fields of a bundle.
    BundleFields {
        schema: "schema",
        environment: "environment",
        version: "version",
        roles: "roles",
        entries: "entries",
    }
}

/// The version of the format.
const SCHEMA: i64 = 1;

/// What came of reading documents.
#[derive(Debug)]
pub struct Reading {
    /// All that is valid.
    pub model: Model,
    /// What is wrong, in the order of documents.
    pub problems: Vec<Found>,
    /// A document as a whole could not be understood; a process keeps what it has.
    pub refused: bool,
    /// Where each entry of the model stands.
    places: Vec<Place>,
}

/// A problem, and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The number of the document.
    pub document: usize,
    /// The position of the entry in the model, where it is one's.
    pub entry: Option<usize>,
    /// The problem.
    pub problem: Problem,
}

#[derive(Debug)]
struct Place {
    document: usize,
    path: String,
    /// Where its key stands.
    key_path: String,
    references: Vec<Reference>,
}

impl Reading {
    /// Whether there is a problem that is an error when authoring.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|found| found.problem.severity == Severity::Error)
    }

    fn add(&mut self, entry: usize, code: Code, path: &str, message: String) {
        if let Some(place) = self.places.get(entry) {
            let problem = Problem { path: path.to_owned(), ..Problem::new(code, &Pointer::Root, message) };
            self.problems.push(Found { document: place.document, entry: Some(entry), problem });
        }
    }
}

/// Reads documents that belong together: the files of a folder, or one bundle.
pub fn read(documents: &[Node<'_>], mode: Mode) -> Reading {
    let mut headers = Headers::default();
    let mut problems: Vec<Problems> = Vec::with_capacity(documents.len());
    for document in documents {
        let mut found = Problems::default();
        headers.add(document, mode, &mut found);
        problems.push(found);
    }
    let refused = problems.iter().any(|found| found.count() > 0);
    let mut reading = Reading {
        model: Model {
            environment: headers.environment,
            version: headers.version.unwrap_or(0),
            roles: headers.roles.unwrap_or_default(),
            entries: Vec::new(),
        },
        problems: Vec::new(),
        refused,
        places: Vec::new(),
    };
    let mut paths = Paths::default();
    for (document, (node, found)) in documents.iter().zip(problems).enumerate() {
        reading.read_document(document, node, mode, found, &mut paths);
    }
    reading.refuse_duplicates();
    references::check(&mut reading, mode);
    #[cfg(feature = "value-schema")]
    if mode == Mode::Authoring {
        value_schema::check(&mut reading);
    }
    reading.problems.sort_by_key(|found| found.document);
    reading
}

impl Reading {
    fn read_document(
        &mut self,
        document: usize,
        node: &Node<'_>,
        mode: Mode,
        header: Problems,
        paths: &mut Paths,
    ) {
        let mut problems = header;
        // Where the problems of each entry end.
        let mut marks = vec![(problems.count(), None)];
        for (i, entry) in entries_of(node).into_iter().flatten().enumerate() {
            let list = Pointer::Root.member("entries");
            let path = match node {
                Node::List(_) => Pointer::Root.item(i),
                Node::Object(object) if is_bundle(object) => list.item(i),
                _ => Pointer::Root,
            };
            if self.model.entries.len() == limits::ENTRIES {
                problems.add(Code::LimitExceeded, &path, format!("more than {} entries", limits::ENTRIES));
                break;
            }
            let before = self.model.entries.len();
            self.read_entry(document, entry, &path, mode, &mut problems, paths);
            marks.push((problems.count(), (self.model.entries.len() > before).then_some(before)));
        }
        marks.push((usize::MAX, None));
        let mut mark = 0;
        for (i, problem) in problems.into_vec().into_iter().enumerate() {
            while marks.get(mark).is_some_and(|(end, _)| i >= *end) {
                mark += 1;
            }
            self.problems.push(Found {
                document,
                entry: marks.get(mark).and_then(|(_, entry)| *entry),
                problem,
            });
        }
    }

    fn read_entry(
        &mut self,
        document: usize,
        node: &Node<'_>,
        path: &Pointer<'_>,
        mode: Mode,
        problems: &mut Problems,
        paths: &mut Paths,
    ) {
        let before = problems.count();
        let mut references = Vec::new();
        let roles = &self.model.roles;
        let mut reader =
            Reader { mode, problems, references: &mut references, paths, roles, sensitive: false };
        let Some(object) = reader.object(node, path) else { return };
        reader.sensitive = entry::is_sensitive(object);
        let key = reader.entry_key(object, path);
        let read = reader.entry(object, path);
        let Some((key, key_path)) = key else { return };
        let (about, body) = match (problems.spoiling_since(before), read) {
            (None, Some(read)) => read,
            (Some(spoiling), _) => (About::default(), invalid(spoiling.clone(), entry::is_evaluable(object))),
            // Every refusal is reported, so this is never reached; but an entry without a reason must not be served.
            (None, None) => (About::default(), invalid(unreadable(path), entry::is_evaluable(object))),
        };
        self.model.entries.push(Entry { key: key.into(), about, body });
        self.places.push(Place { document, path: path.to_string(), key_path, references });
    }

    /// Of two entries with one key neither is served: which one was meant cannot be known.
    fn refuse_duplicates(&mut self) {
        let mut first: HashMap<Box<str>, usize> = HashMap::with_capacity(self.model.entries.len());
        let mut duplicates = Vec::new();
        for (i, entry) in self.model.entries.iter().enumerate() {
            match first.get(&entry.key) {
                Some(earlier) => duplicates.push((*earlier, i)),
                None => drop(first.insert(entry.key.clone(), i)),
            }
        }
        for (earlier, later) in duplicates {
            let (Some(first), Some(second)) = (self.places.get(earlier), self.places.get(later)) else {
                continue;
            };
            let message = format!("the key is taken by {}", describe_place(first));
            let path = second.key_path.clone();
            self.add(later, Code::DuplicateKey, &path, message);
            let Some(problem) = self.problems.last().map(|found| found.problem.clone()) else { continue };
            let evaluable =
                [earlier, later].iter().any(|i| self.model.entries.get(*i).is_some_and(Entry::is_evaluable));
            for entry in [earlier, later] {
                if let Some(entry) = self.model.entries.get_mut(entry) {
                    entry.body = invalid(problem.clone(), evaluable);
                }
            }
        }
    }
}

impl Reader<'_> {
    /// The key, if there is one to answer to; that it is well formed is another matter, which spoils the entry.
    fn entry_key<'n>(&mut self, object: &'n Object<'_>, path: &Pointer<'_>) -> Option<(&'n str, String)> {
        let Some((name, node)) = entry::written_key(object) else {
            self.missing("key", path);
            return None;
        };
        let path = path.member(name);
        let key = self.string(node, &path)?;
        if !entry::is_key(key) {
            let message = format!(
                "a key is letters, digits, `.`, `_` and `-`, begins with a letter or digit and has at most {} bytes",
                limits::KEY_BYTES
            );
            self.problems.add(Code::InvalidKey, &path, message);
        }
        Some((key, path.to_string()))
    }
}

/// What bundles say before their entries. Files of one folder must not contradict each other.
#[derive(Default)]
struct Headers {
    environment: Option<Box<str>>,
    version: Option<u64>,
    roles: Option<Vec<Box<str>>>,
}

impl Headers {
    fn add(&mut self, document: &Node<'_>, mode: Mode, problems: &mut Problems) {
        let mut references = Vec::new();
        let mut reader = Reader {
            mode,
            problems,
            references: &mut references,
            paths: &mut Paths::default(),
            roles: &[],
            sensitive: false,
        };
        let object = match document {
            Node::Object(object) if is_bundle(object) => object,
            Node::Object(_) => return,
            Node::List(entries) => {
                if entries.is_empty() {
                    reader.problems.add(Code::NotADefinition, &Pointer::Root, "the list holds no definition");
                }
                return;
            }
            other => {
                let message =
                    format!("expected a definition, a list of them or a bundle, found {}", other.kind());
                reader.problems.add(Code::NotADefinition, &Pointer::Root, message);
                return;
            }
        };
        let path = Pointer::Root;
        let fields = BundleFields::read(object, &path, &mut reader);
        match fields.schema {
            Some(Field { node: Node::Int(SCHEMA), .. }) | None => {}
            Some(other) => {
                let message = format!("this version reads schema {SCHEMA} only");
                reader.problems.add(Code::InvalidValue, &other.path(&path), message);
            }
        }
        match fields.entries {
            Some(field) => drop(reader.list(field.node, &field.path(&path))),
            None => reader.missing("entries", &path),
        }
        let environment = fields.environment.and_then(|field| reader.id(field.node, &field.path(&path)));
        let version = fields.version.and_then(|field| match field.node {
            Node::Int(version) if *version >= 0 => u64::try_from(*version).ok(),
            other => {
                reader.wrong_type(&field.path(&path), "an integer of at least 0", other);
                None
            }
        });
        let roles = reader.ids(fields.roles, &path);
        if let Some(roles) = &roles {
            reader.within(roles.len(), limits::VARIATIONS, "roles", &path);
        }
        agree(&mut self.environment, environment.map(Box::from), "environment", reader.problems);
        agree(&mut self.version, version, "version", reader.problems);
        agree(&mut self.roles, roles, "roles", reader.problems);
    }
}

fn agree<T: PartialEq>(known: &mut Option<T>, given: Option<T>, what: &str, problems: &mut Problems) {
    match (known.as_ref(), given) {
        (Some(known), Some(given)) if *known != given => {
            let message = format!("another file of the folder gives another `{what}`");
            problems.add(Code::Conflict, &Pointer::Root.member(what), message);
        }
        (None, given @ Some(_)) => *known = given,
        _ => {}
    }
}

fn is_bundle(object: &Object<'_>) -> bool {
    object.iter().any(|(name, _)| name == "entries" || name == "schema")
}

/// The entries of a document.
fn entries_of<'n, 't>(document: &'n Node<'t>) -> Option<&'n [Node<'t>]> {
    match document {
        Node::List(entries) => Some(entries),
        Node::Object(object) if is_bundle(object) => {
            match object.iter().find(|(name, _)| name == "entries").map(|(_, node)| node) {
                Some(Node::List(entries)) => Some(entries),
                _ => None,
            }
        }
        Node::Object(_) => Some(std::slice::from_ref(document)),
        _ => None,
    }
}

/// Every entry as it is written, by its key.
pub(crate) fn written_entries<'n, 't>(documents: &'n [Node<'t>]) -> HashMap<&'n str, &'n Node<'t>> {
    let entries = documents.iter().filter_map(entries_of).flatten();
    let keyed = entries.filter_map(|entry| match entry {
        Node::Object(object) => match entry::written_key(object)?.1 {
            Node::Str(key) => Some((key.as_ref(), entry)),
            _ => None,
        },
        _ => None,
    });
    keyed.collect()
}

/// An entry with every field in the spelling of the documentation.
pub(crate) fn normalised(entry: &Node<'_>) -> crate::value::Value {
    spelling::normalise(entry.to_value())
}

fn invalid(problem: Problem, evaluable: bool) -> Body {
    Body::Invalid { problem: Box::new(problem), evaluable }
}

fn unreadable(path: &Pointer<'_>) -> Problem {
    Problem::new(Code::InvalidValue, path, "the entry could not be read")
}

fn describe_place(place: &Place) -> String {
    if place.path.is_empty() { "another entry".to_owned() } else { format!("the entry at {}", place.path) }
}
