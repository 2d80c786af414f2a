//! The form for keys of clients: what evaluation needs, with nobody named.

use std::borrow::Cow;

use serde_json::{Value, json};
use vexil_core::limits;
use vexil_core::problem::Pointer;

use super::fields::{self, ACTION, Field, Kind, Members, Need, Shape};
use super::identity::Identity;
use super::seal::{Seal, Treatment, treat};
use super::withheld::Withheld;

/// An entry in the form for clients, with the entries that it needs.
pub(super) struct Form<'e> {
    pub(super) entry: Members,
    pub(super) references: Vec<Reference<'e>>,
}

/// A mention of another entry.
pub(super) struct Reference<'e> {
    pub(super) kind: Kind,
    pub(super) key: &'e str,
    pub(super) place: String,
}

pub(super) fn form<'e>(
    entry: &'e Members,
    known: &'static [Field],
    tenant: Option<&str>,
    seal: Seal,
) -> Result<Form<'e>, Withheld> {
    let mut former = Former { tenant, seal, references: Vec::new() };
    let entry = former.object(entry, known, &Pointer::Root)?;
    Ok(Form { entry, references: former.references })
}

struct Former<'e, 't> {
    /// The tenant that the key is bound to.
    tenant: Option<&'t str>,
    seal: Seal,
    references: Vec<Reference<'e>>,
}

type Formed<T> = Result<T, Withheld>;

impl<'e> Former<'e, '_> {
    /// A member that is no field stays behind: what is not known may tell anything.
    fn object(&mut self, members: &'e Members, known: &'static [Field], at: &Pointer<'_>) -> Formed<Members> {
        let mut formed = Members::new();
        for (name, value) in members {
            let Some(field) = fields::find(known, name) else { continue };
            if field.need == Need::Everyone
                && let Some(value) = self.value(value, &field.shape, &at.member(name))?
            {
                formed.insert(name.clone(), value);
            }
        }
        Ok(formed)
    }

    /// Nothing where nothing is left, so that nobody sees that there was something.
    fn value(&mut self, value: &'e Value, shape: &Shape, at: &Pointer<'_>) -> Formed<Option<Value>> {
        let formed = match (shape, value) {
            (Shape::Whole, value) => value.clone(),
            (Shape::Object(known), Value::Object(members)) => {
                let object = self.object(members, known, at)?;
                return Ok((!object.is_empty()).then_some(Value::Object(object)));
            }
            (Shape::Listed(known), Value::Array(items)) => {
                let mut formed = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    let at = at.item(i);
                    formed.push(Value::Object(self.object(members(item, &at)?, known, &at)?));
                }
                Value::Array(formed)
            }
            (Shape::Mapped(known), Value::Object(by_id)) => {
                let mut formed = Members::new();
                for (id, item) in by_id {
                    let at = at.member(id);
                    formed.insert(id.clone(), Value::Object(self.object(members(item, &at)?, known, &at)?));
                }
                Value::Object(formed)
            }
            (Shape::Rollout, Value::Object(rollout)) if fields::is_action(rollout) => {
                Value::Object(self.object(rollout, ACTION, at)?)
            }
            (Shape::Rollout, Value::Object(_)) => value.clone(),
            (Shape::Condition, condition) => self.condition(condition, at, 0)?,
            (Shape::ScopedPeople, Value::Object(by_id)) => {
                return if by_id.is_empty() {
                    Ok(None)
                } else {
                    Err(Withheld::PersonalScope { place: at.to_string() })
                };
            }
            (Shape::ScopedTenants, Value::Object(by_id)) => {
                if by_id.is_empty() {
                    return Ok(None);
                }
                let tenant = self.bound(at)?;
                let Some((id, own)) = by_id.get_key_value(tenant) else { return Ok(None) };
                let at = at.member(id);
                json!({id: self.object(members(own, &at)?, ACTION, &at)?})
            }
            (Shape::TenantIds, Value::Array(ids)) => {
                if ids.is_empty() {
                    return Ok(None);
                }
                let tenant = self.bound(at)?;
                let is_among = ids.iter().any(|id| id.as_str() == Some(tenant));
                return Ok(is_among.then(|| json!([tenant])));
            }
            (Shape::Reference(kind), Value::String(key)) => {
                self.references.push(Reference { kind: *kind, key, place: at.to_string() });
                value.clone()
            }
            (Shape::Slots, Value::Object(slots)) => Value::Object(laid(slots, at)?),
            _ => return Err(malformed(at)),
        };
        Ok(Some(formed))
    }

    fn bound(&self, at: &Pointer<'_>) -> Formed<&str> {
        self.tenant.ok_or_else(|| Withheld::TenantOverride { place: at.to_string() })
    }

    /// Every part is as true, as false and as unknown as it was, so the whole is too.
    fn condition(&mut self, condition: &'e Value, at: &Pointer<'_>, depth: usize) -> Formed<Value> {
        check_depth(depth, at)?;
        let mut formed = Members::new();
        let mut moved = Moved::default();
        for (name, value) in members(condition, at)? {
            let at = at.member(name);
            let part = match name.as_str() {
                "$comment" => continue,
                "all" | "any" => {
                    let Value::Array(items) = value else { return Err(malformed(&at)) };
                    let parts = items.iter().enumerate();
                    let parts = parts.map(|(i, part)| self.condition(part, &at.item(i), depth + 1));
                    Value::Array(parts.collect::<Formed<Vec<Value>>>()?)
                }
                "not" => self.condition(value, &at, depth + 1)?,
                "segment" => {
                    let Value::String(key) = value else { return Err(malformed(&at)) };
                    self.references.push(Reference { kind: Kind::Segment, key, place: at.to_string() });
                    value.clone()
                }
                path => {
                    let tests = self.clauses(path, value, &mut moved, &at)?;
                    if tests.is_empty() {
                        continue;
                    }
                    Value::Object(tests.into_owned())
                }
            };
            formed.insert(name.clone(), part);
        }
        moved.put_into(&mut formed, at, depth)?;
        Ok(Value::Object(formed))
    }

    /// The tests of one attribute, but for those that have moved.
    fn clauses(
        &self,
        path: &str,
        tests: &'e Value,
        moved: &mut Moved,
        at: &Pointer<'_>,
    ) -> Formed<Cow<'e, Members>> {
        let tests = members(tests, at)?;
        let identity = Identity::of(path);
        if identity == Identity::None {
            return Ok(Cow::Borrowed(tests));
        }
        let ignore_case = tests.get("ignoreCase") == Some(&Value::Bool(true));
        let mut formed = Members::new();
        for (operator, operand) in tests {
            if operator == "ignoreCase" {
                // Without effect it must not be left alone with operators that know no case.
                if ignore_case {
                    formed.insert(operator.clone(), operand.clone());
                }
                continue;
            }
            match treat(operator, operand, ignore_case, identity) {
                Treatment::Stays => {
                    formed.insert(operator.clone(), operand.clone());
                }
                Treatment::Sealed { names, negated } => {
                    let operand = self.seal.operand(names.into_iter());
                    let is_free = !formed.contains_key(SEALED_IN) && !tests.contains_key(SEALED_IN);
                    match negated {
                        false if is_free => {
                            formed.insert(SEALED_IN.to_owned(), operand);
                        }
                        false => moved.together.push(json!({path: {SEALED_IN: operand}})),
                        true => moved.negated.push(json!({path: {SEALED_IN: operand}})),
                    }
                }
                Treatment::Refused => {
                    return Err(Withheld::Unsealable { place: at.member(operator).to_string() });
                }
            }
        }
        Ok(Cow::Owned(formed))
    }
}

