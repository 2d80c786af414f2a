//! Operands in the form in which they are compared.

use std::hash::Hasher;

use hashbrown::HashTable;
use regex::{Regex, RegexBuilder};
use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher24;
use smol_str::SmolStr;

use crate::hash;
use crate::limits;
use crate::value::Value;
use crate::value::fold::{self, Part};
use crate::value::number::Number;

/// A string, number or boolean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Str(SmolStr),
    Number(Number),
    Bool(bool),
}

/// A list of scalars, each once, parted by type. Most lists are of strings only.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Scalars {
    pub(crate) strings: StrSet,
    others: Option<Box<Others>>,
}

/// What few lists have.
#[derive(Debug, Clone, PartialEq, Default)]
struct Others {
    /// Sorted.
    numbers: Box<[Number]>,
    /// Sorted.
    booleans: Box<[bool]>,
    /// The strings again, ready to be looked for within others without regard to case.
    parts: Box<[Part]>,
}

impl Scalars {
    pub(crate) fn of_strings(strings: &[&str], ignore_case: bool) -> Scalars {
        Scalars { strings: StrSet::new(strings, ignore_case), others: None }
    }

    pub(crate) fn new(items: Vec<Scalar>, ignore_case: bool) -> Scalars {
        let (mut strings, mut numbers, mut booleans) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            match item {
                Scalar::Str(text) => strings.push(text),
                Scalar::Number(number) => numbers.push(number),
                Scalar::Bool(value) => booleans.push(value),
            }
        }
        numbers.sort_by(|a: &Number, b| a.compare(*b));
        numbers.dedup();
        booleans.sort_unstable();
        booleans.dedup();
        let others = (!numbers.is_empty() || !booleans.is_empty()).then(|| Others {
            numbers: numbers.into(),
            booleans: booleans.into(),
            ..Others::default()
        });
        Scalars { strings: StrSet::new(&strings, ignore_case), others: others.map(Box::new) }
    }

    /// The same with the parts that [`Scalars::parts`] gives.
    pub(crate) fn with_parts(mut self) -> Scalars {
        self.others.get_or_insert_default().parts = self.strings.iter().map(Part::new).collect();
        self
    }

    #[inline]
    pub(crate) fn parts(&self) -> &[Part] {
        self.others.as_ref().map(|others| &*others.parts).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn numbers(&self) -> &[Number] {
        self.others.as_ref().map(|others| &*others.numbers).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn booleans(&self) -> &[bool] {
        self.others.as_ref().map(|others| &*others.booleans).unwrap_or_default()
    }

    /// Where the number is among the numbers.
    #[inline]
    pub(crate) fn number(&self, number: Number) -> Option<usize> {
        self.numbers().binary_search_by(|other| other.compare(number)).ok()
    }

    /// Where the boolean is among the booleans.
    #[inline]
    pub(crate) fn boolean(&self, value: bool) -> Option<usize> {
        self.booleans().binary_search(&value).ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.strings.len() + self.numbers().len() + self.booleans().len()
    }

    pub(crate) fn to_value(&self) -> Value {
        let strings = self.strings.iter().map(Value::from);
        let numbers = self.numbers().iter().map(|number| from_number(*number));
        let booleans = self.booleans().iter().map(|value| Value::Bool(*value));
        Value::List(strings.chain(numbers).chain(booleans).collect())
    }
}

pub(crate) fn from_number(number: Number) -> Value {
    match number {
        Number::Int(value) => Value::Int(value),
        Number::Float(value) => Value::Float(value),
    }
}

/// Strings, each once, in their order. One alone lies here itself: it is what most operands are, and near in memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum StrSet {
    #[default]
    None,
    One(SmolStr),
    Many(Box<Block>),
}

