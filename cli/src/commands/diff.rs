//! `vexil diff`: what differs between two sets of definitions, and whom that moves.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use vexil_core::Value;
use vexil_core::diff::{self, Change, ChangeKind, FieldChange, Move};

use crate::exit::{Failure, Outcome};
use crate::input;
use crate::output::style::{HEADING, NO, QUIET, UNKNOWN, WARNING, YES};
use crate::output::{Format, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file or folder of definitions as they were
    old: PathBuf,

    /// A file or folder of definitions as they are to be
    new: PathBuf,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

const EXAMPLES: &str = "\
Example:
  vexil diff released/ proposed/

Entries come in the order of their keys. Spelling, the order of members, and defaults that are merely
written out make no difference. The exit code is 0 whether or not there are differences.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (old, new) = (input::read(&arguments.old)?, input::read(&arguments.new)?);
    let (before, _, warnings_before) = input::documents(&old)?;
    let (after, _, warnings_after) = input::documents(&new)?;
    input::warn(&warnings_before);
    input::warn(&warnings_after);
    let changes = diff::diff(&before, &after);
    let mut output = Output::new(arguments.format);
    for change in &changes {
        match output.format {
            Format::Json => output.json(change)?,
            Format::Text => write(&mut output, change)?,
        }
    }
    if output.format == Format::Text {
        summarise(&mut output, &changes)?;
    }
    output.flush()?;
    Ok(Outcome::Fine)
}

fn write(output: &mut Output, Change { key, type_name, change, fields, moves }: &Change) -> io::Result<()> {
    let (style, sign, what) = match change {
        ChangeKind::Added => (YES, '+', "added"),
        ChangeKind::Removed => (NO, '-', "removed"),
        ChangeKind::Changed => (UNKNOWN, '~', "changed"),
    };
    writeln!(output, "{style}{sign}{style:#} {HEADING}{key}{HEADING:#} {QUIET}{type_name} {what}{QUIET:#}")?;
    for FieldChange { path, old, new } in fields {
        writeln!(output, "    {path}: {} -> {}", side(old.as_ref()), side(new.as_ref()))?;
    }
    for Move { path, percent, reshuffled } in moves {
        let how = if *reshuffled { ", who are all hashed anew" } else { "" };
        writeln!(output, "    {WARNING}moves{WARNING:#} {percent} % of the units at {path}{how}")?;
    }
    Ok(())
}

fn side(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

fn summarise(output: &mut Output, changes: &[Change]) -> io::Result<()> {
    if changes.is_empty() {
        return writeln!(output, "nothing differs");
    }
    let count = |kind: ChangeKind| changes.iter().filter(|change| change.change == kind).count();
    let (added, removed) = (count(ChangeKind::Added), count(ChangeKind::Removed));
    writeln!(output, "{added} added, {removed} removed, {} changed", count(ChangeKind::Changed))
}
