//! Feature flags and configuration entries.

use smol_str::SmolStr;

use crate::document::Node;
use crate::limits;
use crate::model::{Expected, Expiry, Flag, Gates, Kind, Prerequisite, ReferenceKind, Rule, Scopes, Split};
use crate::problem::{Code, Pointer};

use super::action::ActionFields;
use super::entry::{AboutFields, GuardrailsFields};
use super::fields::{Field, Reader, fields};
use super::normal::Shape::{self, Condition, Fields, List, Map, Rollout, Rules};
use super::normal::{Default, FALSE, NO_ITEMS, NO_MEMBERS, TRUE, text};
use super::references::unknown_role;
use super::values::{Values, VariationFields};

fields! {
    /// The fields of a flag or config. `variant` is a label of an older spelling.
    FlagFields {
        key: "key" | "id",
        r#type: "type",
        name: "name",
        description: "description",
        owner: "owner",
        kind: "kind" = text("release"),
        expiry: "expiry" | "expiresAt",
        on_expiry: "on_expiry" = text("default"),
        value_type: "value_type",
        value_schema: "value_schema",
        default: "default" | "defaultValue",
        off: "off",
        variations: "variations" (List(&Fields(VariationFields::DECLARED))),
        scopes: "scopes" (Fields(ScopeFields::DECLARED)) = NO_MEMBERS,
        rules: "rules" (Rules) = NO_ITEMS,
        rollout: "rollout" (Rollout),
        rollout_percentage: "rolloutPercentage",
        enabled: "enabled" = TRUE,
        kill: "kill" (Fields(KillFields::DECLARED)) = NO_MEMBERS,
        environments: "environments",
        min_role: "min_role" | "minRole",
        prerequisites: "prerequisites" (List(&Fields(PrerequisiteFields::DECLARED))) = NO_ITEMS,
        salt: "salt" = Default::Key,
        client_visible: "client_visible" = FALSE,
        dynamic: "dynamic" = TRUE,
        critical: "critical" = FALSE,
        sensitive: "sensitive" = FALSE,
        guardrails: "guardrails" (Fields(GuardrailsFields::DECLARED)) = NO_MEMBERS,
        tags: "tags" = NO_ITEMS,
        metadata: "metadata" = NO_MEMBERS,
        variant: "variant",
    }
}

fields! {
    /// The fields of a rule.
    RuleFields {
        id: "id",
        priority: "priority",
        condition: "condition" (Condition) = NO_MEMBERS,
        action: "action" (Fields(ActionFields::DECLARED)),
        comment: "comment",
    }
}

const ACTIONS: Shape = Map(&Fields(ActionFields::DECLARED));

fields! {
    /// The fields of `scopes`.
    ScopeFields {
        session: "session" (ACTIONS) = NO_MEMBERS,
        user: "user" (ACTIONS) = NO_MEMBERS,
        tenant: "tenant" (ACTIONS) = NO_MEMBERS,
        service: "service" (ACTIONS) = NO_MEMBERS,
        environment: "environment" (ACTIONS) = NO_MEMBERS,
    }
}

fields! {
    /// The fields of `kill`.
    KillFields {
        environments: "environments" = NO_ITEMS,
        tenants: "tenants" = NO_ITEMS,
    }
}

fields! {
    /// The fields of a prerequisite.
    PrerequisiteFields {
        flag: "flag",
        variation: "variation",
        value: "value",
    }
}

pub(super) const KINDS: [(&str, Kind); 4] = [
    ("release", Kind::Release),
    ("ops", Kind::Ops),
    ("permission", Kind::Permission),
    ("experiment", Kind::Experiment),
];

pub(super) const ON_EXPIRY: [(&str, bool); 2] = [("default", false), ("keep", true)];

impl<'n, 't> From<&FlagFields<'n, 't>> for AboutFields<'n, 't> {
    fn from(fields: &FlagFields<'n, 't>) -> AboutFields<'n, 't> {
        AboutFields {
            name: fields.name,
            description: fields.description,
            owner: fields.owner,
            tags: fields.tags,
            metadata: fields.metadata,
            label: fields.variant,
            client_visible: fields.client_visible,
            critical: fields.critical,
            guardrails: fields.guardrails,
        }
    }
}

