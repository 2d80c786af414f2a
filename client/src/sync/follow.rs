//! The thread that goes on asking: it polls, or follows a stream and polls while that is away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::client::Shared;
use crate::options::{Retry, Streaming};
use crate::outcome::Origin;
use crate::source::http::{Http, Refused};
use crate::source::{Event, Stream};
use crate::state::{ConnectionStatus, Failure, FailureCode};

use super::Machinery;
use super::intake::Intake;

/// Polls of many processes that started together drift apart by this share of the interval.
const DRIFT: f64 = 0.1;

/// Goes on until the client stops. A fault in here, or in what it uses, must not be the end of all refreshing.
pub(crate) fn run(shared: &Shared, machinery: &Machinery) {
    shared.telemetry.start();
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| ask_again_and_again(shared, machinery))) {
        // To drop it may panic again.
        std::mem::forget(panic);
        shared.failed(
            machinery,
            Failure::new(FailureCode::Internal, "a fault of this library, while it refreshed"),
        );
        machinery.wait(shared.options.retry.max);
    }
}

fn ask_again_and_again(shared: &Shared, machinery: &Machinery) {
    let retry = &shared.options.retry;
    let is_streamed = machinery.http.is_some() && shared.options.streaming != Streaming::Off;
    // Refreshes that failed, and streams that came to nothing, in a row.
    let mut failures: u32 = 0;
    while !machinery.is_stopping() {
        if machinery.state().last_sync.is_none() && failures == 0 {
            machinery.update(|state| state.connection = ConnectionStatus::Connecting);
        }
        let refused = match shared.refresh(machinery) {
            Ok(()) if is_streamed => {
                let began = Instant::now();
                let Some(refused) = listen(shared, machinery) else { return };
                // One that has gone well for a while is no failure; one that ends at once is, for else it would be
                // opened again and again.
                if began.elapsed() > retry.max {
                    failures = 0;
                }
                refused
            }
            Ok(()) => {
                failures = 0;
                machinery.wait(drifting(shared.interval()));
                continue;
            }
            Err(refused) => refused,
        };
        failures = failures.saturating_add(1);
        machinery.wait(wait_of(retry, failures, &refused));
    }
}

/// Follows the stream until it ends, and says why; nothing where the client stops.
fn listen(shared: &Shared, machinery: &Machinery) -> Option<Refused> {
    let http = machinery.http.as_ref()?;
    let opened = http.stream(shared.held.load().snapshot.version());
    let ended = match opened {
        Ok(mut stream) => follow(shared, machinery, http, &mut *stream),
        Err(refused) => refused,
    };
    if machinery.is_stopping() {
        return None;
    }
    shared.failed(machinery, ended.failure.clone());
    Some(ended)
}

fn follow(shared: &Shared, machinery: &Machinery, http: &Http, stream: &mut dyn Stream) -> Refused {
    let mut mends = true;
    let hear = |event: &Event| match event {
        Event::Heartbeat(version) => is_here(shared, *version),
        Event::Message(text) => take_streamed(shared, machinery, http, text),
    };
    loop {
        let event = match stream.next() {
            Ok(event) => event,
            Err(failure) => return failure.into(),
        };
        let heard = match hear(&event) {
            // The whole is fetched, and the stream goes on. Whoever sends gaps again and again sends no stream.
            Err(refused) if refused.failure.code == FailureCode::Gap && mends => {
                mends = false;
                machinery.note(refused.failure);
                machinery.tell();
                machinery.intake.lock().tag = None;
                shared.fetch(machinery).and_then(|()| hear(&event))
            }
            heard => heard,
        };
        match heard {
            Ok(()) => shared.confirmed(machinery),
            Err(refused) => return refused,
        }
    }
}

/// A heartbeat names the version that is in force; whoever has an earlier one has missed something.
fn is_here(shared: &Shared, version: Option<u64>) -> Result<(), Refused> {
    let held = shared.held.load().snapshot.version();
    match version {
        Some(version) if version > held => {
            let told = format!("version {version} is in force, and {held} is held");
            Err(Failure::new(FailureCode::Gap, told).into())
        }
        _ => Ok(()),
    }
}

fn take_streamed(shared: &Shared, machinery: &Machinery, http: &Http, text: &str) -> Result<(), Refused> {
    let mut intake = machinery.intake.lock();
    shared.know_key(machinery, http, &mut intake, text)?;
    let before = shared.held.load().snapshot.version();
    shared.take(machinery, &mut intake, text, Origin::Remote)?;
    if shared.held.load().snapshot.version() == before {
        return Ok(());
    }
    // The whole was fetched under this tag, and is another now.
    intake.tag = None;
    let is_delta = text.starts_with("{\"type\":\"delta\"");
    let kept = match &mut *intake {
        Intake { store: Some(store), .. } if is_delta => store.append(text),
        intake => intake.keep(text).map(|()| false),
    };
    drop(intake);
    match kept {
        Ok(false) => Ok(()),
        // The next whole takes the place of all changes.
        Ok(true) => shared.fetch(machinery),
        Err(failure) => {
            machinery.note(failure);
            Ok(())
        }
    }
}

fn wait_of(retry: &Retry, failures: u32, refused: &Refused) -> Duration {
    let least = refused.wait.unwrap_or_default();
    // Whoever is told when to come back does not come back with all the others at that moment.
    least + backoff(retry, failures)
}

/// Full jitter: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
pub(crate) fn backoff(retry: &Retry, failures: u32) -> Duration {
    let doubled =
        retry.base.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(retry.max).mul_f64(fastrand::f64())
}

/// An interval, a little shorter or longer.
pub(crate) fn drifting(interval: Duration) -> Duration {
    interval.mul_f64(1.0 + DRIFT * (2.0 * fastrand::f64() - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_random_and_bounded() {
        let retry = Retry { attempts: 3, base: Duration::from_millis(100), max: Duration::from_secs(2) };
        for failures in [1, 2, 5, 31, 32, 33, u32::MAX] {
            let bound = if failures == 1 { Duration::from_millis(100) } else { retry.max };
            assert!((0..1_000).all(|_| backoff(&retry, failures) <= bound), "{failures}");
        }
        let waits: std::collections::BTreeSet<_> = (0..100).map(|_| backoff(&retry, 9)).collect();
        assert!(waits.len() > 50, "they are spread");
        let told = Refused {
            failure: Failure::new(FailureCode::RateLimited, ""),
            wait: Some(Duration::from_secs(7)),
        };
        assert!(wait_of(&retry, 1, &told) >= Duration::from_secs(7));
    }
}
