//! `vexil demo`: the shipped examples decided, explained, and decided anew when someone edits them.

mod cases;
mod files;
mod watch;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use vexil_core::trace::{Kind, Line, Trace};
use vexil_core::{Request, Snapshot, Value};

use super::explain;
use crate::exit::{Failure, Outcome};
use crate::output::style::HEADING;
use crate::output::{Format, Output, chart, table};
use crate::split::Units;
use cases::{Case, Decision, SEED_KEY, When};
use files::Files;
use watch::Watcher;

#[derive(Args)]
#[command(after_help = NOTE)]
pub(crate) struct Arguments {
    /// End after the tables instead of watching the files
    #[arg(long)]
    once: bool,

    /// Keep the examples in this folder; without it they go to a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const NOTE: &str = "\
Nothing is written outside that folder. Files that are there already are used as they are. Ctrl-C ends the
demo, and removes a temporary folder.";

/// How many synthetic users a split is shown with.
const USERS: u32 = 10_000;

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let files = Files::put(arguments.dir.as_deref())?;
    let watcher = Watcher::load(&files)?;
    let snapshot = &watcher.snapshot;
    let mut output = Output::new(Format::Text);
    introduce(&mut output, &files)?;
    show_seed(&mut output, snapshot)?;
    show_platform(&mut output, snapshot)?;
    explain_one(&mut output, snapshot)?;
    show_split(&mut output, snapshot)?;
    output.flush()?;
    if arguments.once {
        return Ok(Outcome::Fine);
    }
    watch::run(&mut output, &files, watcher)
}

fn introduce(output: &mut Output, files: &Files) -> io::Result<()> {
    writeln!(
        output,
        "Vexil decides feature flags, configuration and experiments. These are its examples:\n"
    )?;
    let rows: Vec<_> =
        files.described().map(|(path, what)| [path.display().to_string(), what.to_owned()]).collect();
    table::write(output, ["file", "what it holds"], &rows)
}

/// The flag that has expired: as it is now, and as it was.
fn show_seed(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    for when in [When::Now, When::Before] {
        let decisions: Vec<_> = cases::of_seed(when).map(|case| (case, case.decide(snapshot))).collect();
        heading(output, &format!("{SEED_KEY}, asked {}", when.describe()))?;
        let row = |(case, decision): &(Case, Decision)| {
            let Decision { value, variation, reason, by } = decision.clone();
            [case.who.to_owned(), value, variation, reason, by]
        };
        let rows: Vec<_> = decisions.iter().map(row).collect();
        table::write(output, ["who asks", "value", "variation", "reason", "decided by"], &rows)?;
        if decisions.iter().any(|(_, decision)| decision.reason == "EXPIRED") {
            expired(output, snapshot)?;
        }
    }
    Ok(())
}

fn expired(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    let Some(case) = cases::of_seed(When::Now).next() else { return Ok(()) };
    let trace = explanation(snapshot, &case);
    let step = trace.steps.iter().find(|step| step.kind == Kind::Line(Line::Expiry));
    let expiry = step.and_then(|step| step.field("expiry")).and_then(Value::as_str).unwrap_or_default();
    let value = trace.value.unwrap_or(Value::Null);
    writeln!(
        output,
        "\n  It expired at {expiry}. Since then its rules are at rest, and everyone gets its default:"
    )?;
    writeln!(output, "  {value}. A moment before, they decided:")
}

fn show_platform(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    heading(output, "The other entries, asked now")?;
    let row = |case: Case| {
        let Decision { value, variation, reason, by } = case.decide(snapshot);
        [case.who.to_owned(), case.key.to_owned(), value, variation, reason, by]
    };
    let rows: Vec<_> = cases::of_platform().map(row).collect();
    table::write(output, ["who asks", "entry", "value", "variation", "reason", "decided by"], &rows)
}

fn explain_one(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    let case = cases::EXPLAINED;
    heading(output, &format!("Why? `vexil explain` tells, here for {}, {}", case.who, case.when.describe()))?;
    explain::write(output, &explanation(snapshot, &case))
}

fn show_split(output: &mut Output, snapshot: &Snapshot) -> Result<(), Failure> {
    heading(output, &format!("{USERS} users in production, as `vexil stats` shows them"))?;
    let context = cases::in_production();
    let users = seed_users(snapshot, &context);
    Ok(chart::write(output, &users.split(USERS).map_err(Failure::Input)?)?)
}

/// Synthetic users whom the seed's flag splits.
fn seed_users<'a>(snapshot: &'a Snapshot, context: &'a vexil_core::Context) -> Units<'a> {
    let now = When::Before.moment();
    Units { snapshot, key: SEED_KEY, context, by: "user.id", prefix: "user-", now }
}

fn explanation(snapshot: &Snapshot, case: &Case) -> Trace {
    snapshot.explain(case.key, None, &Request::new(&case.context(), case.when.moment())).1
}

fn heading(output: &mut Output, text: &str) -> io::Result<()> {
    writeln!(output, "\n{HEADING}{text}{HEADING:#}\n")
}
