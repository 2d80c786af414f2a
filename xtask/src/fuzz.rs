//! Fuzzing. The targets are a workspace of their own, for they need a compiler with unstable options.

use std::process::{Command, Stdio};

use clap::Args;

use crate::command::{cannot_run, cargo, cargo_has, run as run_command};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz");

/// The sanitizer keeps freed memory for a while, to see whether it is used again.
const MEMORY: &str = "-rss_limit_mb=4096";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Which target; all of them in turn when absent
    target: Option<String>,
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if !cargo_has("fuzz") {
        println!("cargo-fuzz is missing: installing it");
        run_command(&mut cargo(&["install", "cargo-fuzz", "--locked"]))?;
    }
    // What the vectors say is where mutations begin.
    run_command(cargo(&["run", "--quiet", "--example", "seeds"]).current_dir(FOLDER))?;
    let targets = match &arguments.target {
        Some(target) => vec![target.clone()],
        None => targets()?,
    };
    let time = format!("-max_total_time={}", arguments.seconds);
    let dictionary = format!("-dict={FOLDER}/definitions.dict");
    for target in &targets {
        println!("\n==> {target}");
        run_command(&mut fuzz(&["run", target, "--", &time, &dictionary, MEMORY]))?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>, String> {
    let mut command = fuzz(&["list"]);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_run(&command, &error))?;
    let list = String::from_utf8_lossy(&output.stdout);
    let targets: Vec<_> = list.lines().map(str::to_owned).collect();
    if targets.is_empty() { Err("there are no fuzz targets".into()) } else { Ok(targets) }
}

fn fuzz(arguments: &[&str]) -> Command {
    let mut command = cargo(&["fuzz"]);
    // The sanitizer is an unstable option; with this a stable compiler takes it, and no second toolchain is needed.
    command.args(arguments).current_dir(FOLDER).env("RUSTC_BOOTSTRAP", "1");
    command
}
