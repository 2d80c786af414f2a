//! Section 4: one order for flags and configs. The first line that decides ends it.

use serde_json::{Map, Value, json};

use crate::action::Served;
use crate::context::Context;
use crate::document::{ASKABLE, Document, Entry, EntryType};
use crate::experiment;
use crate::flag::Flag;
use crate::number::{same_value, widened};
use crate::time;
use crate::{Asked, Outcome, Request};

/// Everything that stays the same while one request is answered.
pub(crate) struct Evaluation<'a> {
    pub document: Document<'a>,
    pub context: Context<'a>,
    pub request: &'a Request,
}

/// An outcome, and whether it lets a prerequisite be met at all (line 7).
struct Decision {
    outcome: Outcome,
    can_be_met: bool,
}

pub(crate) fn evaluate(document: &Value, request: &Request) -> Outcome {
    let Some(evaluation) = Evaluation::new(document, request) else {
        return error("INVALID_CONTEXT");
    };
    match evaluation.document.asked(&request.key) {
        Ok(entry) => evaluation.answer(entry),
        Err(code) => error(code),
    }
}

fn error(code: &str) -> Outcome {
    Outcome { reason: "ERROR".to_owned(), error: Some(code.to_owned()), ..Outcome::default() }
}

fn decided(value: &Value, variation: Option<String>, reason: &str) -> Outcome {
    Outcome { value: value.clone(), variation, reason: reason.to_owned(), ..Outcome::default() }
}

