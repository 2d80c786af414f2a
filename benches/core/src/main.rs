//! Time and heap of the core and the client, figure by figure; `benches/README.md` says how to read them.

mod clients;
mod contexts;
mod definitions;
mod deltas;
mod evaluation;
mod loading;
mod report;
mod tenants;
mod threads;

use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValuesParser;

use report::{Format, Report};

/// What a group hands back when something that it needs is refused: a bug in its definitions, or in the core.
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Figures that are measured and shown together.
struct Group {
    name: &'static str,
    title: &'static str,
    measure: fn(&mut Report) -> Outcome,
}

const GROUPS: [Group; 10] = [
    Group {
        name: "evaluate",
        title: "one flag of a store of 1,000, again and again",
        measure: evaluation::repeated,
    },
    Group {
        name: "scatter",
        title: "all flags of a kind in a store of 10,000, in a scattered order",
        measure: evaluation::scattered,
    },
    Group { name: "explain", title: "W2 with every step told", measure: evaluation::explained },
    Group { name: "threads", title: "evaluations per second, a store of 1,000", measure: threads::measure },
    Group { name: "context", title: "the context of W2", measure: contexts::measure },
    Group { name: "load", title: "10,000 flags, from JSON text to a snapshot", measure: loading::measure },
    Group { name: "delta", title: "one flag among 10,000 changes", measure: deltas::measure },
    Group {
        name: "tenants",
        title: "100,000 tenants with an override on one flag",
        measure: tenants::measure,
    },
    Group { name: "client", title: "one flag through a client, a store of 1,000", measure: clients::measure },
    Group {
        name: "client-threads",
        title: "evaluations per second through one client, a store of 1,000",
        measure: clients::measure_threads,
    },
];

/// Measures time and heap of Vexil's core and client.
#[derive(Parser)]
#[command(name = "vexil-benches", max_term_width = 100)]
struct Cli {
    /// One JSON object per figure instead of tables
    #[arg(long)]
    json: bool,
    /// What to measure; everything when absent
    #[arg(value_parser = PossibleValuesParser::new(GROUPS.map(|group| group.name)))]
    groups: Vec<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = if cli.json { Format::Json } else { Format::Tables };
    let wanted = |group: &&Group| cli.groups.is_empty() || cli.groups.iter().any(|name| *name == group.name);
    for group in GROUPS.iter().filter(wanted) {
        let mut report = Report::new(group.name);
        if let Err(error) = (group.measure)(&mut report) {
            eprintln!("{}: {error}", group.name);
            return ExitCode::FAILURE;
        }
        report.print(group.title, format);
    }
    ExitCode::SUCCESS
}
