//! What is wrong with a document: every problem at once, each with its place and a stable code.

use std::fmt;

use serde::Serialize;

use crate::limits;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $severity:ident, $load:ident;)*) => {
        /// Stable codes of problems; `docs/errors.md` lists them, and a test holds the two together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $text,)*
                }
            }

            /// How grave it is when authoring.
            pub fn severity(self) -> Severity {
                match self {
                    $(Code::$variant => Severity::$severity,)*
                }
            }

            /// What it does when a process loads the document.
            pub fn on_load(self) -> OnLoad {
                match self {
                    $(Code::$variant => OnLoad::$load,)*
                }
            }
        }
    };
}

codes! {
    /// Not JSON (or YAML).
    Syntax = "SYNTAX", Error, Document;
    /// The text is not UTF-8.
    InvalidUtf8 = "INVALID_UTF8", Error, Document;
    /// Over the size limit.
    TooLarge = "TOO_LARGE", Error, Document;
    /// Nested deeper than the limit.
    TooDeep = "TOO_DEEP", Error, Document;
    /// One object names a member twice.
    DuplicateMember = "DUPLICATE_MEMBER", Error, Document;
    /// An integer beyond i64, or a float that overflows.
    NumberRange = "NUMBER_RANGE", Error, Document;
    /// No definition, list or bundle, or an empty one.
    NotADefinition = "NOT_A_DEFINITION", Error, Document;
    /// A field holds another JSON type than it should.
    WrongType = "WRONG_TYPE", Error, Entry;
    /// No such field here.
    UnknownField = "UNKNOWN_FIELD", Error, Ignored;
    /// A required field is absent.
    MissingField = "MISSING_FIELD", Error, Entry;
    /// A field's value is none of those allowed.
    InvalidValue = "INVALID_VALUE", Error, Entry;
    /// A key or an id is not of the allowed form.
    InvalidKey = "INVALID_KEY", Error, Entry;
    /// Two entries have one key.
    DuplicateKey = "DUPLICATE_KEY", Error, Entry;
    /// Two variations, variants or rules of an entry have one id.
    DuplicateId = "DUPLICATE_ID", Error, Entry;
    /// Not a time.
    InvalidTime = "INVALID_TIME", Error, Entry;
    /// Not a number from 0 to 100 with at most three decimal places.
    InvalidPercentage = "INVALID_PERCENTAGE", Error, Entry;
    /// Percentages do not total exactly 100 (a layer's: exceed 100).
    PercentageTotal = "PERCENTAGE_TOTAL", Error, Entry;
    /// Not `[from, to)` within 0..100000.
    InvalidRange = "INVALID_RANGE", Error, Entry;
    /// Two ranges share a bucket.
    RangeOverlap = "RANGE_OVERLAP", Error, Entry;
    /// Ranges leave a bucket to nobody.
    RangeGap = "RANGE_GAP", Error, Entry;
    /// No such variation or variant.
    UnknownVariation = "UNKNOWN_VARIATION", Error, Entry;
    /// `default` is absent and cannot be derived.
    MissingDefault = "MISSING_DEFAULT", Error, Entry;
    /// A value is not of the entry's value type.
    ValueType = "VALUE_TYPE", Error, Entry;
    /// A value does not satisfy `value_schema`, or that schema is invalid.
    ValueSchema = "VALUE_SCHEMA", Error, Ignored;
    /// Not exactly one kind of action.
    InvalidAction = "INVALID_ACTION", Error, Entry;
    /// Not a condition.
    InvalidCondition = "INVALID_CONDITION", Error, Entry;
    /// Not an attribute path.
    InvalidPath = "INVALID_PATH", Error, Entry;
    /// No such operator.
    UnknownOperator = "UNKNOWN_OPERATOR", Error, Clause;
    /// The operand is not of the operator's form.
    InvalidOperand = "INVALID_OPERAND", Error, Entry;
    /// The pattern does not compile, or is over the limit.
    InvalidRegex = "INVALID_REGEX", Error, Entry;
    /// No such segment.
    UnknownSegment = "UNKNOWN_SEGMENT", Error, Clause;
    /// A prerequisite names no flag, config or experiment.
    UnknownFlag = "UNKNOWN_FLAG", Error, Ignored;
    /// An action names no experiment.
    UnknownExperiment = "UNKNOWN_EXPERIMENT", Error, Ignored;
    /// An experiment names no layer, or one without a slot for it.
    UnknownLayer = "UNKNOWN_LAYER", Error, Ignored;
    /// `min_role` is not among the bundle's `roles`.
    UnknownRole = "UNKNOWN_ROLE", Error, Entry;
    /// An experiment's variant has no variation of that id in the flag that serves it.
    VariantWithoutVariation = "VARIANT_WITHOUT_VARIATION", Error, Ignored;
    /// Entries refer to each other in a circle.
    Cycle = "CYCLE", Error, Entry;
    /// Over a named limit.
    LimitExceeded = "LIMIT_EXCEEDED", Error, Entry;
    /// Files of one folder disagree.
    Conflict = "CONFLICT", Error, Document;
    /// Two rules have one priority.
    DuplicatePriority = "DUPLICATE_PRIORITY", Warning, Ignored;
    /// Nobody owns the entry.
    MissingOwner = "MISSING_OWNER", Warning, Ignored;
    /// Nobody says what the entry is for.
    MissingDescription = "MISSING_DESCRIPTION", Warning, Ignored;
    /// A release or experiment flag without an end.
    MissingExpiry = "MISSING_EXPIRY", Warning, Ignored;
    /// A kill, guardrail or prerequisite on a non-boolean without `off`.
    MissingOff = "MISSING_OFF", Warning, Ignored;
    /// The entry has expired.
    Expired = "EXPIRED", Warning, Ignored;
    /// Within 30 days an expiry will change the outcome.
    ExpiresSoon = "EXPIRES_SOON", Warning, Ignored;
    /// A rule that can never match or never be reached.
    UnreachableRule = "UNREACHABLE_RULE", Warning, Ignored;
    /// The key is outside the configured pattern.
    NamingPattern = "NAMING_PATTERN", Warning, Ignored;
    /// A layer has a slot for an experiment that does not exist or does not name the layer.
    UnknownSlot = "UNKNOWN_SLOT", Warning, Ignored;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How grave a problem is when authoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is refused.
    Error,
    /// It is accepted, unless warnings are errors.
    Warning,
}

