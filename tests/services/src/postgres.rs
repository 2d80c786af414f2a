//! A PostgreSQL server.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::{Program, Unavailable, free_port, locate};

/// Enough for a machine that is busy with other tests. Recovery after an immediate stop is part of it.
const READY: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);
const STATEMENT: Duration = Duration::from_secs(60);

/// How many ports are tried; another process may take one before the server does.
const PORTS: usize = 3;

/// The only role, which may do everything.
const ROLE: &str = "postgres";

/// Whether a commit waits until the disk has it. Without it a commit survives the end of the server, but not of the
/// machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// It waits.
    On,
    /// It does not, which is faster.
    Off,
}

/// A PostgreSQL server of its own; ended when it is dropped or this process ends, and its data with it.
///
/// Everybody on this machine may connect, as the role `postgres` and without a password.
pub struct Postgres {
    binaries: PathBuf,
    account: Option<Account>,
    fsync: Fsync,
    port: u16,
    server: Option<Program>,
    folder: TempDir,
    /// How many fresh databases there were.
    databases: AtomicU32,
}

/// Whom the server runs as where this process is root's, as which it refuses to run.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Postgres {
    /// Starts a server with nothing but what a new one has.
    ///
    /// # Errors
    ///
    /// There is none on this machine, or it does not start.
    pub fn start() -> Result<Postgres, Unavailable> {
        Postgres::start_with(Fsync::On)
    }

    /// As [`Postgres::start`], with or without waiting for the disk.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with(fsync: Fsync) -> Result<Postgres, Unavailable> {
        let binaries = Postgres::locate()?;
        let folder = tempfile::Builder::new().prefix("vexil-postgres-").tempdir();
        let folder = folder
            .map_err(|error| Unavailable::new(format!("no temporary folder for PostgreSQL: {error}")))?;
        let account = Account::for_folder(folder.path())?;
        let databases = AtomicU32::new(0);
        let mut postgres = Postgres { binaries, account, fsync, port: 0, server: None, folder, databases };
        postgres.initialize()?;
        let mut result = Ok(());
        for _ in 0..PORTS {
            postgres.port = free_port()?;
            result = postgres.restart();
            if result.is_ok() {
                break;
            }
        }
        result.map(|()| postgres)
    }

    /// The server that all tests of this process share. Nobody can stop it; each test has a [fresh
    /// database](Postgres::fresh_database). It does not wait for the disk.
    ///
    /// # Errors
    ///
    /// As of [`Postgres::start`], and then always.
    pub fn shared() -> Result<&'static Postgres, Unavailable> {
        static SHARED: OnceLock<Result<Postgres, Unavailable>> = OnceLock::new();
        SHARED.get_or_init(|| Postgres::start_with(Fsync::Off)).as_ref().map_err(Clone::clone)
    }

    /// The folder of the server's programs, of the newest version.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn locate() -> Result<PathBuf, Unavailable> {
        let mut folders = debian_folders();
        folders.extend(configured_folder());
        folders.extend(locate::program("initdb").and_then(|file| Some(file.parent()?.to_owned())));
        let complete =
            |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
        folders.into_iter().find(complete).ok_or_else(|| {
            Unavailable::new(
                "no PostgreSQL server: `initdb` and `postgres` are neither in /usr/lib/postgresql/*/bin nor in \
                 the folder that `pg_config --bindir` names nor in PATH (Debian: package postgresql)",
            )
        })
    }

    /// The address of the database `postgres`, the same after a restart.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(ROLE)
    }

    /// Makes an empty database; returns its address.
    ///
    /// # Errors
    ///
    /// The name has anything but letters, digits and underscores, is taken, or the server does not run.
    pub fn create_database(&self, name: &str) -> Result<String, Unavailable> {
        if name.is_empty() || !name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') {
            return Err(Unavailable::new(format!("`{name}` is no name for a database of a test")));
        }
        let url = self.url_of(name);
        self.query(&self.url(), &format!("CREATE DATABASE \"{name}\""))?;
        Ok(url)
    }

    /// Makes an empty database with a name that this server has not had; returns its address.
    ///
    /// # Errors
    ///
    /// The server does not run.
    pub fn fresh_database(&self) -> Result<String, Unavailable> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        self.create_database(&format!("fresh_{number}"))
    }

    /// Runs statements through `psql`; returns the rows of the answer, a line each, with `|` between columns.
    ///
    /// # Errors
    ///
    /// One of them fails, which the text says, or the server does not run.
    pub fn query(&self, url: &str, statements: &str) -> Result<String, Unavailable> {
        let beside = Some(self.binaries.join("psql")).filter(|file| file.is_file());
        let program = beside
            .or_else(|| locate::program("psql"))
            .ok_or_else(|| Unavailable::new(format!("no `psql` in {} or PATH", self.binaries.display())))?;
        let mut command = Command::new(program);
        command.args(["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"]);
        command.args(["--set=ON_ERROR_STOP=1", "--command", statements, url]);
        succeed(Program::start(&mut command)?, STATEMENT)
    }

    /// Stops it at once, as in a crash: connections break, and it recovers when it starts again.
    pub fn stop(&mut self) {
        self.end(Signal::QUIT);
    }

    /// Stops it in order: transactions are rolled back, and all is written.
    pub fn stop_gracefully(&mut self) {
        self.end(Signal::INT);
    }

    /// Starts it again on the same port with the same data; stops it first, as in a crash, if it runs.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn restart(&mut self) -> Result<(), Unavailable> {
        self.stop();
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data());
        let fsync = if self.fsync == Fsync::On { "fsync=on" } else { "fsync=off" };
        let port = format!("port={}", self.port);
        // Tests run beside each other, each with a pool of connections.
        for setting in
            ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", fsync, &port]
        {
            command.args(["-c", setting]);
        }
        let mut server = Program::start_guarded(&mut command, "QUIT", Some(self.folder.path()))?;
        let status = self.data().join("postmaster.pid");
        server.wait_until(READY, |server| is_ready(&status, server.id()))?;
        self.server = Some(server);
        Ok(())
    }

    fn end(&mut self, signal: Signal) {
        if let Some(mut server) = self.server.take() {
            server.signal(signal);
            // If it does not, it is killed.
            let _ = server.wait(STOP);
        }
    }

    /// Lays out the data of a new server.
    fn initialize(&self) -> Result<(), Unavailable> {
        let mut command = self.command("initdb");
        command.arg("--pgdata").arg(self.data());
        // What is not written yet when the server starts is written by its checkpoints.
        command.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", ROLE]);
        succeed(Program::start_guarded(&mut command, "KILL", Some(self.folder.path()))?, READY).map(drop)
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        command.current_dir(self.folder.path()).env("HOME", self.folder.path()).env("LC_ALL", "C");
        if let Some(Account { user, group }) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://{ROLE}@{}:{}/{database}", Ipv4Addr::LOCALHOST, self.port)
    }
}

