//! Feature flags and configs.

use serde_json::{Map, Value, json};

use super::actions::{self, Choices, action};
use super::conditions::{attribute_clause, condition};
use super::dice::Dice;
use super::pools;
use super::times;
use super::values::{SHAPES, Shape, set};
use crate::document::{Document, EntryType};
use crate::flag::Flag;
use crate::number::percentage;

/// Ids of variations and variants. There are few, so that variants have variations; and two of
/// them read like forms of a rollout.
const IDS: [&str; 7] = ["off", "on", "control", "treatment", "ünï", "rollout", "ranges"];

/// What a flag may refer to.
pub(super) struct Surroundings<'a> {
    pub segments: &'a [String],
    pub experiments: &'a [String],
    /// What may be a prerequisite.
    pub earlier: Vec<Value>,
    pub has_roles: bool,
}

pub(super) fn ids(dice: &mut Dice, least: usize, most: usize) -> Vec<String> {
    // The first four are taken more often, so that experiments and flags agree on some.
    let pool = if dice.chance(80) { &IDS[..4] } else { &IDS };
    let picked = dice.some(pool, least, most);
    picked.into_iter().map(str::to_owned).collect()
}

/// A flag or config that refers to nothing but its surroundings.
pub(super) fn flag(dice: &mut Dice, key: &str, around: &Surroundings) -> Value {
    let shape = *dice.pick(&SHAPES);
    let mut fields = Map::new();
    set(dice, &mut fields, "key", json!(key));
    if dice.chance(30) {
        fields.insert("type".to_owned(), json!("config"));
    } else if dice.chance(70) {
        fields.insert("type".to_owned(), json!("feature_flag"));
    }
    // This hides a config, and only a config.
    if dice.chance(3) {
        fields.insert("sensitive".to_owned(), json!(true));
    }
    let ids = what(dice, &mut fields, shape);
    switches(dice, &mut fields);
    gates(dice, &mut fields, around);

    let choices = Choices { ids, shape, experiments: around.experiments };
    if dice.chance(70) {
        let rules: Vec<Value> =
            (0..dice.between(1, 4)).map(|index| rule(dice, index, &choices, around.segments)).collect();
        fields.insert("rules".to_owned(), json!(rules));
    }
    if dice.chance(50) {
        fields.insert("scopes".to_owned(), scopes(dice, &choices));
    }
    if dice.chance(40) && !choices.ids.is_empty() {
        rollout(dice, &mut fields, &choices.ids);
    }
    decoration(dice, &mut fields);
    Value::Object(fields)
}

/// A flag that shows what a condition comes to, unknown included.
pub(super) fn probe(dice: &mut Dice, key: &str, segments: &[String]) -> Value {
    let shown = if dice.chance(80) { attribute_clause(dice) } else { condition(dice, segments, 1) };
    json!({"key": key, "default": "unknown", "rules": [
        {"condition": shown, "action": {"value": "true"}},
        {"condition": {"not": shown}, "action": {"value": "false"}},
    ]})
}

/// Variations, default, off, kind and value type. Gives the ids of the variations.
fn what(dice: &mut Dice, fields: &mut Map<String, Value>, shape: Shape) -> Vec<String> {
    let mut own_ids = Vec::new();
    let has_default = dice.chance(75);
    let kind = *dice.pick(&["release", "ops", "permission", "experiment"]);
    // A default can be derived for booleans, and from variations for the kind `experiment`.
    if !has_default && shape != Shape::Boolean {
        own_ids = ids(dice, 2, 4);
        fields.insert("kind".to_owned(), json!("experiment"));
    } else {
        if dice.chance(if shape == Shape::Boolean { 40 } else { 85 }) {
            own_ids = ids(dice, 1, 4);
        }
        if dice.chance(60) {
            fields.insert("kind".to_owned(), json!(kind));
        }
    }
    if !own_ids.is_empty() {
        let variations: Vec<Value> =
            own_ids.iter().map(|id| json!({"id": id, "value": shape.value(dice)})).collect();
        fields.insert("variations".to_owned(), json!(variations));
    }
    if has_default {
        let default = shape.value(dice);
        set(dice, fields, "default", default);
    }
    if dice.chance(50) {
        fields.insert("off".to_owned(), shape.value(dice));
    }
    // The type may be left out where it would be inferred.
    if !is_inferred(fields, shape) || dice.chance(50) {
        fields.insert("value_type".to_owned(), shape.written());
    }
    if own_ids.is_empty() && shape == Shape::Boolean {
        own_ids = vec!["off".to_owned(), "on".to_owned()];
    }
    own_ids
}

fn is_inferred(fields: &Map<String, Value>, shape: Shape) -> bool {
    let inferred = Value::Object(fields.clone());
    let mut declared = inferred.clone();
    declared["value_type"] = shape.written();
    let type_of = |entry: &Value| Flag::of(Document::of(entry).entries[0]).value_type;
    type_of(&inferred) == type_of(&declared)
}

/// What experiments have as well: enabled, kill, environments, salt.
pub(super) fn switches(dice: &mut Dice, fields: &mut Map<String, Value>) {
    if dice.chance(10) {
        fields.insert("enabled".to_owned(), json!(dice.chance(60)));
    }
    if dice.chance(10) {
        let mut kill = Map::new();
        if dice.chance(60) {
            kill.insert("environments".to_owned(), json!(dice.some(&pools::ENVIRONMENTS, 1, 1)));
        }
        if dice.chance(60) {
            kill.insert("tenants".to_owned(), json!(dice.some(&pools::TENANTS, 1, 2)));
        }
        fields.insert("kill".to_owned(), json!(kill));
    }
    if dice.chance(12) {
        let environments = dice.some(&pools::ENVIRONMENTS, 1, 3);
        fields.insert("environments".to_owned(), json!(environments));
    }
    if dice.chance(20) {
        fields.insert("salt".to_owned(), json!(dice.pick(&["salt", "holdout", ""])));
    }
}

