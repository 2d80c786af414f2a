//! Actions: what is served to whom a rule, scope or rollout applies to.

use crate::context::Path;
use crate::document::Node;
use crate::limits;
use crate::model::{Action, ReferenceKind, ScopedAction, Split};
use crate::problem::{Code, Pointer, shown};

use super::fields::{Field, Object, Reader, fields};
use super::normal::Shape::{self, Shares};
use super::normal::{Default, text};
use super::values::Values;

fields! {
    /// The fields of an action.
    ActionFields {
        serve: "serve",
        rollout: "rollout" (Shares),
        ranges: "ranges" (Shares),
        value: "value",
        experiment: "experiment",
        by: "by" (Shape::Path),
        salt: "salt" = Default::Salt,
        algorithm: "algorithm" = text("vexil"),
        until: "until",
    }
}

/// Buckets of other systems would be further members of this list; this one is DESIGN 6.
pub(crate) const ALGORITHMS: [(&str, ()); 1] = [("vexil", ())];

/// Whether a top-level rollout is an action, not percentages.
pub(crate) fn is_action(rollout: &Object<'_>) -> bool {
    let of_action = |name: &str| matches!(name, "rollout" | "ranges");
    rollout.iter().any(|(name, node)| of_action(name) && matches!(node, Node::Object(_)))
}

impl Reader<'_> {
    pub(super) fn action(
        &mut self,
        node: &Node<'_>,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<Action> {
        let fields = self.action_fields(node, path)?;
        if let Some(until) = fields.until {
            let message = "`until` belongs to the actions of `scopes`";
            self.problems.add(Code::InvalidAction, &until.path(path), message);
        }
        self.one_action(&fields, values, path)
    }

    pub(super) fn scoped_action(
        &mut self,
        node: &Node<'_>,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<ScopedAction> {
        let fields = self.action_fields(node, path)?;
        let until = self.time(fields.until, path);
        Some(ScopedAction { action: self.one_action(&fields, values, path)?, until })
    }

    /// The top-level `rollout`: percentages, or an action of percentages or ranges.
    pub(super) fn top_level_rollout(
        &mut self,
        field: Option<Field<'_, '_>>,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<Split> {
        let field = field?;
        let path = field.path(path);
        let object = self.object(field.node, &path)?;
        if !is_action(object) {
            let ranges = self.percentages(object, &values.ids, "variation", &path)?;
            return Some(Split { by: None, salt: None, ranges, by_percent: true });
        }
        match self.action(field.node, values, &path)? {
            Action::Split(split) => Some(split),
            _ => None,
        }
    }

    fn action_fields<'n, 't>(
        &mut self,
        node: &'n Node<'t>,
        path: &Pointer<'_>,
    ) -> Option<ActionFields<'n, 't>> {
        let Node::Object(members) = node else {
            let message = format!("an action is an object, not {}", node.kind());
            self.problems.add(Code::InvalidAction, path, message);
            return None;
        };
        Some(ActionFields::read(members, path, self))
    }

    fn one_action(
        &mut self,
        fields: &ActionFields<'_, '_>,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<Action> {
        let whole = fields.serve.or(fields.value).or(fields.experiment);
        for extra in
            [fields.by, fields.salt, fields.algorithm].into_iter().flatten().filter(|_| whole.is_some())
        {
            let message = format!("`{}` goes with `rollout` or `ranges`", extra.name);
            self.problems.add(Code::InvalidAction, path, message);
        }
        match (fields.serve, fields.rollout, fields.ranges, fields.value, fields.experiment) {
            (Some(serve), None, None, None, None) => self.serve(serve, values, path),
            (None, Some(rollout), None, None, None) => {
                let object = self.object(rollout.node, &rollout.path(path));
                let ranges = object.and_then(|object| {
                    self.percentages(object, &values.ids, "variation", &rollout.path(path))
                });
                self.split(fields, path, ranges, true)
            }
            (None, None, Some(ranges), None, None) => {
                let object = self.object(ranges.node, &ranges.path(path));
                let laid = object
                    .and_then(|object| self.ranges(object, &values.ids, "variation", &ranges.path(path)));
                self.split(fields, path, laid, false)
            }
            (None, None, None, Some(value), None) => {
                values.read(value.node, &value.path(path), self).map(Action::Value)
            }
            (None, None, None, None, Some(experiment)) => {
                let path = experiment.path(path);
                let key = self.string(experiment.node, &path)?;
                self.refer(ReferenceKind::Experiment, key, &path);
                Some(Action::Experiment(key.into()))
            }
            _ => {
                let message = "an action is exactly one of serve, rollout, ranges, value, experiment";
                self.problems.add(Code::InvalidAction, path, message);
                None
            }
        }
    }

    fn serve(&mut self, field: Field<'_, '_>, values: &Values<'_>, path: &Pointer<'_>) -> Option<Action> {
        let path = field.path(path);
        let id = self.string(field.node, &path)?;
        let index = self.position(id, &values.ids, "variation", &path)?;
        u32::try_from(index).ok().map(Action::Serve)
    }

    fn split(
        &mut self,
        fields: &ActionFields<'_, '_>,
        path: &Pointer<'_>,
        ranges: Option<crate::model::Ranges>,
        by_percent: bool,
    ) -> Option<Action> {
        let by = self.attribute_path(fields.by, path);
        let salt = self.salt(fields.salt, path);
        self.choice(fields.algorithm, path, &ALGORITHMS);
        Some(Action::Split(Split { by, salt, ranges: ranges?, by_percent }))
    }

    /// The path that names a unit.
    pub(super) fn attribute_path(
        &mut self,
        field: Option<Field<'_, '_>>,
        path: &Pointer<'_>,
    ) -> Option<Path> {
        let field = field?;
        let path = field.path(path);
        let text = self.string(field.node, &path)?;
        self.check_path(text, &path).then(|| self.shared.paths.get(text))
    }

    pub(super) fn check_path(&mut self, text: &str, path: &Pointer<'_>) -> bool {
        let valid = text.len() <= limits::PATH_BYTES
            && text.split('.').all(|part| !part.is_empty())
            && !text.chars().any(char::is_control);
        if !valid {
            let message = format!(
                "an attribute path is names joined by dots, of at most {} bytes, not `{}`",
                limits::PATH_BYTES,
                shown(text)
            );
            self.problems.add(Code::InvalidPath, path, message);
        }
        valid
    }

    pub(super) fn scope_actions(
        &mut self,
        field: Option<Field<'_, '_>>,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Vec<(Box<str>, ScopedAction)> {
        let Some(field) = field else { return Vec::new() };
        let path = field.path(path);
        let object: &Object<'_> = match self.object(field.node, &path) {
            Some(object) if self.within(object.len(), limits::SCOPE_IDS, "ids", &path) => object,
            _ => return Vec::new(),
        };
        let mut actions = Vec::with_capacity(object.len());
        for (id, node) in object {
            let path = path.member(id);
            if id.is_empty() {
                self.problems.add(Code::InvalidKey, &path, "an empty id is nobody's");
            }
            if let Some(action) = self.scoped_action(node, values, &path) {
                actions.push((Box::from(*id), action));
            }
        }
        actions
    }
}
