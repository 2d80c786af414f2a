//! Definitions as their authors write them -> the model. Every problem is found at once, each with its place; what is
//! bad is left out of the model, so that nothing behind this stage can meet it.

mod action;
mod condition;
mod entry;
mod experiment;
mod fields;
mod flag;
pub mod lint;
mod normal;
mod operator;
pub(crate) mod references;
pub mod schema;
mod shared;
pub(crate) mod split;
#[cfg(feature = "value-schema")]
mod value_schema;
mod values;

use std::collections::HashMap;

use crate::document::Node;
use crate::hash::NameState;
use crate::limits;
use crate::model::{About, Body, Entry, Model};
use crate::problem::{Code, OnLoad, Pointer, Problem, Problems, Severity};

use fields::{Field, Object, Reader, Reference, fields};
use shared::Shared;

pub use fields::Mode;
pub(crate) use normal::Normal;

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

/// How many problems are shown of documents that are read together; nobody mends more at once.
const PROBLEMS_OF_A_READING: usize = 10 * limits::PROBLEMS;

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
    refusal: Option<Found>,
    /// How many problems are counted only.
    hidden: usize,
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

/// Where an entry stands. Its path is put together when somebody asks: a good document has no use for it.
#[derive(Debug)]
struct Place {
    document: usize,
    form: Form,
    position: usize,
    /// In which spelling its key is written.
    key_field: &'static str,
    references: Vec<Reference>,
}

/// The forms of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Single,
    List,
    Bundle,
}

impl Place {
    fn path(&self) -> String {
        self.form.path_of(self.position)
    }
}

impl Form {
    fn path_of(self, position: usize) -> String {
        match self {
            Form::Single => String::new(),
            Form::List => format!("/{position}"),
            Form::Bundle => format!("/entries/{position}"),
        }
    }
}

impl Reading {
    /// Whether there is a problem that is an error when authoring.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|found| found.problem.severity == Severity::Error)
    }

    /// What a document was refused for as a whole.
    pub fn refusal(&self) -> Option<&Found> {
        self.refusal.as_ref()
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
    read_documents(documents, mode, true)
}

/// Reads what a delta has of a bundle, as a process does. What it mentions may be in the rest, and so may the roles.
pub(crate) fn read_part(document: Node<'_>) -> Reading {
    read_documents(&[document], Mode::Loading, false)
}

