//! Operands: for each operator every form that section 5 allows.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::pools::{self, Domain};
use super::times;
use crate::text;

const PATTERNS: [&str; 8] = ["^u[0-9]+$", "pro", r"x\.io$", "^ANN", r"\p{Lu}", "é|ß", "", "k"];

const VERSIONS: [&str; 7] =
    ["1.2.3", "1.2.3-rc.1", "1.2.3-11", "1.2.3+other", "1.10.0", "2.0.0-alpha", "0.9.9"];

const VERSION_RANGES: [&str; 7] = [
    ">=1.0.0 <2.0.0",
    "1.2.3",
    "=1.2.3-rc.1",
    ">=1.2.3-rc.1 <1.3.0",
    ">1.2.3",
    "<=2.0.0-alpha",
    ">=2.0.0 <1.0.0",
];

const NETWORKS: [&str; 10] = [
    "10.0.0.0/8",
    "10.1.2.3",
    "10.1.2.99/24",
    "0.0.0.0/0",
    "192.168.0.0/31",
    "::ffff:10.1.0.0/112",
    "::ffff:192.168.0.1",
    "2001:db8::/32",
    "::/0",
    "::1/128",
];

/// The operand of an operator, for an attribute of a domain.
pub(super) fn operand(dice: &mut Dice, operator: &str, domain: Domain) -> Value {
    match operator {
        "eq" | "ne" => pools::scalar(dice, domain),
        "in" | "notIn" => scalars(dice, domain),
        "contains" | "notContains" => match dice.between(0, 3) {
            0 => pools::scalar(dice, domain),
            1 => scalars(dice, domain),
            _ => part_or_list(dice, domain),
        },
        "startsWith" | "endsWith" => part_or_list(dice, domain),
        "matches" => json!(dice.pick(&PATTERNS)),
        "lt" | "lte" | "gt" | "gte" => match pools::scalar(dice, domain) {
            Value::Bool(_) => json!(1),
            ordered => ordered,
        },
        "before" | "after" => {
            let moment = times::moment(dice);
            times::written(dice, moment)
        }
        "semverRange" => json!(dice.pick(&VERSION_RANGES)),
        "cidr" if dice.chance(50) => json!(dice.some(&NETWORKS, 0, 3)),
        "cidr" => json!(dice.pick(&NETWORKS)),
        "exists" => json!(dice.chance(50)),
        "containsAny" | "containsAll" | "containsNone" => scalars(dice, domain),
        "size" => size(dice),
        "modulo" => {
            let divisor = *dice.pick(&[1, 2, 3, 3, 10, i64::MAX]);
            let remainder = dice.between(0, 9) as i64 % divisor;
            json!([divisor, remainder])
        }
        "sealedIn" => {
            let salt = *dice.pick(&["", "pepper"]);
            let digests: Vec<String> =
                (0..dice.between(1, 3)).map(|_| text::sealed(salt, &pools::text(dice, domain))).collect();
            json!({"salt": salt, "digests": digests})
        }
        _ if operator.starts_with("semver") => json!(dice.pick(&VERSIONS)),
        _ => panic!("no such operator: {operator}"),
    }
}

/// A list of scalars; sometimes empty, often of strings only, sometimes of all types.
fn scalars(dice: &mut Dice, domain: Domain) -> Value {
    let only_texts = dice.chance(30);
    let list: Vec<Value> = (0..dice.between(0, 4))
        .map(|_| {
            if only_texts {
                json!(pools::text(dice, domain))
            } else if dice.chance(80) {
                pools::scalar(dice, domain)
            } else {
                let other = pools::any_attribute(dice).domain;
                pools::scalar(dice, other)
            }
        })
        .collect();
    json!(list)
}

/// A piece of a text of the domain, or a list of pieces.
fn part_or_list(dice: &mut Dice, domain: Domain) -> Value {
    if dice.chance(70) {
        return json!(part(dice, domain));
    }
    let parts: Vec<String> = (0..dice.between(0, 3)).map(|_| part(dice, domain)).collect();
    json!(parts)
}

fn part(dice: &mut Dice, domain: Domain) -> String {
    let characters: Vec<char> = pools::text(dice, domain).chars().collect();
    let length = dice.between(0, characters.len().min(3));
    // At the start, at the end, or anywhere.
    let last_start = characters.len() - length;
    let start = *dice.pick(&[0, last_start, last_start / 2]);
    characters[start..start + length].iter().collect()
}

fn size(dice: &mut Dice) -> Value {
    if dice.chance(40) {
        return json!(dice.between(0, 4));
    }
    let mut comparisons = Map::new();
    for operator in dice.some(&["eq", "ne", "lt", "lte", "gt", "gte", "in", "notIn"], 1, 2) {
        let bounds = [json!(0), json!(1), json!(2), json!(3), json!(2.5), json!(3.0)];
        let operand = match operator {
            "in" | "notIn" => json!(dice.some(&bounds, 1, 3)),
            _ => dice.pick(&bounds).clone(),
        };
        comparisons.insert(operator.to_owned(), operand);
    }
    Value::Object(comparisons)
}
