//! How it is measured: batches for the time of one operation, windows for several threads, and one
//! by one what takes long enough.

use crate::allocations::{Allocations, counted};
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Batches are short, so that even on a busy machine some are not interrupted.
const BATCH: Duration = Duration::from_millis(2);
const BATCHES: usize = 50;
/// A minimum counts when this many batches come within `TOLERANCE` of it: one alone may be luck.
const WITNESSES: usize = 10;
const TOLERANCE: f64 = 1.02;
/// Slow operations, and those on a machine that is never quiet, stop here.
const BUDGET: Duration = Duration::from_secs(5);
const FEWEST_BATCHES: usize = 5;

/// How long several threads run between two looks at the clock; short for the same reason.
const WINDOW: Duration = Duration::from_millis(50);
const FULL_WINDOWS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(10);
/// A window is full when the process got this share of the processors that it asked for.
const FULL: f64 = 0.95;

/// Nanoseconds and allocations of one operation.
pub struct Cost {
    pub min: f64,
    pub median: f64,
    pub allocations: f64,
    pub bytes: f64,
}

/// Times `operation` over rounds of `0..period`; a batch is as many rounds as fill `BATCH`.
pub fn cost<R>(period: usize, mut operation: impl FnMut(usize) -> R) -> Cost {
    let mut batch = |rounds: usize| {
        let start = Instant::now();
        for _ in 0..rounds {
            for turn in 0..period {
                black_box(operation(turn));
            }
        }
        start.elapsed()
    };
    let mut rounds = 1;
    while batch(rounds) < BATCH {
        rounds *= 2;
    }
    let start = Instant::now();
    let mut batches = Vec::with_capacity(BATCHES);
    while batches.len() < FEWEST_BATCHES || !settled(&batches) && start.elapsed() < BUDGET {
        batches.push(batch(rounds).as_nanos() as f64 / (rounds * period) as f64);
    }
    let ((), Allocations { calls, bytes, .. }) = counted(|| {
        batch(1);
    });
    let (min, median) = min_and_median(batches);
    let per_operation = |total: u64| total as f64 / period as f64;
    Cost { min, median, allocations: per_operation(calls), bytes: per_operation(bytes) }
}

fn settled(batches: &[f64]) -> bool {
    let min = batches.iter().copied().fold(f64::INFINITY, f64::min);
    let witnesses = batches.iter().filter(|batch| **batch <= min * TOLERANCE).count();
    batches.len() >= BATCHES && witnesses >= WITNESSES
}

/// The least and the median nanoseconds of an operation that is long beside a look at the clock.
/// What `prepare` does is not timed, and neither is the drop of what the operation returns.
pub fn one_by_one<I, R>(
    times: usize,
    mut prepare: impl FnMut() -> I,
    mut operation: impl FnMut(I) -> R,
) -> (f64, f64) {
    let time = |_| {
        let input = prepare();
        let start = Instant::now();
        let result = black_box(operation(input));
        let elapsed = start.elapsed();
        drop(result);
        elapsed.as_nanos() as f64
    };
    min_and_median((0..times).map(time).collect())
}

fn min_and_median(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2])
}

/// Operations per second of several threads together.
pub struct Throughput {
    pub per_second: f64,
    /// The share of the asked processors that the best window really had; below `FULL`, the
    /// machine was never free, and the figure is too low.
    pub cpu_share: f64,
}

/// Measures windows until enough were full or patience ends, and takes the fastest: of the full
/// ones, or, where none was, of all.
///
/// `worker` makes what one thread runs, so that each has contexts of its own, as each request has.
pub fn throughput<W: FnMut(usize) -> bool>(
    threads: usize,
    period: usize,
    worker: impl Fn() -> W + Sync,
) -> Throughput {
    let start = Instant::now();
    let mut windows = Vec::new();
    let mut full = 0;
    while full < FULL_WINDOWS && (windows.is_empty() || start.elapsed() < PATIENCE) {
        let window = window(threads, period, &worker);
        full += usize::from(window.cpu_share >= FULL);
        windows.push(window);
    }
    windows
        .into_iter()
        .filter(|window| full == 0 || window.cpu_share >= FULL)
        .max_by(|a, b| a.per_second.total_cmp(&b.per_second))
        .expect("at least one window")
}

fn window<W: FnMut(usize) -> bool>(
    threads: usize,
    period: usize,
    worker: &(impl Fn() -> W + Sync),
) -> Throughput {
    let ready = Barrier::new(threads + 1);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let run = || {
            let mut operation = worker();
            ready.wait();
            let mut operations = 0_u64;
            for turn in (0..period).cycle() {
                black_box(operation(turn));
                operations += 1;
                if operations.is_multiple_of(16) && stop.load(Relaxed) {
                    break;
                }
            }
            operations
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        ready.wait();
        let (wall, cpu) = (Instant::now(), cpu_time());
        thread::sleep(WINDOW);
        stop.store(true, Relaxed);
        let operations: u64 = handles.into_iter().map(|h| h.join().expect("a worker")).sum();
        let wall = wall.elapsed().as_secs_f64();
        let cpu = (cpu_time() - cpu).as_secs_f64();
        Throughput { per_second: operations as f64 / wall, cpu_share: cpu / wall / threads as f64 }
    })
}

fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("processor time is never negative")
}
