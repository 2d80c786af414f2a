//! Definitions as their authors write them -> the model. Every problem is found at once, each with its place; what is
//! bad is left out of the model, so that nothing behind this stage can meet it.

mod action;
mod bundle;
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
mod unreachable;
mod value_schema;
mod values;

use std::collections::HashMap;

use crate::document::Node;
use crate::hash::NameState;
use crate::limits;
use crate::model::{About, Body, Entry, Model};
use crate::problem::{Code, OnLoad, Pointer, Problem, Problems, Severity};

use bundle::{Form, Headers};
use fields::{Object, Reader, Reference};
use shared::Shared;

pub(crate) use action::is_action;
pub use fields::Mode;
pub(crate) use normal::Normal;

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
    /// In which spelling its key and its expiry are written.
    key_field: &'static str,
    expiry_field: &'static str,
    references: Vec<Reference>,
}

impl Place {
    fn path(&self) -> String {
        self.form.path_of(self.position)
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

/// The entry that a definition is, by itself and as a process reads it, if it is one and valid.
pub(crate) fn read_one(definition: &Node<'_>) -> Option<Entry> {
    let is_one = matches!(bundle::entries_of(definition), Some((Form::Single, _)));
    let entry = is_one.then(|| read_part(*definition).model.entries.pop()).flatten()?;
    (!matches!(entry.body, Body::Invalid { .. })).then_some(entry)
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
            roles: headers.roles.clone(),
            entries: Vec::new(),
        },
        refusal: problems.iter().find(|found| found.problem.code.on_load() != OnLoad::Ignored).cloned(),
        problems,
        hidden: 0,
        places: Vec::new(),
    };
    let mut shared = Shared::default();
    // As with circles: a delta can bring a role or take it away.
    let roles = (mode == Mode::Authoring).then(|| headers.roles.unwrap_or_default());
    for (document, node) in documents.iter().enumerate() {
        reading.read_document(document, node, mode, roles.as_deref(), &mut shared);
    }
    reading.refuse_duplicates();
    if whole {
        references::check(&mut reading, mode);
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
        let Some((form, entries)) = bundle::entries_of(node) else { return };
        let list = Pointer::Root.member("entries");
        self.model.entries.reserve(entries.len().min(limits::ENTRIES));
        for (position, entry) in entries.iter().enumerate() {
            let path = match form {
                Form::Single => Pointer::Root,
                Form::List => Pointer::Root.item(position),
                Form::Bundle => list.item(position),
            };
            if self.model.entries.len() == limits::ENTRIES {
                let message = format!("more than {} entries", limits::ENTRIES);
                let problem = Problem::new(Code::LimitExceeded, &path, message);
                self.problems.push(Found { document, entry: None, problem });
                return;
            }
            let place = Place {
                document,
                form,
                position,
                key_field: "key",
                expiry_field: "expiry",
                references: Vec::new(),
            };
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
        let mut reader = Reader::new(mode, &mut problems, &mut place.references, shared, roles);
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
                let expiry_field = entry::written(object, entry::EXPIRY).map_or("expiry", |(name, _)| name);
                self.places.push(Place { key_field, expiry_field, ..place });
            }
        }
        self.hidden += problems.hidden();
        for problem in problems {
            if self.problems.len() < limits::PROBLEMS_OF_A_READING {
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
        let Some((field, node)) = entry::written(object, entry::KEY) else {
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

/// Where every entry stands, by its key: the number of its document, and its path there.
pub fn places<'n>(documents: &'n [Node<'_>]) -> HashMap<&'n str, (usize, String)> {
    keyed(documents).map(|(key, document, form, (i, _))| (key, (document, form.path_of(i)))).collect()
}

/// Every entry as it is written, by its key, with the number of its document.
pub fn written_entries<'n, 't>(documents: &'n [Node<'t>]) -> HashMap<&'n str, (usize, &'n Node<'t>)> {
    keyed(documents).map(|(key, document, _, (_, node))| (key, (document, node))).collect()
}

/// Every entry that has a key: that, the document's number and form, and the entry with its position.
fn keyed<'n, 't>(
    documents: &'n [Node<'t>],
) -> impl Iterator<Item = (&'n str, usize, Form, (usize, &'n Node<'t>))> {
    let of_document = |(document, node): (usize, &'n Node<'t>)| Some((document, bundle::entries_of(node)?));
    documents.iter().enumerate().filter_map(of_document).flat_map(|(document, (form, entries))| {
        entries.iter().enumerate().filter_map(move |(position, node)| match node {
            Node::Object(object) => match entry::written(object, entry::KEY)?.1 {
                Node::Str(key) => Some((*key, document, form, (position, node))),
                _ => None,
            },
            _ => None,
        })
    })
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
