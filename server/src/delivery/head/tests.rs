use serde_json::json;

use super::*;
use crate::catalog::Row;
use crate::delivery::new_signing_key;

/// A version of an environment with entries, each as of the version of its number.
fn head(version: u64) -> Head {
    let row = Row {
        key: "production".into(),
        name: String::new(),
        production: true,
        position: 0,
        version,
        changed_at: 0,
    };
    let mut environment = Environment::empty(row);
    for number in 1..=version {
        let document = json!({"key": format!("k{number}"), "client_visible": true});
        let document = document.as_object().cloned();
        environment.set(format!("k{number}").into(), 1, number, document);
    }
    let environment = Arc::new(environment);
    let project = Project {
        key: "default".into(),
        name: String::new(),
        roles: Vec::new(),
        revision: 1,
        entries: Default::default(),
        environments: vec![Arc::clone(&environment)],
    };
    let signer = Signer::of(&[new_signing_key("active").unwrap()]).unwrap();
    Head::new(Arc::new(project), environment, Arc::new(signer), Arc::from([0; 32]), None)
}

fn tenant(name: &str) -> Audience {
    Audience::Client(Some(name.into()))
}

#[test]
fn many_tenants_do_not_cost_servers_what_is_made_for_them() {
    let head = head(2);
    let (put, delta) = (head.put(&Audience::Server), head.since(Some(1), &Audience::Server).unwrap());
    for number in 0..SLICES_KEPT + 10 {
        head.put(&tenant(&number.to_string()));
    }
    assert_eq!(lock(&head.slices).len(), SLICES_KEPT);
    assert!(Arc::ptr_eq(&put.encoded, &head.put(&Audience::Server).encoded));
    assert!(Arc::ptr_eq(&delta.encoded, &head.since(Some(1), &Audience::Server).unwrap().encoded));
}

#[test]
fn what_is_made_already_is_known_to_be() {
    let (head, server) = (head(10), Audience::Server);
    assert!(head.has_since(Some(10), &server), "there is nothing to make");
    for (position, kind) in [(Some(8), "delta"), (Some(1), "put"), (Some(0), "put"), (None, "put")] {
        let head = super::tests::head(10);
        assert!(!head.has_since(position, &server), "{position:?}");
        assert_eq!(head.since(position, &server).unwrap().kind, kind, "{position:?}");
        assert!(head.has_since(position, &server), "{position:?}");
    }
    // A client's is the whole wherever it goes on from.
    assert!(!head.has_since(Some(8), &tenant("acme")));
    assert_eq!(head.since(Some(8), &tenant("acme")).unwrap().kind, "put");
    assert!(head.has_since(Some(9), &tenant("acme")));
}

#[test]
fn a_tag_says_its_version_to_those_whom_it_is_of() {
    let head = head(12);
    let server = head.tag(&Audience::Server);
    assert_eq!(head.version_in(&server, &Audience::Server), Some(12));
    assert_eq!(head.version_in(&server.replace("W/\"12-", "\"13-"), &Audience::Server), Some(13));
    assert_eq!(head.version_in(&server, &Audience::Client(None)), None);
    for other in
        [server.replace("production", "staging"), "\"12\"".to_owned(), "*".to_owned(), "\"\u{e9}".to_owned()]
    {
        assert_eq!(head.version_in(&other, &Audience::Server), None, "{other}");
    }
}
