//! `vexil export`: the definitions that are in force, as files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::exit::{Failure, Outcome};
use crate::output::{Format, Output};
use crate::remote::{Connection, segment};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// One environment; without it all
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,

    /// The project
    #[arg(long, value_name = "NAME", default_value = "default")]
    project: String,

    /// With the values of sensitive entries, for those who may read them; that is audited
    #[arg(long)]
    secrets: bool,

    /// The folder for the files, one for each environment; without it they are printed
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// For people or for programs: indented, or an environment per line
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  vexil export -o definitions                 definitions/development.json, .../production.json, ...
  vexil export --environment production       on standard output

Each file is a bundle, as `vexil apply`, `vexil validate` and `vexil eval` read it. The same definitions give the same
bytes. Files with secrets are for their owner alone.";

/// What the control plane answers.
#[derive(Deserialize)]
struct Exported {
    environments: Map<String, Value>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let remote = arguments.connection.open()?;
    let mut path =
        format!("/api/v1/projects/{}/export?secrets={}", segment(&arguments.project), arguments.secrets);
    if let Some(environment) = &arguments.environment {
        path.push_str(&format!("&environment={}", segment(environment)));
    }
    let Exported { environments } = remote.get(&path)?;
    let mut output = Output::new(arguments.format);
    for (name, bundle) in &environments {
        let mut text = match arguments.format {
            Format::Json => serde_json::to_vec(bundle),
            Format::Text => serde_json::to_vec_pretty(bundle),
        }
        .map_err(io::Error::from)?;
        text.push(b'\n');
        match &arguments.output {
            None => output.write_all(&text)?,
            Some(folder) => {
                let file = folder.join(format!("{name}.json"));
                let unwritable =
                    |error: io::Error| Failure::Usage(format!("cannot write {}: {error}", file.display()));
                put(folder, &file, &text, arguments.secrets).map_err(unwritable)?;
                writeln!(output, "{}", file.display())?;
            }
        }
    }
    output.flush()?;
    Ok(Outcome::Fine)
}

/// A file is there as a whole, or is what it was before.
fn put(folder: &Path, file: &Path, text: &[u8], secret: bool) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".vexil-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(if secret { 0o600 } else { 0o644 }));
    let mut made = builder.tempfile_in(folder)?;
    made.write_all(text)?;
    made.persist(file).map_err(|error| error.error)?;
    Ok(())
}
