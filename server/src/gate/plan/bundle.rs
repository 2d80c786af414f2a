//! What an import says of one environment: a list of definitions, or a bundle (DESIGN 3).

use serde_json::Value;
use vexil_core::problem::{Code, Pointer};
use vexil_core::{Problem, limits};

use crate::catalog::Document;
use crate::gate::EntryProblem;

/// The version of the format.
const SCHEMA: u64 = 1;

/// What is written for one environment, as far as it could be read.
pub(super) struct Bundle<'w> {
    /// What `min_role` may name; none where the bundle does not say.
    pub(super) roles: Option<Vec<String>>,
    /// Each definition with its place in the bundle, a JSON Pointer.
    pub(super) entries: Vec<(String, &'w Document)>,
}

/// What is wrong with an import. As many as anybody mends at once are told; those beyond are counted.
#[derive(Default)]
pub(super) struct Noted {
    problems: Vec<EntryProblem>,
    hidden: usize,
}

impl Noted {
    /// Notes a problem of what is written for an environment, at a place in it.
    pub(super) fn add(
        &mut self,
        environment: &str,
        key: Option<&str>,
        path: String,
        code: Code,
        message: impl Into<String>,
    ) {
        if self.problems.len() >= limits::PROBLEMS_OF_A_READING {
            self.hidden += 1;
            return;
        }
        let problem = Problem { path, ..Problem::new(code, &Pointer::Root, message) };
        let environments = vec![environment.to_owned()];
        self.problems.push(EntryProblem { key: key.map(str::to_owned), problem, environments });
    }

    pub(super) fn into_problems(mut self) -> Vec<EntryProblem> {
        if self.hidden > 0 {
            let message = format!("{} more problems are not shown", self.hidden);
            let problem = Problem::new(Code::LimitExceeded, &Pointer::Root, message);
            self.problems.push(EntryProblem { key: None, problem, environments: Vec::new() });
        }
        self.problems
    }
}

/// Reads what is written for an environment, and notes everything that is wrong with it. A bundle that says what it is
/// for must be for this.
pub(super) fn read<'w>(environment: &str, written: &'w Value, noted: &mut Noted) -> Bundle<'w> {
    let mut reading = Reading { environment, noted, roles: None, entries: Vec::new() };
    match written {
        Value::Array(items) => reading.definitions(items, &Pointer::Root),
        Value::Object(bundle) if bundle.contains_key("entries") || bundle.contains_key("schema") => {
            reading.bundle(bundle);
        }
        _ => {
            let message = "neither a list of definitions nor a bundle";
            reading.note(Code::NotADefinition, &Pointer::Root, message);
        }
    }
    Bundle { roles: reading.roles, entries: reading.entries }
}

struct Reading<'r, 'w> {
    environment: &'r str,
    noted: &'r mut Noted,
    roles: Option<Vec<String>>,
    entries: Vec<(String, &'w Document)>,
}

impl<'w> Reading<'_, 'w> {
    fn note(&mut self, code: Code, path: &Pointer<'_>, message: impl Into<String>) {
        self.noted.add(self.environment, None, path.to_string(), code, message);
    }

    fn bundle(&mut self, bundle: &'w Document) {
        let root = Pointer::Root;
        for (name, value) in bundle {
            let path = root.member(name);
            match (name.as_str(), value) {
                ("schema", value) if value.as_u64() == Some(SCHEMA) => {}
                ("schema", _) => {
                    let message = format!("this version reads schema {SCHEMA} only");
                    self.note(Code::InvalidValue, &path, message);
                }
                ("environment", Value::String(named)) if named == self.environment => {}
                ("environment", Value::String(_)) => {
                    let message = format!("it is for another environment than `{}`", self.environment);
                    self.note(Code::Conflict, &path, message);
                }
                ("environment", _) => self.note(Code::WrongType, &path, "expected a string"),
                ("version", value) if value.is_u64() => {}
                ("version", _) => self.note(Code::WrongType, &path, "expected an integer from 0"),
                ("roles", Value::Array(roles)) => self.roles(roles, &path),
                ("roles", _) => self.note(Code::WrongType, &path, "expected a list"),
                ("entries", Value::Array(items)) => self.definitions(items, &path),
                ("entries", _) => self.note(Code::WrongType, &path, "expected a list"),
                ("$schema" | "$comment", _) => {}
                _ => self.note(Code::UnknownField, &path, "a bundle has no such field"),
            }
        }
        if !bundle.contains_key("entries") {
            self.note(Code::MissingField, &root, "`entries` is missing");
        }
    }

    /// An empty list says nothing of roles.
    fn roles(&mut self, roles: &[Value], path: &Pointer<'_>) {
        let mut read = Vec::with_capacity(roles.len());
        for (position, role) in roles.iter().enumerate() {
            match role {
                Value::String(role) => read.push(role.clone()),
                _ => self.note(Code::WrongType, &path.item(position), "expected a string"),
            }
        }
        self.roles = Some(read).filter(|roles| !roles.is_empty());
    }

    fn definitions(&mut self, items: &'w [Value], path: &Pointer<'_>) {
        for (position, item) in items.iter().enumerate() {
            let path = path.item(position);
            match item {
                Value::Object(document) => self.entries.push((path.to_string(), document)),
                _ => self.note(Code::WrongType, &path, "expected an object"),
            }
        }
    }
}
