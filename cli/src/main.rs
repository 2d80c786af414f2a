//! `vexil`: decides, explains and checks feature flags, configuration and experiments at the command line.

mod commands;
mod exit;
mod input;
mod output;
mod remote;
mod split;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    apply, audit, backup, bucket, demo, diff, eval, explain, export, keys, people, schema, serve, stats,
    validate,
};

/// A server's threads would wait for each other in the allocator of the C library, which also keeps what was freed.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Decides, explains and checks feature flags, configuration and experiments.
///
/// Definitions are JSON or YAML, in one file or in a folder of files that belong together. Nothing here writes to them.
/// `serve` runs the control plane; `keys`, `people`, `apply`, `export` and `audit export` ask one; nothing else needs it.
#[derive(Parser)]
#[command(name = "vexil", version, arg_required_else_help = true, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
New here?
  vexil demo                 real decisions, explained, reacting to your edits
  vexil validate examples    what is wrong with these definitions
  vexil eval --all -d examples --env staging --context '{\"user\": {\"id\": \"u-1\"}}'
  vexil explain checkout.button -d examples --context '{\"user\": {\"id\": \"u-1\"}}'

Exit codes: 0 fine, 1 problems found in the input, 2 wrong use.";

#[derive(Subcommand)]
enum Command {
    /// Shows Vexil at work on its own examples; the place to start
    Demo(demo::Arguments),
    /// Runs the control plane: holds definitions, guards their changes, delivers them to processes
    Serve(Box<serve::Arguments>),
    /// Makes and revokes SDK keys, API tokens, and the keys that sign
    Keys(keys::Arguments),
    /// Adds people who may sign in, and says what they may
    People(people::Arguments),
    /// Gives files of definitions to the control plane, or shows what they would change there
    Apply(apply::Arguments),
    /// Writes the definitions of the control plane into files
    Export(export::Arguments),
    /// Exports the log of what was done, or proves an export
    Audit(audit::Arguments),
    /// Copies the embedded database, while it is in use
    Backup(backup::Arguments),
    /// Decides what a flag, configuration value or experiment is for a context, or for many
    Eval(eval::Arguments),
    /// Decides, and tells every step that led there
    Explain(explain::Arguments),
    /// Names everything that is wrong with definitions
    Validate(validate::Arguments),
    /// Shows what differs between two sets of definitions, and whom that moves
    Diff(diff::Arguments),
    /// Sends synthetic units through a rollout or experiment and shows how they split
    Stats(stats::Arguments),
    /// Shows into which of the 100,000 buckets a unit falls
    Bucket(bucket::Arguments),
    /// Prints the JSON Schema of definitions, for editors
    Schema(schema::Arguments),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(*arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::People(arguments) => people::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Bucket(arguments) => bucket::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
    };
    exit::code(done)
}
