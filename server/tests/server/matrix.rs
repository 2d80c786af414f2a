//! Every operation of the API, tried by everybody: each role, nobody, keys of processes, tokens that do not work any
//! more. What the table of roles says is what happens. A policy that refuses everything stands behind the permissions
//! meanwhile, so that what is permitted is told from what is not, and nothing changes; and so that no route is found
//! that writes around it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use vexil_core::Timestamp;
use vexil_server::access::table::{Cell, Place, TABLE};
use vexil_server::access::{Actor, Authority, EntryKind, EnvironmentClass, Grant, Permission, Role};
use vexil_server::api;
use vexil_server::gate::{
    Circumstances, Expected, Operation, Policy, Proposal, Refusal, Reviewed, Target, Verdict,
};

use crate::support::{Client, TestServer, settings};

const PASSWORD: &str = "a long and winding road";
const EMAIL: &str = "ada@example.com";
const NON_PRODUCTION: Place = Place::In(EnvironmentClass::NonProduction);
const PRODUCTION: Place = Place::In(EnvironmentClass::Production);
const EVERYWHERE: &[Place] = &[NON_PRODUCTION, PRODUCTION];
const ENVIRONMENTS: [(&str, &[Place]); 2] = [("staging", &[NON_PRODUCTION]), ("production", &[PRODUCTION])];

/// One request of an operation, and what it needs.
struct Case {
    /// As in the OpenAPI document: `METHOD /path/{with}/{names}`.
    operation: &'static str,
    path: String,
    body: Option<Value>,
    needs: Needs,
}

/// Who may.
enum Needs {
    /// Everybody.
    Nothing,
    /// Whoever is known.
    AnyToken,
    /// Processes with their keys.
    SdkKey,
    /// Whoever has all of these.
    All(Vec<Need>),
}

/// A permission, and for what.
#[derive(Clone, Copy)]
struct Need {
    permission: Permission,
    places: &'static [Place],
    /// Whether one of the places is enough: for lists of what is in all of them.
    somewhere: bool,
    kind: Option<EntryKind>,
    part: Part,
    critical: bool,
}

/// What of an entry is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Switch,
    OwnTenant,
    OtherTenant,
}

fn need(permission: Permission, places: &'static [Place]) -> Need {
    Need { permission, places, somewhere: false, kind: None, part: Part::Whole, critical: false }
}

fn write(places: &'static [Place], kind: EntryKind, part: Part) -> Need {
    Need { kind: Some(kind), part, ..need(Permission::EntryWrite, places) }
}

impl Need {
    /// What the table says.
    fn is_given_to(&self, role: Role) -> bool {
        if self.critical && role != Role::SuperAdmin {
            return false;
        }
        let in_place = |place: &Place| {
            let is_meant = |row: &&vexil_server::access::table::Row| {
                row.permission == self.permission && row.place == *place && row.kind == self.kind
            };
            let row = TABLE.iter().find(is_meant).expect("a line of the table");
            match row.cell(role) {
                Cell::No => false,
                Cell::Yes => true,
                Cell::OwnTenant => self.part == Part::OwnTenant,
                Cell::Switch => self.part == Part::Switch,
            }
        };
        if self.somewhere { self.places.iter().any(in_place) } else { self.places.iter().all(in_place) }
    }
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    ServerKey,
    ClientKey,
    Revoked,
    Expired,
    Of(Role),
}

impl Needs {
    fn are_met_by(&self, who: Who) -> bool {
        match (self, who) {
            (Needs::Nothing, _) => true,
            (Needs::SdkKey, who) => matches!(who, Who::ServerKey | Who::ClientKey),
            (Needs::AnyToken, who) => matches!(who, Who::Of(_)),
            (Needs::All(needs), Who::Of(role)) => needs.iter().all(|need| need.is_given_to(role)),
            (Needs::All(_), _) => false,
        }
    }
}

/// Refuses everything.
struct Nothing;

impl Policy for Nothing {
    fn name(&self) -> &str {
        "nothing"
    }

    fn judge(&self, _: &Reviewed) -> Verdict {
        Verdict::Refuse("nothing changes".to_owned())
    }
}

/// A server on which nothing can change any more, with something of everything.
struct World {
    server: TestServer,
    keys: Vec<String>,
    token: String,
    person: String,
    signing_key: String,
    callers: Vec<(Who, Client)>,
    _folder: tempfile::TempDir,
}

