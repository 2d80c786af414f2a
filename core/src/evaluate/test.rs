//! One test of one attribute, in three values: true, false, and `None` for unknown (DESIGN 5). There is a function for
//! each type that an attribute can have; an operator that it does not name there is unknown.

use crate::context::{Attribute, List};
use crate::hash;
use crate::model::condition::{Quantifier, SizeTest, Test};
use crate::model::operand::{Scalar, Scalars, same};
use crate::value::fold;
use crate::value::network::parse_address;
use crate::value::number::Number;
use crate::value::timestamp::Timestamp;
use crate::value::version::Version;

/// As [`holds`], as a function of its own.
#[inline(never)]
pub(super) fn holds_apart(test: &Test, attribute: Option<Attribute<'_>>) -> Option<bool> {
    holds(test, attribute)
}

/// Whether the test holds of the attribute.
#[inline(always)]
pub(super) fn holds(test: &Test, attribute: Option<Attribute<'_>>) -> Option<bool> {
    if let Test::Exists(wanted) = test {
        return Some(attribute.is_some() == *wanted);
    }
    match attribute? {
        Attribute::Str(text) => of_text(test, text),
        Attribute::Number(number) => of_number(test, number),
        Attribute::Bool(value) => of_bool(test, value),
        Attribute::List(list) => of_list(test, list),
        Attribute::Object => None,
    }
}

#[inline(always)]
fn of_text(test: &Test, text: &str) -> Option<bool> {
    match test {
        Test::Equal { operand: Scalar::Str(operand), negated, ignore_case } => {
            Some(same(operand, text, *ignore_case) != *negated)
        }
        Test::OneOf { operands, negated, ignore_case } => {
            let known = !operands.strings.is_empty();
            known.then(|| operands.strings.contains(text, *ignore_case) != *negated)
        }
        Test::Contains { operands, negated, ignore_case } => {
            let found = || match ignore_case {
                true => operands.parts().iter().any(|part| part.is_in(text)),
                false => operands.strings.any(|part| text.contains(part)),
            };
            let known = !operands.strings.is_empty();
            known.then(|| found() != *negated)
        }
        Test::StartsWith { operands, ignore_case } => {
            let starts = |part: &str| {
                if *ignore_case { fold::starts_with(text, part) } else { starts_with(text, part) }
            };
            (!operands.is_empty()).then(|| operands.any(starts))
        }
        Test::EndsWith { operands, ignore_case } => {
            let ends =
                |part: &str| if *ignore_case { fold::ends_with(text, part) } else { ends_with(text, part) };
            (!operands.is_empty()).then(|| operands.any(ends))
        }
        Test::Matches(pattern) => Some(pattern.is_match(text)),
        Test::Text { relation, operand } => Some(relation.holds(text.cmp(operand))),
        Test::Time { relation, operand } => {
            Timestamp::parse(text).map(|time| relation.holds(time.cmp(&operand.at)))
        }
        Test::Version { relation, operand } => {
            Version::parse(text).map(|version| relation.holds(version.compare(operand)))
        }
        Test::VersionRange { range, .. } => Version::parse(text).map(|version| range.contains(&version)),
        Test::Network { networks, .. } if networks.is_empty() => None,
        Test::Network { networks, .. } => {
            parse_address(text).map(|address| networks.iter().any(|network| network.contains(address)))
        }
        Test::Size(tests) => sizes_hold(tests, text.chars().count()),
        Test::Sealed(sealed) => Some(sealed.contains(text)),
        _ => None,
    }
}

#[inline]
fn of_number(test: &Test, number: Number) -> Option<bool> {
    match test {
        Test::Equal { operand: Scalar::Number(operand), negated, .. } => {
            Some((*operand == number) != *negated)
        }
        Test::OneOf { operands, negated, .. } => {
            let known = !operands.numbers().is_empty();
            known.then(|| operands.number(number).is_some() != *negated)
        }
        Test::Number { relation, operand } => Some(relation.holds(number.compare(*operand))),
        Test::Time { relation, operand } => {
            Timestamp::from_number(number).map(|time| relation.holds(time.cmp(&operand.at)))
        }
        Test::Modulo { divisor, remainder } => {
            number.integral()?.checked_rem_euclid(*divisor).map(|rest| rest == *remainder)
        }
        _ => None,
    }
}

