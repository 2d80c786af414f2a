//! Operators and their operands -> tests.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::document::Node;
use crate::limits;
use crate::model::condition::{Moment, Quantifier, SizeTest, Test, relation};
use crate::model::operand::{Scalar, Scalars, Sealed, StrSet};
use crate::problem::{Code, shown};
use crate::value::network::Network;
use crate::value::number::Number;
use crate::value::timestamp::Timestamp;
use crate::value::version::{Range, Relation, Version};

use super::fields::Object;
use super::shared::Shared;

/// Why there is no test; its place is the operator's.
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: String,
}

fn refuse(message: impl Into<String>) -> Refusal {
    Refusal { code: Code::InvalidOperand, message: message.into() }
}

type Read<T> = Result<T, Refusal>;

pub(super) fn read(name: &str, operand: &Node<'_>, ignore_case: bool, shared: &mut Shared) -> Read<Test> {
    let test = match name {
        "eq" | "ne" => Test::Equal { operand: scalar(operand)?, negated: name == "ne", ignore_case },
        "in" | "notIn" => {
            Test::OneOf { operands: scalars(operand, ignore_case)?, negated: name == "notIn", ignore_case }
        }
        "contains" | "notContains" => {
            let operands = match operand {
                Node::List(_) => scalars(operand, ignore_case)?,
                one => Scalars::new(vec![scalar(one)?], ignore_case),
            };
            let operands = if ignore_case { operands.with_parts() } else { operands };
            Test::Contains { operands, negated: name == "notContains", ignore_case }
        }
        "startsWith" => Test::StartsWith { operands: strings(operand, ignore_case)?, ignore_case },
        "endsWith" => Test::EndsWith { operands: strings(operand, ignore_case)?, ignore_case },
        "matches" => {
            let pattern = shared
                .pattern(string(operand)?, ignore_case)
                .map_err(|message| Refusal { code: Code::InvalidRegex, message })?;
            Test::Matches(pattern)
        }
        "lt" | "lte" | "gt" | "gte" => ordered(related(name)?, operand)?,
        "before" => time(Relation::Lt, operand)?,
        "after" => time(Relation::Gt, operand)?,
        "semverRange" => {
            let written = string(operand)?;
            let range = Range::parse(written).ok_or_else(|| {
                refuse(format!("`{}` is not comparators such as `>=1.2.0 <2.0.0`", shown(written)))
            })?;
            Test::VersionRange { range: Box::new(range), written: written.into() }
        }
        "cidr" => networks(operand)?,
        "exists" => match operand {
            Node::Bool(wanted) => Test::Exists(*wanted),
            other => return Err(refuse(format!("expected true or false, found {}", other.kind()))),
        },
        "containsAny" => members(Quantifier::Any, operand, ignore_case)?,
        "containsAll" => members(Quantifier::All, operand, ignore_case)?,
        "containsNone" => members(Quantifier::None, operand, ignore_case)?,
        "size" => Test::Size(sizes(operand)?),
        "modulo" => modulo(operand)?,
        "sealedIn" => Test::Sealed(Box::new(sealed(operand)?)),
        other => version(other, operand)?,
    };
    Ok(test)
}

/// Whether `ignoreCase` means something beside this operator.
pub(super) fn takes_ignore_case(name: &str, operand: &Node<'_>) -> bool {
    let is_string = |node: &Node<'_>| matches!(node, Node::Str(_));
    let on_strings = [
        "eq",
        "ne",
        "in",
        "notIn",
        "contains",
        "notContains",
        "startsWith",
        "endsWith",
        "matches",
        "containsAny",
        "containsAll",
        "containsNone",
    ];
    on_strings.contains(&name)
        && match operand {
            Node::List(items) => items.is_empty() || items.iter().any(is_string),
            other => is_string(other),
        }
}

fn scalar(node: &Node<'_>) -> Read<Scalar> {
    match node {
        Node::Str(text) => Ok(Scalar::Str((*text).into())),
        Node::Bool(value) => Ok(Scalar::Bool(*value)),
        Node::Int(value) => Ok(Scalar::Number(Number::Int(*value))),
        Node::Float(value) => Ok(Scalar::Number(Number::Float(*value))),
        other => Err(refuse(format!("expected a string, number or boolean, found {}", other.kind()))),
    }
}

fn list<'n, 't>(node: &'n Node<'t>) -> Read<&'n [Node<'t>]> {
    match node {
        Node::List(items) if items.len() <= limits::OPERAND_ITEMS => Ok(items),
        Node::List(items) => Err(Refusal {
            code: Code::LimitExceeded,
            message: format!("{} items are over the limit of {}", items.len(), limits::OPERAND_ITEMS),
        }),
        other => Err(refuse(format!("expected a list, found {}", other.kind()))),
    }
}

fn scalars(node: &Node<'_>, ignore_case: bool) -> Read<Scalars> {
    let items = list(node)?;
    // The common list is of strings only: those need no copy before they are laid together.
    let texts: Option<Vec<&str>> = items.iter().map(as_str).collect();
    match texts {
        Some(texts) => Ok(Scalars::of_strings(&texts, ignore_case)),
        None => Ok(Scalars::new(items.iter().map(scalar).collect::<Read<Vec<Scalar>>>()?, ignore_case)),
    }
}

fn as_str<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match node {
        Node::Str(text) => Some(text),
        _ => None,
    }
}

fn string<'n>(node: &'n Node<'_>) -> Read<&'n str> {
    as_str(node).ok_or_else(|| refuse(format!("expected a string, found {}", node.kind())))
}

