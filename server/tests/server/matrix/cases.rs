//! Each operation as a request, and what the table is asked about it.

use serde_json::{Value, json};
use vexil_server::access::table::Place;
use vexil_server::access::{EntryKind, Permission};

use super::{
    Case, EMAIL, ENVIRONMENTS, EVERYWHERE, Need, Needs, PASSWORD, Part, World, definition, need, with, write,
};

impl World {
    /// Everything that can be asked, at least once for each operation, in production and elsewhere.
    pub(super) fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        self.of_the_installation(&mut cases);
        self.of_projects(&mut cases);
        for kind in EntryKind::ALL {
            of_entries(kind, &mut cases);
            for (environment, places) in ENVIRONMENTS {
                of_definitions(kind, environment, places, &mut cases);
            }
        }
        for (environment, places) in ENVIRONMENTS {
            of_marked(environment, places, &mut cases);
            of_views(environment, places, &mut cases);
        }
        of_processes(&mut cases);
        cases
    }

    fn of_the_installation(&self, cases: &mut Vec<Case>) {
        use Permission::{
            AuditRead, KeyManage, PeopleManage, ProjectRead, RoleGrant, SigningKeyManage, TokenManage,
        };
        const PROJECT: &[Place] = &[Place::Project];
        let mut add = |operation: &'static str, id: &str, body: Option<Value>, needs: Needs| {
            let (_, template) = operation.split_once(' ').unwrap();
            cases.push(Case { operation, path: template.replace("{id}", id), body, needs });
        };
        let one = |permission| Needs::All(vec![need(permission, PROJECT)]);
        let giving = |permission| Needs::All(vec![need(permission, PROJECT), need(RoleGrant, PROJECT)]);
        let viewer = json!([{"role": "viewer"}]);

        add("GET /api/v1/people", "", None, one(PeopleManage));
        let asked = json!({"email": "b@x.io", "name": "B", "password": PASSWORD, "grants": viewer});
        add("POST /api/v1/people", "", Some(asked), giving(PeopleManage));
        add("GET /api/v1/people/{id}", &self.person, None, one(PeopleManage));
        add("PATCH /api/v1/people/{id}", &self.person, Some(json!({"name": "x"})), one(PeopleManage));
        let asked = json!({"grants": viewer});
        add("PATCH /api/v1/people/{id}", &self.person, Some(asked), giving(PeopleManage));
        let asked = json!({"new": "another long road"});
        add("PUT /api/v1/people/{id}/password", &self.person, Some(asked), one(PeopleManage));
        let asked = json!({"email": EMAIL, "password": PASSWORD});
        add("POST /api/v1/session", "", Some(asked), Needs::Nothing);
        add("GET /api/v1/session", "", None, Needs::AnyToken);
        add("DELETE /api/v1/session", "", None, Needs::AnyToken);

        let somewhere = Need { somewhere: true, ..need(KeyManage, EVERYWHERE) };
        add("GET /api/v1/keys", "", None, Needs::All(vec![somewhere]));
        for ((environment, places), key) in ENVIRONMENTS.iter().zip(&self.keys) {
            let there = || Needs::All(vec![need(KeyManage, places)]);
            let asked = json!({"environment": environment, "kind": "server", "name": "x"});
            add("POST /api/v1/keys", "", Some(asked), there());
            add("DELETE /api/v1/keys/{id}", key, None, there());
            add("POST /api/v1/keys/{id}/rotate", key, Some(json!({})), there());
        }
        add("GET /api/v1/tokens", "", None, one(TokenManage));
        add("POST /api/v1/tokens", "", Some(json!({"name": "x", "grants": viewer})), giving(TokenManage));
        add("DELETE /api/v1/tokens/{id}", &self.token, None, one(TokenManage));
        add("POST /api/v1/keys/{id}/rotate", &self.token, Some(json!({})), giving(TokenManage));
        add("GET /api/v1/signing-keys", "", None, one(ProjectRead));
        add("POST /api/v1/signing-keys", "", Some(json!({})), one(SigningKeyManage));
        let active = Some(json!({"state": "active"}));
        add("PATCH /api/v1/signing-keys/{id}", &self.signing_key, active, one(SigningKeyManage));

        add("GET /api/v1/audit", "", None, one(AuditRead));
        add("GET /api/v1/audit/export", "", None, one(AuditRead));
        for path in ["snapshot", "stream", "ws", "keys"] {
            let operation = SDK.iter().find(|operation| operation.ends_with(path)).unwrap();
            add(operation, "", None, Needs::SdkKey);
        }
        for (environment, places) in ENVIRONMENTS {
            let path = format!("/api/v1/audit?project=default&environment={environment}");
            let needs = Needs::All(vec![need(AuditRead, places)]);
            cases.push(Case { operation: "GET /api/v1/audit", path, body: None, needs });
        }
    }

    fn of_projects(&self, cases: &mut Vec<Case>) {
        use Permission::{EnvironmentManage, ProjectManage, ProjectRead};
        const PROJECT: &[Place] = &[Place::Project];
        let mut add = |operation: &'static str, body: Option<Value>, needs: Vec<Need>| {
            let (_, template) = operation.split_once(' ').unwrap();
            let path = template.replace("{project}", "default");
            cases.push(Case { operation, path, body, needs: Needs::All(needs) });
        };
        let manage = need(ProjectManage, PROJECT);
        let read = || vec![need(ProjectRead, PROJECT)];
        add("GET /api/v1/projects", None, read());
        let with_environments = vec![manage, need(EnvironmentManage, EVERYWHERE)];
        add("POST /api/v1/projects", Some(json!({"key": "other"})), with_environments);
        add("GET /api/v1/projects/{project}", None, read());
        add("PATCH /api/v1/projects/{project}", Some(json!({"name": "x"})), vec![manage]);
        add("GET /api/v1/projects/{project}/environments", None, read());
        add("GET /api/v1/projects/{project}/entries", None, read());
        add("GET /api/v1/projects/{project}/export", None, read());
        for (production, places) in [(false, ENVIRONMENTS[0].1), (true, ENVIRONMENTS[1].1)] {
            let asked = json!({"key": "other", "production": production});
            let needs = vec![need(EnvironmentManage, places)];
            add("POST /api/v1/projects/{project}/environments", Some(asked), needs);
        }
        for (environment, places) in ENVIRONMENTS {
            for operation in READS.iter().filter(|operation| operation.contains("{environment}")) {
                let (_, template) = operation.split_once(' ').unwrap();
                let path = template.replace("{project}", "default").replace("{environment}", environment);
                let path = path.replace("{key}", "ops").replace("{revision}", "1");
                let path = if path.ends_with("/diff") { format!("{path}?from=1") } else { path };
                let needs = Needs::All(vec![need(ProjectRead, places)]);
                cases.push(Case { operation, path, body: None, needs });
            }
            cases.push(Case {
                operation: "PATCH /api/v1/projects/{project}/environments/{environment}",
                path: format!("/api/v1/projects/default/environments/{environment}"),
                body: Some(json!({"name": "x"})),
                needs: Needs::All(vec![need(EnvironmentManage, places)]),
            });
            // It takes the whole environment back to when there was one entry: nobody may who may not touch them all.
            let mut needs: Vec<Need> =
                EntryKind::ALL.iter().map(|kind| write(places, *kind, Part::Whole)).collect();
            needs.push(Need { critical: true, ..write(places, EntryKind::Ops, Part::Whole) });
            cases.push(Case {
                operation: "POST /api/v1/projects/{project}/environments/{environment}/rollback",
                path: format!("/api/v1/projects/default/environments/{environment}/rollback"),
                body: Some(json!({"version": 1})),
                needs: Needs::All(needs),
            });
        }
    }
}

