//! Programs are heard, signalled and ended.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use vexil_test_services::{Program, Unavailable, free_port};

const SOON: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(100);

fn shell(script: &str) -> Result<Program, Unavailable> {
    Program::start(Command::new("/bin/sh").args(["-c", script]))
}

#[test]
fn all_that_it_says_is_collected_by_stream() -> Result<(), Unavailable> {
    let mut program = shell("echo one; echo two >&2; printf 'three without an end'; exit 7")?;
    assert_eq!(program.wait_for("three", SOON)?, "three without an end");
    assert_eq!(program.wait(SOON)?.code(), Some(7));
    assert_eq!(program.stdout(), "one\nthree without an end\n");
    assert_eq!(program.stderr(), "two\n");
    assert_eq!(program.output().lines().count(), 3);
    Ok(())
}

#[test]
fn what_it_does_not_say_is_an_error_with_what_it_said() -> Result<(), Unavailable> {
    let program = shell("echo something else")?;
    let error = program.wait_for("ready", SOON).unwrap_err().to_string();
    assert!(error.contains("ended without saying `ready`") && error.contains("something else"), "{error}");

    let program = shell("sleep 60")?;
    let error = program.wait_for("ready", SHORT).unwrap_err().to_string();
    assert!(error.contains("did not say `ready` within 100ms; it said nothing"), "{error}");
    Ok(())
}

#[test]
fn it_answers_lines() -> Result<(), Unavailable> {
    let mut program = shell("while read -r line; do echo \"got $line\"; done; echo end")?;
    program.send("this")?;
    assert_eq!(program.wait_for("got", SOON)?, "got this");
    assert!(program.wait(SOON)?.success());
    assert_eq!(program.stdout(), "got this\nend\n");
    assert!(program.send("that").is_err());
    Ok(())
}

#[test]
fn it_can_tidy_up_when_it_is_terminated_but_not_when_it_is_killed() -> Result<(), Unavailable> {
    let tidy = "trap 'echo tidy; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut program = shell(tidy)?;
    program.wait_for("ready", SOON)?;
    assert!(program.wait(SHORT).is_err());
    program.terminate();
    assert_eq!(program.wait(SOON)?.code(), Some(3));
    assert_eq!(program.stdout(), "ready\ntidy\n");

    let mut program = shell(tidy)?;
    program.wait_for("ready", SOON)?;
    program.kill();
    assert_eq!(program.status().and_then(|status| status.signal()), Some(9));
    assert_eq!(program.stdout(), "ready\n");
    // Both do nothing to what has ended.
    program.terminate();
    program.kill();
    Ok(())
}

#[test]
fn what_it_has_started_goes_with_it() -> Result<(), Unavailable> {
    let program = shell("sleep 600 & echo \"started $!\"; wait")?;
    let child = program.wait_for("started", SOON)?.replace("started ", "");
    let runs = || {
        let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    assert!(runs());
    drop(program);
    let deadline = Instant::now() + SOON;
    while runs() {
        assert!(Instant::now() < deadline, "{child} still runs");
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

#[test]
fn what_cannot_be_run_is_named() {
    let error = Program::start(&mut Command::new("/nowhere/vexil")).err().expect("an error").to_string();
    assert!(error.starts_with("cannot run /nowhere/vexil: "), "{error}");
}

#[test]
fn ports_are_given_once() -> Result<(), Unavailable> {
    let mut ports = (0..500).map(|_| free_port()).collect::<Result<Vec<_>, _>>()?;
    assert!(ports.iter().all(|port| (15_000..32_000).contains(port)));
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 500);
    Ok(())
}
