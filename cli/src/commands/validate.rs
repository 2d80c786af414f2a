//! `vexil validate`: everything that is wrong with definitions, each with its place and code.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use regex::{Regex, RegexBuilder};
use vexil_core::definition::{self, Mode, lint};
use vexil_core::{Code, Problem, Severity, Timestamp, limits};

use super::{clock, moment};
use crate::exit::{Failure, Outcome};
use crate::input::{self, File};
use crate::output::style::{ERROR, HEADING, QUIET, WARNING, YES};
use crate::output::{Format, InFile, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Files, or folders of files that belong together
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Make warnings errors
    #[arg(long)]
    strict: bool,

    /// What every key must match as a whole
    #[arg(long, value_name = "REGEX", value_parser = naming)]
    naming: Option<Regex>,

    /// The moment from which expiry is judged; without it the clock's
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    now: Option<Timestamp>,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  vexil validate examples
  vexil validate flags.json more-flags/ --strict --naming '[a-z0-9.-]+'

Each path is judged by itself; the files of one folder may refer to each other. The exit code is 1 when
there is an error. With --format json there is one object for each problem.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let mut output = Output::new(arguments.format);
    let mut counts = Counts::default();
    for path in &arguments.paths {
        let files = input::read(path)?;
        counts.files += files.len();
        let (entries, found) = problems(&files, arguments);
        counts.entries += entries;
        for (file, problem) in found {
            counts.add(problem.severity);
            match output.format {
                Format::Json => {
                    output.json(&InFile { file: &file.display().to_string(), problem: &problem })?
                }
                Format::Text => write(&mut output, file, &problem)?,
            }
        }
    }
    if output.format == Format::Text {
        counts.write(&mut output)?;
    }
    output.flush()?;
    Ok(if counts.errors > 0 { Outcome::Problems } else { Outcome::Fine })
}

/// How many entries files that belong together have, and all their problems in order.
fn problems<'f>(files: &'f [File], arguments: &Arguments) -> (usize, Vec<(&'f Path, Problem)>) {
    let mut found = Vec::new();
    let mut documents = Vec::with_capacity(files.len());
    let mut number_of = Vec::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        match file.parse() {
            Ok(document) => {
                documents.push(document);
                number_of.push(number);
            }
            Err(problem) => found.push((number, None, problem)),
        }
    }
    let is_complete = found.is_empty();
    let mut reading = definition::read(&documents, Mode::Authoring);
    lint::warn(
        &mut reading,
        &lint::Options { now: arguments.now.unwrap_or_else(clock), naming: arguments.naming.clone() },
    );
    if arguments.strict {
        lint::deny(&mut reading);
    }
    let of_documents = reading
        .problems
        .into_iter()
        .filter(|found| is_complete || !depends_on_others(found.problem.code))
        .filter_map(|found| Some((*number_of.get(found.document)?, found.entry, found.problem)));
    found.extend(of_documents);
    found.sort_by_key(|(number, entry, _)| (*number, *entry));
    let in_file = |(number, _, problem)| Some((&*files.get::<usize>(number)?.path, problem));
    (reading.model.entries.len(), found.into_iter().filter_map(in_file).collect())
}

/// What is not missing, perhaps, but only in a file that could not be read.
fn depends_on_others(code: Code) -> bool {
    matches!(
        code,
        Code::UnknownSegment
            | Code::UnknownFlag
            | Code::UnknownExperiment
            | Code::UnknownLayer
            | Code::UnknownRole
            | Code::UnknownSlot
    )
}

/// `file:line:column: error CODE path: message`
fn write(output: &mut Output, file: &Path, problem: &Problem) -> io::Result<()> {
    write!(output, "{HEADING}{}", file.display())?;
    if let (Some(line), Some(column)) = (problem.line, problem.column) {
        write!(output, ":{line}:{column}")?;
    }
    let (style, severity) = match problem.severity {
        Severity::Error => (ERROR, "error"),
        Severity::Warning => (WARNING, "warning"),
    };
    write!(output, ":{HEADING:#} {style}{severity}{style:#} {QUIET}{}{QUIET:#}", problem.code)?;
    if !problem.path.is_empty() {
        write!(output, " {}", problem.path)?;
    }
    writeln!(output, ": {}", problem.message)
}

#[derive(Default)]
struct Counts {
    files: usize,
    entries: usize,
    errors: usize,
    warnings: usize,
}

impl Counts {
    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let style = match (self.errors, self.warnings) {
            // Definitions that define nothing are none to be pleased with.
            (0, 0) if self.entries > 0 => YES,
            (0, _) => WARNING,
            _ => ERROR,
        };
        let number =
            |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
        let counts = [
            number(self.files, "file", "files"),
            number(self.entries, "entry", "entries"),
            number(self.errors, "error", "errors"),
            number(self.warnings, "warning", "warnings"),
        ];
        writeln!(output, "{style}{}{style:#}", counts.join(", "))
    }
}

/// The pattern is compiled within the limits of those in definitions.
fn naming(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(limits::REGEX_COMPILED_BYTES)
        .build()
        .map_err(|error| error.to_string())
}