impl<'n, 't> Reader<'_> {
    pub(super) fn read_flag(
        &mut self,
        fields: &FlagFields<'n, 't>,
        is_config: bool,
        path: &Pointer<'_>,
    ) -> Option<Flag> {
        let kind = self.choice(fields.kind, path, &KINDS).unwrap_or(Kind::Release);
        let value_type = self.value_type(fields.value_type, fields.default, fields.variations, path);
        let value_schema = self.value_schema(fields.value_schema, path);
        let variations = self.variations(fields.variations, &value_type, path);
        let values = Values::new(&value_type, &variations);
        let default = self.default_value(fields.default, kind, &values, path);
        let off = fields.off.and_then(|field| values.read(field.node, &field.path(path), self));
        let keep = self.choice(fields.on_expiry, path, &ON_EXPIRY).unwrap_or(false);
        let gates = self.gates(fields.enabled, fields.kill, fields.expiry, keep, fields.environments, path);
        let min_role = self.min_role(fields.min_role, path);
        let prerequisites = self.prerequisites(fields.prerequisites, path);
        let scopes = self.scopes(fields.scopes, &values, path);
        let rules = self.rules(fields.rules, &values, path);
        let rollout = self.rollout(fields, &values, path);
        let salt = self.salt(fields.salt, path);
        let dynamic = self.flag(fields.dynamic, path).unwrap_or(true);
        let sensitive = self.flag(fields.sensitive, path).unwrap_or(false);
        Some(Flag {
            is_config,
            kind,
            default: default?,
            value_schema,
            off,
            variations,
            value_type,
            gates,
            min_role,
            prerequisites,
            scopes,
            rules,
            rollout,
            salt,
            dynamic,
            sensitive,
        })
    }

    pub(super) fn gates(
        &mut self,
        enabled: Option<Field<'n, 't>>,
        kill: Option<Field<'n, 't>>,
        expiry: Option<Field<'n, 't>>,
        keep: bool,
        environments: Option<Field<'n, 't>>,
        path: &Pointer<'_>,
    ) -> Gates {
        let (mut killed_environments, mut killed_tenants) = (Vec::new(), Vec::new());
        if let Some(field) = kill {
            let path = field.path(path);
            if let Some(object) = self.object(field.node, &path) {
                let fields = KillFields::read(object, &path, self);
                killed_environments = self.ids(fields.environments, &path).unwrap_or_default();
                killed_tenants = self.ids(fields.tenants, &path).unwrap_or_default();
            }
        }
        Gates {
            enabled: self.flag(enabled, path).unwrap_or(true),
            killed_environments,
            killed_tenants,
            expiry: self.time(expiry, path).map(|at| Expiry { at, keep }),
            environments: self.ids(environments, path),
        }
    }

    fn min_role(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Option<Box<str>> {
        let field = field?;
        let path = field.path(path);
        let role = self.string(field.node, &path)?;
        if let Some(message) = self.roles.and_then(|roles| unknown_role(role, roles)) {
            self.problems.add(Code::UnknownRole, &path, message);
        }
        Some(role.into())
    }

    fn prerequisites(&mut self, field: Option<Field<'n, 't>>, path: &Pointer<'_>) -> Vec<Prerequisite> {
        let Some(field) = field else { return Vec::new() };
        let path = field.path(path);
        let items = self.list(field.node, &path).unwrap_or_default();
        if !self.within(items.len(), limits::VARIATIONS, "prerequisites", &path) {
            return Vec::new();
        }
        items.iter().enumerate().filter_map(|(i, item)| self.prerequisite(item, &path.item(i))).collect()
    }

    fn prerequisite(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<Prerequisite> {
        let object = self.object(node, path)?;
        let fields = PrerequisiteFields::read(object, path, self);
        let Some(flag) = fields.flag else {
            self.missing("flag", path);
            return None;
        };
        let flag_path = flag.path(path);
        let flag = self.string(flag.node, &flag_path)?;
        self.refer(ReferenceKind::Prerequisite, flag, &flag_path);
        let expected = match (fields.variation, fields.value) {
            (Some(variation), None) => {
                Expected::Variation(self.id(variation.node, &variation.path(path))?.into())
            }
            (None, Some(value)) => Expected::Value(value.node.to_value()),
            (None, None) => {
                self.missing("variation", path);
                return None;
            }
            (Some(_), Some(_)) => {
                self.problems.add(
                    Code::InvalidValue,
                    path,
                    "a prerequisite has a variation or a value, not both",
                );
                return None;
            }
        };
        Some(Prerequisite { flag: flag.into(), expected })
    }

    fn scopes(&mut self, field: Option<Field<'n, 't>>, values: &Values<'_>, path: &Pointer<'_>) -> Scopes {
        let Some(field) = field else { return Scopes::default() };
        let path = field.path(path);
        let Some(object) = self.object(field.node, &path) else { return Scopes::default() };
        let fields = ScopeFields::read(object, &path, self);
        Scopes {
            session: self.scope_actions(fields.session, values, &path),
            user: self.scope_actions(fields.user, values, &path),
            tenant: self.scope_actions(fields.tenant, values, &path),
            service: self.scope_actions(fields.service, values, &path),
            environment: self.scope_actions(fields.environment, values, &path),
        }
    }

    fn rules(&mut self, field: Option<Field<'n, 't>>, values: &Values<'_>, path: &Pointer<'_>) -> Vec<Rule> {
        let Some(field) = field else { return Vec::new() };
        let path = field.path(path);
        let items = self.list(field.node, &path).unwrap_or_default();
        if !self.within(items.len(), limits::RULES, "rules", &path) {
            return Vec::new();
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(items.len());
        let mut seen: Vec<(Option<&str>, i64)> = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let path = path.item(i);
            let Some(object) = self.object(item, &path) else { continue };
            let fields = RuleFields::read(object, &path, self);
            let id = fields.id.and_then(|field| self.id(field.node, &field.path(&path)));
            let priority = self.priority(fields.priority, i, &path);
            if id.is_some() && seen.iter().any(|(other, _)| *other == id) {
                self.problems.add(Code::DuplicateId, &path.member("id"), "two rules have this id");
            }
            if seen.iter().any(|(_, other)| *other == priority) {
                let message = format!("two rules have priority {priority}; the list's order decides");
                let written = path.member("priority");
                let place = if fields.priority.is_some() { &written } else { &path };
                self.problems.add(Code::DuplicatePriority, place, message);
            }
            seen.push((id, priority));
            rules.extend(self.rule(&fields, id, priority, i, values, &path));
        }
        // Stable: rules of one priority stay in the list's order.
        rules.sort_by_key(|rule| rule.priority);
        rules
    }

    /// As written, else the one-based position.
    fn priority(&mut self, field: Option<Field<'n, 't>>, position: usize, path: &Pointer<'_>) -> i64 {
        match field.map(|field| (field, field.node)) {
            None => {}
            Some((_, Node::Int(priority))) => return *priority,
            Some((field, other)) => self.wrong_type(&field.path(path), "an integer", other),
        }
        i64::try_from(position + 1).unwrap_or(i64::MAX)
    }

    fn rule(
        &mut self,
        fields: &RuleFields<'n, 't>,
        id: Option<&str>,
        priority: i64,
        declared: usize,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<Rule> {
        let condition = match fields.condition {
            Some(field) => self.condition(field.node, &field.path(path)),
            None => Some(crate::model::Condition::always()),
        };
        let action = match fields.action {
            Some(field) => self.action(field.node, values, &field.path(path)),
            None => {
                self.missing("action", path);
                None
            }
        };
        let comment = self.text(fields.comment, path);
        Some(Rule {
            id: id.map(SmolStr::new),
            priority,
            declared,
            condition: condition?,
            action: action?,
            comment,
        })
    }

    fn rollout(
        &mut self,
        fields: &FlagFields<'n, 't>,
        values: &Values<'_>,
        path: &Pointer<'_>,
    ) -> Option<Split> {
        let Some(field) = fields.rollout_percentage else {
            return self.top_level_rollout(fields.rollout, values, path);
        };
        let path = field.path(path);
        if let Some(rollout) = fields.rollout {
            let message = format!("`{}` and `rolloutPercentage` both give the rollout", rollout.name);
            self.problems.add(Code::DuplicateMember, &path, message);
        }
        let on = self.percentage(field.node, &path)?;
        let on_index = self.position("on", &values.ids, "variation", &path)?;
        let off_index = self.position("off", &values.ids, "variation", &path)?;
        Some(super::split::on_off(on, on_index, off_index))
    }
}
