//! A control plane for tests of the commands that ask one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;
use ureq::Agent;
use vexil_server::{Server, Settings};

use crate::support::{Folder, Run, command};

/// The administrator's token.
pub(crate) const ADMIN: &str = "administrator-of-a-test-0123456789abcdef";

/// A control plane on a free port; it stops with the test.
pub(crate) struct ControlPlane {
    pub(crate) base: String,
    pub(crate) folder: Folder,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ControlPlane {
    pub(crate) fn start() -> ControlPlane {
        ControlPlane::on(Folder::new())
    }

    /// With the data that is in `data` of a folder.
    pub(crate) fn on(folder: Folder) -> ControlPlane {
        let settings = Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: folder.at("data"),
            admin_token: Some(ADMIN.to_owned()),
            drain: Duration::from_secs(1),
            ..Settings::default()
        };
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(async move {
                let server = Server::start(settings).await.unwrap();
                tell.send(server.address().unwrap()).unwrap();
                server.run(async { drop(stopped.await) }).await.unwrap();
            });
        });
        let base = format!("http://{}", told.recv().expect("it starts"));
        ControlPlane { base, folder, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.at("data")
    }

    /// A command of the administrator.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_as(ADMIN, arguments)
    }

    pub(crate) fn command_as(&self, token: &str, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("VEXIL_SERVER", &self.base).env("VEXIL_TOKEN", token).stdin(Stdio::null());
        command
    }

    /// What comes of a command of the administrator.
    pub(crate) fn vexil(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn vexil_as(&self, token: &str, arguments: &[&str]) -> Run {
        Run::of(self.command_as(token, arguments).output().unwrap())
    }

    /// The status with which the control plane answers whoever shows a key.
    pub(crate) fn status(&self, path: &str, key: &str) -> u16 {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let request =
            agent.get(format!("{}{path}", self.base)).header("authorization", format!("Bearer {key}"));
        request.call().unwrap().status().as_u16()
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Answers one request with a header and a body, and tells what was asked.
pub(crate) fn answer_once(header: &str, body: String) -> (String, JoinHandle<String>) {
    let (base, asked) = answer_each(header, vec![body]);
    (base, thread::spawn(move || asked.join().unwrap().remove(0)))
}

/// Answers requests one after the other, each with a header and its body, and tells what was asked.
pub(crate) fn answer_each(header: &str, bodies: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let header = header.to_owned();
    let answer = move |body: String| {
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut asked = String::new();
        while !asked.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut asked).unwrap() > 0, "{asked}");
        }
        let length = asked.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut sent = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut sent).unwrap();
        asked.push_str(std::str::from_utf8(&sent).unwrap());
        stream.write_all((head + &body).as_bytes()).unwrap();
        asked
    };
    (base, thread::spawn(move || bodies.into_iter().map(answer).collect()))
}
