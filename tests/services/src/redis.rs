//! A Redis server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::{Program, Unavailable, free_port, locate};

const READY: Duration = Duration::from_secs(20);

/// How long the server may take for one answer.
const ANSWER: Duration = Duration::from_secs(1);

/// How many ports are tried; another process may take one before the server does.
const PORTS: usize = 3;

/// A Redis server of its own, which keeps nothing; ended when it is dropped or this process ends.
pub struct Redis {
    program: PathBuf,
    port: u16,
    server: Option<Program>,
    folder: TempDir,
}

impl Redis {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// There is none on this machine, or it does not start.
    pub fn start() -> Result<Redis, Unavailable> {
        let program = Redis::locate()?;
        let folder = tempfile::Builder::new().prefix("vexil-redis-").tempdir();
        let folder =
            folder.map_err(|error| Unavailable::new(format!("no temporary folder for Redis: {error}")))?;
        let mut redis = Redis { program, port: 0, server: None, folder };
        let mut result = Ok(());
        for _ in 0..PORTS {
            redis.port = free_port()?;
            result = redis.restart();
            if result.is_ok() {
                break;
            }
        }
        result.map(|()| redis)
    }

    /// Where the program is.
    ///
    /// # Errors
    ///
    /// It is nowhere.
    pub fn locate() -> Result<PathBuf, Unavailable> {
        locate::program("redis-server").ok_or_else(|| {
            Unavailable::new(
                "no `redis-server` in PATH or the system's folders (Debian: package redis-server)",
            )
        })
    }

    /// `redis://127.0.0.1:PORT`, the same after a restart.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}:{}", Ipv4Addr::LOCALHOST, self.port)
    }

    /// Kills it. What it knew is lost, and the port refuses connections.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Starts it again, empty, on the same port; stops it first if it runs.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn restart(&mut self) -> Result<(), Unavailable> {
        self.stop();
        let mut command = Command::new(&self.program);
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--daemonize", "no"]);
        command.args(["--save", "", "--appendonly", "no", "--dir"]).arg(self.folder.path());
        let mut server = Program::start_guarded(&mut command, "KILL", Some(self.folder.path()))?;
        let port = self.port;
        server.wait_until(READY, |server| answers(port, server.id()))?;
        self.server = Some(server);
        Ok(())
    }
}

/// Whether this very process answers at the port, and not another server that took the port before it.
fn answers(port: u16, process: u32) -> bool {
    let own = format!("process_id:{process}\r\n");
    information(port).is_ok_and(|information| information.contains(&own))
}

/// What the server says of itself.
fn information(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ANSWER)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(b"INFO server\r\nQUIT\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
