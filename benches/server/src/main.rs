//! Listens to the stream of a running `vexil serve`, and times what arrives; one JSON object of
//! figures. `run` beside this folder starts the server, and `README.md` says what the figures mean.

mod admin;
mod deliver;
mod events;
mod http;
mod idle;
mod listeners;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

/// Listens to a server's stream by the hundred, and times what arrives.
#[derive(Parser)]
#[command(name = "vexil-bench-server", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Subcommand)]
enum Measure {
    /// Times changes of one flag, from the request to each client
    Deliver(deliver::Arguments),
    /// Weighs streams on which nothing happens
    Idle(idle::Arguments),
}

/// The server that is measured, and what it may be asked with.
#[derive(Args)]
struct Target {
    /// Host and port
    #[arg(long, value_name = "ADDRESS")]
    server: String,
    /// A flag that may be switched on and off
    #[arg(long, value_name = "KEY")]
    flag: String,
    /// An administrator's token
    #[arg(long, env = "VEXIL_TOKEN", hide_env_values = true)]
    token: String,
    /// A server key of the environment
    #[arg(long, env = "VEXIL_SDK_KEY", hide_env_values = true)]
    key: String,
    /// The environment of the key
    #[arg(long, default_value = "production")]
    environment: String,
}

fn main() -> ExitCode {
    let measured = match Cli::parse().measure {
        Measure::Deliver(arguments) => deliver::measure(&arguments),
        Measure::Idle(arguments) => idle::measure(&arguments),
    };
    match measured {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// A thread for the clients, apart from the one that makes changes: an answer is not read late
/// because events are being read.
fn clients_runtime() -> Result<Runtime, String> {
    let built = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    built.map_err(|error| format!("no runtime: {error}"))
}

/// The runtime of the thread that makes changes.
fn changes_runtime() -> Result<Runtime, String> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| format!("no runtime: {error}"))
}
