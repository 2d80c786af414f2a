//! Reading at length: pages, differences and exports are whole, and bounded.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

const ENTRIES: &str = "/api/v1/projects/default/entries";
const PRODUCTION: &str = "/api/v1/projects/default/environments/production";

/// Every page from a path with a query, as its items, each page no larger than it should be.
fn pages(client: &Client, path: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let answer = client.get(&format!("{path}{after}"));
        assert!(answer.text.len() < 6 << 20, "a page of {} bytes", answer.text.len());
        let mut page = answer.expect(200);
        pages.push(std::mem::take(page["items"].as_array_mut().unwrap()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return pages,
        }
    }
}

#[test]
fn pages_are_bounded_in_bytes_and_leave_nothing_out() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let padding = "x".repeat(900_000);
        let value = |number: u32| json!(format!("{number}{padding}"));
        let definition = json!({"key": "a", "type": "config", "default": value(1)});
        admin.post(ENTRIES, json!({"definition": definition, "environments": ["production"]})).expect(201);
        for number in 2..=9 {
            admin
                .patch(&format!("{PRODUCTION}/entries/a"), json!({"patch": {"default": value(number)}}))
                .expect(200);
        }
        let numbers = |pages: &[Vec<Value>], name: &str| -> Vec<u64> {
            pages.iter().flatten().map(|item| item[name].as_u64().unwrap()).collect()
        };
        let revisions = pages(&admin, &format!("{PRODUCTION}/entries/a/revisions?limit=500"));
        assert!(revisions.len() > 1, "one page of all");
        assert_eq!(numbers(&revisions, "revision"), (1..=9).rev().collect::<Vec<_>>());
        let audit = pages(&admin, "/api/v1/audit?limit=500");
        assert!(audit.len() > 1, "one page of all");
        let last = numbers(&audit, "sequence")[0];
        assert_eq!(numbers(&audit, "sequence"), (1..=last).rev().collect::<Vec<_>>());
        let of_entry = pages(&admin, "/api/v1/audit?limit=500&target=a&action=entry.update");
        assert_eq!(numbers(&of_entry, "sequence").len(), 8);
        // A number bounds them still.
        let few = pages(&admin, &format!("{PRODUCTION}/entries/a/revisions?limit=2"));
        assert_eq!(few.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2, 2, 1]);
        let export = admin.get("/api/v1/audit/export");
        assert_eq!(export.text.lines().count() as u64, last + 2);
    });
}

#[test]
fn an_export_has_everything_and_differences_are_told() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        let definition = |number: usize| {
            let key = format!("k{number:03}\u{e9}\"");
            let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
            json!({"key": key, "type": "config", "default": format!("{number}\u{e9}\"{}", "x".repeat(2_000))})
        };
        let mut entries: Vec<_> = (0..200).map(definition).collect();
        entries.push(json!({"key": "password", "type": "config", "default": "hunter2", "sensitive": true}));
        let body = json!({"environments": {"production": entries, "staging": [definition(7)]}});
        admin.post("/api/v1/projects/default/import", body).expect(200);

        let whole = |secrets: &str| {
            let answer = admin.get(&format!("/api/v1/projects/default/export{secrets}"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
            answer.expect(200)
        };
        let exported = whole("");
        let environments = exported["environments"].as_object().unwrap();
        assert_eq!(environments.keys().collect::<Vec<_>>(), ["development", "staging", "production"]);
        let bundle = &environments["production"];
        assert_eq!((&bundle["schema"], &bundle["version"]), (&json!(1), &json!(1)));
        let defaults = |bundle: &Value| -> BTreeMap<String, Value> {
            let entries = bundle["entries"].as_array().unwrap().iter();
            entries
                .map(|entry| (entry["key"].as_str().unwrap().to_owned(), entry["default"].clone()))
                .collect()
        };
        let found = defaults(bundle);
        assert_eq!(found.len(), 200, "and no secret");
        assert_eq!(found["k007"], definition(7)["default"]);
        assert_eq!(defaults(&environments["staging"]).len(), 1);
        assert_eq!(environments["development"]["entries"], json!([]));

        let reads =
            || admin.get("/api/v1/audit?action=secret.read").expect(200)["items"].as_array().unwrap().len();
        assert_eq!(reads(), 0);
        assert_eq!(
            defaults(&whole("?secrets=true")["environments"]["production"])["password"],
            json!("hunter2")
        );
        assert_eq!(reads(), 1);
        // What was exported is taken over again, and is the same.
        let again = json!({"environments": exported["environments"], "dry_run": true});
        let preview = admin.post("/api/v1/projects/default/import", again).expect(200);
        assert_eq!(preview["environments"], json!([]), "{preview}");

        let differences = admin.get(&format!("{PRODUCTION}/diff?from=0")).expect(200);
        assert_eq!((&differences["from"], &differences["to"]), (&json!(0), &json!(1)));
        assert_eq!(differences["changes"].as_array().unwrap().len(), 201);
        assert!(!differences.to_string().contains("hunter2"));
    });
}

#[test]
fn what_cannot_be_read_in_a_path_or_query_is_a_problem_like_any_other() {
    let server = TestServer::start();
    let (admin, sdk) = (server.admin(), server.sdk("production", "server"));
    for path in ["/api/v1/audit?limit=many", "/api/v1/audit?limit=501", &format!("{PRODUCTION}/diff")] {
        admin.get(path).refused(400, "INVALID_QUERY");
    }
    sdk.get("/sdk/v1/stream?since=-1").refused(400, "INVALID_QUERY");
    for path in [format!("{PRODUCTION}/entries/a/revisions/newest"), "/api/v1/projects/%ff".to_owned()] {
        admin.get(&path).refused(404, "NOT_FOUND");
    }
}
