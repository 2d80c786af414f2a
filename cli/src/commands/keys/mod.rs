//! `vexil keys`: SDK keys, the keys that sign, and API tokens.

mod signing;
mod token;

use std::io::{self, Write};

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};
use vexil_core::Timestamp;

pub(super) use token::{grant, grants};

use super::moment;
use crate::exit::{Failure, Outcome};
use crate::output::style::HEADING;
use crate::output::{Format, Output, table};
use crate::remote::{Connection, Remote, segment};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  vexil keys create --environment production --kind server --name checkout-service
  vexil keys rotate 5vyd6c2bu5nmde2o --overlap 3600
  vexil keys token create --name ci --role developer
  vexil keys signing create

Who asks shows the API token in VEXIL_TOKEN, or in a file named with --token-file. A secret is shown once, when it
is made: only its hash is kept.";

#[derive(Subcommand)]
enum Command {
    /// Lists SDK keys
    List(Common),
    /// Makes an SDK key, and shows it this once
    Create(Create),
    /// Gives an SDK key or token another secret; the old one works on for a while
    Rotate(Rotate),
    /// Revokes an SDK key at once
    Revoke(Changed),
    /// The keys that sign what is delivered
    Signing(signing::Arguments),
    /// API tokens
    Token(token::Arguments),
}

/// What all of them take.
#[derive(Args)]
pub(super) struct Common {
    #[command(flatten)]
    connection: Connection,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Args)]
struct Create {
    /// The environment that it reads
    #[arg(long, value_name = "NAME")]
    environment: String,

    /// Whom it is for
    #[arg(long, value_enum)]
    kind: Kind,

    /// What to call it
    #[arg(long)]
    name: String,

    /// The tenant that it is bound to
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,

    /// From when on it does not work
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    expires: Option<Timestamp>,

    /// The project
    #[arg(long, value_name = "NAME", default_value = "default")]
    project: String,

    /// Why, for the audit
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Services: everything but what is sensitive
    Server,
    /// Apps on somebody's device: only what is marked client_visible
    Client,
}

#[derive(Args)]
struct Rotate {
    /// The id of the key or token
    id: String,

    /// How long the old secret goes on working, in seconds; a day without it
    #[arg(long, value_name = "SECONDS")]
    overlap: Option<u32>,

    /// Why, for the audit
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    common: Common,
}

/// One of them, which is to be another.
#[derive(Args)]
pub(super) struct Changed {
    /// Its id, as `list` shows it
    pub(super) id: String,

    /// Why, for the audit
    #[arg(long)]
    pub(super) reason: Option<String>,

    #[command(flatten)]
    pub(super) common: Common,
}

pub(crate) fn run(Arguments { command }: &Arguments) -> Result<Outcome, Failure> {
    match command {
        Command::List(common) => {
            let (remote, mut output) = common.open()?;
            let rows = remote.list("/api/v1/keys")?;
            list(&mut output, &rows, ["id", "kind", "environment", "tenant", "name", "state"], |key| {
                let Key { id, kind, name, environment, tenant, .. } = key;
                let plain = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
                [id.clone(), kind.clone(), plain(environment), plain(tenant), name.clone(), key.state()]
            })?;
        }
        Command::Create(create) => create.run()?,
        Command::Rotate(Rotate { id, overlap, reason, common }) => {
            let (remote, mut output) = common.open()?;
            let path = format!("/api/v1/keys/{}/rotate", segment(id));
            let made: Value = remote.post(&path, &json!({ "overlap_seconds": overlap, "reason": reason }))?;
            show(&mut output, &made, "key", "the new secret")?;
        }
        Command::Revoke(changed) => revoke(changed, "keys")?,
        Command::Signing(arguments) => signing::run(arguments)?,
        Command::Token(arguments) => token::run(arguments)?,
    }
    Ok(Outcome::Fine)
}

impl Common {
    pub(super) fn open(&self) -> Result<(Remote, Output), Failure> {
        Ok((self.connection.open()?, Output::new(self.format)))
    }
}

impl Create {
    fn run(&self) -> Result<(), Failure> {
        let (remote, mut output) = self.common.open()?;
        let made: Value = remote.post(
            "/api/v1/keys",
            &json!({
                "project": self.project,
                "environment": self.environment,
                "kind": self.kind.to_possible_value().as_ref().map(|value| value.get_name()),
                "name": self.name,
                "tenant": self.tenant,
                "expires_at": self.expires.map(|moment| moment.to_string()),
                "reason": self.reason,
            }),
        )?;
        show(&mut output, &made, "key", &format!("the key `{}`", self.name))
    }
}

/// A key or token, as far as it is listed.
#[derive(Deserialize)]
struct Key {
    id: String,
    kind: String,
    name: String,
    environment: Option<String>,
    tenant: Option<String>,
    #[serde(default)]
    grants: Vec<Value>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    successor: Option<String>,
}

impl Key {
    fn state(&self) -> String {
        match (&self.revoked_at, &self.successor, &self.expires_at) {
            (Some(at), ..) => format!("revoked {at}"),
            (None, Some(successor), Some(until)) => format!("replaced by {successor}, works until {until}"),
            (None, Some(successor), None) => format!("replaced by {successor}"),
            (None, None, Some(until)) => format!("works until {until}"),
            (None, None, None) => "works".to_owned(),
        }
    }
}

/// A table for people, a line each for programs.
fn list<const N: usize>(
    output: &mut Output,
    rows: &[Value],
    headings: [&str; N],
    row: impl Fn(&Key) -> [String; N],
) -> Result<(), Failure> {
    match output.format {
        Format::Json => rows.iter().try_for_each(|row| output.json(row))?,
        Format::Text => {
            let keys: Vec<Key> = rows.iter().filter_map(|row| Key::deserialize(row).ok()).collect();
            table::write(output, headings, &keys.iter().map(row).collect::<Vec<_>>())?;
        }
    }
    Ok(output.flush()?)
}

/// A secret, which nobody can be shown again.
fn show(output: &mut Output, made: &Value, field: &str, what: &str) -> Result<(), Failure> {
    let text = |name: &str| made.get(name).and_then(Value::as_str).unwrap_or_default();
    match output.format {
        Format::Json => output.json(made)?,
        Format::Text => {
            writeln!(output, "{what}, shown this once: {HEADING}{}{HEADING:#}", text(field))?;
            writeln!(output, "its id, to rotate or revoke it: {}", text("id"))?;
        }
    }
    Ok(output.flush()?)
}

fn revoke(Changed { id, reason, common }: &Changed, kind: &str) -> Result<(), Failure> {
    let (remote, mut output) = common.open()?;
    let why = reason.as_ref().map(|reason| format!("?reason={}", segment(reason))).unwrap_or_default();
    let done: Value = remote.delete(&format!("/api/v1/{kind}/{}{why}", segment(id)))?;
    say(&mut output, &done, &format!("{id} works no more"))
}

/// What was done.
pub(super) fn say(output: &mut Output, done: &Value, text: &str) -> Result<(), Failure> {
    let written: io::Result<()> = match output.format {
        Format::Json => output.json(done),
        Format::Text => writeln!(output, "{text}"),
    };
    written?;
    Ok(output.flush()?)
}
