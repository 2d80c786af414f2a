//! The small pools from which definitions and contexts are drawn alike.

use serde_json::{Value, json};

use super::dice::Dice;
use super::times;

pub(super) const ENVIRONMENTS: [&str; 3] = ["production", "staging", "Production"];
/// The lowest first.
pub(super) const ROLES: [&str; 3] = ["viewer", "member", "admin"];
pub(super) const USERS: [&str; 5] = ["u1", "u2", "ünï", "42", "7"];
pub(super) const SESSIONS: [&str; 3] = ["s1", "s2", "-9223372036854775808"];
pub(super) const TENANTS: [&str; 3] = ["acme", "globex", "7"];
pub(super) const SERVICES: [&str; 2] = ["checkout", "search"];

/// What kind of values an attribute usually has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    User,
    Session,
    Tenant,
    Service,
    Environment,
    Role,
    Text,
    Number,
    Boolean,
    List,
    Version,
    Address,
    Time,
    Object,
}

pub(super) struct Attribute {
    pub path: &'static str,
    pub aliases: &'static [&'static str],
    pub domain: Domain,
}

const fn attribute(path: &'static str, aliases: &'static [&'static str], domain: Domain) -> Attribute {
    Attribute { path, aliases, domain }
}

pub(super) static ATTRIBUTES: [Attribute; 17] = [
    attribute("device", &[], Domain::Object),
    attribute("user.id", &["targetingKey", "userId"], Domain::User),
    attribute("session.id", &["sessionId"], Domain::Session),
    attribute("tenant.id", &[], Domain::Tenant),
    attribute("service.name", &[], Domain::Service),
    attribute("env", &["environment"], Domain::Environment),
    attribute("user.role", &["userRole"], Domain::Role),
    attribute("user.email", &[], Domain::Text),
    attribute("tenant.tier", &[], Domain::Text),
    attribute("user.age", &[], Domain::Number),
    attribute("score", &[], Domain::Number),
    attribute("beta", &[], Domain::Boolean),
    attribute("tags", &[], Domain::List),
    attribute("device.app.version", &[], Domain::Version),
    attribute("client.ip", &[], Domain::Address),
    attribute("user.signed-up", &[], Domain::Time),
    attribute("user.note", &[], Domain::Text),
];

pub(super) fn any_attribute(dice: &mut Dice) -> &'static Attribute {
    dice.pick(&ATTRIBUTES)
}

/// A value that an attribute of this domain may have, now and then one that it should not.
pub(super) fn value(dice: &mut Dice, domain: Domain) -> Value {
    if domain == Domain::Time && dice.chance(70) {
        let moment = times::moment(dice);
        return times::written(dice, moment);
    }
    dice.pick(values(domain).as_array().expect("a list")).clone()
}

/// A string, number or boolean of this domain.
pub(super) fn scalar(dice: &mut Dice, domain: Domain) -> Value {
    let drawn = match value(dice, domain) {
        Value::Array(members) if !members.is_empty() => dice.pick(&members).clone(),
        drawn => drawn,
    };
    match drawn {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => drawn,
        _ => json!("pro"),
    }
}

/// The text of a scalar of this domain.
pub(super) fn text(dice: &mut Dice, domain: Domain) -> String {
    match scalar(dice, domain) {
        Value::String(text) => text,
        _ => "pro".to_owned(),
    }
}

/// What comes twice is drawn more often.
fn values(domain: Domain) -> Value {
    match domain {
        Domain::User => json!(["u1", "u1", "u2", "u2", "ünï", 42, 7.0, "", 7.5]),
        Domain::Session => json!(["s1", "s2", i64::MIN, -0.0]),
        Domain::Tenant => json!(["acme", "acme", "globex", 7, true]),
        Domain::Service => json!(["checkout", "search", ["search"]]),
        Domain::Environment => json!(["production", "staging", "Production", "", 7]),
        Domain::Role => {
            json!(["viewer", "member", "admin", "nobody", ["viewer", "admin"], ["nobody", 5, "member"], [],])
        }
        Domain::Text => json!([
            "pro",
            "PRO",
            "prototype",
            "free",
            "",
            "ann@x.io",
            "BOB@X.IO",
            "straße",
            "STRAẞE",
            "ΣΊΣΥΦΟΣ",
            "σίσυφος",
            "\u{212a}elvin",
            "kelvin",
            "İ",
            "e\u{301}",
            "é😀",
        ]),
        Domain::Number => json!([
            0,
            -0.0,
            1,
            1.0,
            -7,
            18,
            18.5,
            0.1,
            9_007_199_254_740_993_i64,
            9_007_199_254_740_992.0,
            i64::MAX,
            i64::MIN,
            9_223_372_036_854_775_808.0,
            -9_223_372_036_854_775_808.0,
            1e300,
            -1e300,
        ]),
        Domain::Boolean => json!([true, false]),
        Domain::List => json!([
            [],
            ["pro", "free"],
            ["PRO", 1, true],
            [1.0, 18, "1"],
            [null, ["pro"], {"pro": 1}],
            ["free", false, -0.0, "\u{212a}elvin"],
        ]),
        Domain::Version => json!([
            "1.2.3",
            "1.2.3-7",
            "1.2.3-rc.1",
            "1.2.3-rc.2+build.5",
            "1.2.3+build",
            "1.10.0",
            "2.0.0-alpha",
            "0.0.0",
            "2.3",
            "v2.3.1",
            1.2,
        ]),
        Domain::Address => json!([
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "192.168.0.1",
            "2001:db8::1",
            "2001:DB8:0:0::1",
            "::1",
            "10.1.2.300",
            "010.1.2.3",
            "10.0.0.0/8",
        ]),
        Domain::Time => json!([
            "2026-01-01T00:00:60Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-02-30T00:00:00Z",
            "2026-01-01",
            1_767_225_600_000.0,
            1_767_225_600_000.5,
            i64::MAX,
        ]),
        Domain::Object => json!([{}, {"os": "ios"}, "none"]),
    }
}
