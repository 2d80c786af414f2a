//! A server as a process, and a client of it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use vexil_test_services::{Program, free_port};

/// The administrator's token.
const ADMIN: &str = "administrator-of-a-test-0123456789abcdef";

/// A running `vexil serve`.
pub(crate) struct Served {
    pub(crate) program: Program,
    pub(crate) client: Client,
}

impl Served {
    /// On the embedded database of a folder.
    pub(crate) fn on_folder(folder: &Path) -> Served {
        Served::with(&["--data", &folder.display().to_string()])
    }

    /// With arguments of its own.
    pub(crate) fn with(arguments: &[&str]) -> Served {
        Served::at(&format!("127.0.0.1:{}", free_port().unwrap()), arguments)
    }

    /// At an address that was free.
    pub(crate) fn at(address: &str, arguments: &[&str]) -> Served {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vexil"));
        command.args(["serve", "--listen", address]).args(arguments).env("VEXIL_ADMIN_TOKEN", ADMIN);
        let program = Program::start(&mut command).unwrap();
        program.wait_for("Vexil is at", Duration::from_secs(20)).unwrap();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .max_idle_connections_per_host(64);
        let client = Client { agent: config.build().into(), base: format!("http://{address}") };
        Served { program, client }
    }
}

/// Speaks JSON, as the administrator.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
}

impl Client {
    /// Status and body; none where there was no answer.
    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("authorization", format!("Bearer {ADMIN}"));
        let request = request.header("content-type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let mut response = self.agent.run(request.body(body).unwrap()).ok()?;
        let status = response.status().as_u16();
        Some((status, response.body_mut().read_json().ok()?))
    }

    /// The body of an answer that must be fine.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, None).expect("an answer");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}
