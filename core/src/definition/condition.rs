//! Conditions: `all`, `any`, `not`, `segment`, and clauses by attribute path.

use crate::document::Node;
use crate::limits;
use crate::model::condition::{Clause, OPERATORS};
use crate::model::{Condition, ReferenceKind};
use crate::problem::{Code, Pointer, shown, suggestion};

use super::fields::{Object, Reader};
use super::operator;

impl Reader<'_> {
    pub(super) fn condition(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<Condition> {
        self.nested_condition(node, path, 0)
    }

    fn nested_condition(&mut self, node: &Node<'_>, path: &Pointer<'_>, depth: usize) -> Option<Condition> {
        let Node::Object(members) = node else {
            let message = format!("a condition is an object, not {}", node.kind());
            self.problems.add(Code::InvalidCondition, path, message);
            return None;
        };
        if depth == limits::CONDITION_DEPTH {
            let message = format!("a condition nested deeper than {} levels", limits::CONDITION_DEPTH);
            self.problems.add(Code::LimitExceeded, path, message);
            return None;
        }
        let mut parts = Vec::with_capacity(members.len());
        let mut complete = true;
        for (name, node) in *members {
            let path = path.member(name);
            let part = match *name {
                "all" => self.conditions(node, &path, depth).map(Condition::All),
                "any" => self.conditions(node, &path, depth).map(Condition::Any),
                "not" => {
                    self.nested_condition(node, &path, depth + 1).map(|part| Condition::Not(Box::new(part)))
                }
                "segment" => self.segment(node, &path),
                "$comment" => continue,
                attribute => {
                    complete &= self.clauses(attribute, node, &path, &mut parts);
                    continue;
                }
            };
            match part {
                Some(part) => parts.push(part),
                None => complete = false,
            }
        }
        complete.then(|| conjunction(parts))
    }

    fn conditions(&mut self, node: &Node<'_>, path: &Pointer<'_>, depth: usize) -> Option<Box<[Condition]>> {
        let Node::List(items) = node else {
            let message = format!("expected a list of conditions, found {}", node.kind());
            self.problems.add(Code::InvalidCondition, path, message);
            return None;
        };
        if !self.within(items.len(), limits::OPERAND_ITEMS, "conditions", path) {
            return None;
        }
        let parts: Vec<Option<Condition>> = items
            .iter()
            .enumerate()
            .map(|(i, item)| self.nested_condition(item, &path.item(i), depth + 1))
            .collect();
        parts.into_iter().collect()
    }

    fn segment(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<Condition> {
        let Node::Str(key) = node else {
            let message = format!("a segment is named by its key, not by {}", node.kind());
            self.problems.add(Code::InvalidCondition, path, message);
            return None;
        };
        self.refer(ReferenceKind::Segment, key, path);
        Some(Condition::Segment(Box::from(*key)))
    }

    /// The clauses on one attribute; whether all of them could be read.
    fn clauses(
        &mut self,
        attribute: &str,
        node: &Node<'_>,
        path: &Pointer<'_>,
        parts: &mut Vec<Condition>,
    ) -> bool {
        let operators: &Object<'_> = match node {
            Node::Object(operators) if operators.iter().any(|(name, _)| *name != "ignoreCase") => operators,
            Node::Object(_) => {
                self.problems.add(Code::InvalidCondition, path, "no operator");
                return false;
            }
            other => {
                let message =
                    format!("expected operators, such as `{{\"eq\": ...}}`, found {}", other.kind());
                self.problems.add(Code::InvalidCondition, path, message);
                return false;
            }
        };
        if !self.check_path(attribute, path) {
            return false;
        }
        let before = self.problems.spoiling();
        let ignore_case = self.ignore_case(operators, path);
        let attribute_path = self.shared.paths.get(attribute);
        for (name, operand) in operators.iter().filter(|(name, _)| *name != "ignoreCase") {
            let path = path.member(name);
            match operator::read(name, operand, ignore_case, self.shared) {
                Ok(test) => parts.push(Condition::Clause(Clause { path: attribute_path.clone(), test })),
                Err(problem) => {
                    let message = match problem.code {
                        Code::UnknownOperator => {
                            parts.push(Condition::Unknown {
                                path: attribute_path.as_str().into(),
                                operator: Box::from(*name),
                            });
                            format!("no operator `{}`{}", shown(name), suggestion(name, OPERATORS))
                        }
                        _ => problem.message,
                    };
                    self.problems.add(problem.code, &path, message);
                }
            }
        }
        self.problems.spoiling() == before
    }

    /// The modifier, which must have an operator to modify.
    fn ignore_case(&mut self, operators: &Object<'_>, path: &Pointer<'_>) -> bool {
        let Some((name, node)) = operators.iter().find(|(name, _)| *name == "ignoreCase") else {
            return false;
        };
        let path = path.member(name);
        let Node::Bool(ignore_case) = node else {
            let message = format!("`ignoreCase` is true or false, not {}", node.kind());
            self.problems.add(Code::InvalidOperand, &path, message);
            return false;
        };
        if !operators.iter().any(|(name, operand)| operator::takes_ignore_case(name, operand)) {
            self.problems.add(
                Code::InvalidOperand,
                &path,
                "`ignoreCase` stands beside an operator on strings",
            );
        }
        *ignore_case
    }
}

/// All of these; one alone is itself.
fn conjunction(mut parts: Vec<Condition>) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Condition::All(parts.into())
        }
        None => Condition::always(),
    }
}