/// What a problem does to a process that loads the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLoad {
    /// The text is refused whole; the last good snapshot stays.
    Document,
    /// The entry answers PARSE_ERROR; all others work.
    Entry,
    /// The clause is unknown.
    Clause,
    /// Nothing changes.
    Ignored,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// How grave it is when authoring.
    pub severity: Severity,
    /// A JSON Pointer (RFC 6901) into the document; empty for the whole of it.
    pub path: String,
    /// One sentence for a person, without a full stop.
    pub message: String,
    /// Where the text went wrong, from one; only for problems of the text itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// As `line`; in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Problem {
    /// A problem at a place in a document.
    pub fn new(code: Code, path: &Pointer<'_>, message: impl Into<String>) -> Problem {
        Problem {
            code,
            severity: code.severity(),
            path: path.to_string(),
            message: message.into(),
            line: None,
            column: None,
        }
    }

    /// A problem of the text itself, where a byte of it stands.
    pub fn at_offset(code: Code, text: &[u8], offset: usize, message: impl Into<String>) -> Problem {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        let of_line = before.iter().rev().take_while(|byte| **byte != b'\n');
        // Of a character of several bytes all but the first are 0b10xxxxxx.
        let column = of_line.filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
        Problem::of_text(code, line + 1, column + 1, message)
    }

    /// A problem of the text itself, at a line and column from one.
    pub fn of_text(code: Code, line: usize, column: usize, message: impl Into<String>) -> Problem {
        Problem { line: Some(line), column: Some(column), ..Problem::new(code, &Pointer::Root, message) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: ")?,
            _ if !self.path.is_empty() => write!(f, "{}: ", self.path)?,
            _ => {}
        }
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Problem {}

/// The way to a place in a document. It lives on the stack, so that a good document pays nothing for it.
#[derive(Debug, Clone, Copy)]
pub enum Pointer<'a> {
    /// The document.
    Root,
    /// A member of an object.
    Member(&'a Pointer<'a>, &'a str),
    /// An item of a list.
    Item(&'a Pointer<'a>, usize),
}

impl<'a> Pointer<'a> {
    /// The way to a member.
    pub fn member(&'a self, name: &'a str) -> Pointer<'a> {
        Pointer::Member(self, name)
    }

    /// The way to an item.
    pub fn item(&'a self, index: usize) -> Pointer<'a> {
        Pointer::Item(self, index)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pointer::Root => Ok(()),
            // A name that is too long to be one is not repeated whole in every problem below it.
            Pointer::Member(parent, name) if name.len() > limits::PATH_BYTES => {
                write!(f, "{parent}/{}", escaped(&shown(name)))
            }
            Pointer::Member(parent, name) => write!(f, "{parent}/{}", escaped(name)),
            Pointer::Item(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// A member's name in a JSON Pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The problems of one entry, in its order. Those beyond the limit are counted.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    hidden: usize,
    spoiling: usize,
    first_spoiling: Option<Problem>,
}

impl Problems {
    /// Notes one more problem.
    pub fn add(&mut self, code: Code, path: &Pointer<'_>, message: impl Into<String>) {
        let spoils = matches!(code.on_load(), OnLoad::Entry | OnLoad::Document);
        self.spoiling += usize::from(spoils);
        if self.list.len() >= limits::PROBLEMS && (!spoils || self.first_spoiling.is_some()) {
            self.hidden += 1;
            return;
        }
        let problem = Problem::new(code, path, message);
        if spoils && self.first_spoiling.is_none() {
            self.first_spoiling = Some(problem.clone());
        }
        self.list.push(problem);
    }

    /// How many of them keep their entry from being served.
    pub(crate) fn spoiling(&self) -> usize {
        self.spoiling
    }

    /// The first that does.
    pub(crate) fn first_spoiling(&self) -> Option<&Problem> {
        self.first_spoiling.as_ref()
    }

    /// How many are counted only.
    pub(crate) fn hidden(&self) -> usize {
        self.hidden
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

/// Longer ones are no misspelt names.
const LONGEST_NAME: usize = 64;

/// What a message shows of a text that somebody else wrote.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default().escape_debug()),
        None => text.escape_debug().to_string(),
    }
}

/// How many names a message lists.
const LISTED: usize = 10;

/// What is known, for whoever named something else. A long list is not repeated whole in every problem.
pub(crate) fn listed(known: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = known.iter().take(LISTED).map(|name| shown(name.as_ref())).collect();
    match known.len().saturating_sub(LISTED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `; did you mean ...?` when a known name is near enough to be what was meant, else nothing.
pub(crate) fn suggestion(unknown: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    if unknown.len() > LONGEST_NAME {
        return String::new();
    }
    let unknown = unknown.to_lowercase();
    let most = 1 + unknown.chars().count() / 4;
    known
        .into_iter()
        .map(|name| (edit_distance(&unknown, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// Levenshtein's distance between short names.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let substituted = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = substituted.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_name_or_none() {
        let known = ["endsWith", "startsWith", "eq"];
        assert_eq!(suggestion("endswith", known), "; did you mean `endsWith`?");
        assert_eq!(suggestion("endWith", known), "; did you mean `endsWith`?");
        assert_eq!(suggestion("somethingElse", known), "");
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(&["a", "b"]), "a, b");
        let many: Vec<String> = (0..12).map(|i| i.to_string()).collect();
        assert_eq!(listed(&many), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
    }

    #[test]
    fn pointers_escape_as_rfc_6901_says() {
        let rules = Pointer::Root.member("ru/les");
        let item = rules.item(3);
        assert_eq!(item.member("a~b").to_string(), "/ru~1les/3/a~0b");
    }
}
