//! Starting: what must not go wrong half way, and what two servers must not share.

use std::net::TcpListener;
use std::path::Path;

use serde_json::json;
use vexil_server::{Server, Settings, StartError};

use crate::support::{TestServer, settings};

/// What a start comes to, and the token that it made.
fn start(settings: Settings) -> Result<Option<String>, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut server = Server::start(settings).await?;
        let token = server.take_admin_token().map(|token| token.reveal().to_owned());
        server.run(async {}).await.unwrap();
        Ok(token)
    })
}

#[test]
fn a_start_that_fails_for_its_port_loses_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let free = Settings { admin_token: None, ..settings(folder.path()) };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = [
        Settings { listen: address, ..free.clone() },
        Settings { metrics_listen: Some(address), ..free.clone() },
    ];
    for settings in refused {
        let error = start(settings).err().unwrap();
        assert!(matches!(error, StartError::Listen { .. }), "{error}");
    }
    assert!(start(free.clone()).unwrap().is_some());
    assert_eq!(start(free).unwrap(), None);
}

#[test]
fn a_folder_is_one_servers() {
    let folder = tempfile::tempdir().unwrap();
    let first = settings(folder.path());
    let mut server = TestServer::with(first.clone());
    let error = start(first.clone()).err().unwrap().to_string();
    assert!(error.contains(&first.data.display().to_string()), "{error}");
    // A copy is made all the same.
    let copy = folder.path().join("copy.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(vexil_server::store::back_up(&first.data, &copy, "test")).unwrap();
    server.stop();
    start(first).unwrap();
}

#[test]
fn a_folder_may_have_any_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["my data", "a%20b", "what? #1", "größer"] {
        let data = folder.path().join(name);
        let server = TestServer::with(Settings { data: data.clone(), ..settings(folder.path()) });
        let made =
            server.admin().post("/api/v1/projects/default/entries", json!({"definition": {"key": "a"}}));
        made.expect(201);
        assert!(data.join("vexil.db").is_file(), "{name}");
        let copy = folder.path().join("copy.db");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(vexil_server::store::back_up(&data, &copy, "test")).unwrap();
        std::fs::remove_file(copy).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn others_on_the_machine_cannot_read_the_database() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    std::fs::create_dir(&settings.data).unwrap();
    std::fs::set_permissions(&settings.data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let _server = TestServer::with(settings.clone());
    let mode = |name: &str| Path::join(&settings.data, name).metadata().unwrap().mode() & 0o777;
    for name in ["vexil.db", "vexil.db-wal", "vexil.db-shm", "vexil.lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}
