//! `vexil audit`: the log of what was done, exported and proved.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use vexil_server::audit::Digest;
use vexil_server::audit::verify::{self, Verified, VerifyError};

use crate::exit::{Failure, Outcome};
use crate::output::style::{ERROR, YES};
use crate::output::{Format, Output};
use crate::remote::Connection;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  vexil audit export -o audit.jsonl
  vexil audit verify audit.jsonl --head 3f0c...";

/// The header with the hash that an export ends with.
const HEAD: &str = "x-audit-head";

#[derive(Subcommand)]
enum Command {
    /// Proves an export without a server, or names the first broken link
    Verify(Verify),
    /// Exports the log as a chain of hashes, one link a line
    Export(Export),
}

#[derive(Args)]
#[command(after_help = VERIFY)]
struct Verify {
    /// The export
    file: PathBuf,

    /// The hash that the chain must end with, from another place than the export
    #[arg(long, value_name = "HASH")]
    head: Option<Digest>,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

const VERIFY: &str = "\
Each link is hashed anew, and must follow the one before it. Without --head a chain whose end is missing holds as far
as it goes. The exit code is 1 when a link is broken.";

#[derive(Args)]
struct Export {
    /// The new file; without it the export is printed
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The number of the first link; without it the first of all
    #[arg(long, value_name = "NUMBER")]
    from: Option<u64>,

    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(Arguments { command }: &Arguments) -> Result<Outcome, Failure> {
    match command {
        Command::Verify(Verify { file, head, format }) => verify(file, *head, *format),
        Command::Export(arguments) => export(arguments),
    }
}

fn verify(file: &Path, head: Option<Digest>, format: Format) -> Result<Outcome, Failure> {
    let mut output = Output::new(format);
    let outcome = match verify::verify_file(file, head) {
        Ok(verified) => {
            let Verified { after, head, count } = &verified;
            match format {
                Format::Json => output.json(&json!({
                    "holds": true,
                    "links": count,
                    "after": { "sequence": after.sequence, "hash": after.hash.to_string() },
                    "head": { "sequence": head.sequence, "hash": head.hash.to_string() },
                }))?,
                Format::Text => writeln!(output, "{YES}{verified}{YES:#}")?,
            }
            Outcome::Fine
        }
        Err(VerifyError::Broken(broken)) => {
            match format {
                Format::Json => output.json(&json!({
                    "holds": false,
                    "line": broken.line,
                    "sequence": broken.sequence,
                    "code": broken.why.code(),
                    "message": broken.why.to_string(),
                }))?,
                Format::Text => writeln!(output, "{ERROR}{broken}{ERROR:#}")?,
            }
            Outcome::Problems
        }
        Err(VerifyError::Io(error)) => return Err(Failure::unreadable(file, &error)),
    };
    output.flush()?;
    Ok(outcome)
}

fn export(Export { output, from, connection }: &Export) -> Result<Outcome, Failure> {
    let remote = connection.open()?;
    let path = match from {
        Some(from) => format!("/api/v1/audit/export?from={from}"),
        None => "/api/v1/audit/export".to_owned(),
    };
    match output {
        None => {
            let mut output = Output::new(Format::Json);
            remote.download(&path, HEAD, &mut output)?;
            output.flush()?;
        }
        Some(file) => {
            let unwritable =
                |error: &io::Error| Failure::Usage(format!("cannot write {}: {error}", file.display()));
            let made = fs::File::create_new(file).map_err(|error| unwritable(&error))?;
            let mut writer = io::BufWriter::new(made);
            let done = remote.download(&path, HEAD, &mut writer);
            match done.and_then(|head| Ok(writer.flush().map(|()| head)?)) {
                Ok(head) => {
                    let mut output = Output::new(Format::Text);
                    writeln!(output, "{} holds the log", file.display())?;
                    if let Some(head) = head {
                        writeln!(
                            output,
                            "its head, to be kept elsewhere for `vexil audit verify --head`: {head}"
                        )?;
                    }
                    output.flush()?;
                }
                Err(failure) => {
                    // A part of a chain is not to be taken for all of it. That it stays can be told to nobody.
                    let _ = fs::remove_file(file);
                    return Err(match failure {
                        Failure::Output(error) => unwritable(&error),
                        other => other,
                    });
                }
            }
        }
    }
    Ok(Outcome::Fine)
}