const SDK: [&str; 4] = ["GET /sdk/v1/snapshot", "GET /sdk/v1/stream", "GET /sdk/v1/ws", "GET /sdk/v1/keys"];

/// What is read of an environment.
const READS: [&str; 7] = [
    "GET /api/v1/projects/{project}/environments/{environment}",
    "GET /api/v1/projects/{project}/environments/{environment}/versions",
    "GET /api/v1/projects/{project}/environments/{environment}/diff",
    "GET /api/v1/projects/{project}/environments/{environment}/entries/{key}",
    "GET /api/v1/projects/{project}/environments/{environment}/entries/{key}/revisions",
    "GET /api/v1/projects/{project}/environments/{environment}/entries/{key}/revisions/{revision}",
    "GET /api/v1/projects/{project}/environments/{environment}/entries/{key}/diff",
];

/// What an entry is in all environments.
fn of_entries(kind: EntryKind, cases: &mut Vec<Case>) {
    let definition = definition(kind);
    let key = definition["key"].as_str().unwrap();
    let mut add = |operation: &'static str, key: &str, body: Option<Value>, needs: Vec<Need>| {
        let (_, template) = operation.split_once(' ').unwrap();
        let path = template.replace("{project}", "default").replace("{key}", key);
        cases.push(Case { operation, path, body, needs: Needs::All(needs) });
    };
    let everywhere = write(EVERYWHERE, kind, Part::Whole);
    let archive = Need { permission: Permission::EntryArchive, ..everywhere };
    let new = with(definition.clone(), "key", json!("new"));
    let create = "POST /api/v1/projects/{project}/entries";
    add(create, "", Some(json!({"definition": new})), vec![everywhere]);
    for (environment, places) in ENVIRONMENTS {
        let asked = json!({"definition": new, "environments": [environment]});
        add(create, "", Some(asked), vec![write(places, kind, Part::Whole)]);
    }
    let read = vec![need(Permission::ProjectRead, &[Place::Project])];
    add("GET /api/v1/projects/{project}/entries/{key}", key, None, read);
    let asked = json!({"identity": {"owner": "somebody"}});
    add("PATCH /api/v1/projects/{project}/entries/{key}", key, Some(asked), vec![everywhere]);
    add("DELETE /api/v1/projects/{project}/entries/{key}", key, None, vec![everywhere, archive]);
    let archived = format!("archived-{key}");
    let restore = "POST /api/v1/projects/{project}/entries/{key}/restore";
    add(restore, &archived, None, vec![everywhere, archive]);
}