fn of_bool(test: &Test, value: bool) -> Option<bool> {
    match test {
        Test::Equal { operand: Scalar::Bool(operand), negated, .. } => Some((*operand == value) != *negated),
        Test::OneOf { operands, negated, .. } => {
            let known = !operands.booleans().is_empty();
            known.then(|| operands.boolean(value).is_some() != *negated)
        }
        _ => None,
    }
}

fn of_list(test: &Test, list: &dyn List) -> Option<bool> {
    match test {
        Test::Contains { operands, negated, ignore_case } => {
            Some(has_any(list, operands, *ignore_case) != *negated)
        }
        Test::Members { quantifier, operands, ignore_case } => Some(match quantifier {
            Quantifier::Any => has_any(list, operands, *ignore_case),
            Quantifier::None => !has_any(list, operands, *ignore_case),
            Quantifier::All => has_all(list, operands, *ignore_case),
        }),
        Test::Size(tests) => sizes_hold(tests, list.len()),
        _ => None,
    }
}

fn has_any(list: &dyn List, operands: &Scalars, ignore_case: bool) -> bool {
    list.any(&mut |item| position(operands, item, ignore_case).is_some())
}

/// Marks the operands that are found, so many at a time as there is room for on the stack: each item is looked up among
/// the operands, and not each operand among the items.
fn has_all(list: &dyn List, operands: &Scalars, ignore_case: bool) -> bool {
    const ROOM: usize = 1_024;
    let count = operands.len();
    count <= list.len()
        && (0..count).step_by(ROOM).all(|from| {
            let mut found = [false; ROOM];
            let mut missing = ROOM.min(count - from);
            list.any(&mut |item| {
                let position = position(operands, item, ignore_case).and_then(|at| at.checked_sub(from));
                if let Some(found) = position.and_then(|position| found.get_mut(position)) {
                    missing -= usize::from(!std::mem::replace(found, true));
                }
                missing == 0
            })
        })
}

/// Where the item is among all operands.
#[inline]
fn position(operands: &Scalars, item: Attribute<'_>, ignore_case: bool) -> Option<usize> {
    let (strings, numbers) = (operands.strings.len(), operands.numbers().len());
    match item {
        Attribute::Str(text) => operands.strings.position(text, ignore_case),
        Attribute::Number(number) => operands.number(number).map(|position| strings + position),
        Attribute::Bool(value) => operands.boolean(value).map(|position| strings + numbers + position),
        Attribute::List(_) | Attribute::Object => None,
    }
}

/// All of them, by Kleene's AND; to be among no sizes at all is unknown.
fn sizes_hold(tests: &[SizeTest], size: usize) -> Option<bool> {
    let size = i64::try_from(size).ok().map(Number::Int)?;
    let mut truth = Some(true);
    for test in tests {
        match test {
            SizeTest::Relation(relation, operand) if relation.holds(size.compare(*operand)) => {}
            SizeTest::OneOf { operands, .. } if operands.is_empty() => truth = None,
            SizeTest::OneOf { operands, negated } if operands.contains(&size) != *negated => {}
            _ => return Some(false),
        }
    }
    truth
}

/// As bytes: UTF-8 begins and ends alike only where the characters do.
#[inline]
fn starts_with(text: &str, part: &str) -> bool {
    text.as_bytes().get(..part.len()).is_some_and(|start| hash::same_bytes(start, part.as_bytes()))
}

#[inline]
fn ends_with(text: &str, part: &str) -> bool {
    let start = text.len().checked_sub(part.len());
    start
        .and_then(|start| text.as_bytes().get(start..))
        .is_some_and(|end| hash::same_bytes(end, part.as_bytes()))
}
