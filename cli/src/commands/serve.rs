//! `vexil serve`: the control plane.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use vexil_server::server::{asked_to_stop, raise_open_files};
use vexil_server::{Server, Settings, observe};

use crate::exit::{Failure, Outcome};
use crate::output::style::{HEADING, QUIET};
use crate::output::{Format, Output};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", env = "VEXIL_LISTEN", default_value = "127.0.0.1:7700")]
    listen: SocketAddr,

    /// The folder of the embedded database
    #[arg(long, value_name = "DIR", env = "VEXIL_DATA", default_value = "vexil-data")]
    data: PathBuf,

    /// A PostgreSQL database that several replicas share, in place of the embedded one
    #[arg(long, value_name = "URL", env = "VEXIL_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,

    /// A Redis that tells replicas of changes and keeps compiled payloads
    #[arg(long, value_name = "URL", env = "VEXIL_REDIS_URL", hide_env_values = true)]
    redis_url: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  vexil serve
  vexil serve --listen 0.0.0.0:7700 --database-url postgres://vexil@db/vexil

The first start makes the project `default` with development, staging and production, and an administrator
whose API token is shown this once, or is taken from VEXIL_ADMIN_TOKEN.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let settings = Settings {
        listen: arguments.listen,
        data: arguments.data.clone(),
        database_url: arguments.database_url.clone(),
        redis_url: arguments.redis_url.clone(),
        admin_token: std::env::var("VEXIL_ADMIN_TOKEN").ok(),
        ..Settings::default()
    };
    let settings = match std::env::var("VEXIL_LOG") {
        Ok(log) => Settings { log, ..settings },
        Err(_) => settings,
    };
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
    server.run(asked_to_stop()).await?;
    Ok(Outcome::Fine)
}
