//! `vexil keys signing`: the keys that sign what is delivered.

use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Changed, Common, say};
use crate::exit::Failure;
use crate::output::{Format, table};
use crate::remote::segment;

#[derive(Args)]
#[command(after_help = ROTATION)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const ROTATION: &str = "\
To rotate without a moment in which a process refuses what it is given:
  vexil keys signing create          another key, published but not signing yet
                                     (wait until every process has read /sdk/v1/keys, or pin its public part)
  vexil keys signing activate ID     it signs from now on; the one before still verifies
  vexil keys signing retire OLD-ID   when nothing signed with it is held any more";

#[derive(Subcommand)]
enum Command {
    /// Lists the keys that sign or did, with their public part
    List(Common),
    /// Makes a key, which is published and signs when it is activated
    Create(Create),
    /// Lets a key sign from now on
    Activate(Changed),
    /// Retires a key for good: it signs no more
    Retire(Changed),
}

#[derive(Args)]
struct Create {
    /// Let it sign at once; whoever does not trust it yet refuses what it signs
    #[arg(long)]
    active: bool,

    /// Why, for the audit
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    common: Common,
}

const KEYS: &str = "/api/v1/signing-keys";

pub(super) fn run(Arguments { command }: &Arguments) -> Result<(), Failure> {
    match command {
        Command::List(common) => list(common),
        Command::Create(Create { active, reason, common }) => {
            let (remote, mut output) = common.open()?;
            let made: Value = remote.post(KEYS, &json!({ "active": active, "reason": reason }))?;
            let text = |name: &str| made.get(name).and_then(Value::as_str).unwrap_or_default();
            let told = format!("{} is {}; its public part: {}", text("id"), text("state"), text("public"));
            say(&mut output, &made, &told)
        }
        Command::Activate(changed) => set(changed, "active", "signs from now on"),
        Command::Retire(changed) => set(changed, "retired", "signs no more"),
    }
}

fn list(common: &Common) -> Result<(), Failure> {
    let (remote, mut output) = common.open()?;
    let keys = remote.list(KEYS)?;
    match output.format {
        Format::Json => keys.iter().try_for_each(|key| output.json(key))?,
        Format::Text => {
            let text = |key: &Value, name: &str| {
                key.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let row = |key| ["id", "state", "public"].map(|name| text(key, name));
            let rows: Vec<_> = keys.iter().map(row).collect();
            table::write(&mut output, ["id", "state", "public part"], &rows)?;
        }
    }
    Ok(output.flush()?)
}

fn set(Changed { id, reason, common }: &Changed, state: &str, what: &str) -> Result<(), Failure> {
    let (remote, mut output) = common.open()?;
    let asked = json!({ "state": state, "reason": reason });
    let done: Value = remote.patch(&format!("{KEYS}/{}", segment(id)), &asked)?;
    say(&mut output, &done, &format!("{id} {what}"))
}