fn read_documents(documents: &[Node<'_>], mode: Mode, whole: bool) -> Reading {
    let mut headers = Headers::default();
    let mut problems: Vec<Found> = Vec::new();
    for (document, node) in documents.iter().enumerate() {
        let mut found = Problems::default();
        headers.add(node, mode, &mut found);
        problems.extend(found.into_iter().map(|problem| Found { document, entry: None, problem }));
    }
    let mut reading = Reading {
        model: Model {
            environment: headers.environment,
            version: headers.version.unwrap_or(0),
            roles: headers.roles.clone().unwrap_or_default(),
            entries: Vec::new(),
        },
        refusal: problems.iter().find(|found| found.problem.code.on_load() != OnLoad::Ignored).cloned(),
        problems,
        hidden: 0,
        places: Vec::new(),
    };
    let mut shared = Shared::default();
    let roles = headers.roles.or_else(|| whole.then(Vec::new));
    for (document, node) in documents.iter().enumerate() {
        reading.read_document(document, node, mode, roles.as_deref(), &mut shared);
    }
    reading.refuse_duplicates();
    if whole {
        references::check(&mut reading, mode);
    }
    #[cfg(feature = "value-schema")]
    if mode == Mode::Authoring {
        value_schema::check(&mut reading);
    }
    reading.put_in_order();
    reading.count_hidden();
    reading
}

impl Reading {
    fn read_document(
        &mut self,
        document: usize,
        node: &Node<'_>,
        mode: Mode,
        roles: Option<&[Box<str>]>,
        shared: &mut Shared,
    ) {
        let Some((form, entries)) = entries_of(node) else { return };
        let list = Pointer::Root.member("entries");
        self.model.entries.reserve(entries.len().min(limits::ENTRIES));
        for (position, entry) in entries.iter().enumerate() {
            let path = match form {
                Form::Single => Pointer::Root,
                Form::List => Pointer::Root.item(position),
                Form::Bundle => list.item(position),
            };
            if position == limits::ENTRIES {
                let message = format!("more than {} entries", limits::ENTRIES);
                let problem = Problem::new(Code::LimitExceeded, &path, message);
                self.problems.push(Found { document, entry: None, problem });
                return;
            }
            let place = Place { document, form, position, key_field: "key", references: Vec::new() };
            self.read_entry(entry, place, &path, mode, roles, shared);
        }
    }

    fn read_entry(
        &mut self,
        node: &Node<'_>,
        mut place: Place,
        path: &Pointer<'_>,
        mode: Mode,
        roles: Option<&[Box<str>]>,
        shared: &mut Shared,
    ) {
        let mut problems = Problems::default();
        let mut reader = Reader {
            mode,
            problems: &mut problems,
            references: &mut place.references,
            shared,
            roles,
            sensitive: false,
        };
        let document = place.document;
        let mut entry = None;
        if let Some(object) = reader.object(node, path) {
            reader.sensitive = entry::is_sensitive(object);
            let key = reader.entry_key(object, path);
            let read = reader.entry(object, path);
            if let Some((key, key_field)) = key {
                let (about, body) = match (problems.first_spoiling(), read) {
                    (None, Some(read)) => read,
                    (Some(why), _) => (About::default(), invalid(why.clone(), entry::is_evaluable(object))),
                    // Every refusal is reported, so this is never reached; but what could not be read must not be
                    // served for want of a reason.
                    (None, None) => {
                        (About::default(), invalid(unreadable(path), entry::is_evaluable(object)))
                    }
                };
                entry = Some(self.model.entries.len());
                self.model.entries.push(Entry { key: key.into(), about, body });
                self.places.push(Place { key_field, ..place });
            }
        }
        self.hidden += problems.hidden();
        for problem in problems {
            if self.problems.len() < PROBLEMS_OF_A_READING {
                self.problems.push(Found { document, entry, problem });
            } else {
                self.hidden += 1;
            }
        }
    }

    /// Of two entries with one key neither is served: which one was meant cannot be known.
    fn refuse_duplicates(&mut self) {
        for (earlier, later) in duplicates(&self.model.entries) {
            let (Some(first), Some(second)) = (self.places.get(earlier), self.places.get(later)) else {
                continue;
            };
            let message = match first.path() {
                path if path.is_empty() => "the key is taken by another entry".to_owned(),
                path => format!("the key is taken by the entry at {path}"),
            };
            let path = format!("{}/{}", second.path(), second.key_field);
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

    /// By document and entry.
    fn put_in_order(&mut self) {
        self.problems.sort_by_key(|found| (found.document, found.entry.map_or(0, |entry| entry + 1)));
    }

    /// Says how many problems are not shown. Whether an entry is served does not depend on what is shown of it.
    fn count_hidden(&mut self) {
        if let Some(last) = self.problems.last().filter(|_| self.hidden > 0) {
            let message = format!("{} more problems are not shown", self.hidden);
            let problem = Problem::new(Code::LimitExceeded, &Pointer::Root, message);
            self.problems.push(Found { document: last.document, entry: None, problem });
        }
    }
}

impl Reader<'_> {
    /// The key, if there is one to answer to; that it is well formed is another matter, which spoils the entry.
    fn entry_key<'n>(
        &mut self,
        object: &'n Object<'_>,
        path: &Pointer<'_>,
    ) -> Option<(&'n str, &'static str)> {
        let Some((field, node)) = entry::written_key(object) else {
            self.missing("key", path);
            return None;
        };
        let path = path.member(field);
        let key = self.string(node, &path)?;
        if !entry::is_key(key) {
            let message = format!(
                "a key is letters, digits, `.`, `_` and `-`, begins with a letter or digit and has at most {} bytes",
                limits::KEY_BYTES
            );
            self.problems.add(Code::InvalidKey, &path, message);
        }
        Some((key, field))
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
            shared: &mut Shared::default(),
            roles: None,
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
fn entries_of<'n, 't>(document: &'n Node<'t>) -> Option<(Form, &'n [Node<'t>])> {
    match document {
        Node::List(entries) => Some((Form::List, entries)),
        Node::Object(object) if is_bundle(object) => {
            match object.iter().find(|(name, _)| name == "entries").map(|(_, node)| node) {
                Some(Node::List(entries)) => Some((Form::Bundle, entries)),
                _ => None,
            }
        }
        Node::Object(_) => Some((Form::Single, std::slice::from_ref(document))),
        _ => None,
    }
}

/// Where every entry stands, by its key: the number of its document, and its path there.
pub fn places<'n>(documents: &'n [Node<'_>]) -> HashMap<&'n str, (usize, String)> {
    keyed(documents).map(|(key, document, form, (i, _))| (key, (document, form.path_of(i)))).collect()
}

/// Every entry as it is written, by its key, with the number of its document.
pub(crate) fn written_entries<'n, 't>(documents: &'n [Node<'t>]) -> HashMap<&'n str, (usize, &'n Node<'t>)> {
    keyed(documents).map(|(key, document, _, (_, node))| (key, (document, node))).collect()
}

/// Every entry that has a key: that, the document's number and form, and the entry with its position.
fn keyed<'n, 't>(
    documents: &'n [Node<'t>],
) -> impl Iterator<Item = (&'n str, usize, Form, (usize, &'n Node<'t>))> {
    documents.iter().enumerate().filter_map(|(i, document)| Some((i, entries_of(document)?))).flat_map(
        |(document, (form, entries))| {
            entries.iter().enumerate().filter_map(move |(position, node)| match node {
                Node::Object(object) => match entry::written_key(object)?.1 {
                    Node::Str(key) => Some((key.as_ref(), document, form, (position, node))),
                    _ => None,
                },
                _ => None,
            })
        },
    )
}

/// A valid entry as it is written, with every field in the spelling of the documentation, and what counts without one.
pub(crate) fn normalised(entry: &Entry, written: &Node<'_>) -> Normal {
    normal::normalise(entry, written)
}

/// Every entry whose key an earlier one has, behind that one.
fn duplicates(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut first = hashbrown::HashMap::with_capacity_and_hasher(entries.len(), NameState::default());
    let mut duplicates = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        match first.get(&*entry.key) {
            Some(earlier) => duplicates.push((*earlier, i)),
            None => drop(first.insert(&*entry.key, i)),
        }
    }
    duplicates
}

fn invalid(problem: Problem, evaluable: bool) -> Body {
    Body::Invalid { problem: Box::new(problem), evaluable }
}

fn unreadable(path: &Pointer<'_>) -> Problem {
    Problem::new(Code::InvalidValue, path, "the entry could not be read")
}
