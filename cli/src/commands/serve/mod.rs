//! `vexil serve`: the control plane.

mod options;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use vexil_server::server::{asked_to_stop, raise_open_files};
use vexil_server::{Server, Settings, observe};

use crate::exit::{Failure, Outcome};
use crate::output::style::{HEADING, QUIET};
use crate::output::{Format, Output};
use options::Options;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file of settings, in TOML
    #[arg(long, value_name = "FILE", env = "VEXIL_CONFIG")]
    config: Option<PathBuf>,

    #[command(flatten)]
    options: Options,
}

const EXAMPLES: &str = "\
Examples:
  vexil serve
  vexil serve --listen 0.0.0.0:7700 --database-url postgres://vexil@db/vexil
  vexil serve --config vexil.toml

What is set is taken from the command line, else from the environment, else from the file, else it has its default.
The file has the same names with `_`, such as max_body = 1048576, and may have admin_token; unknown names are errors.

The first start makes the project `default` with development, staging and production, and an administrator whose API
token is shown this once, or is taken from VEXIL_ADMIN_TOKEN.";

pub(crate) fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    let file = arguments.config.as_deref().map(Options::read).transpose()?.unwrap_or_default();
    let settings = arguments.options.settings(file);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Usage(error.to_string()))?;
    let observer = {
        let _within = runtime.enter();
        observe::start(&settings).map_err(|error| Failure::Usage(error.to_string()))?
    };
    raise_open_files();
    let outcome = runtime.block_on(serve(settings));
    observer.finish();
    outcome
}

async fn serve(settings: Settings) -> Result<Outcome, Failure> {
    let mut server = Server::start(settings).await.map_err(|error| Failure::Usage(error.to_string()))?;
    let address = server.address()?;
    let mut output = Output::new(Format::Text);
    writeln!(output, "Vexil is at {HEADING}http://{address}{HEADING:#}, and its API at /api/docs")?;
    if let Some(token) = server.take_admin_token() {
        writeln!(
            output,
            "The administrator's token, shown this once: {HEADING}{}{HEADING:#}",
            token.reveal()
        )?;
    }
    writeln!(output, "{QUIET}Ctrl-C stops it.{QUIET:#}")?;
    output.flush()?;
    drop(output);
    server.run(asked_to_stop()).await?;
    Ok(Outcome::Fine)
}
