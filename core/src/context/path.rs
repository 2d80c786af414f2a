//! Attribute paths: `user.email`, spelled in one way, ready to be looked up.

use std::collections::HashMap;
use std::sync::Arc;

use crate::hash::{self, Tag};
use crate::limits;

/// The attributes that evaluation itself asks for. A context keeps each in a slot of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// `user.id`
    UserId,
    /// `session.id`
    SessionId,
    /// `tenant.id`
    TenantId,
    /// `user.role`
    UserRole,
    /// `env`
    Env,
    /// `service.name`
    ServiceName,
}

impl Known {
    pub(crate) const COUNT: usize = 6;

    const ALL: [(Known, &'static str); Known::COUNT] = [
        (Known::UserId, "user.id"),
        (Known::SessionId, "session.id"),
        (Known::TenantId, "tenant.id"),
        (Known::UserRole, "user.role"),
        (Known::Env, "env"),
        (Known::ServiceName, "service.name"),
    ];

    fn of(path: &str) -> Option<Known> {
        Known::ALL.iter().find(|(_, name)| *name == path).map(|(known, _)| *known)
    }
}

/// What a client supplies to contexts (DESIGN 5): its own name, its service's, and the program's version.
pub const SUPPLIED: [&str; 3] = ["instance.id", "service.name", "app.version"];

/// Other spellings of a path, the preferred one first.
const ALIASES: [(&str, &str); 5] = [
    ("targetingKey", "user.id"),
    ("userId", "user.id"),
    ("sessionId", "session.id"),
    ("userRole", "user.role"),
    ("environment", "env"),
];

const CUSTOM: &str = "customAttributes.";

/// The one spelling of a path, and how far the given one is from it: among several spellings in one context the
/// nearest wins (0 is the canonical one).
pub(crate) fn canonical(path: &str) -> (&str, usize) {
    let (path, custom) = match path.strip_prefix(CUSTOM) {
        Some(rest) if !rest.is_empty() => (rest, ALIASES.len() + 1),
        _ => (path, 0),
    };
    match ALIASES.iter().position(|(alias, _)| *alias == path) {
        Some(position) => (ALIASES.get(position).map_or(path, |(_, name)| name), custom + position + 1),
        None => (path, custom),
    }
}

/// A path to an attribute, in its one spelling. Clauses are many and paths are few: what a path is lies in one place,
/// which stays near in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Arc<Shared>);

#[derive(Debug, PartialEq, Eq)]
struct Shared {
    spelled: Spelled<Box<str>>,
    /// For tables of hosts; a context is asked by the tag.
    hash: u64,
}

/// A path in its one spelling, with what it is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spelled<T> {
    pub(crate) tag: Tag,
    /// The tag's: a path is looked up far more often than it is made.
    pub(crate) hash: u8,
    /// The tag's.
    pub(crate) is_whole: bool,
    pub(crate) known: Option<Known>,
    pub(crate) is_special: bool,
    pub(crate) text: T,
}

impl<'t> Spelled<&'t str> {
    /// Aliases are resolved. Whether the text is a path at all is the definition's matter.
    pub(crate) fn new(text: &'t str) -> Spelled<&'t str> {
        Spelled::canonical(canonical(text).0)
    }

    /// Of a text that is the one spelling.
    pub(crate) fn canonical(text: &'t str) -> Spelled<&'t str> {
        let known = Known::of(text);
        let is_special = known == Some(Known::Env) || SUPPLIED.contains(&text);
        let tag = Tag::of(text);
        Spelled { tag, hash: tag.hash(), is_whole: tag.is_whole(), known, is_special, text }
    }
}

impl Path {
    /// Aliases are resolved. Whether the text is a path at all is the definition's matter.
    pub fn new(text: &str) -> Path {
        let Spelled { tag, hash, is_whole, known, is_special, text } = Spelled::new(text);
        let spelled = Spelled { tag, hash, is_whole, known, is_special, text: text.into() };
        Path(Arc::new(Shared { spelled, hash: hash::name(text) }))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0.spelled.text
    }

    /// The hash of the text, the same wherever this library runs in this version: for tables of hosts.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.0.hash
    }

    /// All spellings of this path that a context may have, the nearest first.
    pub fn spellings(&self) -> Vec<String> {
        let one = self.as_str();
        let names = || std::iter::once(one).chain(ALIASES.iter().map(|(alias, _)| *alias));
        let custom = names().map(|name| format!("{CUSTOM}{name}"));
        let mut spellings: Vec<String> = names().map(str::to_owned).chain(custom).collect();
        spellings.retain(|spelling| spelling.len() <= limits::PATH_BYTES && canonical(spelling).0 == one);
        spellings.sort_by_key(|spelling| canonical(spelling).1);
        spellings
    }

    /// The slot, if it is one of the attributes that evaluation itself asks for.
    #[inline]
    pub fn known(&self) -> Option<Known> {
        self.0.spelled.known
    }

    /// Whether others than the context may know it: it is `env`, or one of [`SUPPLIED`].
    #[inline]
    pub(crate) fn is_special(&self) -> bool {
        self.0.spelled.is_special
    }

    #[inline]
    pub(crate) fn spelled(&self) -> &Spelled<Box<str>> {
        &self.0.spelled
    }
}

/// The paths of a reading, each once.
#[derive(Debug, Default)]
pub(crate) struct Paths(HashMap<String, Path>);

impl Paths {
    pub(crate) fn get(&mut self, text: &str) -> Path {
        match self.0.get(text) {
            Some(path) => path.clone(),
            None => self.0.entry(text.to_owned()).or_insert(Path::new(text)).clone(),
        }
    }
}

/// The paths that evaluation itself asks for, made once per snapshot.
#[derive(Debug, Clone)]
pub(crate) struct KnownPaths {
    pub(crate) user: Path,
    pub(crate) session: Path,
    pub(crate) tenant: Path,
    pub(crate) role: Path,
    pub(crate) env: Path,
    pub(crate) service: Path,
}

impl KnownPaths {
    pub(crate) fn new() -> KnownPaths {
        KnownPaths {
            user: Path::new("user.id"),
            session: Path::new("session.id"),
            tenant: Path::new("tenant.id"),
            role: Path::new("user.role"),
            env: Path::new("env"),
            service: Path::new("service.name"),
        }
    }
}
