//! Every operation of the API, tried by everybody: each role, nobody, keys of processes, tokens that do not work any
//! more. What the table of roles says is what happens. A policy that refuses everything stands behind the permissions
//! meanwhile, so that what is permitted is told from what is not, and nothing changes; and so that no route is found
//! that writes around it.

mod cases;

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
    /// Servers with their keys.
    ServerKey,
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
            (Needs::ServerKey, who) => who == Who::ServerKey,
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

/// Operations that change nothing in force: they evaluate, or note what was done.
const NOTES: [&str; 7] = [
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "POST /ofrep/v1/evaluate/flags",
    "POST /ofrep/v1/evaluate/flags/{key}",
    "POST /sdk/v1/events",
    "POST /sdk/v1/slices",
    "POST /api/v1/projects/{project}/environments/{environment}/slices",
];

/// Answers that say that the caller came through, and could do nothing more: no WebSocket is asked for, and a token has
/// no session to end.
fn is_harmless(case: &Case, status: u16) -> bool {
    match case.operation {
        "GET /sdk/v1/ws" => matches!(status, 400 | 426),
        "DELETE /api/v1/session" => status == 400,
        // What is for clients is less than what is for servers.
        "POST /ofrep/v1/evaluate/flags/{key}" => status == 404,
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
        if method == "GET" || NOTES.contains(&case.operation) || !matches!(case.needs, Needs::All(_)) {
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
    let writing = documented().into_iter().filter(|operation| !operation.starts_with("GET "));
    for operation in writing.filter(|operation| !NOTES.contains(&operation.as_str())) {
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
