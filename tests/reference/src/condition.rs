//! Conditions in strong Kleene logic (section 5). `None` is unknown.

use serde_json::{Map, Value};

use crate::document::EntryType;
use crate::operators;
use crate::resolution::Evaluation;

/// False if one is false, else unknown if one is unknown.
pub(crate) fn all(judgements: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let judgements: Vec<Option<bool>> = judgements.into_iter().collect();
    if judgements.contains(&Some(false)) {
        Some(false)
    } else if judgements.contains(&None) {
        None
    } else {
        Some(true)
    }
}

/// True if one is true, else unknown if one is unknown: it is not so that all are not so.
pub(crate) fn any(judgements: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    negated(all(judgements.into_iter().map(negated)))
}

/// Not unknown is unknown.
pub(crate) fn negated(judgement: Option<bool>) -> Option<bool> {
    judgement.map(|truth| !truth)
}

impl Evaluation<'_> {
    /// A condition is an AND of its members.
    pub(crate) fn holds(&self, condition: &Value) -> Option<bool> {
        let members = condition.as_object().expect("a condition is an object");
        all(members.iter().map(|(word, operand)| match word.as_str() {
            "all" => all(conditions(operand).map(|inner| self.holds(inner))),
            "any" => any(conditions(operand).map(|inner| self.holds(inner))),
            "not" => negated(self.holds(operand)),
            "segment" => self.is_in_segment(operand.as_str().expect("a key")),
            path => self.judge_attribute(path, operand.as_object().expect("operators")),
        }))
    }

    /// A segment passes its unknown on; one that is missing or broken is unknown.
    fn is_in_segment(&self, key: &str) -> Option<bool> {
        let segment = self.document.find(key, &[EntryType::Segment])?;
        self.holds(segment.field("condition").expect("a condition"))
    }

    /// Several operators on one path are an AND. `ignoreCase` stands beside them and is none.
    fn judge_attribute(&self, path: &str, clause: &Map<String, Value>) -> Option<bool> {
        let attribute = self.context.attribute(path);
        let ignore_case = clause.get("ignoreCase") == Some(&Value::Bool(true));
        all(clause
            .iter()
            .filter(|(operator, _)| *operator != "ignoreCase")
            .map(|(operator, operand)| operators::judge(operator, operand, ignore_case, attribute.as_ref())))
    }
}

fn conditions(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("a list of conditions").iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_gives_way_only_to_what_decides() {
        assert_eq!(all([]), Some(true));
        assert_eq!(any([]), Some(false));
        assert_eq!(all([None, Some(false)]), Some(false));
        assert_eq!(all([None, Some(true)]), None);
        assert_eq!(any([None, Some(true)]), Some(true));
        assert_eq!(any([None, Some(false)]), None);
        assert_eq!(negated(None), None);
    }
}
