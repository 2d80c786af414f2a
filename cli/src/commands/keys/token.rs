//! `vexil keys token`: API tokens, with which programs administer.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use vexil_core::Timestamp;
use vexil_server::access::Role;

use super::{Changed, Common, list, revoke, show};
use crate::commands::moment;
use crate::exit::Failure;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists API tokens
    List(Common),
    /// Makes an API token, and shows it this once
    Create(Create),
    /// Revokes an API token at once
    Revoke(Changed),
}

#[derive(Args)]
struct Create {
    /// What to call it
    #[arg(long)]
    name: String,

    /// What it may; docs/access.md has the table
    #[arg(long, value_parser = PossibleValuesParser::new(Role::ALL.map(Role::as_str)))]
    role: String,

    /// Only in this environment; may be given more than once
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,

    /// Only for this tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,

    /// From when on it does not work
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    expires: Option<Timestamp>,

    /// Why, for the audit
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    common: Common,
}

pub(super) fn run(Arguments { command }: &Arguments) -> Result<(), Failure> {
    match command {
        Command::List(common) => {
            let (remote, mut output) = common.open()?;
            let rows = remote.list("/api/v1/tokens")?;
            list(&mut output, &rows, ["id", "name", "may", "state"], |key| {
                let may: Vec<String> = key.grants.iter().map(grant).collect();
                [key.id.clone(), key.name.clone(), may.join(", "), key.state()]
            })
        }
        Command::Create(create) => create.run(),
        Command::Revoke(changed) => revoke(changed, "tokens"),
    }
}

/// `developer in staging for acme`
pub(in crate::commands) fn grant(grant: &Value) -> String {
    let part = |name: &str, before: &str| {
        let text = grant.get(name).and_then(Value::as_str);
        text.map(|text| format!("{before}{text}")).unwrap_or_default()
    };
    format!("{}{}{}", part("role", ""), part("environment", " in "), part("tenant", " for "))
}

/// A role in each of these environments, or everywhere.
pub(in crate::commands) fn grants(role: &str, environments: &[String], tenant: Option<&str>) -> Vec<Value> {
    let grant = |environment: Option<&str>| {
        let places = [("environment", environment), ("tenant", tenant)];
        let places = places.into_iter().filter_map(|(name, place)| Some((name, place?)));
        let grant = [("role", role)].into_iter().chain(places);
        grant.map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<Value>()
    };
    match environments {
        [] => vec![grant(None)],
        environments => environments.iter().map(|name| grant(Some(name))).collect(),
    }
}

impl Create {
    fn run(&self) -> Result<(), Failure> {
        let (remote, mut output) = self.common.open()?;
        let made: Value = remote.post(
            "/api/v1/tokens",
            &json!({
                "name": self.name,
                "grants": grants(&self.role, &self.environments, self.tenant.as_deref()),
                "expires_at": self.expires.map(|moment| moment.to_string()),
                "reason": self.reason,
            }),
        )?;
        show(&mut output, &made, "token", &format!("the token `{}`", self.name))
    }
}
