//! `vexil schema`: the format, for editors and tools.

use std::io::Write;

use clap::Args;
use vexil_core::definition::schema::SCHEMA;

use crate::exit::{Failure, Outcome};
use crate::output::{Format, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {}

const EXAMPLES: &str = "\
Example:
  vexil schema > vexil.schema.json

An editor that finds `\"$schema\": \"./vexil.schema.json\"` in a file of definitions completes and checks it
while you type.";

pub(crate) fn run(_: &Arguments) -> Result<Outcome, Failure> {
    // The text is JSON: it goes out as it is, whoever reads it.
    let mut output = Output::new(Format::Json);
    writeln!(output, "{}", SCHEMA.trim_end())?;
    output.flush()?;
    Ok(Outcome::Fine)
}
