//! What is written, and where: text for people, JSON lines for programs.

pub(crate) mod changes;
pub(crate) mod chart;
pub(crate) mod style;
pub(crate) mod table;

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use anstyle::Style;
use clap::ValueEnum;
use serde::Serialize;
use vexil_core::Problem;

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON object per line
    Json,
}

/// Standard output, in large pieces.
pub(crate) struct Output {
    pub(crate) format: Format,
    writer: BufWriter<Box<dyn Write>>,
}

impl Output {
    pub(crate) fn new(format: Format) -> Output {
        let writer: Box<dyn Write> = match format {
            // Drops colours where they are not wanted: no terminal, or NO_COLOR.
            Format::Text => Box::new(anstream::stdout().lock()),
            Format::Json => Box::new(io::stdout().lock()),
        };
        Output { format, writer: BufWriter::with_capacity(1 << 16, writer) }
    }

    /// One JSON object on a line of its own.
    pub(crate) fn json(&mut self, object: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, object)?;
        self.writer.write_all(b"\n")
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A problem in a file, as programs read it.
#[derive(Serialize)]
pub(crate) struct InFile<'a> {
    pub(crate) file: &'a str,
    #[serde(flatten)]
    pub(crate) problem: &'a Problem,
}

/// One line on standard error. That it cannot be written can be told to nobody.
pub(crate) fn complain(style: Style, what: &str, message: impl Display) {
    let _ = writeln!(anstream::stderr(), "{style}{what}{style:#}: {message}");
}
