//! One test of one attribute, in three values: true, false, and `None` for unknown (DESIGN 5).

use crate::context::Attribute;
use crate::model::condition::{Quantifier, SizeTest, Test};
use crate::model::operand::{Scalar, Scalars};
use crate::value::fold;
use crate::value::network::parse_address;
use crate::value::number::Number;
use crate::value::timestamp::Timestamp;
use crate::value::version::Version;

/// Whether the test holds of the attribute.
#[inline]
pub(super) fn holds(test: &Test, attribute: Option<Attribute<'_>>) -> Option<bool> {
    if let Test::Exists(wanted) = test {
        return Some(attribute.is_some() == *wanted);
    }
    let attribute = attribute?;
    match test {
        Test::Equal { operand, negated, ignore_case } => {
            equal(operand, attribute, *ignore_case).map(|equal| equal != *negated)
        }
        Test::OneOf { operands, negated, ignore_case } => {
            one_of(operands, attribute, *ignore_case).map(|found| found != *negated)
        }
        Test::Contains { operands, negated, ignore_case } => {
            contains(operands, attribute, *ignore_case).map(|found| found != *negated)
        }
        Test::StartsWith { operands, ignore_case: false } => text(attribute)
            .filter(|_| !operands.is_empty())
            .map(|text| operands.iter().any(|part| text.starts_with(part))),
        Test::StartsWith { operands, ignore_case: true } => text(attribute)
            .filter(|_| !operands.is_empty())
            .map(|text| operands.iter().any(|part| fold::starts_with(text, part))),
        Test::EndsWith { operands, ignore_case: false } => text(attribute)
            .filter(|_| !operands.is_empty())
            .map(|text| operands.iter().any(|part| text.ends_with(part))),
        Test::EndsWith { operands, ignore_case: true } => text(attribute)
            .filter(|_| !operands.is_empty())
            .map(|text| operands.iter().any(|part| fold::ends_with(text, part))),
        Test::Matches(pattern) => text(attribute).map(|text| pattern.is_match(text)),
        Test::Number { relation, operand } => {
            number(attribute).map(|number| relation.holds(number.compare(*operand)))
        }
        Test::Text { relation, operand } => text(attribute).map(|text| relation.holds(text.cmp(operand))),
        Test::Time { relation, operand, .. } => time(attribute).map(|time| relation.holds(time.cmp(operand))),
        Test::Version { relation, operand, .. } => {
            text(attribute).and_then(Version::parse).map(|version| relation.holds(version.compare(operand)))
        }
        Test::VersionRange { range, .. } => {
            text(attribute).and_then(Version::parse).map(|version| range.contains(&version))
        }
        Test::Network { networks, .. } => text(attribute)
            .and_then(parse_address)
            .filter(|_| !networks.is_empty())
            .map(|address| networks.iter().any(|network| network.contains(address))),
        Test::Members { quantifier, operands, ignore_case } => {
            members(*quantifier, operands, attribute, *ignore_case)
        }
        Test::Size(tests) => size(attribute).and_then(|size| sizes_hold(tests, size)),
        Test::Modulo { divisor, remainder } => {
            number(attribute)?.integral()?.checked_rem_euclid(*divisor).map(|rest| rest == *remainder)
        }
        Test::Sealed(sealed) => text(attribute).map(|text| sealed.contains(text)),
        Test::Exists(_) => None,
    }
}

#[inline]
fn text(attribute: Attribute<'_>) -> Option<&str> {
    match attribute {
        Attribute::Str(text) => Some(text),
        _ => None,
    }
}

#[inline]
fn number(attribute: Attribute<'_>) -> Option<Number> {
    match attribute {
        Attribute::Number(number) => Some(number),
        _ => None,
    }
}

fn time(attribute: Attribute<'_>) -> Option<Timestamp> {
    match attribute {
        Attribute::Str(text) => Timestamp::parse(text),
        Attribute::Number(millis) => Timestamp::from_number(millis),
        _ => None,
    }
}

