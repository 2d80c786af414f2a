//! Who asks (section 5): a tree whose paths have several spellings.

use serde_json::{Map, Value, json};

use crate::number;

/// Other names of whole paths, those that win first.
const ALIASES: [(&str, &[&str]); 4] = [
    ("user.id", &["targetingKey", "userId"]),
    ("session.id", &["sessionId"]),
    ("user.role", &["userRole"]),
    ("env", &["environment"]),
];

/// `customAttributes.x` is an alias of `x`.
const CUSTOM: &str = "customAttributes.";

/// Integral floats are ids within 2^53, where every integer is a float.
const LARGEST_FLOAT_ID: f64 = 9_007_199_254_740_992.0;

pub(crate) struct Context<'a> {
    tree: &'a Map<String, Value>,
    /// The environment that counts, for scopes, kills and conditions alike.
    pub environment: Option<String>,
}

impl<'a> Context<'a> {
    /// None where the context is none (`INVALID_CONTEXT`): no object, or an integer beyond i64.
    pub(crate) fn of(tree: &'a Value) -> Option<Context<'a>> {
        if has_too_large_an_integer(tree) {
            return None;
        }
        Some(Context { tree: tree.as_object()?, environment: None })
    }

    /// Settles the environment: a fixed one; else the context's, then `--env`, then the bundle's.
    pub(crate) fn settle_environment(
        &mut self,
        fixed: Option<&String>,
        option: Option<&String>,
        of_bundle: Option<&str>,
    ) {
        self.environment = fixed
            .cloned()
            .or_else(|| id_of(&self.look_up("env")?))
            .or_else(|| option.cloned())
            .or_else(|| of_bundle.map(str::to_owned));
    }

    /// The attribute that a path of a definition names, in whatever spelling it is there.
    pub(crate) fn attribute(&self, path: &str) -> Option<Value> {
        match canonical(path) {
            "env" => self.environment.as_ref().map(|name| json!(name)),
            path => self.look_up(path),
        }
    }

    /// An attribute as an id (units, and the keys of scopes).
    pub(crate) fn id(&self, path: &str) -> Option<String> {
        id_of(&self.attribute(path)?)
    }

    /// The unit of a bucket: the attribute named by `by`, else the user, else the session.
    pub(crate) fn unit(&self, by: Option<&str>) -> Option<String> {
        match by {
            Some(path) => self.id(path),
            None => self.id("user.id").or_else(|| self.id("session.id")),
        }
    }

    /// The roles that the user has, known or not.
    pub(crate) fn roles(&self) -> Vec<String> {
        let texts = |list: Vec<Value>| list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        match self.attribute("user.role") {
            Some(Value::Array(list)) => texts(list),
            Some(single) => texts(vec![single]),
            None => Vec::new(),
        }
    }

    /// The canonical name wins over its aliases, and all of those over `customAttributes`.
    fn look_up(&self, canonical: &str) -> Option<Value> {
        let mut names = vec![canonical.to_owned()];
        names.extend(aliases(canonical).iter().map(|name| name.to_string()));
        let custom: Vec<String> = names.iter().map(|name| format!("{CUSTOM}{name}")).collect();
        names.extend(custom);
        names.iter().find_map(|name| {
            let steps: Vec<&str> = name.split('.').collect();
            descend(self.tree, &steps).cloned()
        })
    }
}

/// The one name of a path that has several.
fn canonical(path: &str) -> &str {
    let path = path.strip_prefix(CUSTOM).unwrap_or(path);
    let known = ALIASES.iter().find(|(_, others)| others.contains(&path));
    known.map_or(path, |(name, _)| name)
}

fn aliases(canonical: &str) -> &'static [&'static str] {
    let known = ALIASES.iter().find(|(name, _)| *name == canonical);
    known.map_or(&[], |(_, others)| others)
}

/// Finds a path in any mixture of nested objects and flat members: the shorter first member name
/// wins, and so on inward. Null is missing, so it hides nothing.
fn descend<'a>(tree: &'a Map<String, Value>, steps: &[&str]) -> Option<&'a Value> {
    (1..=steps.len()).find_map(|taken| {
        let (name, rest) = steps.split_at(taken);
        match tree.get(&name.join("."))? {
            Value::Null => None,
            value if rest.is_empty() => Some(value),
            Value::Object(inner) => descend(inner, rest),
            _ => None,
        }
    })
}

/// Ids are non-empty strings, and integers or integral floats within 2^53, in decimal.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.is_i64() => Some(number.to_string()),
        Value::Number(number) if number.as_f64()?.abs() <= LARGEST_FLOAT_ID => {
            number::integral(number).map(|id| id.to_string())
        }
        _ => None,
    }
}

fn has_too_large_an_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_u64() && !number.is_i64(),
        Value::Array(list) => list.iter().any(has_too_large_an_integer),
        Value::Object(members) => members.values().any(has_too_large_an_integer),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(context: Value, path: &str) -> Option<Value> {
        Context::of(&context)?.attribute(path)
    }

    #[test]
    fn the_shorter_first_member_name_wins() {
        let context = json!({"a": {"b.c": 2}, "a.b": {"c": 3}, "a.b.c": 4});
        assert_eq!(attribute(context, "a.b.c"), Some(json!(2)));
        let context = json!({"a": {"b": {"c": null}, "b.c": 2}});
        assert_eq!(attribute(context, "a.b.c"), Some(json!(2)));
        let context = json!({"a": "no object", "a.b.c": 4});
        assert_eq!(attribute(context, "a.b.c"), Some(json!(4)));
        assert_eq!(attribute(json!({"a": [{"b": 1}]}), "a.b"), None);
    }

    #[test]
    fn the_canonical_name_wins_over_its_aliases() {
        let context = json!({"userId": 1, "targetingKey": 2, "user.id": 3});
        assert_eq!(attribute(context, "userId"), Some(json!(3)));
        let context = json!({"userId": 1, "targetingKey": 2, "user": {"id": null}});
        assert_eq!(attribute(context, "user.id"), Some(json!(2)));
        let context = json!({"customAttributes": {"plan": "pro"}});
        assert_eq!(attribute(context, "plan"), Some(json!("pro")));
        assert_eq!(attribute(json!({"plan": "pro"}), "customAttributes.plan"), Some(json!("pro")));
    }

    #[test]
    fn ids_are_strings_or_integers() {
        let id = |value: Value| id_of(&value);
        assert_eq!(id(json!("u1")).as_deref(), Some("u1"));
        assert_eq!(id(json!(-7)).as_deref(), Some("-7"));
        assert_eq!(id(json!(7.0)).as_deref(), Some("7"));
        assert_eq!(id(json!(-0.0)).as_deref(), Some("0"));
        assert_eq!(id(json!(9_007_199_254_740_992.0)).as_deref(), Some("9007199254740992"));
        assert_eq!(id(json!(9_007_199_254_740_994.0)), None);
        for missing in [json!(""), json!(7.5), json!(true), json!([1]), json!({"a": 1})] {
            assert_eq!(id(missing), None);
        }
    }

    #[test]
    fn a_context_is_an_object_within_limits() {
        assert!(Context::of(&json!([])).is_none());
        assert!(Context::of(&json!({"a": [u64::MAX]})).is_none());
        assert!(Context::of(&json!({"a": i64::MIN})).is_some());
    }
}
