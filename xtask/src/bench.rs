//! Figures of the core, of the peers with Vexil among them, of the server beside other servers, or of a host.

use std::path::Path;
use std::process::Command;

use clap::{Args, Subcommand};

use crate::command::{ROOT, cargo, run as run_command};
use crate::{c, elixir, kotlin, python, swift};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    host: Option<Host>,
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

/// A language, whose package is measured beside others of it.
#[derive(Subcommand)]
enum Host {
    /// Measure the Python package, and other Python SDKs in the same run
    Python(Rest),
    /// Measure the Kotlin package, and other SDKs of the JVM in the same run
    Kotlin(Rest),
    /// Measure the C ABI
    C(Rest),
    /// Measure the Elixir package, beside look-ups in ETS in the same run
    Elixir(Rest),
    /// Measure the Swift package
    Swift(Rest),
}

#[derive(Args)]
struct Rest {
    /// Modes and options of the harness; everything when absent
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if let Some(host) = &arguments.host {
        return match host {
            Host::Python(Rest { rest }) => python::bench(rest),
            Host::Kotlin(Rest { rest }) => kotlin::bench(rest),
            Host::C(Rest { rest }) => c::bench(rest),
            Host::Elixir(Rest { rest }) => elixir::bench(rest),
            Host::Swift(Rest { rest }) => swift::bench(rest),
        };
    }
    let mut command = if arguments.peers {
        script("peers")
    } else if arguments.server {
        script("server")
    } else {
        cargo(&["run", "--release", "--package", "vexil-benches", "--"])
    };
    run_command(command.args(&arguments.rest))
}

/// Where [`write_definitions`] puts those for Vexil, in its folder.
pub(crate) const DEFINITIONS: &str = "1000/vexil.json";

/// Writes the store of 1,000 flags that hosts are measured on.
pub(crate) fn write_definitions(folder: &Path) -> Result<(), String> {
    const SCRIPT: &str = "import pathlib, runpy, sys; runpy.run_path(sys.argv[1])['write'](pathlib.Path(sys.argv[2]), (1_000,))";
    let mut python = Command::new("python3");
    python.args(["-B", "-c", SCRIPT]).arg(Path::new(ROOT).join("benches/peers/definitions.py"));
    run_command(python.arg(folder))
}

/// A bench that is more than one program, at its command to measure.
fn script(folder: &str) -> Command {
    let mut command = Command::new(format!("{ROOT}/benches/{folder}/run"));
    command.arg("run");
    command
}
