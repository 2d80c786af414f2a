//! `vexil demo`: a control plane and a client in one process, the shipped examples decided and explained, and a change
//! on its way from the one to the other.

mod cases;
mod client;
mod compare;
mod control;

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use clap::Args;
use vexil_core::trace::{Kind, Line, Trace};
use vexil_core::{Request, Snapshot, Value};

use super::explain;
use crate::exit::{Failure, Outcome};
use crate::output::style::{HEADING, QUIET};
use crate::output::{Format, Output, chart, table};
use crate::remote::Remote;
use crate::split::Units;
use cases::{Case, Decision, SEED_KEY, When};
use client::{Decided, Event};
use control::{Control, ENVIRONMENT};

#[derive(Args)]
#[command(after_help = NOTE)]
pub(crate) struct Arguments {
    /// End after the change instead of staying for yours
    #[arg(long)]
    once: bool,
}

const NOTE: &str = "\
It listens on a free port of this machine only, and keeps everything in a temporary folder, which is removed when it
ends. Ctrl-C ends it.";

/// How many synthetic users a split is shown with.
const USERS: u32 = 10_000;
/// How far the demo's own change raises the rollout, in percent.
const RAISED: u32 = 60;
/// How long a message may be on its way within one process before something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (tell, events) = mpsc::channel();
    let stop = tell.clone();
    if !arguments.once {
        // A second Ctrl-C finds nobody who waits for it.
        ctrlc::set_handler(move || stop.send(Event::Stop).unwrap_or_default())
            .map_err(|error| Failure::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    }
    let control = Control::start()?;
    control.import_examples()?;
    let key = control.sdk_key()?;
    client::follow(Remote::at(control.base.clone(), key.clone()), tell)?;
    let Some(first) = next(&events)? else { return Ok(Outcome::Fine) };
    let mut output = Output::new(Format::Text);
    introduce(&mut output, &control, &first)?;
    let snapshot = first.snapshot;
    show_seed(&mut output, &snapshot)?;
    show_platform(&mut output, &snapshot)?;
    explain_one(&mut output, &snapshot)?;
    show_split(&mut output, &snapshot)?;
    output.flush()?;
    let Some(snapshot) = change(&mut output, &control, &events, &snapshot)? else { return Ok(Outcome::Fine) };
    output.flush()?;
    if !arguments.once {
        stay(&mut output, &control, &key, &events, snapshot)?;
    }
    Ok(Outcome::Fine)
}

/// What the client decides by next; none after Ctrl-C.
fn next(events: &Receiver<Event>) -> Result<Option<Box<Decided>>, Failure> {
    match events.recv_timeout(PATIENCE) {
        Ok(Event::Decided(decided)) => Ok(Some(decided)),
        Ok(Event::Stop) => Ok(None),
        Ok(Event::Ended(why)) => Err(Failure::Usage(format!("the client lost its stream: {why}"))),
        Err(_) => Err(Failure::Usage("the client was told of nothing".to_owned())),
    }
}

fn introduce(output: &mut Output, control: &Control, first: &Decided) -> io::Result<()> {
    writeln!(
        output,
        "Vexil decides feature flags, configuration and experiments. This is a control plane at {HEADING}{}{HEADING:#},",
        control.base
    )?;
    writeln!(
        output,
        "up in {} ms, with a client in the same process that reads its stream. It holds these examples:\n",
        control.started_in.as_millis()
    )?;
    let rows: Vec<_> =
        control.described().map(|(path, what)| [path.display().to_string(), what.to_owned()]).collect();
    table::write(output, ["file", "what it holds"], &rows)?;
    writeln!(
        output,
        "\nThe client got version {} of `{ENVIRONMENT}` in one message of {} bytes. It decides by itself, without asking:",
        first.snapshot.version(),
        first.bytes
    )
}

/// The flag that has expired: as it is now, and as it was.
fn show_seed(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    for when in [When::Now, When::Before] {
        let decisions: Vec<_> = cases::of_seed(when).map(|case| (case, case.decide(snapshot))).collect();
        heading(output, &format!("{SEED_KEY}, asked {}", when.describe()))?;
        let row = |(case, decision): &(Case, Decision)| {
            let Decision { value, variation, reason, by } = decision.clone();
            [case.who.to_owned(), value, variation, reason, by]
        };
        let rows: Vec<_> = decisions.iter().map(row).collect();
        table::write(output, ["who asks", "value", "variation", "reason", "decided by"], &rows)?;
        if decisions.iter().any(|(_, decision)| decision.reason == "EXPIRED") {
            expired(output, snapshot)?;
        }
    }
    Ok(())
}

fn expired(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    let Some(case) = cases::of_seed(When::Now).next() else { return Ok(()) };
    let trace = explanation(snapshot, &case);
    let step = trace.steps.iter().find(|step| step.kind == Kind::Line(Line::Expiry));
    let expiry = step.and_then(|step| step.field("expiry")).and_then(Value::as_str).unwrap_or_default();
    let value = trace.value.unwrap_or(Value::Null);
    writeln!(
        output,
        "\n  It expired at {expiry}. Since then its rules are at rest, and everyone gets its default:"
    )?;
    writeln!(output, "  {value}. A moment before, they decided:")
}

