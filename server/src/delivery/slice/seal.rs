//! Clauses that name someone, and the form in which they still decide but no longer tell (DESIGN 5, `sealedIn`).

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::identity::Identity;

/// Seals the names of one entry. Two entries have different salts, so that nobody sees whether they name the same
/// person; an entry has the same salt on every replica, so that its slices are the same everywhere.
pub(super) struct Seal {
    salt: String,
}

impl Seal {
    /// Of the entry with this key, under the secret of an environment.
    pub(super) fn new(secret: &[u8], key: &str) -> Seal {
        let salt = Sha256::new().chain_update(secret).chain_update([0]).chain_update(key.as_bytes());
        Seal { salt: Base64UrlUnpadded::encode_string(&salt.finalize()) }
    }

    /// The operand of `sealedIn`. The digests are sorted: the order of a list tells something too.
    pub(super) fn operand<'n>(&self, names: impl Iterator<Item = &'n str>) -> Value {
        let mut digests: Vec<String> = names.map(|name| self.digest(name)).collect();
        digests.sort_unstable();
        digests.dedup();
        json!({"salt": self.salt, "digests": digests})
    }

    fn digest(&self, name: &str) -> String {
        let salted = Sha256::new().chain_update(self.salt.as_bytes()).chain_update([0]);
        Base64UrlUnpadded::encode_string(&salted.chain_update(name.as_bytes()).finalize())
    }
}

/// What becomes of one operator on an attribute that can name someone.
#[derive(Debug, PartialEq)]
pub(super) enum Treatment<'v> {
    /// It names nobody.
    Stays,
    /// It is `sealedIn` of these, or not.
    Sealed { names: Vec<&'v str>, negated: bool },
    /// It names someone, or may, and has no sealed form that decides alike.
    Refused,
}

/// Of the operator, as written, beside `ignoreCase` or not. An operator that is not known is refused.
pub(super) fn treat<'v>(
    operator: &str,
    operand: &'v Value,
    ignore_case: bool,
    identity: Identity,
) -> Treatment<'v> {
    match operator {
        "exists" | "size" | "before" | "after" | "semverEq" | "semverNe" | "semverLt" | "semverLte"
        | "semverGt" | "semverGte" | "semverRange" | "sealedIn" => Treatment::Stays,
        // Of ids, two bounds name one, and so does what is left of it by a large divisor.
        "lt" | "lte" | "gt" | "gte" if operand.is_number() && identity != Identity::Id => Treatment::Stays,
        "modulo" if identity != Identity::Id => Treatment::Stays,
        "eq" | "ne" | "in" | "notIn" => match Naming::of(operand, identity) {
            Naming::Nobody => Treatment::Stays,
            // Whether case is ignored, and a mixture of types, is more than digests of text can say.
            Naming::Texts(names) if !ignore_case => {
                Treatment::Sealed { names, negated: matches!(operator, "ne" | "notIn") }
            }
            Naming::Texts(_) | Naming::Others => Treatment::Refused,
        },
        "endsWith" if items(operand).iter().all(is_domain) => Treatment::Stays,
        "contains" | "notContains" | "containsAny" | "containsAll" | "containsNone"
            if Naming::of(operand, identity) == Naming::Nobody =>
        {
            Treatment::Stays
        }
        "startsWith" | "matches" | "cidr" if items(operand).is_empty() => Treatment::Stays,
        _ => Treatment::Refused,
    }
}

/// Whom an operand names.
#[derive(Debug, PartialEq)]
enum Naming<'v> {
    Nobody,
    /// Those, and it is of nothing but text.
    Texts(Vec<&'v str>),
    Others,
}

impl Naming<'_> {
    fn of(operand: &Value, identity: Identity) -> Naming<'_> {
        let items = items(operand);
        let names_nobody = |item: &Value| match item {
            Value::Bool(_) => true,
            Value::Number(_) => identity != Identity::Id,
            _ => false,
        };
        if items.iter().all(names_nobody) {
            return Naming::Nobody;
        }
        items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>().map_or(Naming::Others, Naming::Texts)
    }
}

