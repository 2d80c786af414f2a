//! Entries are found by what they are.

use serde_json::{Value, json};

use crate::support::TestServer;

const ENTRIES: &str = "/api/v1/projects/default/entries";

#[test]
fn entries_are_found_by_key_tag_owner_kind_type_and_text() {
    TestServer::on_each(|server| {
        let admin = server.admin();
        for definition in [
            json!({"key": "checkout", "owner": "pay", "kind": "ops", "tags": ["system"], "description": "The New Way"}),
            json!({"key": "checkout.old", "owner": "pay", "tags": ["customer"]}),
            json!({"key": "mail.host", "type": "config", "owner": "ops", "default": "checkout"}),
        ] {
            admin.post(ENTRIES, json!({"definition": definition})).expect(201);
        }
        let found = |query: &str| -> Vec<String> {
            let page = admin.get(&format!("{ENTRIES}?{query}")).expect(200);
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["key"].as_str().unwrap().into())
                .collect()
        };
        for (query, expected) in [
            ("", &["checkout", "checkout.old", "mail.host"][..]),
            ("key=checkout", &["checkout"]),
            ("key=check", &[]),
            ("prefix=check", &["checkout", "checkout.old"]),
            ("tag=customer", &["checkout.old"]),
            ("owner=pay", &["checkout", "checkout.old"]),
            ("owner=pay&kind=ops", &["checkout"]),
            ("kind=release", &["checkout.old"]),
            ("type=config", &["mail.host"]),
            ("text=new%20way", &["checkout"]),
            // Values are not searched: some are secrets.
            ("text=CHECKOUT", &["checkout", "checkout.old"]),
            ("limit=1&after=checkout", &["checkout.old"]),
            ("archived=true", &[]),
        ] {
            assert_eq!(found(query), expected, "{query}");
        }
        // A filter that there is not must not look like one that lets everything through.
        let unknown: Value = admin.get(&format!("{ENTRIES}?keys=checkout")).refused(400, "INVALID_QUERY");
        assert!(unknown["detail"].as_str().unwrap().contains("keys"), "{unknown}");
    });
}
