//! `vexil backup`: a copy of the embedded database, while it is in use.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vexil_server::store;

use super::clock;
use crate::exit::{Failure, Outcome};
use crate::output::style::WARNING;
use crate::output::{Format, Output, complain};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The new file; without it one is named by the moment
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The folder of the embedded database
    #[arg(long, value_name = "DIR", env = "VEXIL_DATA", default_value = "vexil-data")]
    data: PathBuf,

    /// Set where the definitions are in PostgreSQL, which this does not copy
    #[arg(long, value_name = "URL", env = "VEXIL_DATABASE_URL", hide = true, hide_env_values = true)]
    database_url: Option<String>,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  vexil backup
  vexil backup -o /backup/vexil.db --data /var/lib/vexil

The copy is consistent, whatever is written meanwhile, and for its owner alone: it holds the keys that sign, and what
is sensitive; the audit log has that it was taken. No file is overwritten. To restore, stop the server and put the copy in the data folder as vexil.db,
without the files vexil.db-wal and vexil.db-shm of the old one. PostgreSQL has pg_dump.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    if arguments.database_url.is_some() {
        let message =
            "the definitions are in PostgreSQL: copy them with pg_dump, which does so while it serves";
        return Err(Failure::Usage(message.to_owned()));
    }
    let source = arguments.data.join(store::FILE);
    fs::metadata(&source).map_err(|error| Failure::unreadable(&source, &error))?;
    let file = arguments.output.clone().unwrap_or_else(by_moment);
    copy(&arguments.data, &file)?;
    let bytes = fs::metadata(&file).map_err(|error| Failure::unreadable(&file, &error))?.len();
    let mut output = Output::new(arguments.format);
    match arguments.format {
        Format::Json => output.json(&json!({ "file": file.display().to_string(), "bytes": bytes }))?,
        Format::Text => writeln!(output, "{} holds a copy of {bytes} bytes", file.display())?,
    }
    output.flush()?;
    Ok(Outcome::Fine)
}

fn by_moment() -> PathBuf {
    let second = clock().as_nanos() / 1_000_000_000 * 1_000_000_000;
    let moment = vexil_core::Timestamp::from_nanos(second).to_string();
    PathBuf::from(format!("vexil-{}.db", moment.replace([':', '-'], "")))
}

/// The file appears when it is complete.
fn copy(data: &Path, file: &Path) -> Result<(), Failure> {
    let unwritable =
        |why: &dyn std::fmt::Display| Failure::Usage(format!("cannot write {}: {why}", file.display()));
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if fs::symlink_metadata(file).is_ok() {
        return Err(unwritable(&io::Error::from(io::ErrorKind::AlreadyExists)));
    }
    // For its owner alone, and empty as SQLite wants it.
    let made = tempfile::Builder::new()
        .prefix(".vexil-backup-")
        .tempfile_in(folder)
        .map_err(|error| unwritable(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Usage(error.to_string()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let untold = runtime
        .block_on(store::back_up(data, made.path(), &name))
        .map_err(|error| Failure::Usage(format!("cannot copy {}: {error}", data.display())))?;
    made.as_file().sync_all().map_err(|error| unwritable(&error))?;
    made.persist_noclobber(file).map_err(|error| unwritable(&error.error))?;
    if let Some(why) = untold {
        complain(WARNING, "warning", format_args!("the audit log does not have this backup: {why}"));
    }
    Ok(())
}