/// What an entry does in one environment.
fn of_definitions(kind: EntryKind, environment: &str, places: &'static [Place], cases: &mut Vec<Case>) {
    let definition = definition(kind);
    let key = definition["key"].as_str().unwrap().to_owned();
    let mut add = |operation: &'static str, body: Value, part: Part| {
        let (_, template) = operation.split_once(' ').unwrap();
        let path = template.replace("{project}", "default").replace("{environment}", environment);
        let path = path.replace("{key}", &key);
        let needs = Needs::All(vec![write(places, kind, part)]);
        cases.push(Case { operation, path, body: Some(body), needs });
    };
    let other = with(definition.clone(), "metadata", json!({"round": "other"}));
    let put = "PUT /api/v1/projects/{project}/environments/{environment}/entries/{key}";
    add(put, json!({"definition": other}), Part::Whole);
    let patch = "PATCH /api/v1/projects/{project}/environments/{environment}/entries/{key}";
    add(patch, json!({"patch": {"metadata": {"x": 1}}}), Part::Whole);
    if kind != EntryKind::Segment {
        let of_tenant = |tenant: &str| json!({"patch": {"scopes": {"tenant": {tenant: {"value": true}}}}});
        add(patch, json!({"patch": {"enabled": false}}), Part::Switch);
        add(patch, of_tenant("acme"), Part::OwnTenant);
        add(patch, of_tenant("zeta"), Part::OtherTenant);
        let both = json!({"patch": {"enabled": false, "metadata": {"x": 1}}});
        add(patch, both, Part::Whole);
    }
    let rollback = "POST /api/v1/projects/{project}/environments/{environment}/entries/{key}/rollback";
    add(rollback, json!({"revision": 1}), Part::Whole);
    let promote = "POST /api/v1/projects/{project}/environments/{environment}/promote";
    add(promote, json!({"from": "development", "keys": [key]}), Part::Whole);
    let import = "POST /api/v1/projects/{project}/import";
    add(import, json!({"environments": {environment: [other]}}), Part::Whole);
}

/// Entries that ask for more than their kind does.
fn of_marked(environment: &str, places: &'static [Place], cases: &mut Vec<Case>) {
    let mut add = |key: &str, patch: Value, needs: Vec<Need>| {
        cases.push(Case {
            operation: "PATCH /api/v1/projects/{project}/environments/{environment}/entries/{key}",
            path: format!("/api/v1/projects/default/environments/{environment}/entries/{key}"),
            body: Some(json!({ "patch": patch })),
            needs: Needs::All(needs),
        });
    };
    let critical = |part| Need { critical: true, ..write(places, EntryKind::Ops, part) };
    add("critical", json!({"metadata": {"x": 1}}), vec![critical(Part::Whole)]);
    add("critical", json!({"enabled": false}), vec![critical(Part::Switch)]);
    add("critical", json!({"critical": false}), vec![critical(Part::Whole)]);
    add("ops", json!({"critical": true}), vec![critical(Part::Whole)]);
    let secret = vec![write(places, EntryKind::Config, Part::Whole), need(Permission::SecretWrite, places)];
    add("sensitive", json!({"default": "t"}), secret.clone());
    add("sensitive", json!({"sensitive": false}), secret.clone());
    add("config", json!({"sensitive": true}), secret);
}

