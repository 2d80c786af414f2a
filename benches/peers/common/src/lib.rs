//! What all peers share: the workloads, the measuring, and the rows that are printed.
//!
//! A peer implements [`Peer`] and calls [`Run::measure`]. Rows go to standard output, one JSON
//! object per line; `run`, beside this workspace, makes the tables of them.

mod allocations;
mod measure;
mod suites;
mod workload;

pub use allocations::{Allocations, counted};
pub use measure::{Cost, Throughput, cost, one_by_one};
pub use suites::{repeated, scattered, threaded};
pub use workload::{Attributes, Definitions, LARGE, ROLLOUT, RULES, SIMPLE, SMALL, Subject, USERS};

use serde_json::{Value, json};

const LOADS: usize = 7;

/// A flag evaluator, or one way to use it.
///
/// The three questions return whether the flag gave what its definition says, so that every peer
/// pays for reading its answer, and a peer that answers wrongly is not measured.
pub trait Peer: Sized + Sync {
    /// The name of its rows.
    const NAME: &'static str;
    /// The format of its definitions: a generator's name in `definitions.py`.
    const FORMAT: &'static str;

    type Context;

    /// From definitions to a store that can be asked.
    fn load(definitions: &Definitions) -> Self;
    fn context(subject: &Subject) -> Self::Context;

    /// W1: is the flag on?
    fn simple(&self, key: &str, context: &Self::Context) -> bool;
    /// W2: did the fifth rule decide?
    fn rules(&self, key: &str, context: &Self::Context) -> bool;
    /// W3: is the user in the 25 % that get A?
    fn rollout(&self, key: &str, context: &Self::Context) -> bool;
}

/// What is measured; the first argument of a peer's binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nanoseconds and allocations per evaluation, one flag again and again.
    Bench,
    /// Milliseconds and heap of a store of 10,000 flags.
    Load,
    /// Evaluations per second of one thread and of two.
    Mt,
    /// As `Bench`, but over all 10,000 flags, in a scattered order.
    Scatter,
}

impl Mode {
    pub const ALL: &[Mode] = &[Mode::Bench, Mode::Load, Mode::Mt, Mode::Scatter];

    fn name(self) -> &'static str {
        match self {
            Mode::Bench => "bench",
            Mode::Load => "load",
            Mode::Mt => "mt",
            Mode::Scatter => "scatter",
        }
    }
}

/// One run of a peer's binary.
pub struct Run {
    mode: Mode,
}

impl Run {
    pub fn from_args() -> Self {
        let name = std::env::args().nth(1).unwrap_or_default();
        let mode = Mode::ALL.iter().copied().find(|mode| mode.name() == name);
        Self { mode: mode.expect("usage: <peer> bench|load|mt|scatter") }
    }

    /// Measures what the run's mode asks for, if it is one of `modes`.
    pub fn measure<P: Peer>(&self, modes: &[Mode]) {
        if !modes.contains(&self.mode) {
            return;
        }
        match self.mode {
            Mode::Bench => self.bench::<P>(),
            Mode::Load => self.load::<P>(),
            Mode::Mt => self.mt::<P>(),
            Mode::Scatter => self.scatter::<P>(),
        }
    }

    /// Times something beside the three workloads, in mode `Bench`. `operation` is told its turn,
    /// 0 to 999.
    pub fn time<R>(&self, name: &str, what: &str, operation: impl FnMut(usize) -> R) {
        if self.mode == Mode::Bench {
            self.print_cost(name, what, cost(USERS, operation));
        }
    }

    fn bench<P: Peer>(&self) {
        let peer = P::load(&Definitions::read(SMALL, P::FORMAT));
        repeated(&peer, |what, cost| self.print_cost(P::NAME, what, cost));
    }

    fn load<P: Peer>(&self) {
        let definitions = Definitions::read(LARGE, P::FORMAT);
        let (peer, allocations) = counted(|| P::load(&definitions));
        drop(peer);
        let (min, median) = one_by_one(LOADS, || (), |()| P::load(&definitions));
        let figures = [
            ("ms_min", round(min / 1e6, 1)),
            ("ms_median", round(median / 1e6, 1)),
            ("heap_mb", round(allocations.live as f64 / 1e6, 2)),
            ("json_mb", round(definitions.json.len() as f64 / 1e6, 2)),
        ];
        self.print(P::NAME, "load", &figures);
    }

    fn mt<P: Peer>(&self) {
        let peer = P::load(&Definitions::read(SMALL, P::FORMAT));
        for threads in [1, 2] {
            threaded(&peer, threads, |what, throughput| {
                let figures = [
                    ("threads", json!(threads)),
                    ("mops", round(throughput.per_second / 1e6, 6)),
                    ("cpu_share", round(throughput.cpu_share, 2)),
                ];
                self.print(P::NAME, what, &figures);
            });
        }
    }

    fn scatter<P: Peer>(&self) {
        let peer = P::load(&Definitions::read(LARGE, P::FORMAT));
        scattered(&peer, |what, cost| self.print_cost(P::NAME, what, cost));
    }

    fn print_cost(&self, name: &str, what: &str, cost: Cost) {
        let figures = [
            ("ns_min", round(cost.min, 1)),
            ("ns_median", round(cost.median, 1)),
            ("allocations", round(cost.allocations, 2)),
            ("bytes", round(cost.bytes, 0)),
        ];
        self.print(name, what, &figures);
    }

    fn print(&self, name: &str, what: &str, figures: &[(&str, Value)]) {
        let mut row = json!({"peer": name, "mode": self.mode.name(), "what": what});
        for (figure, value) in figures {
            row[figure] = value.clone();
        }
        println!("{row}");
    }
}

fn round(value: f64, digits: i32) -> Value {
    let scale = 10_f64.powi(digits);
    json!((value * scale).round() / scale)
}