impl<'a> Evaluation<'a> {
    /// None where the context is none.
    pub(crate) fn new(document: &'a Value, request: &'a Request) -> Option<Evaluation<'a>> {
        let document = Document::of(document);
        let mut context = Context::of(&request.context)?;
        context.settle_environment(
            request.fixed_environment.as_ref(),
            request.environment.as_ref(),
            document.environment,
        );
        Some(Evaluation { document, context, request })
    }

    /// Line 1, the type asked for. An integer is given as a float when that is exact.
    fn answer(&self, entry: Entry) -> Outcome {
        let own = match entry.entry_type() {
            EntryType::Experiment => Asked::Json,
            _ => Flag::of(entry).value_type.asked_as(),
        };
        let asked = self.request.asked.unwrap_or(own);
        let mut outcome = self.decide(entry).outcome;
        if own == Asked::Integer && asked == Asked::Float {
            match outcome.value.as_i64().and_then(widened) {
                Some(float) => outcome.value = json!(float),
                None => return error("TYPE_MISMATCH"),
            }
        } else if own != asked {
            return error("TYPE_MISMATCH");
        }
        outcome
    }

    /// The full evaluation of what can be evaluated.
    fn decide(&self, entry: Entry) -> Decision {
        if entry.entry_type() == EntryType::Experiment {
            return self.decide_experiment(entry);
        }
        let flag = Flag::of(entry);
        let mut decision = self.first_line_that_decides(&flag);
        // Line 5: with `keep` it is served as before, and reported.
        decision.outcome.overdue = self.is_expired(entry) && !expires_to_default(entry);
        decision
    }

    /// Asked directly, an experiment gives the config of the variant.
    fn decide_experiment(&self, entry: Entry) -> Decision {
        let assignment = self.assign(entry);
        let assigned = assignment.variant.as_deref();
        let config = assigned
            .and_then(|id| experiment::variant(entry, id))
            .and_then(|variant| variant.get("config"))
            .unwrap_or(&Value::Null);
        Decision {
            can_be_met: assignment.variant.is_some(),
            outcome: Outcome {
                bucket: assignment.bucket,
                store: assignment.store,
                ..decided(config, assignment.variant, assignment.reason)
            },
        }
    }

    /// Lines 2 to 12.
    fn first_line_that_decides(&self, flag: &Flag) -> Decision {
        let with_value = |value: &Value, reason| decided(value, flag.variation_of(value), reason);
        let as_usual = |outcome| Decision { outcome, can_be_met: true };
        let not_met = |outcome| Decision { outcome, can_be_met: false };

        // 2. A process-local override.
        if let Some(value) = overriding(&self.request.overrides, flag) {
            return as_usual(with_value(value, "OVERRIDE"));
        }
        // 3. Killed.
        if self.is_killed(flag.entry) {
            return not_met(with_value(&flag.off, "DISABLED"));
        }
        // 4. A request-scoped override.
        if let Some(value) = overriding(&self.request.request_overrides, flag) {
            return as_usual(with_value(value, "OVERRIDE"));
        }
        // 5. Expired.
        if self.is_expired(flag.entry) && expires_to_default(flag.entry) {
            return not_met(with_value(&flag.default, "EXPIRED"));
        }
        // 6. Not for this environment or this role.
        if !self.is_in_environments(flag.entry) || !self.has_role(flag.entry) {
            return as_usual(with_value(&flag.off, "DISABLED"));
        }
        // 7. A prerequisite is not met.
        if !flag.entry.list("prerequisites").iter().all(|prerequisite| self.is_met(prerequisite)) {
            return as_usual(with_value(&flag.off, "PREREQUISITE_FAILED"));
        }
        // 8 to 12. Somebody's action, else the default.
        let outcome = self
            .specific_scope(flag, "session", "session.id", "TARGETING")
            .or_else(|| self.specific_scope(flag, "user", "user.id", "TARGETING"))
            .or_else(|| self.specific_scope(flag, "tenant", "tenant.id", "TARGETING"))
            .or_else(|| self.rules(flag))
            .or_else(|| self.specific_scope(flag, "service", "service.name", "DEFAULT"))
            .or_else(|| self.specific_scope(flag, "environment", "env", "DEFAULT"))
            .or_else(|| self.global_rollout(flag))
            .unwrap_or_else(|| Outcome {
                scope: Some("global".to_owned()),
                ..with_value(&flag.default, "DEFAULT")
            });
        as_usual(outcome)
    }

    /// Line 3: everywhere, in this environment, or for this tenant.
    pub(crate) fn is_killed(&self, entry: Entry) -> bool {
        let is_killed_in = |list: &str, path: &str| {
            let named = entry.field("kill").and_then(|kill| kill.get(list)?.as_array());
            named.is_some_and(|names| is_among(names, self.context.id(path)))
        };
        !entry.boolean("enabled", true)
            || is_killed_in("environments", "env")
            || is_killed_in("tenants", "tenant.id")
    }

    /// Line 5.
    fn is_expired(&self, entry: Entry) -> bool {
        entry
            .field("expiry")
            .is_some_and(|expiry| self.request.now_nanos >= time::of_value(expiry).expect("a time"))
    }

    /// Line 6: a missing environment is lacking.
    pub(crate) fn is_in_environments(&self, entry: Entry) -> bool {
        entry.field("environments").is_none() || is_among(entry.list("environments"), self.context.id("env"))
    }

    /// Line 6: the highest role counts; one that is missing or unknown is below.
    fn has_role(&self, entry: Entry) -> bool {
        let rank = |role: &str| self.document.roles.iter().position(|known| *known == role);
        entry.text("min_role").is_none_or(|role| {
            let needed = rank(role).expect("a declared role");
            let held = self.context.roles();
            held.iter().filter_map(|role| rank(role)).any(|rank| rank >= needed)
        })
    }

    /// Line 7: judged by its full evaluation with the same arguments.
    fn is_met(&self, prerequisite: &Value) -> bool {
        let key = prerequisite["flag"].as_str().expect("a key");
        let Some(entry) = self.document.find(key, &ASKABLE) else {
            return false;
        };
        let decision = self.decide(entry);
        let is_as_wished = match prerequisite.get("variation") {
            Some(id) => decision.outcome.variation.as_deref() == id.as_str(),
            None => same_value(&decision.outcome.value, &prerequisite["value"]),
        };
        decision.can_be_met && is_as_wished
    }

    /// Lines 8, 9 and 11: the action for this id, while it lasts.
    fn specific_scope(&self, flag: &Flag, scope: &str, path: &str, reason: &str) -> Option<Outcome> {
        let id = self.context.id(path)?;
        let action = flag.entry.field("scopes")?.get(scope)?.get(&id)?;
        let lasts = action
            .get("until")
            .is_none_or(|until| self.request.now_nanos < time::of_value(until).expect("a time"));
        let served = lasts.then(|| self.apply(flag, action)).flatten()?;
        Some(Outcome { scope: Some(scope.to_owned()), ..outcome_of(served, reason) })
    }

    /// Line 10: the first rule whose condition is true and whose action applies.
    fn rules(&self, flag: &Flag) -> Option<Outcome> {
        flag.sorted_rules().iter().enumerate().find_map(|(position, rule)| {
            let condition = rule.get("condition");
            if condition.is_some_and(|condition| self.holds(condition) != Some(true)) {
                return None;
            }
            let served = self.apply(flag, &rule["action"])?;
            let id = rule.get("id").and_then(Value::as_str);
            Some(Outcome {
                rule: Some(id.map_or_else(|| position.to_string(), str::to_owned)),
                ..outcome_of(served, "TARGETING")
            })
        })
    }

    /// Line 12, before the default.
    fn global_rollout(&self, flag: &Flag) -> Option<Outcome> {
        let served = self.apply(flag, &flag.rollout()?)?;
        Some(Outcome { scope: Some("global".to_owned()), ..outcome_of(served, "ROLLOUT") })
    }
}

fn outcome_of(served: Served, reason_of_the_line: &str) -> Outcome {
    let reason = served.own_reason.unwrap_or(reason_of_the_line);
    Outcome { bucket: served.bucket, store: served.store, ..decided(&served.value, served.variation, reason) }
}

/// Lines 2 and 4: an override whose value is not of the entry's type does not apply.
fn overriding<'v>(by_key: &'v Map<String, Value>, flag: &Flag) -> Option<&'v Value> {
    by_key.get(flag.entry.key()).filter(|value| flag.value_type.admits(value))
}

/// Whether `on_expiry` is `default`, as it is when absent.
fn expires_to_default(entry: Entry) -> bool {
    entry.text("on_expiry") != Some("keep")
}

fn is_among(names: &[Value], id: Option<String>) -> bool {
    id.is_some_and(|id| names.iter().any(|name| name.as_str() == Some(id.as_str())))
}