/// The definition of an entry of a kind.
fn definition(kind: EntryKind) -> Value {
    match kind {
        EntryKind::Release => json!({"key": "release", "kind": "release"}),
        EntryKind::Ops => json!({"key": "ops", "kind": "ops"}),
        EntryKind::Permission => json!({"key": "permission", "kind": "permission"}),
        EntryKind::Experiment => json!({"key": "experiment", "kind": "experiment"}),
        EntryKind::Config => json!({"key": "config", "type": "config", "default": true}),
        EntryKind::Segment => {
            let condition = json!({"user.plan": {"eq": "gold"}});
            json!({"key": "segment", "type": "segment", "condition": condition})
        }
    }
}

fn with(mut definition: Value, field: &str, value: Value) -> Value {
    definition[field] = value;
    definition
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let server = TestServer::with(settings(folder.path()));
        let admin = server.admin();
        let entries = "/api/v1/projects/default/entries";
        let marked = [
            json!({"key": "critical", "kind": "ops", "critical": true}),
            json!({"key": "sensitive", "type": "config", "default": "s", "sensitive": true}),
        ];
        for definition in EntryKind::ALL.map(definition).into_iter().chain(marked) {
            let key = definition["key"].as_str().unwrap().to_owned();
            admin.post(entries, json!({"definition": definition})).expect(201);
            for (round, environment) in ["development", "staging", "production"].iter().enumerate() {
                let path = format!("/api/v1/projects/default/environments/{environment}/entries/{key}");
                admin.patch(&path, json!({"patch": {"metadata": {"round": round}}})).expect(200);
            }
            let archived = format!("archived-{key}");
            let copy = with(definition, "key", json!(archived));
            admin.post(entries, json!({"definition": copy})).expect(201);
            admin.delete(&format!("{entries}/{archived}")).expect(200);
        }
        let sdk_key = |environment: &str, kind: &str| {
            let asked = json!({"environment": environment, "kind": kind, "name": "x"});
            admin.post("/api/v1/keys", asked).expect(201)
        };
        let made = [sdk_key("staging", "server"), sdk_key("production", "client")];
        let secret = |value: &Value, field: &str| server.client(value[field].as_str().unwrap());
        let mut callers = vec![
            (Who::Nobody, server.client("")),
            (Who::ServerKey, secret(&made[0], "key")),
            (Who::ClientKey, secret(&made[1], "key")),
        ];
        for role in Role::ALL {
            let tenant = (role == Role::TenantAdmin).then_some("acme");
            let grant = Grant { role, environment: None, tenant: tenant.map(str::to_owned) };
            let asked = json!({"name": role.as_str(), "grants": [grant]});
            let made = admin.post("/api/v1/tokens", asked).expect(201);
            callers.push((Who::Of(role), secret(&made, "token")));
        }
        let all = json!([{"role": "super_admin"}]);
        let revoked = admin.post("/api/v1/tokens", json!({"name": "x", "grants": all})).expect(201);
        admin.delete(&format!("/api/v1/tokens/{}", id_of(&revoked))).expect(200);
        callers.push((Who::Revoked, secret(&revoked, "token")));
        let soon = vexil_server::store::now() + 1_500;
        let end = Timestamp::from_millis(soon).to_string();
        let asked = json!({"name": "x", "grants": all, "expires_at": end});
        let expired = admin.post("/api/v1/tokens", asked).expect(201);
        callers.push((Who::Expired, secret(&expired, "token")));
        let token = json!({"name": "x", "grants": [{"role": "viewer"}]});
        let token = id_of(&admin.post("/api/v1/tokens", token).expect(201));
        let person = json!({"email": EMAIL, "name": "Ada", "password": PASSWORD, "grants": []});
        let person = id_of(&admin.post("/api/v1/people", person).expect(201));
        let signing_key = id_of(&admin.post("/api/v1/signing-keys", json!({})).expect(201));
        while vexil_server::store::now() <= soon {
            thread::sleep(Duration::from_millis(50));
        }
        let keys = made.iter().map(id_of).collect();
        server.gate.add_policy(Arc::new(Nothing));
        World { server, keys, token, person, signing_key, callers, _folder: folder }
    }

    /// Everything that can be asked, at least once for each operation, in production and elsewhere.
    fn cases(&self) -> Vec<Case> {
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
        }
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

/// `METHOD /path` of every operation in the OpenAPI document.
fn documented() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if ["get", "put", "post", "patch", "delete", "head", "options"].contains(&method.as_str()) {
                operations.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    operations
}