/// The same model through other endpoints, and what processes have told.
fn of_views(environment: &str, places: &'static [Place], cases: &mut Vec<Case>) {
    let mut add = |operation: &'static str, path: String, body: Option<Value>, needs: Need| {
        cases.push(Case { operation, path, body, needs: Needs::All(vec![needs]) });
    };
    let read = need(Permission::ProjectRead, places);
    let config = "/api/v1/admin/config/config";
    let get = "GET /api/v1/admin/config/{key}";
    add(get, format!("{config}?environment={environment}"), None, read);
    let update = "POST /api/v1/admin/config/{key}/update";
    let of_config = |part| write(places, EntryKind::Config, part);
    let asked = json!({"value": false, "environment": environment});
    add(update, format!("{config}/update"), Some(asked), of_config(Part::Whole));
    for (tenant, part) in [("acme", Part::OwnTenant), ("zeta", Part::OtherTenant)] {
        let asked = json!({"value": false, "environment": environment, "scope": {"tenant": tenant}});
        add(update, format!("{config}/update"), Some(asked), of_config(part));
    }
    for kind in [EntryKind::Release, EntryKind::Ops, EntryKind::Permission] {
        let definition = definition(kind);
        let flag = format!("/api/v1/admin/featureflags/{}", definition["key"].as_str().unwrap());
        let status = "GET /api/v1/admin/featureflags/{name}/status";
        add(status, format!("{flag}/status?environment={environment}"), None, read);
        let asked = json!({"enabled": false, "environment": environment});
        let toggle = "POST /api/v1/admin/featureflags/{name}/toggle";
        add(toggle, format!("{flag}/toggle"), Some(asked), write(places, kind, Part::Switch));
        let create = "POST /api/v1/admin/featureflags/create";
        let path = format!("/api/v1/admin/featureflags/create?environments={environment}");
        let new = with(definition, "key", json!("new"));
        add(create, path, Some(new), write(places, kind, Part::Whole));
    }
    let told = need(Permission::TelemetryRead, places);
    for operation in [
        "GET /api/v1/projects/{project}/environments/{environment}/instances",
        "GET /api/v1/projects/{project}/environments/{environment}/entries/{key}/evaluations",
        "GET /api/v1/projects/{project}/environments/{environment}/entries/{key}/exposures",
    ] {
        let (_, template) = operation.split_once(' ').unwrap();
        let path = template.replace("{project}", "default").replace("{environment}", environment);
        add(operation, path.replace("{key}", "experiment"), None, told);
    }
    add(
        "GET /api/v1/telemetry",
        "/api/v1/telemetry".to_owned(),
        None,
        Need { somewhere: true, places: super::EVERYWHERE, ..told },
    );
    let vend = "POST /api/v1/projects/{project}/environments/{environment}/slices";
    let path = format!("/api/v1/projects/default/environments/{environment}/slices");
    for (tenant, part) in [("acme", Part::OwnTenant), ("zeta", Part::OtherTenant)] {
        let needs = Need { part, ..need(Permission::SliceVend, places) };
        add(vend, path.clone(), Some(json!({ "tenant": tenant })), needs);
    }
}

/// What SDK keys open beside snapshots.
fn of_processes(cases: &mut Vec<Case>) {
    let mut add = |operation: &'static str, body: Option<Value>, needs: Needs| {
        let (_, template) = operation.split_once(' ').unwrap();
        cases.push(Case { operation, path: template.replace("{key}", "ops"), body, needs });
    };
    add("GET /api/v1/app/config", None, Needs::SdkKey);
    add("GET /api/v1/feature-flags", None, Needs::SdkKey);
    add("GET /ofrep/v1/stream", None, Needs::SdkKey);
    add("POST /ofrep/v1/evaluate/flags", Some(json!({"context": {}})), Needs::SdkKey);
    add("POST /ofrep/v1/evaluate/flags/{key}", Some(json!({"context": {}})), Needs::SdkKey);
    let report = json!({"batch": "01a212f0-0fa8-7461-a067-c91c1a09e551"});
    add("POST /sdk/v1/events", Some(report), Needs::SdkKey);
    add("POST /sdk/v1/slices", Some(json!({"tenant": "acme"})), Needs::ServerKey);
}