fn size(attribute: Attribute<'_>) -> Option<Number> {
    let size = match attribute {
        Attribute::List(list) => list.len(),
        Attribute::Str(text) => text.chars().count(),
        _ => return None,
    };
    i64::try_from(size).ok().map(Number::Int)
}

/// All of them, by Kleene's AND; to be among no sizes at all is unknown.
fn sizes_hold(tests: &[SizeTest], size: Number) -> Option<bool> {
    let holds = |test: &SizeTest| match test {
        SizeTest::Relation(relation, operand) => Some(relation.holds(size.compare(*operand))),
        SizeTest::OneOf { operands, .. } if operands.is_empty() => None,
        SizeTest::OneOf { operands, negated } => Some(operands.contains(&size) != *negated),
    };
    tests
        .iter()
        .map(holds)
        .try_fold(Some(true), |all, one| match one {
            Some(false) => Err(()),
            Some(true) => Ok(all),
            None => Ok(None),
        })
        .unwrap_or(Some(false))
}

#[inline]
fn equal(operand: &Scalar, attribute: Attribute<'_>, ignore_case: bool) -> Option<bool> {
    match (operand, attribute) {
        (Scalar::Str(operand), Attribute::Str(text)) if ignore_case => Some(fold::equal(operand, text)),
        (Scalar::Str(operand), Attribute::Str(text)) => Some(**operand == *text),
        (Scalar::Number(operand), Attribute::Number(number)) => Some(*operand == number),
        (Scalar::Bool(operand), Attribute::Bool(value)) => Some(*operand == value),
        _ => None,
    }
}

/// Membership of a scalar; unknown when no member has its type.
#[inline]
fn one_of(operands: &Scalars, attribute: Attribute<'_>, ignore_case: bool) -> Option<bool> {
    match attribute {
        Attribute::Str(text) if !operands.strings.is_empty() => {
            Some(operands.strings.contains(text, ignore_case))
        }
        Attribute::Number(number) if !operands.numbers.is_empty() => Some(operands.numbers.contains(&number)),
        Attribute::Bool(value) if !operands.booleans.is_empty() => Some(operands.booleans.contains(&value)),
        _ => None,
    }
}

/// Any of the operands: a part of a string, or a member of a list.
fn contains(operands: &Scalars, attribute: Attribute<'_>, ignore_case: bool) -> Option<bool> {
    match attribute {
        Attribute::Str(_) if operands.strings.is_empty() => None,
        Attribute::Str(text) if ignore_case => {
            Some(operands.strings.iter().any(|part| fold::contains(text, part)))
        }
        Attribute::Str(text) => Some(operands.strings.iter().any(|part| text.contains(part))),
        Attribute::List(list) => {
            Some(list.any(&mut |item| one_of(operands, item, ignore_case) == Some(true)))
        }
        _ => None,
    }
}

fn members(
    quantifier: Quantifier,
    operands: &Scalars,
    attribute: Attribute<'_>,
    ignore_case: bool,
) -> Option<bool> {
    let Attribute::List(list) = attribute else { return None };
    let any = || list.any(&mut |item| one_of(operands, item, ignore_case) == Some(true));
    let has_text = |wanted: &str| {
        list.any(&mut |item| match item {
            Attribute::Str(text) if ignore_case => fold::equal(wanted, text),
            Attribute::Str(text) => wanted == text,
            _ => false,
        })
    };
    let has_number =
        |wanted: &Number| list.any(&mut |item| number(item).is_some_and(|number| number == *wanted));
    let has_bool =
        |wanted: &bool| list.any(&mut |item| matches!(item, Attribute::Bool(value) if value == *wanted));
    Some(match quantifier {
        Quantifier::Any => any(),
        Quantifier::None => !any(),
        Quantifier::All => {
            operands.strings.iter().all(has_text)
                && operands.numbers.iter().all(has_number)
                && operands.booleans.iter().all(has_bool)
        }
    })
}
