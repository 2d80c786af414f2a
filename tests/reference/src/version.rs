//! SemVer 2.0.0: precedence, and ranges of comparators (section 5).

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

/// The pattern that semver.org suggests, with ASCII digits.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        ^ (0|[1-9][0-9]*) \. (0|[1-9][0-9]*) \. (0|[1-9][0-9]*)
        (?: - ( (?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)
              (?: \. (?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*) )* ) )?
        (?: \+ [0-9a-zA-Z-]+ (?: \. [0-9a-zA-Z-]+ )* )? $",
    )
    .expect("a valid pattern")
});

/// A version without its build metadata, which has no precedence.
pub(crate) struct Version {
    triple: [String; 3],
    pre_release: Vec<String>,
}

impl Version {
    pub(crate) fn of(text: &str) -> Option<Version> {
        let parts = VERSION.captures(text)?;
        if (1..=3).any(|part| parts[part].parse::<u64>().is_err()) {
            return None;
        }
        let pre_release = parts
            .get(4)
            .map_or(Vec::new(), |identifiers| identifiers.as_str().split('.').map(str::to_owned).collect());
        Some(Version { triple: [1, 2, 3].map(|part| parts[part].to_owned()), pre_release })
    }

    /// Section 11 of SemVer 2.0.0.
    pub(crate) fn precedence(&self, other: &Version) -> Ordering {
        for (left, right) in self.triple.iter().zip(&other.triple) {
            let ordering = numeric(left, right);
            if ordering.is_ne() {
                return ordering;
            }
        }
        match (self.pre_release.is_empty(), other.pre_release.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.pre_release_precedence(other),
        }
    }

    fn pre_release_precedence(&self, other: &Version) -> Ordering {
        for (left, right) in self.pre_release.iter().zip(&other.pre_release) {
            let ordering = match (is_numeric(left), is_numeric(right)) {
                (true, true) => numeric(left, right),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => left.cmp(right),
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        // All that both have are equal: the longer one is the later one.
        self.pre_release.len().cmp(&other.pre_release.len())
    }

    /// `semverRange`: every comparator holds; and a pre-release needs one comparator of its own
    /// triple that has a pre-release as well.
    pub(crate) fn is_within(&self, range: &str) -> bool {
        let comparators: Vec<(&str, Version)> = range.split_whitespace().map(comparator).collect();
        let every_one_holds = comparators.iter().all(|(sign, bound)| {
            let ordering = self.precedence(bound);
            match *sign {
                "<" => ordering.is_lt(),
                "<=" => ordering.is_le(),
                ">" => ordering.is_gt(),
                ">=" => ordering.is_ge(),
                _ => ordering.is_eq(),
            }
        });
        let is_invited = self.pre_release.is_empty()
            || comparators
                .iter()
                .any(|(_, bound)| !bound.pre_release.is_empty() && bound.triple == self.triple);
        every_one_holds && is_invited
    }
}

/// A comparator's sign and version; a bare version is exact.
fn comparator(text: &str) -> (&str, Version) {
    let version = text.trim_start_matches(['=', '<', '>']);
    let sign = &text[..text.len() - version.len()];
    (sign, Version::of(version).expect("a version"))
}

fn is_numeric(identifier: &str) -> bool {
    identifier.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares decimal numbers without leading zeros: the longer one is the larger one.
fn numeric(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order given in section 11 of SemVer 2.0.0, up to the largest numbers.
    #[test]
    fn precedence_is_that_of_the_specification() {
        let ascending = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.10.0",
            "18446744073709551614.0.0",
            "18446744073709551615.0.0",
        ];
        let versions: Vec<Version> = ascending.map(|text| Version::of(text).unwrap()).into();
        for (i, left) in versions.iter().enumerate() {
            for (j, right) in versions.iter().enumerate() {
                assert_eq!(left.precedence(right), i.cmp(&j));
            }
        }
        let with_build = Version::of("1.0.0+build.1").unwrap();
        assert!(with_build.precedence(&versions[7]).is_eq());
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["2.3", "v2.3.1", "01.0.0", "1.0.0-01", "1.0.0-", "1.0.0 ", ""] {
            assert!(Version::of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_pre_release_needs_a_comparator_of_its_triple() {
        let within = |version, range| Version::of(version).unwrap().is_within(range);
        assert!(within("1.2.3-rc.2", ">=1.2.3-rc.1 <2.0.0"));
        assert!(!within("1.2.4-rc.2", ">=1.2.3-rc.1 <2.0.0"));
        assert!(!within("1.2.3-rc.1", ">=1.0.0 <2.0.0"));
        assert!(within("1.2.3-rc.1", "1.2.3-rc.1"));
        assert!(within("1.5.0", ">=1.2.3-rc.1 <2.0.0"));
        assert!(within("1.2.3+build", "=1.2.3"));
    }
}