/// Expiry, role and prerequisites.
fn gates(dice: &mut Dice, fields: &mut Map<String, Value>, around: &Surroundings) {
    if dice.chance(20) {
        let moment = times::moment(dice);
        let written = times::written(dice, moment);
        set(dice, fields, "expiry", written);
    }
    if dice.chance(30) {
        let on_expiry = *dice.pick(&["keep", "keep", "default"]);
        fields.insert("on_expiry".to_owned(), json!(on_expiry));
    }
    if around.has_roles && dice.chance(20) {
        let role = *dice.pick(&pools::ROLES);
        set(dice, fields, "min_role", json!(role));
    }
    if dice.chance(25) {
        let prerequisites: Vec<Value> =
            dice.some(&around.earlier, 0, 2).iter().map(|entry| prerequisite(dice, entry)).collect();
        fields.insert("prerequisites".to_owned(), json!(prerequisites));
    }
    if dice.chance(1) {
        let missing = json!([{"flag": "no-such-flag", "value": true}]);
        fields.insert("prerequisites".to_owned(), missing);
    }
}

/// A prerequisite that the entry can meet: one of its variations, or a value of its type.
pub(super) fn prerequisite(dice: &mut Dice, entry: &Value) -> Value {
    let document = Document::of(entry);
    let entry = document.entries[0];
    let (key, ids, values) = if entry.entry_type() == EntryType::Experiment {
        let variants = entry.list("variants");
        let ids = variants.iter().map(|variant| variant["id"].clone()).collect();
        let configs = variants.iter().filter_map(|variant| variant.get("config").cloned());
        (entry.key(), ids, configs.collect())
    } else {
        let flag = Flag::of(entry);
        let ids: Vec<Value> = flag.ids().map(|id| json!(id)).collect();
        let mut values: Vec<Value> = flag.variations.iter().map(|(_, value)| value.clone()).collect();
        values.extend([flag.default, flag.off]);
        (entry.key(), ids, values)
    };
    if values.is_empty() || (!ids.is_empty() && dice.chance(50)) {
        json!({"flag": key, "variation": dice.pick(&ids)})
    } else {
        json!({"flag": key, "value": dice.pick(&values)})
    }
}

fn rule(dice: &mut Dice, index: usize, choices: &Choices, segments: &[String]) -> Value {
    let mut rule = Map::new();
    if dice.chance(50) {
        rule.insert("id".to_owned(), json!(format!("rule-{index}")));
    }
    if dice.chance(40) {
        rule.insert("priority".to_owned(), json!(dice.between(1, 4)));
    }
    if dice.chance(90) {
        rule.insert("condition".to_owned(), condition(dice, segments, 2));
    }
    if dice.chance(5) {
        rule.insert("comment".to_owned(), json!("why it is so"));
    }
    rule.insert("action".to_owned(), action(dice, choices));
    Value::Object(rule)
}

fn scopes(dice: &mut Dice, choices: &Choices) -> Value {
    let mut scopes = Map::new();
    let ids_by_scope: [(&str, &[&str]); 5] = [
        ("session", &pools::SESSIONS),
        ("user", &pools::USERS),
        ("tenant", &pools::TENANTS),
        ("service", &pools::SERVICES),
        ("environment", &pools::ENVIRONMENTS),
    ];
    for (scope, ids) in ids_by_scope {
        if dice.chance(45) {
            let mut by_id = Map::new();
            for id in dice.some(ids, 1, 3) {
                let mut action = action(dice, choices);
                if dice.chance(30) {
                    let until = times::moment(dice);
                    action["until"] = times::written(dice, until);
                }
                by_id.insert(id.to_owned(), action);
            }
            scopes.insert(scope.to_owned(), Value::Object(by_id));
        }
    }
    Value::Object(scopes)
}

/// The top-level rollout in one of its forms.
fn rollout(dice: &mut Dice, fields: &mut Map<String, Value>, ids: &[String]) {
    let has_on_and_off = ["on", "off"].iter().all(|id| ids.iter().any(|own| own == id));
    if has_on_and_off && dice.chance(40) {
        let thousandths = *dice.pick(&[0, 1, 33_333, 50_000, 100_000]);
        fields.insert("rolloutPercentage".to_owned(), percentage(thousandths));
        if dice.chance(30) {
            fields.insert("variant".to_owned(), json!("treatment"));
        }
        return;
    }
    let rollout =
        if dice.chance(50) { actions::percentages(dice, ids) } else { actions::bucketing(dice, ids) };
    fields.insert("rollout".to_owned(), rollout);
}

/// Fields that change no evaluation, and one that nobody knows.
fn decoration(dice: &mut Dice, fields: &mut Map<String, Value>) {
    let guardrail = json!({"metric": "error_rate", "threshold": 0.05, "window": "5m"});
    let without_effect = [
        ("name", json!("A name")),
        ("description", json!("What it is for")),
        ("owner", json!("team-a")),
        ("tags", json!(["a", "b"])),
        ("metadata", json!({"any": {"thing": 1}})),
        ("client_visible", json!(true)),
        ("critical", json!(true)),
        ("dynamic", json!(false)),
        ("guardrails", json!({"auto_disable": guardrail})),
        ("$comment", json!("a comment")),
        ("x-not-a-field", json!([1, 2])),
    ];
    if dice.chance(20) {
        for (name, value) in dice.some(&without_effect, 1, 3) {
            fields.insert(name.to_owned(), value);
        }
    }
}
