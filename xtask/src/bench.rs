//! Figures of the core, of the peers with Vexil among them, or of the server beside other servers.

use std::process::Command;

use clap::Args;

use crate::command::{ROOT, cargo, run as run_command};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Measure the peers, and Vexil in the same run
    #[arg(long)]
    peers: bool,
    /// Measure `vexil serve`, and other servers in the same run
    #[arg(long, conflicts_with = "peers")]
    server: bool,
    /// What to measure, and options of the harness (`--json`); with --peers or --server its modes.
    /// Everything when absent
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let mut command = if arguments.peers {
        script("peers")
    } else if arguments.server {
        script("server")
    } else {
        cargo(&["run", "--release", "--package", "vexil-benches", "--"])
    };
    run_command(command.args(&arguments.rest))
}

/// A bench that is more than one program, at its command to measure.
fn script(folder: &str) -> Command {
    let mut command = Command::new(format!("{ROOT}/benches/{folder}/run"));
    command.arg("run");
    command
}