fn items(operand: &Value) -> &[Value] {
    match operand {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// `@example.com`, the end of many addresses.
fn is_domain(item: &Value) -> bool {
    let domain = item.as_str().and_then(|text| text.strip_prefix('@'));
    domain.is_some_and(|domain| !domain.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_that_the_core_looks_for() {
        let operand = Seal::new(b"secret", "beta").operand(["b", "a", "b"].into_iter());
        let salt = operand["salt"].as_str().unwrap();
        let digest = |name: &str| {
            let text = [salt.as_bytes(), &[0], name.as_bytes()].concat();
            Base64UrlUnpadded::encode_string(&Sha256::digest(&text))
        };
        let mut wanted = [digest("a"), digest("b")];
        wanted.sort_unstable();
        assert_eq!(operand["digests"], json!(wanted), "sorted, and each once");
    }

    #[test]
    fn salts_differ_by_entry_and_secret_and_by_nothing_else() {
        let salt = |secret: &[u8], key: &str| Seal::new(secret, key).salt;
        assert_eq!(salt(b"secret", "beta"), salt(b"secret", "beta"));
        assert_ne!(salt(b"secret", "beta"), salt(b"secret", "alpha"));
        assert_ne!(salt(b"secret", "beta"), salt(b"other", "beta"));
        assert_ne!(salt(b"secret", "beta"), salt(b"secretb", "eta"));
    }

    fn treatment(operator: &str, operand: &Value) -> String {
        match treat(operator, operand, false, Identity::Text) {
            Treatment::Stays => "stays".to_owned(),
            Treatment::Sealed { names, negated } => {
                format!("{}sealed {}", if negated { "not " } else { "" }, names.join(","))
            }
            Treatment::Refused => "refused".to_owned(),
        }
    }

    #[test]
    fn every_form_of_every_operator_is_treated() {
        let cases = [
            ("eq", json!("a"), "sealed a"),
            ("ne", json!("a"), "not sealed a"),
            ("eq", json!(""), "sealed "),
            ("eq", json!(18), "stays"),
            ("ne", json!(true), "stays"),
            ("in", json!(["a", "b"]), "sealed a,b"),
            ("notIn", json!(["a", "b"]), "not sealed a,b"),
            // On any attribute an empty list is unknown, and no digests would be false.
            ("in", json!([]), "stays"),
            ("notIn", json!([]), "stays"),
            ("in", json!([1, 2.5, true]), "stays"),
            ("in", json!(["a", 1]), "refused"),
            ("notIn", json!([false, "a"]), "refused"),
            ("eq", json!(null), "refused"),
            ("lt", json!(5), "stays"),
            ("gte", json!("a"), "refused"),
            ("contains", json!("a"), "refused"),
            ("contains", json!(["a", 1]), "refused"),
            ("notContains", json!(1), "stays"),
            ("containsAny", json!(["a"]), "refused"),
            ("containsAll", json!([1, true]), "stays"),
            ("containsNone", json!([]), "stays"),
            ("startsWith", json!("a"), "refused"),
            ("startsWith", json!([]), "stays"),
            ("endsWith", json!("@x.io"), "stays"),
            ("endsWith", json!(["@x.io", "@y.io"]), "stays"),
            ("endsWith", json!(["@x.io", "ann@y.io"]), "refused"),
            ("endsWith", json!("@ann@x.io"), "refused"),
            ("endsWith", json!("x.io"), "refused"),
            ("matches", json!("^a$"), "refused"),
            ("cidr", json!("10.1.2.3"), "refused"),
            ("before", json!("2026-01-01T00:00:00Z"), "stays"),
            ("semverGte", json!("1.2.3"), "stays"),
            ("semverRange", json!(">=1.2.3"), "stays"),
            ("modulo", json!([2, 1]), "stays"),
            ("size", json!({"in": [1, 2]}), "stays"),
            ("exists", json!(true), "stays"),
            ("sealedIn", json!({"salt": "", "digests": []}), "stays"),
            ("soundsLike", json!("a"), "refused"),
        ];
        for (operator, operand, wanted) in cases {
            assert_eq!(treatment(operator, &operand), wanted, "{operator} {operand}");
        }
    }

    #[test]
    fn a_number_names_someone_where_it_is_an_id() {
        let refused =
            |operator, operand: Value| treat(operator, &operand, false, Identity::Id) == Treatment::Refused;
        assert!(refused("eq", json!(42)) && refused("in", json!([42, 43])) && refused("contains", json!(42)));
        for bound in ["lt", "lte", "gt", "gte"] {
            assert!(refused(bound, json!(42)), "{bound}");
        }
        assert!(refused("modulo", json!([1_000_000, 4_242])));
        assert!(!refused("eq", json!(true)) && !refused("exists", json!(true)));
    }

    #[test]
    fn case_cannot_be_ignored_among_digests() {
        let operand = json!("Ann@x.io");
        assert_eq!(treat("eq", &operand, true, Identity::Text), Treatment::Refused);
        assert_eq!(treat("endsWith", &json!("@X.io"), true, Identity::Text), Treatment::Stays);
    }
}