impl StrSet {
    /// With `ignore_case`, strings that differ in case only are one: the first. The set must then be asked likewise.
    pub(crate) fn new(strings: &[impl AsRef<str>], ignore_case: bool) -> StrSet {
        match strings {
            [] => StrSet::None,
            [one] => StrSet::One(SmolStr::new(one)),
            many => StrSet::Many(Box::new(Block::new(many, ignore_case))),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            StrSet::None => 0,
            StrSet::One(_) => 1,
            StrSet::Many(block) => block.ends.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, StrSet::None)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            StrSet::None => (None, None),
            StrSet::One(one) => (Some(one.as_str()), None),
            StrSet::Many(block) => (None, Some(block.iter())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// Whether one of them is like this.
    #[inline]
    pub(crate) fn any(&self, is_like: impl Fn(&str) -> bool) -> bool {
        match self {
            StrSet::None => false,
            StrSet::One(one) => is_like(one),
            StrSet::Many(block) => block.iter().any(is_like),
        }
    }

    #[inline]
    pub(crate) fn contains(&self, text: &str, ignore_case: bool) -> bool {
        self.position(text, ignore_case).is_some()
    }

    /// Where in the order it is.
    #[inline]
    pub(crate) fn position(&self, text: &str, ignore_case: bool) -> Option<usize> {
        match self {
            StrSet::None => None,
            StrSet::One(one) => same(one, text, ignore_case).then_some(0),
            StrSet::Many(block) => block.position(text, ignore_case),
        }
    }
}

#[inline]
pub(crate) fn same(a: &str, b: &str, ignore_case: bool) -> bool {
    if ignore_case { fold::equal(a, b) } else { hash::same(a, b) }
}

#[inline]
fn hashed(text: &str, ignore_case: bool) -> u64 {
    if ignore_case { fold::hash(text) } else { hash::name(text) }
}

/// Strings in one block of memory, with a hash table over it once they are many.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    table: Option<HashTable<u32>>,
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Block {
    /// Up to this many, comparing one by one is as fast as hashing.
    const FEW: usize = 4;

    fn new(strings: &[impl AsRef<str>], ignore_case: bool) -> Block {
        let mut text = String::with_capacity(strings.iter().map(|string| string.as_ref().len()).sum());
        let mut ends = Vec::with_capacity(strings.len());
        let mut table = (strings.len() > Block::FEW).then(|| HashTable::with_capacity(strings.len()));
        let mut count = 0;
        for string in strings {
            let string = string.as_ref();
            if position(table.as_ref(), &text, &ends, string, ignore_case).is_some() {
                continue;
            }
            text.push_str(string);
            // A document is far smaller than 4 GiB, so this never saturates.
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
            if let Some(table) = &mut table {
                let hash = |index: &u32| hashed(at(&text, &ends, *index), ignore_case);
                table.insert_unique(hash(&count), count, hash);
            }
            count += 1;
        }
        Block { table, text: text.into(), ends: ends.into() }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        each(&self.text, &self.ends)
    }

    #[inline]
    fn position(&self, text: &str, ignore_case: bool) -> Option<usize> {
        position(self.table.as_ref(), &self.text, &self.ends, text, ignore_case)
    }
}

fn each<'t>(text: &'t str, ends: &[u32]) -> impl Iterator<Item = &'t str> {
    (0..u32::try_from(ends.len()).unwrap_or(u32::MAX)).map(|index| at(text, ends, index))
}

#[inline]
fn at<'t>(text: &'t str, ends: &[u32], index: u32) -> &'t str {
    let index = index as usize;
    let start = match index.checked_sub(1) {
        Some(before) => ends.get(before).copied().unwrap_or_default(),
        None => 0,
    };
    let end = ends.get(index).copied().unwrap_or_default();
    text.get(start as usize..end as usize).unwrap_or_default()
}

#[inline]
fn position(
    table: Option<&HashTable<u32>>,
    text: &str,
    ends: &[u32],
    wanted: &str,
    ignore_case: bool,
) -> Option<usize> {
    let Some(table) = table else {
        return each(text, ends).position(|member| same(member, wanted, ignore_case));
    };
    let is_it = |index: &u32| same(at(text, ends, *index), wanted, ignore_case);
    table.find(hashed(wanted, ignore_case), is_it).map(|index| *index as usize)
}

impl PartialEq for Block {
    fn eq(&self, other: &Block) -> bool {
        self.text == other.text && self.ends == other.ends
    }
}

/// A regular expression, compiled; equal when it is written alike.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    regex: Regex,
    ignore_case: bool,
}

impl Pattern {
    pub(crate) fn compile(text: &str, ignore_case: bool, compiled_bytes: usize) -> Result<Pattern, String> {
        if text.len() > limits::REGEX_BYTES {
            return Err(format!(
                "a pattern of {} bytes is over the limit of {}",
                text.len(),
                limits::REGEX_BYTES
            ));
        }
        RegexBuilder::new(text)
            .case_insensitive(ignore_case)
            .size_limit(compiled_bytes)
            .dfa_size_limit(limits::REGEX_COMPILED_BYTES)
            .build()
            .map(|regex| Pattern { regex, ignore_case })
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "the compiled pattern is over the size limit".to_owned(),
                // The last line says what is wrong; those before draw the pattern.
                other => other.to_string().lines().last().unwrap_or("not a pattern").trim().to_owned(),
            })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    pub(crate) fn ignores_case(&self) -> bool {
        self.ignore_case
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.as_str() == other.as_str() && self.ignore_case == other.ignore_case
    }
}

/// The digests of strings that a client-side payload must not show in clear. This is obfuscation: whoever can guess
/// a string can check the guess.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sealed {
    pub(crate) salt: Box<str>,
    /// Sorted.
    pub(crate) digests: Box<[[u8; 32]]>,
}

impl Sealed {
    pub(crate) fn contains(&self, text: &str) -> bool {
        let digest =
            Sha256::new().chain_update(self.salt.as_bytes()).chain_update([0]).chain_update(text.as_bytes());
        self.digests.binary_search(&digest.finalize().into()).is_ok()
    }
}

/// A salt, hashed once up to where the unit begins (DESIGN 6).
#[derive(Debug, Clone)]
pub(crate) struct Salted {
    salt: Box<str>,
    state: SipHasher24,
}

impl Salted {
    /// The key of the vectors in "SipHash: a fast short-input PRF" (Aumasson, Bernstein, 2012), appendix A.
    const KEY: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    pub(crate) fn new(salt: &str) -> Salted {
        let mut state = SipHasher24::new_with_key(&Salted::KEY);
        state.write(salt.as_bytes());
        state.write(&[0]);
        Salted { salt: salt.into(), state }
    }

    pub(crate) fn salt(&self) -> &str {
        &self.salt
    }

    #[inline]
    pub(crate) fn hash(&self, unit: &[u8]) -> u64 {
        let mut state = self.state;
        state.write(unit);
        state.finish()
    }
}

impl PartialEq for Salted {
    fn eq(&self, other: &Salted) -> bool {
        self.salt == other.salt
    }
}