const SEALED_IN: &str = "sealedIn";

/// Sealed clauses that have no place beside the others of their attribute. A condition is the AND of its members,
/// and so is `all` of its own: they can go there.
#[derive(Default)]
struct Moved {
    together: Vec<Value>,
    negated: Vec<Value>,
}

impl Moved {
    fn put_into(mut self, condition: &mut Members, at: &Pointer<'_>, depth: usize) -> Formed<()> {
        if !condition.contains_key("not")
            && let Some(first) = self.negated.pop()
        {
            check_depth(depth + 1, at)?;
            condition.insert("not".to_owned(), first);
        }
        let parts = self.together.len() + self.negated.len();
        if parts == 0 {
            return Ok(());
        }
        check_depth(depth + 1 + usize::from(!self.negated.is_empty()), at)?;
        let all = condition.entry("all").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            if all.len() + parts > limits::OPERAND_ITEMS {
                return Err(Withheld::TooLarge { place: at.to_string() });
            }
            all.extend(self.together);
            all.extend(self.negated.into_iter().map(|part| json!({"not": part})));
        }
        Ok(())
    }
}

fn check_depth(depth: usize, at: &Pointer<'_>) -> Formed<()> {
    match depth < limits::CONDITION_DEPTH {
        true => Ok(()),
        false => Err(Withheld::TooLarge { place: at.to_string() }),
    }
}

/// The slots of a layer as ranges: percentages lie by the keys of all experiments, and those of some are not told.
fn laid(slots: &Members, at: &Pointer<'_>) -> Formed<Members> {
    if slots.values().all(Value::is_array) {
        return Ok(slots.clone());
    }
    let mut ordered: Vec<(&String, &Value)> = slots.iter().collect();
    ordered.sort_unstable_by_key(|(key, _)| *key);
    let mut from: u64 = 0;
    let mut laid = Members::new();
    for (key, percent) in ordered {
        let share = thousandths(percent).ok_or_else(|| malformed(&at.member(key)))?;
        let to = from.saturating_add(share);
        laid.insert(key.clone(), if share == 0 { json!([]) } else { json!([[from, to]]) });
        from = to;
    }
    Ok(laid)
}

/// A percentage in buckets. With three decimal places at most, the nearest whole number is the exact one.
fn thousandths(percent: &Value) -> Option<u64> {
    let percent = percent.as_f64().filter(|percent| (0.0..=100.0).contains(percent))?;
    let thousandths = (percent * 1_000.0).round();
    Some(thousandths as u64)
}

fn members<'e>(value: &'e Value, at: &Pointer<'_>) -> Formed<&'e Members> {
    value.as_object().ok_or_else(|| malformed(at))
}

fn malformed(at: &Pointer<'_>) -> Withheld {
    Withheld::Malformed { place: at.to_string() }
}
