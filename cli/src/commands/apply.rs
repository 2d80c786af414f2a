//! `vexil apply`: files of definitions, taken over by the control plane.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vexil_core::Node;
use vexil_core::diff::ChangeKind;

use crate::exit::{Failure, Outcome};
use crate::input::{self, File};
use crate::output::changes::{self, Told};
use crate::output::style::{HEADING, WARNING};
use crate::output::{Format, Output, complain};
use crate::remote::{Connection, EntryProblem, Remote, segment};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Files or folders of definitions
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The environment of files that name none; without it they are for all environments
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,

    /// The project
    #[arg(long, value_name = "NAME", default_value = "default")]
    project: String,

    /// Remove entries that the files do not name from those environments; archive them where none is left
    #[arg(long)]
    prune: bool,

    /// Only show what would change, and how many units that moves
    #[arg(long)]
    plan: bool,

    /// Why, for the history and the audit
    #[arg(long)]
    reason: Option<String>,

    /// For people or for programs
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  vexil apply definitions --plan              definitions/production.json is for production, as it says inside
  vexil apply flag.yaml --environment staging --reason 'a first look'

A file is a definition, a list of them or a bundle; a bundle with `environment` is for that environment alone.
Everything is taken over at once, or nothing is; nothing either where somebody else has changed the project since the
plan that is shown was made. Sensitive entries are never removed by --prune. With --format json
there is one object for each change, and one for what was done. The exit code is 0, whether or not there are changes.";

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let remote = arguments.connection.open()?;
    let mut files = Vec::new();
    for path in &arguments.paths {
        files.extend(input::read(path)?);
    }
    let seen = Seen::of(&remote, &arguments.project)?;
    let every = || Ok(seen.versions.keys().cloned().collect());
    let environments = Environments::of(&files, arguments.environment.as_deref(), every)?;
    let path = format!("/api/v1/projects/{}/import", segment(&arguments.project));
    let expected = seen.versions.iter().filter(|(name, _)| environments.0.contains_key(*name));
    let mut import = Import {
        expected: expected.filter_map(|(name, version)| Some((name.as_str(), (*version)?))).collect(),
        environments,
        prune: arguments.prune,
        dry_run: true,
        reason: arguments.reason.as_deref(),
    };
    // Shown first, also when it is to be done: the answer to what is done tells no more than its numbers.
    let plan: Plan = remote.post_seen(&path, seen.revision, &import)?;
    let mut output = Output::new(arguments.format);
    let is_change = plan.show(&mut output)?;
    if is_change && !arguments.plan {
        import.dry_run = false;
        let done: Value = remote.post_seen(&path, seen.revision, &import)?;
        tell(&mut output, &done)?;
    }
    output.flush()?;
    Ok(Outcome::Fine)
}

/// The body of an import.
#[derive(Serialize)]
struct Import<'a> {
    environments: Environments,
    /// The versions that the plan is made from: what changes meanwhile is not written over.
    expected: BTreeMap<&'a str, u64>,
    prune: bool,
    dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// The definitions of one environment.
#[derive(Default, Clone, Serialize)]
struct Bundle {
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<vexil_core::Value>,
    entries: Vec<vexil_core::Value>,
}

/// The definitions of each environment, as an import takes them.
#[derive(Serialize)]
pub(super) struct Environments(BTreeMap<String, Bundle>);

impl Environments {
    /// Sorts files by the environments that they are for.
    pub(super) fn of(
        files: &[File],
        wanted: Option<&str>,
        every: impl Fn() -> Result<Vec<String>, Failure>,
    ) -> Result<Environments, Failure> {
        let mut environments = Environments(BTreeMap::new());
        let mut all = None;
        for file in files {
            let document = file.parse().map_err(|problem| Failure::refused(&file.path, &problem))?;
            let part = Part::of(document).ok_or_else(|| {
                let path = file.path.display();
                Failure::Input(format!("{path}: neither a definition, nor a list of them, nor a bundle"))
            })?;
            let names = match (part.environment, wanted) {
                (Some(named), Some(wanted)) if named != wanted => {
                    let path = file.path.display();
                    return Err(Failure::Usage(format!("{path} is for `{named}`, not for `{wanted}`")));
                }
                (Some(named), _) => vec![named.to_owned()],
                (None, Some(wanted)) => vec![wanted.to_owned()],
                (None, None) => match &all {
                    Some(all) => Vec::clone(all),
                    None => all.insert(every()?).clone(),
                },
            };
            for name in names {
                environments.add(name, &part, file)?;
            }
        }
        Ok(environments)
    }

    fn add(&mut self, name: String, part: &Part<'_>, file: &File) -> Result<(), Failure> {
        let path = file.path.display();
        let bundle = self.0.entry(name).or_default();
        let roles = part.roles.map(Node::to_value);
        if roles.is_some() && bundle.roles.is_some() && roles != bundle.roles {
            return Err(Failure::Input(format!("{path}: other `roles` than another file has")));
        }
        bundle.roles = bundle.roles.take().or(roles);
        bundle.entries.extend(part.entries.iter().map(Node::to_value));
        Ok(())
    }
}

/// A project as it was before the plan was asked for.
struct Seen {
    revision: u64,
    /// Of each environment; none where the caller may not read.
    versions: BTreeMap<String, Option<u64>>,
}

