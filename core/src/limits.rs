//! What is too much. Beyond a limit there is an error, never a crash, and memory and time stay bounded.

/// Bytes of a document of definitions; files of one folder share them.
pub const DOCUMENT_BYTES: usize = 64 << 20;
/// Values in a document, those within others included; files of one folder share them.
pub const DOCUMENT_NODES: usize = 4_000_000;
/// Nesting of objects and lists in a document or context. Below the 128 at which the JSON reader itself gives up.
pub const DOCUMENT_DEPTH: usize = 100;
/// Entries in a document.
pub const ENTRIES: usize = 100_000;
/// Problems shown of an entry; those beyond are counted in one last problem.
pub const PROBLEMS: usize = 1_000;
/// Problems shown of documents that are read together; nobody mends more at once.
pub const PROBLEMS_OF_A_READING: usize = 10 * PROBLEMS;
/// Variations of an entry, variants of an experiment, ids in a rollout, members of an enum, prerequisites, roles,
/// guardrails.
pub const VARIATIONS: usize = 1_000;
/// Rules of an entry.
pub const RULES: usize = 1_000;
/// Ids with an action of their own in one scope of an entry.
pub const SCOPE_IDS: usize = 1_000_000;
/// Members of an operand list.
pub const OPERAND_ITEMS: usize = 100_000;
/// Ranges of one rollout, allocation or layer, those of all ids together.
pub const RANGES: usize = 10_000;
/// Nesting of `all`, `any` and `not` within one condition. With [`REFERENCE_DEPTH`] it bounds the stack that an
/// evaluation can need, also on the small stacks of schedulers in other runtimes.
pub const CONDITION_DEPTH: usize = 20;
/// Length of a chain of prerequisites, segments, experiments and layers.
pub const REFERENCE_DEPTH: usize = 20;
/// Entries that one evaluation may visit through prerequisites, segments, experiments and layers, each as often as it
/// is mentioned: a few entries that mention each other many times would otherwise take for ever.
pub const REFERENCE_VISITS: u64 = 10_000;
/// Comparisons that a search for unreachable rules may make in documents that are read together; what is left then is
/// not searched.
pub const COMPARISONS: u64 = 20_000_000;
/// Bytes of a key.
pub const KEY_BYTES: usize = 200;
/// Bytes of the id of a variation, variant, rule, role or environment.
pub const ID_BYTES: usize = 200;
/// Bytes of an attribute path.
pub const PATH_BYTES: usize = 256;
/// Bytes of a salt.
pub const SALT_BYTES: usize = 1_024;
/// Bytes of a regular expression.
pub const REGEX_BYTES: usize = 1_000;
/// Bytes of a compiled regular expression that is counted as a small one.
pub const REGEX_SMALL_BYTES: usize = 64 << 10;
/// Bytes of all compiled regular expressions of documents that are read together.
pub const REGEXES_COMPILED_BYTES: usize = 64 << 20;
/// Bytes of a compiled regular expression, and of its lazily built automaton: `a{1000}{1000}` must not eat the heap.
pub const REGEX_COMPILED_BYTES: usize = 1 << 20;

/// Bytes of a context's text.
pub const CONTEXT_BYTES: usize = 1 << 20;
/// Nesting of objects in a context.
pub const CONTEXT_DEPTH: usize = 32;
/// Attributes of a context, counted after its tree is laid flat.
pub const CONTEXT_ATTRIBUTES: usize = 1_000;
/// Items of all lists of a context together.
pub const CONTEXT_ITEMS: usize = 10_000;
/// Bytes of a string in a context.
pub const CONTEXT_STRING_BYTES: usize = 64 << 10;

/// Steps of an explanation; those beyond are counted.
pub const TRACE_STEPS: usize = 10_000;
/// Bytes of what the steps of an explanation say, about; no step is kept once there are so many.
pub const TRACE_BYTES: usize = 16 << 20;
