//! The real `vexil serve`, as a process with its data in a folder.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, thread};

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;
use vexil_test_services::{Program, Unavailable, free_port};

const ADMINISTRATOR: &str = "administrator-of-a-test-0123456789abcdef";
/// A bound for an answer, and not a measure.
const ANSWER: Duration = Duration::from_secs(60);
/// How often is looked whether it listens.
const PAUSE: Duration = Duration::from_millis(20);
/// Longer than any snapshot of the scenario.
const LONGEST: u64 = 16 << 20;

/// What is started, killed, and started again with the same data.
pub(crate) struct ControlPlane {
    binary: PathBuf,
    data: PathBuf,
    pub(crate) address: SocketAddr,
    agent: Agent,
    process: Option<Program>,
}

/// What it says to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names and values, without what is of the connection.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl ControlPlane {
    pub(crate) fn in_folder(folder: &Path) -> Result<ControlPlane, String> {
        let binary =
            env::var_os("VEXIL_TEST_BINARY").ok_or("VEXIL_TEST_BINARY names no `vexil` to serve with")?;
        let port = free_port().map_err(said)?;
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER));
        Ok(ControlPlane {
            binary: binary.into(),
            data: folder.join("data"),
            address: (Ipv4Addr::LOCALHOST, port).into(),
            agent: config.build().into(),
            process: None,
        })
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--drain", "1s", "--listen", &self.address.to_string(), "--data"]);
        command.arg(&self.data).env("VEXIL_ADMIN_TOKEN", ADMINISTRATOR);
        let mut process = Program::start(&mut command).map_err(said)?;
        let deadline = Instant::now() + ANSWER;
        while TcpStream::connect(self.address).is_err() {
            if process.status().is_some() || Instant::now() > deadline {
                return Err(format!("the control plane does not start: {}", process.output()));
            }
            thread::sleep(PAUSE);
        }
        self.process = Some(process);
        Ok(())
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// What it answers its administrator, in JSON; another status than a good one is an error.
    pub(crate) fn administer(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(Value::to_string);
        let answer = self.ask(method, path, ADMINISTRATOR, body)?;
        let text = String::from_utf8_lossy(&answer.body);
        if !(200..300).contains(&answer.status) {
            return Err(format!("{method} {path}: {} {text}", answer.status));
        }
        serde_json::from_str(&text).map_err(|error| format!("{method} {path}: {error}: {text}"))
    }

    /// The snapshot that it gives to an SDK key.
    pub(crate) fn snapshot(&self, key: &str) -> Result<Answer, String> {
        self.ask("GET", "/sdk/v1/snapshot", key, None)
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<String>,
    ) -> Result<Answer, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{method} {path}: {error}");
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(body.unwrap_or_default())
            .map_err(|error| failed(&error))?;
        let mut answer = self.agent.run(request).map_err(|error| failed(&error))?;
        let headers = answer.headers().iter().filter(|(name, _)| {
            !["connection", "content-encoding", "content-length", "transfer-encoding"]
                .contains(&name.as_str())
        });
        let headers = headers
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let body =
            answer.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(|error| failed(&error))?;
        Ok(Answer { status: answer.status().as_u16(), headers, body })
    }
}

fn said(why: Unavailable) -> String {
    why.to_string()
}
