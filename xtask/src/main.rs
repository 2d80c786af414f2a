//! `cargo xtask`: the chores of this repository, a module each.

mod bench;
mod bless;
mod c;
mod command;
mod conformance;
mod elixir;
mod fuzz;
mod kotlin;
mod library;
mod python;
mod swift;
mod test;
mod toolchain;
mod totals;

use std::process::ExitCode;

use clap::Parser;

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
enum Task {
    /// Checks format and lints, and runs all tests; what CI runs
    Test(test::Arguments),
    /// Measures time and heap of the core, or Vexil beside its peers: in a process, or as a server
    Bench(bench::Arguments),
    /// Fuzzes the core, one target or all of them in turn
    Fuzz(fuzz::Arguments),
    /// Accepts what explanations, tables, the OpenAPI document and other made texts say now as golden; look at the diff
    Bless,
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Test(arguments) => return test::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Bless => bless::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