fn show_platform(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    heading(output, "The other entries, asked now")?;
    let row = |case: Case| {
        let Decision { value, variation, reason, by } = case.decide(snapshot);
        [case.who.to_owned(), case.key.to_owned(), value, variation, reason, by]
    };
    let rows: Vec<_> = cases::of_platform().map(row).collect();
    table::write(output, ["who asks", "entry", "value", "variation", "reason", "decided by"], &rows)
}

fn explain_one(output: &mut Output, snapshot: &Snapshot) -> io::Result<()> {
    let case = cases::EXPLAINED;
    heading(output, &format!("Why? `vexil explain` tells, here for {}, {}", case.who, case.when.describe()))?;
    explain::write(output, &explanation(snapshot, &case))
}

fn show_split(output: &mut Output, snapshot: &Snapshot) -> Result<(), Failure> {
    heading(output, &format!("{USERS} users in production, as `vexil stats` shows them"))?;
    let context = cases::in_production();
    let users = seed_users(snapshot, &context);
    Ok(chart::write(output, &users.split(USERS).map_err(Failure::Input)?)?)
}

/// Synthetic users whom the seed's flag splits.
fn seed_users<'a>(snapshot: &'a Snapshot, context: &'a vexil_core::Context) -> Units<'a> {
    let now = When::Before.moment();
    Units { snapshot, key: SEED_KEY, context, by: "user.id", prefix: "user-", now }
}

fn explanation(snapshot: &Snapshot, case: &Case) -> Trace {
    snapshot.explain(case.key, None, &Request::new(&case.context(), case.when.moment())).1
}

fn heading(output: &mut Output, text: &str) -> io::Result<()> {
    writeln!(output, "\n{HEADING}{text}{HEADING:#}\n")
}

/// A change through the API, and the client's decisions before and after; the client's snapshot then.
fn change(
    output: &mut Output,
    control: &Control,
    events: &Receiver<Event>,
    before: &Snapshot,
) -> Result<Option<Snapshot>, Failure> {
    heading(output, &format!("A change: the rollout in {ENVIRONMENT} goes from 25 % to {RAISED} %"))?;
    writeln!(output, "  PATCH {}\n", Control::path_of(SEED_KEY))?;
    let (asked, answered) = control.raise(RAISED)?;
    let Some(decided) = next(events)? else { return Ok(None) };
    compare::write(output, before, &decided.snapshot)?;
    arrived(output, &decided)?;
    let total = milliseconds(asked, decided.at);
    let since_answer = match decided.at.checked_duration_since(answered) {
        Some(_) => format!("{:.2} ms after the API's answer", milliseconds(answered, decided.at)),
        None => format!("{:.2} ms before the API's answer was read", milliseconds(decided.at, answered)),
    };
    writeln!(output, "  The client decided anew {total:.2} ms after the request was sent, {since_answer}.")?;
    Ok(Some(decided.snapshot))
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1_000.0
}

fn arrived(output: &mut Output, Decided { snapshot, kind, bytes, .. }: &Decided) -> io::Result<()> {
    let version = snapshot.version();
    writeln!(output, "\n  {QUIET}version {version} came as a {kind} of {bytes} bytes{QUIET:#}")
}

/// Shows every change as it arrives, until Ctrl-C.
fn stay(
    output: &mut Output,
    control: &Control,
    key: &str,
    events: &Receiver<Event>,
    mut held: Snapshot,
) -> Result<(), Failure> {
    invite(output, control, key)?;
    output.flush()?;
    loop {
        match events.recv() {
            Ok(Event::Decided(decided)) => {
                heading(output, &format!("Version {} arrived", decided.snapshot.version()))?;
                compare::write(output, &held, &decided.snapshot)?;
                arrived(output, &decided)?;
                output.flush()?;
                held = decided.snapshot;
            }
            Ok(Event::Ended(why)) => {
                return Err(Failure::Usage(format!("the client lost its stream: {why}")));
            }
            Ok(Event::Stop) | Err(_) => break,
        }
    }
    writeln!(output, "\nStopped.")?;
    Ok(output.flush()?)
}

fn invite(output: &mut Output, control: &Control, key: &str) -> io::Result<()> {
    let Control { base, token, .. } = control;
    heading(output, "It stays up for you. Turn something off, from another terminal:")?;
    writeln!(output, "  curl -X PATCH {base}{} \\", Control::path_of("search.related-products"))?;
    writeln!(output, "    -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\")?;
    writeln!(output, r#"    -d '{{"patch": {{"enabled": false}}, "reason": "too slow"}}'"#)?;
    writeln!(output, "\nSee what every process is told:\n")?;
    writeln!(output, "  curl -N {base}/sdk/v1/stream -H 'Authorization: Bearer {key}'")?;
    writeln!(output, "\nOr edit the files above, and give them to the control plane:\n")?;
    writeln!(output, "  export VEXIL_SERVER={base} VEXIL_TOKEN={token}")?;
    writeln!(output, "  vexil apply --plan {}", quoted(&control.definitions().display().to_string()))?;
    writeln!(output, "\n{QUIET}The API is at {base}/api/docs. Ctrl-C ends.{QUIET:#}")
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
