//! `vexil diff`: what differs between two sets of definitions, and whom that moves.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use vexil_core::diff::{self, Change, Diff, FieldChange, Move, Side, Unreadable};
use vexil_core::problem::OnLoad;
use vexil_core::{Code, Value};

use crate::exit::{Failure, Outcome};
use crate::input;
use crate::output::changes::{self, Told};
use crate::output::style::ERROR;
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
            Format::Text => changes::write(&mut output, &tell(change))?,
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

fn tell(Change { key, type_name, change, fields, moves }: &Change) -> Told<'_> {
    let side = |side: &Option<Value>| side.as_ref().map(Value::to_string);
    let fields = fields.iter().map(|FieldChange { path, old, new }| (&**path, side(old), side(new)));
    let moves = moves.iter().map(|Move { path, percent, reshuffled }| (&**path, *percent, *reshuffled));
    Told { key, type_name, change: *change, fields: fields.collect(), moves: moves.collect() }
}

fn summarise(output: &mut Output, Diff { changes: found, unreadable }: &Diff) -> io::Result<()> {
    if found.is_empty() && unreadable.is_empty() {
        return writeln!(output, "nothing differs");
    }
    write!(output, "{}", changes::counts(found.iter().map(|change| change.change)))?;
    // An entry that is broken on both sides is one.
    let keys: Vec<_> = unreadable.iter().map(|one| one.key.as_deref()).collect();
    match keys.chunk_by(|a, b| a.is_some() && a == b).count() {
        0 => writeln!(output),
        broken => writeln!(output, ", {broken} not compared"),
    }
}
