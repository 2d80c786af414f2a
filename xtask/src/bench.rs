//! Figures of the core, or of the peers with Vexil among them.

use std::process::Command;

use clap::Args;

use crate::command::{ROOT, cargo, run as run_command};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Measure the peers, and Vexil in the same run
    #[arg(long)]
    peers: bool,
    /// What to measure, and options of the harness (`--json`); with --peers its modes. Everything when absent
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let mut command = if arguments.peers {
        let mut command = Command::new(format!("{ROOT}/benches/peers/run"));
        command.arg("run");
        command
    } else {
        cargo(&["run", "--release", "--package", "vexil-benches", "--"])
    };
    run_command(command.args(&arguments.rest))
}
