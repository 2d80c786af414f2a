//! The fields of an object: each looked up once, misspelt ones reported, other spellings normalised.

use crate::document::{Member, Node};
use crate::limits;
use crate::model::ReferenceKind;
use crate::problem::{Code, Pointer, Problems};
use crate::value::timestamp::Timestamp;

use super::shared::Shared;

pub(super) type Object<'t> = [Member<'t>];

/// How strictly a document is read (DESIGN 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every problem is named.
    Authoring,
    /// What a later version may have added is passed over.
    Loading,
}

/// What a reading needs at every depth.
pub(super) struct Reader<'p> {
    pub(super) mode: Mode,
    pub(super) problems: &'p mut Problems,
    pub(super) references: &'p mut Vec<Reference>,
    pub(super) shared: &'p mut Shared,
    /// Lowest first; none where they are not known.
    pub(super) roles: Option<&'p [Box<str>]>,
    /// The entry's values are secrets: no message may repeat one.
    pub(super) sensitive: bool,
    /// What the entry's values must satisfy; nothing while a process loads.
    #[cfg(feature = "value-schema")]
    pub(super) validator: Option<jsonschema::Validator>,
}

/// An entry's mention of another.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) kind: ReferenceKind,
    pub(super) target: Box<str>,
    pub(super) path: String,
}

impl<'p> Reader<'p> {
    pub(super) fn new(
        mode: Mode,
        problems: &'p mut Problems,
        references: &'p mut Vec<Reference>,
        shared: &'p mut Shared,
        roles: Option<&'p [Box<str>]>,
    ) -> Reader<'p> {
        Reader {
            mode,
            problems,
            references,
            shared,
            roles,
            sensitive: false,
            #[cfg(feature = "value-schema")]
            validator: None,
        }
    }
}

impl Reader<'_> {
    pub(super) fn refer(&mut self, kind: ReferenceKind, target: &str, path: &Pointer<'_>) {
        self.references.push(Reference { kind, target: target.into(), path: path.to_string() });
    }

    pub(super) fn wrong_type(&mut self, path: &Pointer<'_>, wanted: &str, node: &Node<'_>) {
        self.problems.add(Code::WrongType, path, format!("expected {wanted}, found {}", node.kind()));
    }

    /// Reports more than `limit` of something.
    pub(super) fn within(&mut self, count: usize, limit: usize, what: &str, path: &Pointer<'_>) -> bool {
        if count > limit {
            self.problems.add(
                Code::LimitExceeded,
                path,
                format!("{count} {what} are over the limit of {limit}"),
            );
        }
        count <= limit
    }

    pub(super) fn object<'n, 't>(
        &mut self,
        node: &'n Node<'t>,
        path: &Pointer<'_>,
    ) -> Option<&'n Object<'t>> {
        match node {
            Node::Object(members) => Some(members),
            other => {
                self.wrong_type(path, "an object", other);
                None
            }
        }
    }

    pub(super) fn list<'n, 't>(&mut self, node: &'n Node<'t>, path: &Pointer<'_>) -> Option<&'n [Node<'t>]> {
        match node {
            Node::List(items) => Some(items),
            other => {
                self.wrong_type(path, "a list", other);
                None
            }
        }
    }

    pub(super) fn string<'n>(&mut self, node: &'n Node<'_>, path: &Pointer<'_>) -> Option<&'n str> {
        match node {
            Node::Str(text) => Some(text),
            other => {
                self.wrong_type(path, "a string", other);
                None
            }
        }
    }

    /// An id of a variation, variant, rule, role or environment.
    pub(super) fn id<'n>(&mut self, node: &'n Node<'_>, path: &Pointer<'_>) -> Option<&'n str> {
        let text = self.string(node, path)?;
        if text.is_empty() || text.len() > limits::ID_BYTES || text.chars().any(char::is_control) {
            let message = format!("an id has 1 to {} bytes and no control characters", limits::ID_BYTES);
            self.problems.add(Code::InvalidKey, path, message);
            return None;
        }
        Some(text)
    }

    pub(super) fn ids(&mut self, field: Option<Field<'_, '_>>, path: &Pointer<'_>) -> Option<Vec<Box<str>>> {
        let field = field?;
        let path = field.path(path);
        let items = self.list(field.node, &path)?;
        self.within(items.len(), limits::OPERAND_ITEMS, "items", &path);
        Some(
            items
                .iter()
                .enumerate()
                .filter_map(|(i, item)| Some(self.id(item, &path.item(i))?.into()))
                .collect(),
        )
    }
}

/// A field as it is written.
#[derive(Clone, Copy)]
pub(super) struct Field<'n, 't> {
    pub(super) name: &'n str,
    pub(super) node: &'n Node<'t>,
}

impl<'n, 't> Field<'n, 't> {
    pub(super) fn path<'p>(&self, parent: &'p Pointer<'p>) -> Pointer<'p>
    where
        'n: 'p,
    {
        parent.member(self.name)
    }
}

