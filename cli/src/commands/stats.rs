//! `vexil stats`: how synthetic units split.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use vexil_core::Timestamp;

use super::{clock, moment};
use crate::exit::{Failure, Outcome};
use crate::input::{self, contexts};
use crate::output::style::HEADING;
use crate::output::{Format, Output, chart};
use crate::split::{Split, Units};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The flag, configuration value or experiment to ask for
    key: String,

    /// A file or folder of definitions, JSON or YAML
    #[arg(short, long, value_name = "PATH")]
    definitions: PathBuf,

    /// The environment, unless the context names one
    #[arg(short, long, value_name = "NAME")]
    env: Option<String>,

    /// What all units have in common
    #[arg(short, long, value_name = "JSON")]
    context: Option<String>,

    /// The moment that counts as now; without it the clock's
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    now: Option<Timestamp>,

    /// How many units
    #[arg(short, long, value_name = "N", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    units: u32,

    /// The attribute in which the units differ
    #[arg(short, long, value_name = "ATTRIBUTE", default_value = "user.id")]
    by: String,

    /// What their ids begin with
    #[arg(short, long, value_name = "TEXT", default_value = "user-")]
    prefix: String,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  vexil stats checkout-experiment -d examples
  vexil stats graph_search.v2.enable -d examples --env production --now 2025-06-01T00:00:00Z
  vexil stats button-colour -d examples --units 100000

What is expected is read from the definition, bucket by bucket; units that no bucket decided are taken
as they come. p is the probability of a split at least as uneven, if units split as they should.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { key, by, prefix, units, .. } = arguments;
    let definitions = input::load(&arguments.definitions, arguments.env.as_deref())?;
    let context = contexts::parse(arguments.context.as_deref().unwrap_or("{}"))
        .map_err(|problem| Failure::Input(format!("not a context: {problem} (INVALID_CONTEXT)")))?;
    let now = arguments.now.unwrap_or_else(clock);
    let split = Units { snapshot: &definitions.snapshot, key, context: &context, by, prefix, now }
        .split(*units)
        .map_err(Failure::Input)?;
    let mut output = Output::new(arguments.format);
    match arguments.format {
        Format::Json => output.json(&Report::of(arguments, &split))?,
        Format::Text => {
            writeln!(output, "{HEADING}{key}{HEADING:#}, {units} units by {by}\n")?;
            chart::write(&mut output, &split)?;
        }
    }
    output.flush()?;
    Ok(Outcome::Fine)
}

/// A split, as programs read it.
#[derive(Serialize)]
struct Report<'a> {
    key: &'a str,
    by: &'a str,
    units: u32,
    parts: Vec<PartReport<'a>>,
    chi_square: Option<f64>,
    degrees_of_freedom: Option<u32>,
    p: Option<f64>,
}

#[derive(Serialize)]
struct PartReport<'a> {
    served: &'a str,
    units: u32,
    share: f64,
    expected: Option<f64>,
}

impl<'a> Report<'a> {
    fn of(arguments: &'a Arguments, split: &'a Split) -> Report<'a> {
        let total = f64::from(arguments.units);
        let part = |part: &'a crate::split::Part| PartReport {
            served: &part.label,
            units: part.units,
            share: f64::from(part.units) / total,
            expected: part.expected.map(|expected| expected / total),
        };
        Report {
            key: &arguments.key,
            by: &arguments.by,
            units: arguments.units,
            parts: split.parts.iter().map(part).collect(),
            chi_square: split.test.map(|test| test.statistic),
            degrees_of_freedom: split.test.map(|test| test.degrees_of_freedom),
            p: split.test.map(|test| test.p()),
        }
    }
}