#[test]
fn everybody_may_what_the_table_says_and_nothing_else() {
    let world = World::new();
    let cases = world.cases();
    let tried: BTreeSet<String> = cases.iter().map(|case| case.operation.to_owned()).collect();
    let documented = documented();
    let forgotten: Vec<_> = documented.difference(&tried).collect();
    assert!(forgotten.is_empty(), "nobody tries these; say above who may: {forgotten:#?}");
    let unknown: Vec<_> = tried.difference(&documented).collect();
    assert!(unknown.is_empty(), "the API has no such operations: {unknown:#?}");

    let mut wrong = Vec::new();
    let mut permitted = 0;
    for case in &cases {
        let (method, _) = case.operation.split_once(' ').unwrap();
        for (who, client) in &world.callers {
            let (status, code) = client.outcome(method, &case.path, case.body.as_ref());
            let by_policy = code.as_deref() == Some("POLICY_REFUSED");
            let is_permitted = by_policy || !matches!(status, 401 | 403);
            // A refusal of another kind would hide that nobody asked who it is.
            let is_answer = by_policy || matches!(status, 200..=299 | 401 | 403) || is_harmless(case, status);
            let expected = case.needs.are_met_by(*who);
            if is_permitted != expected || !is_answer {
                let body = case.body.as_ref().map(Value::to_string).unwrap_or_default();
                wrong.push(format!(
                    "{who:?} {method} {} {body}: {status} {code:?}, expected {}",
                    case.path,
                    if expected { "to be permitted" } else { "to be refused" }
                ));
            }
            permitted += usize::from(is_permitted);
        }
    }
    assert!(wrong.is_empty(), "{} of the table do not hold:\n{}", wrong.len(), wrong.join("\n"));
    assert!(permitted > 500, "{permitted}");
}

/// Answers that say that the caller came through, and could do nothing more: no WebSocket is asked for, and a token has
/// no session to end.
fn is_harmless(case: &Case, status: u16) -> bool {
    match case.operation {
        "GET /sdk/v1/ws" => matches!(status, 400 | 426),
        "DELETE /api/v1/session" => status == 400,
        _ => false,
    }
}

#[test]
fn a_policy_that_refuses_everything_stops_every_route_that_writes() {
    let world = World::new();
    let state = || {
        let admin = world.server.admin();
        let paths = [
            "projects/default/export",
            "projects/default/entries?limit=500",
            "keys",
            "tokens",
            "people",
            "signing-keys",
            "projects",
        ];
        let texts = paths.map(|path| admin.get(&format!("/api/v1/{path}")).text);
        let archived = admin.get("/api/v1/projects/default/entries?archived=true").text;
        (texts, archived)
    };
    let before = state();
    let (_, admin) = world.callers.iter().find(|(who, _)| *who == Who::Of(Role::SuperAdmin)).unwrap();
    let mut stopped = BTreeSet::new();
    for case in world.cases() {
        let (method, _) = case.operation.split_once(' ').unwrap();
        if method == "GET" || !matches!(case.needs, Needs::All(_)) {
            continue;
        }
        let answer = admin.outcome(method, &case.path, case.body.as_ref());
        assert_eq!(
            answer,
            (403, Some("POLICY_REFUSED".to_owned())),
            "{method} {} {:?}",
            case.path,
            case.body
        );
        stopped.insert(case.operation.to_owned());
    }
    let not_by_the_gate = ["POST /api/v1/session", "DELETE /api/v1/session"];
    let writing = documented().into_iter().filter(|operation| !operation.starts_with("GET "));
    for operation in writing.filter(|operation| !not_by_the_gate.contains(&operation.as_str())) {
        assert!(stopped.contains(&operation), "{operation} was not tried");
    }

    // What acts by itself passes the same gate.
    let by = |role| Authority {
        actor: Actor::System { name: "guardrails".to_owned() },
        grants: vec![Grant::everywhere(role)],
    };
    let toggle = |key: &str| Operation::Toggle {
        target: Target {
            project: "default".to_owned(),
            environment: "production".to_owned(),
            key: key.to_owned(),
            expected: Expected::Any,
        },
        enabled: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let submit = |role, key| {
        let (operation, circumstances) = (toggle(key), Circumstances::default());
        let proposal = Proposal { operation, by: by(role), circumstances, idempotency: None };
        runtime.block_on(world.server.gate.submit(proposal)).unwrap_err()
    };
    for (role, key) in [(Role::System, "ops"), (Role::SuperAdmin, "release")] {
        let refusal = submit(role, key);
        assert!(matches!(&refusal, Refusal::Policy { policy, .. } if policy == "nothing"), "{refusal}");
    }
    assert!(matches!(submit(Role::System, "release"), Refusal::Denied(_)));
    assert_eq!(state(), before);
}