impl Seen {
    fn of(remote: &Remote, project: &str) -> Result<Seen, Failure> {
        #[derive(Deserialize)]
        struct Project {
            revision: u64,
        }
        #[derive(Deserialize)]
        struct Environment {
            key: String,
            version: Option<u64>,
        }
        let path = format!("/api/v1/projects/{}", segment(project));
        let Project { revision } = remote.get(&path)?;
        let all: Vec<Environment> = remote.get(&format!("{path}/environments"))?;
        Ok(Seen { revision, versions: all.into_iter().map(|one| (one.key, one.version)).collect() })
    }
}

/// What a file adds. Whether its entries are any is for the control plane to judge.
struct Part<'a> {
    environment: Option<&'a str>,
    roles: Option<&'a Node<'a>>,
    entries: Vec<Node<'a>>,
}

impl<'a> Part<'a> {
    fn of(document: Node<'a>) -> Option<Part<'a>> {
        let bare = |entries| Part { environment: None, roles: None, entries };
        match document {
            Node::List(entries) => Some(bare(entries.to_vec())),
            Node::Object(members) => {
                let member =
                    |name: &str| members.iter().find(|(found, _)| *found == name).map(|(_, node)| node);
                let Some(entries) = member("entries") else { return Some(bare(vec![document])) };
                let Node::List(entries) = entries else { return None };
                let environment = match member("environment") {
                    Some(Node::Str(name)) => Some(*name),
                    Some(_) => return None,
                    None => None,
                };
                Some(Part { environment, roles: member("roles"), entries: entries.to_vec() })
            }
            _ => None,
        }
    }
}

/// What an import would do.
#[derive(Deserialize)]
struct Plan {
    environments: Vec<Planned>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct Planned {
    environment: String,
    version: u64,
    changes: Vec<Value>,
    #[serde(default)]
    warnings: Vec<EntryProblem>,
}

/// A change, as the control plane tells it.
#[derive(Deserialize)]
struct Change<'a> {
    key: &'a str,
    #[serde(rename = "type")]
    type_name: &'a str,
    change: &'a str,
    #[serde(default)]
    fields: Vec<Field<'a>>,
    #[serde(default)]
    moves: Vec<Moves<'a>>,
}

#[derive(Deserialize)]
struct Field<'a> {
    path: &'a str,
    old: Option<Value>,
    new: Option<Value>,
}

#[derive(Deserialize)]
struct Moves<'a> {
    path: &'a str,
    percent: f64,
    reshuffled: bool,
}

/// A change and where, as programs read it.
#[derive(Serialize)]
struct InEnvironment<'a> {
    environment: &'a str,
    #[serde(flatten)]
    change: &'a Value,
}

impl Plan {
    /// Each warning once, with all environments that it is of.
    fn warn(&self) {
        let mut position_of = HashMap::new();
        let mut told: Vec<(Vec<&str>, &EntryProblem)> = Vec::new();
        for Planned { environment, warnings, .. } in &self.environments {
            for warning in warnings {
                let position = *position_of.entry(warning).or_insert(told.len());
                match told.get_mut(position) {
                    Some((environments, _)) => environments.push(environment),
                    None => told.push((vec![environment], warning)),
                }
            }
        }
        for (environments, warning) in told {
            warning.tell(&environments.join(","));
        }
    }

    /// As `vexil diff` shows it; whether anything would change.
    fn show(&self, output: &mut Output) -> Result<bool, Failure> {
        self.warn();
        let mut kinds = Vec::new();
        for Planned { environment, version, changes, .. } in &self.environments {
            if output.format == Format::Text && !changes.is_empty() {
                writeln!(output, "{HEADING}{environment}{HEADING:#}, now at version {version}")?;
            }
            for change in changes {
                match output.format {
                    Format::Json => output.json(&InEnvironment { environment, change })?,
                    Format::Text => kinds.push(show(output, change)?),
                }
            }
        }
        for note in &self.notes {
            complain(WARNING, "note", note);
        }
        let is_change = self.environments.iter().any(|planned| !planned.changes.is_empty());
        if output.format == Format::Text {
            match is_change {
                true => writeln!(output, "{}", changes::counts(kinds.into_iter()))?,
                false => writeln!(output, "nothing changes")?,
            }
        }
        Ok(is_change)
    }
}

fn show(output: &mut Output, change: &Value) -> Result<ChangeKind, Failure> {
    let unknown =
        || Failure::Usage(format!("the control plane tells of a change in an unknown way: {change}"));
    let Change { key, type_name, change: kind, fields, moves } =
        Change::deserialize(change).map_err(|_| unknown())?;
    let kind = match kind {
        "added" => ChangeKind::Added,
        "removed" => ChangeKind::Removed,
        "changed" => ChangeKind::Changed,
        _ => return Err(unknown()),
    };
    let side = |side: Option<Value>| side.map(|value| value.to_string());
    let fields = fields.into_iter().map(|Field { path, old, new }| (path, side(old), side(new))).collect();
    let moves = moves.into_iter().map(|one| (one.path, one.percent, one.reshuffled)).collect();
    changes::write(output, &Told { key, type_name, change: kind, fields, moves })?;
    Ok(kind)
}

/// What was done.
fn tell(output: &mut Output, done: &Value) -> io::Result<()> {
    if output.format == Format::Json {
        return output.json(&json!({ "done": done }));
    }
    let versions = done.get("versions").and_then(Value::as_object);
    let version = |(name, version): (&String, &Value)| format!("{name} is at version {version}");
    let versions: Vec<String> = versions.into_iter().flatten().map(version).collect();
    match done.get("change").and_then(Value::as_str) {
        Some(change) => writeln!(output, "done in change {change}: {}", versions.join(", ")),
        None => writeln!(output, "nothing was left to do"),
    }
}
