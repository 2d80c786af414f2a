//! One run of the scenario.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use vexil_test_services::free_port;

use crate::control_plane::{Answer, ControlPlane};
use crate::driver::{Driver, shown};
use crate::scenario::{Act, Passing, Scenario, Serving, Step};
use crate::told::{Kept, has, is};
use crate::wire::{Says, Wire};

/// A bound for what comes about elsewhere, and not a measure.
const SOON: Duration = Duration::from_secs(60);
/// How often is asked again.
const PAUSE: Duration = Duration::from_millis(20);
/// Of how many bytes of a file that is damaged one is another.
const DAMAGED: usize = 40;

/// How many answers have held, by step.
pub(crate) type Held = BTreeMap<String, usize>;

pub(crate) struct Run {
    driver: Driver,
    control_plane: ControlPlane,
    wire: Wire,
    recorded: Option<Arc<Answer>>,
    kept: Kept,
    /// Where the driver keeps the last known good.
    cache: PathBuf,
    _folder: TempDir,
}

impl Run {
    pub(crate) fn start() -> Result<Run, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no folder to write in: {error}"))?;
        let control_plane = ControlPlane::in_folder(folder.path())?;
        let wire = Wire::to(control_plane.address, free_port().map_err(|why| why.to_string())?);
        let mut kept = Kept::default();
        kept.keep("url", json!(format!("http://{}", wire.address)));
        let cache = folder.path().join("cache");
        kept.keep("cache", json!(cache));
        Ok(Run { driver: Driver::new(), control_plane, wire, recorded: None, kept, cache, _folder: folder })
    }

    pub(crate) fn take_through(mut self, scenario: &Scenario) -> Result<Held, String> {
        let mut held = Held::new();
        for step in &scenario.steps {
            let count = self
                .take(step)
                .map_err(|(place, why)| format!("{}, act {}: {}: {why}", step.name, place + 1, step.claim))?;
            held.insert(step.name.clone(), count);
        }
        Ok(held)
    }

    /// Takes one step; returns how many answers have held, or which act failed, and why.
    fn take(&mut self, step: &Step) -> Result<usize, (usize, String)> {
        let mut held = 0;
        for (place, act) in step.acts.iter().enumerate() {
            held += self.act(act).map_err(|why| (place, why))?;
        }
        Ok(held)
    }

    fn act(&mut self, act: &Act) -> Result<usize, String> {
        match act {
            Act::Serve(Serving::Start) => {
                self.control_plane.start()?;
                self.wire.mend().map_err(|error| format!("{}: {error}", self.wire.address))?;
                Ok(0)
            }
            Act::Serve(Serving::Kill) => {
                self.control_plane.kill();
                self.wire.cut();
                Ok(0)
            }
            Act::Admin { method, path, body, keep, until } => {
                let path = self.kept.fill_text(path)?;
                let body = body.as_ref().map(|body| self.kept.fill(body)).transpose()?;
                let answer = until_it_is(
                    || self.control_plane.administer(method, &path, body.as_ref()),
                    |answer| {
                        until
                            .iter()
                            .all(|(place, wanted)| answer.pointer(place).is_some_and(|at| is(at, wanted)))
                    },
                )?;
                for (name, place) in keep {
                    let found = answer.pointer(place).ok_or_else(|| format!("no {place} in {answer}"))?;
                    self.kept.keep(name, found.clone());
                }
                Ok(until.len())
            }
            Act::Record { key } => {
                let recorded = self.control_plane.snapshot(&self.kept.fill_text(key)?)?;
                self.recorded = Some(Arc::new(recorded));
                Ok(0)
            }
            Act::Wire(passing) => {
                self.wire.set(self.says(passing)?);
                Ok(0)
            }
            Act::Asked(path) => {
                until_it_is(
                    || Ok(json!(self.wire.asked())),
                    |asked| asked.as_array().is_some_and(|asked| asked.contains(&json!(path))),
                )?;
                Ok(1)
            }
            Act::Damage => {
                damage(&self.cache).map(|()| 0).map_err(|error| format!("{}: {error}", self.cache.display()))
            }
            Act::Driver { ask, answers, until } => {
                let ask = self.kept.fill(ask)?;
                match (answers, until) {
                    (Some(wanted), None) => self.expect(&ask, &self.kept.fill(wanted)?)?,
                    (None, Some(wanted)) => {
                        let wanted = self.kept.fill(wanted)?;
                        until_it_is(|| self.driver.ask(&ask), |answer| has(answer, &wanted))
                            .map_err(|why| format!("{}: {why}, and wanted is {wanted}", shown(&ask)))?;
                    }
                    _ => return Err("an act of the driver has either `answers` or `until`".to_owned()),
                }
                Ok(1)
            }
            Act::Heard(wanted) => {
                let heard = RefCell::new(Vec::new());
                let listen = || {
                    let answer = self.driver.ask(&json!({"do": "heard"}))?;
                    let changes = answer
                        .get("changes")
                        .and_then(Value::as_array)
                        .ok_or("the driver tells no `changes`")?;
                    heard.borrow_mut().extend(changes.iter().cloned());
                    Ok(json!(*heard.borrow()))
                };
                until_it_is(listen, |heard| {
                    heard.as_array().is_some_and(|heard| heard.len() >= wanted.len())
                })?;
                // There is no more.
                let heard = listen()?;
                if is(&heard, &json!(wanted)) {
                    Ok(1)
                } else {
                    Err(format!("{heard} was heard, and wanted is {}", json!(wanted)))
                }
            }
            Act::Users { key, asked, default, context, values } => {
                for (user, value) in values {
                    let context = with_user(context, user);
                    let ask = json!({"do": "read", "key": key, "type": asked, "default": default,
                        "context": context});
                    self.expect(&ask, &json!({"value": value, "code": null}))?;
                }
                Ok(values.len())
            }
            Act::Variants { experiment, context, values } => {
                for (user, variant) in values {
                    let context = with_user(context, user);
                    let ask = json!({"do": "variant", "experiment": experiment, "context": context});
                    self.expect(&ask, &json!({"variant": variant}))?;
                }
                Ok(values.len())
            }
        }
    }

    fn expect(&self, ask: &Value, wanted: &Value) -> Result<(), String> {
        let answer = self.driver.ask(ask)?;
        if has(&answer, wanted) {
            Ok(())
        } else {
            Err(format!("{} is answered with {answer}, and wanted is {wanted}", shown(ask)))
        }
    }

    /// What the wire is to answer requests with, if it is not to pass them on.
    fn says(&self, passing: &Passing) -> Result<Option<Says>, String> {
        let recorded = || self.recorded.clone().ok_or("nothing was recorded");
        Ok(match passing {
            Passing::Whole => None,
            Passing::CutShort => Some(Says::HalfOf(recorded()?)),
            Passing::Replayed => Some(Says::Answer(recorded()?)),
            Passing::Garbage => Some(Says::Answer(Arc::new(Answer {
                status: 200,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: b"<!doctype html><title>Sign in to the network</title>".to_vec(),
            }))),
            Passing::Altered { from, to } => {
                let recorded = recorded()?;
                let text = String::from_utf8_lossy(&recorded.body);
                if text.matches(from).count() != 1 {
                    return Err(format!("`{from}` is not in one place of {text}"));
                }
                let body = text.replace(from, to).into_bytes();
                let headers = recorded.headers.clone();
                Some(Says::Answer(Arc::new(Answer { status: recorded.status, headers, body })))
            }
        })
    }
}

fn with_user(context: &Map<String, Value>, user: &str) -> Value {
    let mut context = context.clone();
    context.insert("userId".to_owned(), user.into());
    context.into()
}

/// Asks until the answer is as it must be.
fn until_it_is(
    ask: impl Fn() -> Result<Value, String>,
    is_so: impl Fn(&Value) -> bool,
) -> Result<Value, String> {
    let deadline = Instant::now() + SOON;
    loop {
        let answer = ask()?;
        if is_so(&answer) {
            return Ok(answer);
        } else if Instant::now() > deadline {
            return Err(format!("{answer} after {SOON:?}"));
        }
        thread::sleep(PAUSE);
    }
}

/// Turns bits all over the files of a folder.
fn damage(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let mut bytes = fs::read(&path)?;
        bytes.iter_mut().step_by(DAMAGED).for_each(|byte| *byte ^= 1);
        fs::write(&path, bytes)?;
    }
    Ok(())
}
