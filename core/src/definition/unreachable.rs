//! Rules that never match, or only where an earlier rule has already decided.

use crate::limits;
use crate::model::condition::{Condition, Test};
use crate::model::operand::Scalar;
use crate::model::{Action, Flag, Rule};

/// How much may still be compared. Each rule is held against all before it, and each part of its condition against all
/// of theirs: when that is too much, what is left goes unwarned.
pub(super) struct Work(u64);

impl Default for Work {
    fn default() -> Work {
        Work(limits::COMPARISONS)
    }
}

impl Work {
    fn spend(&mut self, comparisons: u64) -> bool {
        match self.0.checked_sub(comparisons) {
            Some(left) => self.0 = left,
            None => self.0 = 0,
        }
        self.0 > 0
    }
}

/// Each unreachable rule with why it is.
pub(super) fn rules<'f>(flag: &'f Flag, work: &mut Work) -> Vec<(&'f Rule, String)> {
    let mut found = Vec::new();
    for (position, rule) in flag.rules.iter().enumerate() {
        let name = name(rule, position);
        if is_never(&rule.condition) {
            found.push((rule, format!("rule {name} can never match")));
            continue;
        }
        let earlier = flag.rules.iter().take(position).enumerate().find(|(_, earlier)| {
            always_acts(&earlier.action) && implies(&rule.condition, &earlier.condition, work)
        });
        if let Some((position, earlier)) = earlier {
            let by = self::name(earlier, position);
            found.push((rule, format!("rule {name} is never reached: rule {by} matches first")));
        }
    }
    found
}

fn name(rule: &Rule, position: usize) -> String {
    rule.id.as_ref().map_or_else(|| position.to_string(), |id| format!("`{id}`"))
}

/// Splits and experiments can pass a unit on.
fn always_acts(action: &Action) -> bool {
    matches!(action, Action::Serve(_) | Action::Value(_))
}

fn is_never<S>(condition: &Condition<S>) -> bool {
    match condition {
        Condition::Any(parts) => parts.iter().all(is_never),
        Condition::All(parts) => parts.iter().any(is_never),
        Condition::Not(part) => matches!(&**part, Condition::All(parts) if parts.is_empty()),
        _ => false,
    }
}

/// Whether `a` is surely true only where `b` is: every part of `b` is implied by one of `a`.
fn implies<S: PartialEq>(a: &Condition<S>, b: &Condition<S>, work: &mut Work) -> bool {
    parts(b).iter().all(|wanted| parts(a).iter().any(|given| part_implies(given, wanted, work)))
}

fn parts<S>(condition: &Condition<S>) -> &[Condition<S>] {
    match condition {
        Condition::All(parts) => parts,
        one => std::slice::from_ref(one),
    }
}

fn part_implies<S: PartialEq>(a: &Condition<S>, b: &Condition<S>, work: &mut Work) -> bool {
    let (Condition::Clause(one), Condition::Clause(other)) = (a, b) else {
        return work.spend(size(a)) && a == b;
    };
    work.spend(1)
        && one.path == other.path
        && work.spend(operands(&one.test))
        && (one.test == other.test || is_subset(&one.test, &other.test))
}

/// Whether one of these strings is also one of those.
fn is_subset(narrow: &Test, wide: &Test) -> bool {
    let Test::OneOf { operands: wide, negated: false, ignore_case: false } = wide else { return false };
    match narrow {
        Test::Equal { operand: Scalar::Str(text), negated: false, ignore_case: false } => {
            wide.strings.contains(text, false)
        }
        Test::OneOf { operands, negated: false, ignore_case: false } => {
            operands.numbers().is_empty()
                && operands.booleans().is_empty()
                && operands.strings.iter().all(|text| wide.strings.contains(text, false))
        }
        _ => false,
    }
}

/// How many comparisons it may take to tell whether a condition is the same as another.
fn size<S>(condition: &Condition<S>) -> u64 {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => 1 + parts.iter().map(size).sum::<u64>(),
        Condition::Not(part) => 1 + size(part),
        Condition::Clause(clause) => operands(&clause.test),
        Condition::Segment(_) | Condition::Unknown { .. } => 1,
    }
}

/// As [`size`], of a test.
fn operands(test: &Test) -> u64 {
    let count = match test {
        Test::OneOf { operands, .. } | Test::Contains { operands, .. } | Test::Members { operands, .. } => {
            operands.len()
        }
        Test::StartsWith { operands, .. } | Test::EndsWith { operands, .. } => operands.len(),
        Test::Network { networks, .. } => networks.len(),
        Test::Sealed(sealed) => sealed.digests.len(),
        Test::Size(tests) => tests.len(),
        _ => 1,
    };
    count.max(1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Node;
    use crate::definition::{Mode, read};
    use crate::model::Body;

    fn found(conditions: &[String], work: &mut Work) -> usize {
        let rules: Vec<String> = conditions
            .iter()
            .map(|condition| format!(r#"{{"condition": {condition}, "action": {{"serve": "on"}}}}"#))
            .collect();
        let text = format!(r#"{{"key": "f", "rules": [{}]}}"#, rules.join(","));
        let reading =
            read(&[Node::parse_json(text.as_bytes(), &crate::Arena::new()).unwrap()], Mode::Authoring);
        let Body::Flag(flag) = &reading.model.entries[0].body else { panic!("{:?}", reading.problems) };
        super::rules(flag, work).len()
    }

    #[test]
    fn comparisons_are_counted() {
        let spent = |conditions: &[&str]| {
            let mut work = Work::default();
            let conditions: Vec<String> = conditions.iter().map(|text| (*text).to_owned()).collect();
            found(&conditions, &mut work);
            limits::COMPARISONS - work.0
        };
        let one = r#"{"a": {"eq": 1}}"#;
        assert_eq!(spent(&[one]), 0);
        assert_eq!(spent(&[one, r#"{"b": {"eq": 1}}"#]), 1, "another path");
        assert_eq!(spent(&[one, one]), 2, "and the operand");
        assert_eq!(spent(&[one, one, one]), 4, "the first that matches ends it");
        let list = r#"{"a": {"in": ["1", "2", "3"]}}"#;
        assert_eq!(spent(&[list, list]), 4);
        let any = r#"{"any": [{"a": {"eq": 1}}, {"a": {"in": ["1", "2", "3"]}}]}"#;
        assert_eq!(spent(&[any, any]), 5);
    }

    #[test]
    fn what_is_too_much_goes_unwarned() {
        let conditions = vec![r#"{"a": {"eq": 1}}"#.to_owned(); 10];
        assert_eq!(found(&conditions, &mut Work::default()), 9);
        assert_eq!(found(&conditions, &mut Work(7)), 3);
        assert_eq!(found(&conditions, &mut Work(0)), 0);
        // All parts but the last are found, behind all that come later: five thousand million comparisons.
        let clause = |i: usize| format!(r#""a{i}": {{"eq": 1}}"#);
        let earlier: Vec<String> = (0..100_000).rev().map(clause).collect();
        let later: Vec<String> = (1..100_000).map(clause).collect();
        let conditions = [&earlier, &later].map(|clauses| format!("{{{}}}", clauses.join(",")));
        let mut work = Work(1_000_000);
        assert_eq!(found(&conditions, &mut work), 0);
        assert_eq!(work.0, 0);
    }
}