/// The data are removed after that.
impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Account {
    /// None where this process is not root's. Otherwise the folder is given to the account.
    fn for_folder(folder: &Path) -> Result<Option<Account>, Unavailable> {
        let cannot = |error| Unavailable::new(format!("cannot give {} away: {error}", folder.display()));
        if fs::metadata(folder).map_err(cannot)?.uid() != 0 {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let account = [ROLE, "nobody"].iter().find_map(|name| Account::read(&accounts, name));
        let Some(account) = account else {
            return Err(Unavailable::new(
                "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`",
            ));
        };
        chown(folder, Some(account.user), Some(account.group)).map_err(cannot)?;
        Ok(Some(account))
    }

    fn read(accounts: &str, name: &str) -> Option<Account> {
        let fields = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
        fields.into_iter().find_map(|fields| match *fields.as_slice() {
            [found, _, user, group, ..] if found == name => {
                Some(Account { user: user.parse().ok()?, group: group.parse().ok()? })
            }
            _ => None,
        })
    }
}

/// Where Debian has the servers, which are not in PATH; the newest version first.
fn debian_folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path()).collect();
    folders.sort_by_key(|folder| {
        let version = folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    folders.iter().map(|folder| folder.join("bin")).collect()
}

fn configured_folder() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stdin(process::Stdio::null()).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim_end()))
}

/// Whether this very process says that it takes connections: the first line of its status file is its number, the
/// eighth its state.
fn is_ready(status: &Path, process: u32) -> bool {
    let status = fs::read_to_string(status).unwrap_or_default();
    let mut lines = status.lines();
    let own = lines.next().is_some_and(|line| line.parse() == Ok(process));
    own && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}

/// Waits for the end of a program; returns its standard output.
fn succeed(mut program: Program, within: Duration) -> Result<String, Unavailable> {
    let status = program.wait(within)?;
    if status.success() { Ok(program.stdout()) } else { Err(program.failed(&format!("failed: {status}"))) }
}
