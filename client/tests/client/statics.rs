//! Static keys: a process keeps what it booted with, and says that a restart would change it.

use std::time::Duration;

use vexil_client::{Client, Context, Options, Source};

use crate::local::{bundle, memory, until};

fn entries(value: &str) -> String {
    format!(
        r#"{{"key": "pool", "type": "config", "dynamic": false, "default": "{value}"}},
           {{"key": "limit", "type": "config", "default": "{value}"}}"#
    )
}

fn read(client: &Client) -> [String; 2] {
    ["pool", "limit"].map(|key| client.get_string(key, &Context::new(), ""))
}

#[test]
fn a_program_keeps_its_static_keys_when_it_puts_others() {
    let client = memory(&entries("old"));
    client.put(&bundle(2, &entries("new"))).unwrap();
    assert_eq!(read(&client), ["old", "new"]);
    assert_eq!(client.state().restart_required, ["pool"]);
    client.put(&bundle(3, "")).unwrap();
    assert_eq!(read(&client), ["old", ""]);
    assert_eq!(client.state().restart_required, ["pool"]);
    client.set_override("limit", "of no effect on what there is not").unwrap();
    assert_eq!(read(&client), ["old", ""]);
    client.put(&bundle(4, &entries("old"))).unwrap();
    assert_eq!(client.state().restart_required, [""; 0]);
}

#[test]
fn a_file_that_changes_leaves_static_keys_and_listeners_hear_that_a_restart_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flags.json");
    std::fs::write(&path, bundle(1, &entries("old"))).unwrap();
    let options =
        Options { polling_interval: Duration::from_millis(10), ..Options::new(Source::File(path.clone())) };
    let client = Client::start(options.clone()).unwrap();
    let due = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let noting = std::sync::Arc::clone(&due);
    let _subscription =
        client.on_state(move |state| noting.lock().unwrap().clone_from(&state.restart_required));
    std::fs::write(&path, bundle(22, &entries("newer"))).unwrap();
    until("the file is read again", || client.state().version == 22);
    assert_eq!(read(&client), ["old", "newer"]);
    until("it is told", || *due.lock().unwrap() == ["pool"]);
    assert_eq!(read(&Client::start(options).unwrap()), ["newer", "newer"], "after a restart");
}