fn strings(node: &Node<'_>, ignore_case: bool) -> Read<StrSet> {
    match node {
        Node::List(_) => {
            let texts = list(node)?.iter().map(string).collect::<Read<Vec<&str>>>()?;
            Ok(StrSet::new(&texts, ignore_case))
        }
        one => Ok(StrSet::new(&[string(one)?], ignore_case)),
    }
}

fn number(node: &Node<'_>) -> Read<Number> {
    match node {
        Node::Int(value) => Ok(Number::Int(*value)),
        Node::Float(value) => Ok(Number::Float(*value)),
        other => Err(refuse(format!("expected a number, found {}", other.kind()))),
    }
}

fn related(name: &str) -> Read<Relation> {
    relation(name).ok_or_else(|| Refusal { code: Code::UnknownOperator, message: String::new() })
}

fn ordered(relation: Relation, operand: &Node<'_>) -> Read<Test> {
    match operand {
        Node::Str(text) => Ok(Test::Text { relation, operand: Box::from(*text) }),
        Node::Int(_) | Node::Float(_) => Ok(Test::Number { relation, operand: number(operand)? }),
        other => Err(refuse(format!("expected a number or a string, found {}", other.kind()))),
    }
}

fn time(relation: Relation, operand: &Node<'_>) -> Read<Test> {
    let at = match operand {
        Node::Int(millis) => Timestamp::from_millis(*millis),
        Node::Str(text) => Timestamp::parse(text).ok_or_else(|| {
            refuse(format!("`{}` is not an RFC 3339 date-time with an offset", shown(text)))
        })?,
        other => return Err(refuse(format!("expected a time, found {}", other.kind()))),
    };
    Ok(Test::Time { relation, operand: Box::new(Moment { at, written: operand.to_value() }) })
}

fn version(name: &str, operand: &Node<'_>) -> Read<Test> {
    let relation = related(
        name.strip_prefix("semver").filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(""),
    )?;
    let written = string(operand)?;
    let version = Version::parse(written)
        .ok_or_else(|| refuse(format!("`{}` is not a semantic version such as `1.2.3`", shown(written))))?;
    Ok(Test::Version { relation, operand: version.to_owned(written) })
}

fn networks(operand: &Node<'_>) -> Read<Test> {
    let read = |node: &Node<'_>| {
        let text = string(node)?;
        Network::parse(text).ok_or_else(|| {
            refuse(format!("`{}` is not an address or network such as `10.0.0.0/8`", shown(text)))
        })
    };
    let networks = match operand {
        Node::List(_) => list(operand)?.iter().map(read).collect::<Read<Box<[Network]>>>()?,
        one => Box::new([read(one)?]),
    };
    Ok(Test::Network { networks, written: Box::new(operand.to_value()) })
}

fn members(quantifier: Quantifier, operand: &Node<'_>, ignore_case: bool) -> Read<Test> {
    Ok(Test::Members { quantifier, operands: scalars(operand, ignore_case)?, ignore_case })
}

fn sizes(operand: &Node<'_>) -> Read<Box<[SizeTest]>> {
    match operand {
        Node::Int(size) if *size >= 0 => Ok(Box::new([SizeTest::Relation(Relation::Eq, Number::Int(*size))])),
        Node::Object(tests) if !tests.is_empty() => {
            tests.iter().map(|(name, node)| size(name, node)).collect()
        }
        _ => Err(refuse("expected an integer of at least 0, or numeric operators such as `{\"gte\": 2}`")),
    }
}

fn size(name: &str, operand: &Node<'_>) -> Read<SizeTest> {
    match (name, relation(name)) {
        ("in" | "notIn", _) => {
            let operands = list(operand)?.iter().map(number).collect::<Read<Box<[Number]>>>()?;
            Ok(SizeTest::OneOf { operands, negated: name == "notIn" })
        }
        (_, Some(relation)) if name.starts_with(char::is_lowercase) => {
            Ok(SizeTest::Relation(relation, number(operand)?))
        }
        _ => Err(refuse(format!("`{}` is none of eq, ne, lt, lte, gt, gte, in, notIn", shown(name)))),
    }
}

fn modulo(operand: &Node<'_>) -> Read<Test> {
    match list(operand)? {
        [Node::Int(divisor), Node::Int(remainder)] if *divisor > 0 && (0..*divisor).contains(remainder) => {
            Ok(Test::Modulo { divisor: *divisor, remainder: *remainder })
        }
        _ => Err(refuse(
            "expected `[divisor, remainder]`, integers, with divisor > 0 and 0 <= remainder < divisor",
        )),
    }
}

fn sealed(operand: &Node<'_>) -> Read<Sealed> {
    let form = || refuse("expected `{\"salt\": string, \"digests\": [base64url of 32 bytes, ...]}`");
    let Node::Object(fields) = operand else { return Err(form()) };
    let field = |name: &str| member(fields, name).ok_or_else(form);
    if fields.len() != 2 {
        return Err(form());
    }
    let salt = string(field("salt")?)?;
    let mut digests = list(field("digests")?)?
        .iter()
        .map(|node| {
            let mut digest = [0; 32];
            let decoded = Base64UrlUnpadded::decode(string(node)?, &mut digest).map(<[u8]>::len);
            if decoded == Ok(32) { Ok(digest) } else { Err(form()) }
        })
        .collect::<Read<Vec<[u8; 32]>>>()?;
    digests.sort_unstable();
    Ok(Sealed { salt: salt.into(), digests: digests.into() })
}

fn member<'n, 't>(fields: &'n Object<'t>, name: &str) -> Option<&'n Node<'t>> {
    fields.iter().find(|(field, _)| *field == name).map(|(_, node)| node)
}
