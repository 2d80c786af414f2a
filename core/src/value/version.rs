//! Semantic versions (SemVer 2.0.0), read and compared without an allocation.

use std::cmp::Ordering;

use smol_str::SmolStr;

/// A version; `P` holds its pre-release identifiers: a borrowed part of the text, or a copy.
/// Build metadata is checked and dropped, as precedence ignores it (SemVer, item 10).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Version<P> {
    triple: [u64; 3],
    pre: P,
}

impl<'a> Version<&'a str> {
    pub(crate) fn parse(text: &'a str) -> Option<Version<&'a str>> {
        let bytes = text.as_bytes();
        let (major, end) = number(bytes, 0)?;
        let (minor, end) = number(bytes, after_dot(bytes, end)?)?;
        let (patch, end) = number(bytes, after_dot(bytes, end)?)?;
        let triple = [major, minor, patch];
        // Most versions end here.
        if end == bytes.len() {
            return Some(Version { triple, pre: "" });
        }
        let rest = text.get(end..)?;
        let (pre, build) = match rest.split_once('+') {
            Some((pre, build)) => (pre, Some(build)),
            None => (rest, None),
        };
        let pre = if pre.is_empty() { None } else { Some(pre.strip_prefix('-')?) };
        let valid = build.is_none_or(|build| build.split('.').all(is_identifier))
            && pre
                .is_none_or(|pre| pre.split('.').all(|part| is_identifier(part) && !has_leading_zero(part)));
        valid.then_some(Version { triple, pre: pre.unwrap_or_default() })
    }

    /// A copy that does not borrow from the text which it was read in.
    pub(crate) fn to_owned(&self, text: &str) -> Version<Box<Written>> {
        Version { triple: self.triple, pre: Box::new(Written { text: text.into(), pre: self.pre.into() }) }
    }
}

/// A version as it is written, with its pre-release identifiers. Apart from the numbers: those mostly decide.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Written {
    text: SmolStr,
    pre: SmolStr,
}

/// Where a version's pre-release identifiers are.
pub(crate) trait PreRelease {
    fn identifiers(&self) -> &str;
}

impl PreRelease for &str {
    fn identifiers(&self) -> &str {
        self
    }
}

impl PreRelease for Box<Written> {
    fn identifiers(&self) -> &str {
        &self.pre
    }
}

impl Version<Box<Written>> {
    pub(crate) fn written(&self) -> &str {
        &self.pre.text
    }
}

impl<P: PreRelease> Version<P> {
    /// Precedence, SemVer item 11.
    pub(crate) fn compare(&self, other: &Version<impl PreRelease>) -> Ordering {
        self.triple
            .cmp(&other.triple)
            .then_with(|| compare_pre(self.pre.identifiers(), other.pre.identifiers()))
    }

    fn is_pre_release(&self) -> bool {
        !self.pre.identifiers().is_empty()
    }
}

/// How a version relates to an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Relation {
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Relation::Eq => ordering.is_eq(),
            Relation::Ne => ordering.is_ne(),
            Relation::Lt => ordering.is_lt(),
            Relation::Lte => ordering.is_le(),
            Relation::Gt => ordering.is_gt(),
            Relation::Gte => ordering.is_ge(),
        }
    }
}

/// Comparators that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range(Box<[(Relation, Version<Box<Written>>)]>);

impl Range {
    pub(crate) fn parse(text: &str) -> Option<Range> {
        let comparators: Option<Box<[_]>> = text.split_ascii_whitespace().map(comparator).collect();
        comparators.filter(|all| !all.is_empty()).map(Range)
    }

    /// A pre-release is inside only if a comparator of the same triple is a pre-release too:
    /// `>=1.2.0` must not hand 1.3.0-alpha to those who asked for releases.
    pub(crate) fn contains(&self, version: &Version<&str>) -> bool {
        let admitted = !version.is_pre_release()
            || self.0.iter().any(|(_, bound)| bound.is_pre_release() && bound.triple == version.triple);
        admitted && self.0.iter().all(|(relation, bound)| relation.holds(version.compare(bound)))
    }
}

fn comparator(text: &str) -> Option<(Relation, Version<Box<Written>>)> {
    const SYMBOLS: [(&str, Relation); 5] = [
        ("<=", Relation::Lte),
        (">=", Relation::Gte),
        ("<", Relation::Lt),
        (">", Relation::Gt),
        ("=", Relation::Eq),
    ];
    let (relation, version) = SYMBOLS
        .iter()
        .find_map(|(symbol, relation)| Some((*relation, text.strip_prefix(symbol)?)))
        .unwrap_or((Relation::Eq, text));
    Some((relation, Version::parse(version)?.to_owned(version)))
}

/// A number without leading zeros, and where it ends.
#[inline]
fn number(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let digit = |at: usize| bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    let first = digit(start)?;
    let mut value = u64::from(first);
    let mut end = start + 1;
    while let Some(digit) = digit(end) {
        // A number that begins with 0 has no more digits.
        if value == 0 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        end += 1;
    }
    Some((value, end))
}

#[inline]
fn after_dot(bytes: &[u8], at: usize) -> Option<usize> {
    (bytes.get(at) == Some(&b'.')).then_some(at + 1)
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_numeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_leading_zero(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && is_numeric(text)
}

/// A release ranks above its pre-releases; identifiers compare one by one, numbers below words.
fn compare_pre(a: &str, b: &str) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return b.is_empty().cmp(&a.is_empty()).reverse();
    }
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let ordering = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (is_numeric(a), is_numeric(b)) {
                // Without leading zeros the longer number is the larger one, however long.
                (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => a.cmp(b),
            },
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_s_own_order() {
        let ascending = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1-0",
            "1.0.1",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                let (a, b) = (Version::parse(a).unwrap(), Version::parse(b).unwrap());
                assert_eq!(a.compare(&b), i.cmp(&j), "{a:?} against {b:?}");
            }
        }
    }

    #[test]
    fn refuses_what_is_no_version() {
        for text in [
            "",
            "1",
            "1.2",
            "v1.2.3",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3+",
            "1.2.3-a..b",
            "1.2.3.4",
            "1.02.3",
            "1.2.03",
            "00.0.0",
            "1.2.",
            "1..2",
            ".1.2",
            "1.2.3x",
            "1.2.3é",
            "1.18446744073709551616.0",
            "1.2.99999999999999999999",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert!(Version::parse("1.2.3-0a.x-y+001.z").is_some());
        assert!(Version::parse("18446744073709551615.0.0").is_some());
        assert!(Version::parse("0.0.0").is_some());
        assert!(Version::parse("18446744073709551616.0.0").is_none());
    }

    #[test]
    fn ranges_admit_pre_releases_only_beside_one_of_their_triple() {
        let range = Range::parse(">=1.2.3-beta.2 <2.0.0").unwrap();
        let inside = |text| range.contains(&Version::parse(text).unwrap());
        assert!(inside("1.2.3-beta.10") && inside("1.2.3") && inside("1.9.9"));
        assert!(!inside("1.2.3-beta.1") && !inside("1.5.0-alpha") && !inside("2.0.0"));
    }
}
