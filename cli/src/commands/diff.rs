//! `vexil diff`: what differs between two sets of definitions, and whom that moves.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use vexil_core::diff::{self, Change, ChangeKind, Diff, FieldChange, Move, Side, Unreadable};
use vexil_core::problem::OnLoad;
use vexil_core::{Code, Value};

use crate::exit::{Failure, Outcome};
use crate::input;
use crate::output::style::{ERROR, HEADING, NO, QUIET, UNKNOWN, WARNING, YES};
use crate::output::{Format, InFile, Output, complain};

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
written out make no difference. An entry that is broken on a side is not compared: that is an error, with
--format json an object with `error`, and the exit code is 1. Else it is 0, whether or not there are
differences.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (old, new) = (input::read(&arguments.old)?, input::read(&arguments.new)?);
    let (before, in_old) = input::documents(&old)?;
    let (after, in_new) = input::documents(&new)?;
    // What keeps an entry from being read is told where it would be compared.
    let harmless = |code: Code| matches!(code.on_load(), OnLoad::Clause | OnLoad::Ignored);
    input::warn(&input::warnings(&old, &in_old, harmless));
    input::warn(&input::warnings(&new, &in_new, harmless));
    let diff = diff::diff(&before, &after);
    let mut output = Output::new(arguments.format);
    for one in &diff.unreadable {
        let file = input::path_of(if one.side == Side::Old { &old } else { &new }, one.document);
        refuse(&mut output, one, &file.display().to_string())?;
    }
    for change in &diff.changes {
        match output.format {
            Format::Json => output.json(change)?,
            Format::Text => write(&mut output, change)?,
        }
    }
    if output.format == Format::Text {
        summarise(&mut output, &diff)?;
    }
    output.flush()?;
    Ok(if diff.unreadable.is_empty() { Outcome::Fine } else { Outcome::Problems })
}

/// An entry that is not compared, as programs read it.
#[derive(Serialize)]
struct Refused<'a> {
    key: Option<&'a str>,
    side: Side,
    error: InFile<'a>,
}

fn refuse(output: &mut Output, one: &Unreadable, file: &str) -> io::Result<()> {
    let Unreadable { key, side, problem, .. } = one;
    match output.format {
        Format::Json => {
            output.json(&Refused { key: key.as_deref(), side: *side, error: InFile { file, problem } })
        }
        Format::Text => {
            let entry = key.as_ref().map_or("an entry".to_owned(), |key| format!("`{key}`"));
            complain(ERROR, "error", format_args!("{entry} is not compared: {file}: {problem}"));
            Ok(())
        }
    }
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
        let how = if *reshuffled { ", a reshuffle" } else { "" };
        writeln!(output, "    {WARNING}moves{WARNING:#} {percent} % of the units at {path}{how}")?;
    }
    Ok(())
}

fn side(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

fn summarise(output: &mut Output, Diff { changes, unreadable }: &Diff) -> io::Result<()> {
    if changes.is_empty() && unreadable.is_empty() {
        return writeln!(output, "nothing differs");
    }
    let count = |kind: ChangeKind| changes.iter().filter(|change| change.change == kind).count();
    let (added, removed) = (count(ChangeKind::Added), count(ChangeKind::Removed));
    write!(output, "{added} added, {removed} removed, {} changed", count(ChangeKind::Changed))?;
    // An entry that is broken on both sides is one.
    let keys: Vec<_> = unreadable.iter().map(|one| one.key.as_deref()).collect();
    match keys.chunk_by(|a, b| a.is_some() && a == b).count() {
        0 => writeln!(output),
        broken => writeln!(output, ", {broken} not compared"),
    }
}