/// Readers of optional fields: nothing when the field is absent; a problem, and nothing, when it is of another type.
impl<'n, 't> Reader<'_> {
    pub(super) fn text(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<Box<str>> {
        let field = field?;
        self.string(field.node, &field.path(path)).map(Box::from)
    }

    pub(super) fn flag(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<bool> {
        let field = field?;
        match field.node {
            Node::Bool(value) => Some(*value),
            other => {
                self.wrong_type(&field.path(path), "a boolean", other);
                None
            }
        }
    }

    pub(super) fn salt(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<Box<str>> {
        let salt = self.text(field, path)?;
        let within = self.within(salt.len(), limits::SALT_BYTES, "bytes of salt", &field?.path(path));
        within.then_some(salt)
    }

    pub(super) fn time(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<Timestamp> {
        let field = field?;
        let path = field.path(path);
        let time = match field.node {
            Node::Int(millis) => Some(Timestamp::from_millis(*millis)),
            Node::Str(text) => Timestamp::parse(text),
            other => {
                self.wrong_type(&path, "a time", other);
                return None;
            }
        };
        if time.is_none() {
            let message = "not an RFC 3339 date-time with an offset, such as `2026-01-31T12:00:00Z`";
            self.problems.add(Code::InvalidTime, &path, message);
        }
        time
    }

    /// One of a few names.
    pub(super) fn choice<T: Copy>(
        &mut self,
        field: Option<Field<'n, 't>>,
        path: &Pointer<'_>,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let field = field?;
        self.choice_at(field.node, &field.path(path), choices)
    }

    pub(super) fn choice_at<T: Copy>(
        &mut self,
        node: &Node<'_>,
        path: &Pointer<'_>,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.string(node, path)?;
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let suggestion = crate::problem::suggestion(text, choices.iter().map(|(name, _)| *name));
            let message =
                format!("`{}` is none of {}{suggestion}", crate::problem::shown(text), names.join(", "));
            self.problems.add(Code::InvalidValue, path, message);
        }
        found
    }

    pub(super) fn missing(&mut self, name: &str, path: &Pointer<'_>) {
        self.problems.add(Code::MissingField, path, format!("`{name}` is missing"));
    }
}

/// Declares the fields of one kind of object: `name: "spelling" | "other spelling" (shape) = default`. Those who read
/// an object know what its fields are made of and default to; shape and default tell those who compare what is written.
macro_rules! fields {
    (@shape) => { $crate::definition::normal::Shape::Free };
    (@shape $shape:expr) => { $shape };
    (@default) => { $crate::definition::normal::Default::Nothing };
    (@default $default:expr) => { $default };
    ($(#[$doc:meta])* $name:ident {
        $($field:ident: $spelling:literal $(| $other:literal)* $(($shape:expr))? $(= $default:expr)?,)*
    }) => {
        $(#[$doc])*
        pub(in crate::definition) struct $name<'n, 't> {
            $(pub(in crate::definition) $field: Option<$crate::definition::fields::Field<'n, 't>>,)*
        }

        impl<'n, 't> $name<'n, 't> {
            /// The spellings of the documentation.
            pub(in crate::definition) const NAMES: &'static [&'static str] = &[$($spelling,)*];

            /// Those, and the others that are accepted.
            #[cfg(test)]
            pub(in crate::definition) const SPELLINGS: &'static [&'static str] = &[$($spelling, $($other,)*)*];

            /// What they are made of, and what counts without them.
            #[allow(dead_code, reason = "those of a bundle are not compared")]
            pub(in crate::definition) const DECLARED: &'static [$crate::definition::normal::Declared] =
                &[$($crate::definition::normal::Declared {
                    name: $spelling,
                    others: &[$($other,)*],
                    shape: fields!(@shape $($shape)?),
                    default: fields!(@default $($default)?),
                },)*];

            pub(in crate::definition) fn read(
                object: &'n $crate::definition::fields::Object<'t>,
                path: &$crate::problem::Pointer<'_>,
                reader: &mut $crate::definition::fields::Reader<'_>,
            ) -> Self {
                let mut fields = $name { $($field: None,)* };
                for (name, node) in object {
                    let (slot, spelling) = match *name {
                        $($spelling $(| $other)* => (&mut fields.$field, $spelling),)*
                        "$schema" | "$comment" => continue,
                        unknown => {
                            reader.unknown_field(unknown, path, Self::NAMES);
                            continue;
                        }
                    };
                    match slot {
                        None => *slot = Some($crate::definition::fields::Field { name, node }),
                        Some(first) => {
                            let other = if *name == spelling { first.name } else { name };
                            reader.two_spellings(other, spelling, path);
                        }
                    }
                }
                fields
            }
        }
    };
}
pub(super) use fields;

impl Reader<'_> {
    pub(super) fn unknown_field(&mut self, name: &str, path: &Pointer<'_>, known: &'static [&'static str]) {
        let suggestion = crate::problem::suggestion(name, known.iter().copied());
        let message = format!("no field `{}` here{suggestion}", crate::problem::shown(name));
        self.problems.add(Code::UnknownField, &path.member(name), message);
    }

    /// Two spellings of one field contradict each other; unlike a doubled member they spoil only their entry.
    pub(super) fn two_spellings(&mut self, other: &str, spelling: &str, path: &Pointer<'_>) {
        let message = format!("`{other}` and `{spelling}` are one field");
        self.problems.add(Code::DuplicateMember, &path.member(other), message);
    }
}
