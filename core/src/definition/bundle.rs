//! Documents: a definition, a list of them or a bundle, and what bundles say before their entries.

use crate::document::Node;
use crate::limits;
use crate::problem::{Code, Pointer, Problems};

use super::fields::{Field, Mode, Object, Reader, fields};
use super::shared::Shared;

/// The forms of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Single,
    List,
    Bundle,
}

impl Form {
    pub(super) fn path_of(self, position: usize) -> String {
        match self {
            Form::Single => String::new(),
            Form::List => format!("/{position}"),
            Form::Bundle => format!("/entries/{position}"),
        }
    }
}

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

/// What bundles say before their entries. Files of one folder must not contradict each other.
#[derive(Default)]
pub(super) struct Headers {
    pub(super) environment: Option<Box<str>>,
    pub(super) version: Option<u64>,
    pub(super) roles: Option<Vec<Box<str>>>,
}

impl Headers {
    pub(super) fn add(&mut self, document: &Node<'_>, mode: Mode, problems: &mut Problems) {
        let (mut references, mut shared) = (Vec::new(), Shared::default());
        let mut reader = Reader::new(mode, problems, &mut references, &mut shared, None);
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
            Node::Int(version) => u64::try_from(*version).ok().or_else(|| {
                let message = format!("expected an integer of at least 0, found {version}");
                reader.problems.add(Code::WrongType, &field.path(&path), message);
                None
            }),
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
    object.iter().any(|(name, _)| *name == "entries" || *name == "schema")
}

/// The entries of a document.
pub(super) fn entries_of<'n, 't>(document: &'n Node<'t>) -> Option<(Form, &'n [Node<'t>])> {
    match document {
        Node::List(entries) => Some((Form::List, entries)),
        Node::Object(object) if is_bundle(object) => {
            match object.iter().find(|(name, _)| *name == "entries").map(|(_, node)| node) {
                Some(Node::List(entries)) => Some((Form::Bundle, entries)),
                _ => None,
            }
        }
        Node::Object(_) => Some((Form::Single, std::slice::from_ref(document))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::Arena;

    #[test]
    fn a_negative_version_is_said() {
        let arena = Arena::new();
        let document = Node::parse_json(br#"{"version": -1, "entries": []}"#, &arena).unwrap();
        let problems = read(&[document], Mode::Loading).problems;
        let told: Vec<String> = problems.iter().map(|found| found.problem.to_string()).collect();
        assert_eq!(told, ["/version: expected an integer of at least 0, found -1 (WRONG_TYPE)"]);
    }
}
