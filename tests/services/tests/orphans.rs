//! Nothing is left of a test process that is killed. The process is this test once more.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use vexil_test_services::{Postgres, Program, Redis, Unavailable, required};

type Failure = Box<dyn std::error::Error>;

const WITHIN: Duration = Duration::from_secs(60);
const TURN: &str = "VEXIL_TEST_ORPHANS_TURN";

#[test]
fn a_killed_process_leaves_nothing_behind() -> Result<(), Failure> {
    if env::var_os(TURN).is_some() {
        return start_and_hang();
    }
    if required(Postgres::locate()).is_none() || required(Redis::locate()).is_none() {
        return Ok(());
    }
    // Temporary folders of the killed process, whose own accounts must be able to get at them.
    let folder = tempfile::Builder::new().prefix("vexil-orphans-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let mut tests = Command::new(env::current_exe()?);
    tests.args(["a_killed_process_leaves_nothing_behind", "--exact", "--nocapture"]);
    let mut tests = Program::start(tests.env(TURN, "1").env("TMPDIR", folder.path()))?;
    tests.wait_for("all are running", WITHIN)?;
    let running = processes(folder.path())?;
    for name in ["postgres", "redis-server", "sleep 600"] {
        assert!(running.iter().any(|command| command.contains(name)), "no {name} in {running:?}");
    }
    assert_eq!(fs::read_dir(folder.path())?.count(), 2);

    tests.kill();

    let deadline = Instant::now() + WITHIN;
    loop {
        let left = processes(folder.path())?;
        let folders = fs::read_dir(folder.path())?.count();
        if left.is_empty() && folders == 0 {
            return Ok(());
        }
        assert!(Instant::now() < deadline, "{folders} folders and the processes {left:?} are left");
        thread::sleep(Duration::from_millis(20));
    }
}

fn start_and_hang() -> Result<(), Failure> {
    // By another thread, whose end must not end them.
    let started = thread::spawn(|| -> Result<_, Unavailable> {
        let program = Program::start(Command::new("sleep").arg("600"))?;
        Ok((Postgres::shared()?, Redis::start()?, program))
    });
    let _services = started.join().map_err(|_| "it panicked")??;
    println!("\nall are running");
    thread::sleep(10 * WITHIN);
    Ok(())
}

/// All living processes that work in the folder or have inherited it as theirs for temporary files, watchdogs among
/// them. (Servers that show their state as their name write over what they have inherited.)
fn processes(folder: &Path) -> io::Result<Vec<String>> {
    let mark = format!("TMPDIR={}", folder.display());
    let read = |process: &Path, what: &str| fs::read(process.join(what)).unwrap_or_default();
    let concerns = |process: &Path| {
        fs::read_link(process.join("cwd")).is_ok_and(|place| place.starts_with(folder))
            || read(process, "environ").split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes())
    };
    let processes = fs::read_dir("/proc")?.flatten().map(|entry| entry.path());
    let commands = processes
        .filter(|process| concerns(process))
        .map(|process| String::from_utf8_lossy(&read(&process, "cmdline")).replace('\0', " "))
        .filter(|command| !command.is_empty());
    Ok(commands.collect())
}
