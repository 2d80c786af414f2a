//! `vexil people`: who may sign in, and what they may.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use vexil_server::access::Role;

use super::keys::{Changed, Common, grant, grants, say};
use crate::exit::{Failure, Outcome};
use crate::output::{Format, table};
use crate::remote::segment;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  vexil people create --email ada@example.com --name Ada --role operator --password-file first-password
  vexil people list
  vexil people disable 01a212d6-cf1d-7484-9ee1-30608f468bcb

A password is read from a file, or from standard input with `--password-file -`: never from an argument, which everyone
on the machine can see. A line break at its end is no part of it.";

#[derive(Subcommand)]
enum Command {
    /// Lists people
    List(Common),
    /// Adds somebody
    Create(Create),
    /// Lets somebody sign in no more, and ends their sessions
    Disable(Changed),
    /// Lets somebody sign in again
    Enable(Changed),
    /// Sets somebody's password, and ends their sessions
    Password(Password),
}

#[derive(Args)]
struct Create {
    /// How they sign in
    #[arg(long, value_name = "ADDRESS")]
    email: String,

    /// A name to show
    #[arg(long)]
    name: String,

    /// What they may; docs/access.md has the table
    #[arg(long, value_parser = PossibleValuesParser::new(Role::ALL.map(Role::as_str)))]
    role: String,

    /// Only in this environment; may be given more than once
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,

    /// Only for this tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,

    /// A file with their first password; `-` for standard input
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,

    /// Why, for the audit
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Password {
    /// The id, as `list` shows it
    id: String,

    /// A file with the password from now on; `-` for standard input
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,

    /// Why, for the audit
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    common: Common,
}

const PEOPLE: &str = "/api/v1/people";
/// Bytes of a file with a password: more than any may have.
const PASSWORD_BYTES: u64 = 4 << 10;

pub(crate) fn run(Arguments { command }: &Arguments) -> Result<Outcome, Failure> {
    match command {
        Command::List(common) => list(common)?,
        Command::Create(create) => create.run()?,
        Command::Disable(changed) => set(changed, false, "may sign in no more")?,
        Command::Enable(changed) => set(changed, true, "may sign in again")?,
        Command::Password(Password { id, password_file, reason, common }) => {
            let body = json!({ "new": password(password_file)?, "reason": reason });
            let (remote, mut output) = common.open()?;
            let done: Value = remote.put(&format!("{PEOPLE}/{}/password", segment(id)), &body)?;
            say(&mut output, &done, &format!("{id} has another password"))?;
        }
    }
    Ok(Outcome::Fine)
}

fn list(common: &Common) -> Result<(), Failure> {
    let (remote, mut output) = common.open()?;
    let people = remote.list(PEOPLE)?;
    match output.format {
        Format::Json => people.iter().try_for_each(|person| output.json(person))?,
        Format::Text => {
            let row = |person: &Value| {
                let text =
                    |name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let may = person.get("grants").and_then(Value::as_array).into_iter().flatten();
                let is_enabled = person.get("enabled").and_then(Value::as_bool) == Some(true);
                let state = if is_enabled { "may sign in" } else { "disabled" };
                let may: Vec<String> = may.map(grant).collect();
                [text("id"), text("email"), text("name"), may.join(", "), state.to_owned()]
            };
            let rows: Vec<_> = people.iter().map(row).collect();
            table::write(&mut output, ["id", "email", "name", "may", "state"], &rows)?;
        }
    }
    Ok(output.flush()?)
}

impl Create {
    fn run(&self) -> Result<(), Failure> {
        let body = json!({
            "email": self.email,
            "name": self.name,
            "password": password(&self.password_file)?,
            "grants": grants(&self.role, &self.environments, self.tenant.as_deref()),
            "reason": self.reason,
        });
        let (remote, mut output) = self.common.open()?;
        let made: Value = remote.post(PEOPLE, &body)?;
        let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
        say(&mut output, &made, &format!("{} may sign in as {}; the id is {id}", self.name, self.email))
    }
}

fn set(Changed { id, reason, common }: &Changed, enabled: bool, what: &str) -> Result<(), Failure> {
    let (remote, mut output) = common.open()?;
    let asked = json!({ "enabled": enabled, "reason": reason });
    let done: Value = remote.patch(&format!("{PEOPLE}/{}", segment(id)), &asked)?;
    say(&mut output, &done, &format!("{id} {what}"))
}

fn password(path: &Path) -> Result<String, Failure> {
    let unreadable = |error: io::Error| Failure::unreadable(path, &error);
    let mut text = String::new();
    let reader: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(fs::File::open(path).map_err(unreadable)?),
    };
    reader.take(PASSWORD_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    let without_break = text.strip_suffix('\n').unwrap_or(&text);
    Ok(without_break.strip_suffix('\r').unwrap_or(without_break).to_owned())
}
