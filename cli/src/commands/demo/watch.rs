//! Watching the examples: an edit is decided within a fraction of a second, a broken one changes nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use vexil_core::{Environment, Problem, Request, Snapshot, Value, limits};

use super::cases::{self, Case, Decision};
use super::files::Files;
use super::{USERS, seed_users};
use crate::exit::{Failure, Outcome};
use crate::input::{self, Definitions};
use crate::output::style::{ERROR, HEADING, QUIET, WARNING};
use crate::output::{Output, table};

/// How often the files are looked at. Whoever edits does not notice it.
const TICK: Duration = Duration::from_millis(100);

/// Tells of every edit until Ctrl-C.
pub(super) fn run(output: &mut Output, files: &Files, mut watcher: Watcher) -> Result<Outcome, Failure> {
    let (stop, stopped) = mpsc::channel();
    // A second Ctrl-C finds nobody who waits for it.
    ctrlc::set_handler(move || stop.send(()).unwrap_or_default())
        .map_err(|error| Failure::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    invite(output, files)?;
    output.flush()?;
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
        if let Some(news) = watcher.look() {
            watcher.tell(output, news)?;
            output.flush()?;
        }
    }
    writeln!(output, "\nStopped.")?;
    output.flush()?;
    Ok(Outcome::Fine)
}

fn invite(output: &mut Output, files: &Files) -> io::Result<()> {
    let seed = files.seed();
    writeln!(output, "\n{HEADING}Watching. Edit {} and see what changes.{HEADING:#}", seed.display())?;
    writeln!(output, "Raise its rollout, for example, from another terminal:\n")?;
    let path = quoted(&seed);
    writeln!(
        output,
        r#"  sed -i 's/"rust_engine": 25, "legacy": 75/"rust_engine": 60, "legacy": 40/' {path}"#
    )?;
    writeln!(output, "\n{QUIET}Or move its expiry to the next decade, or break it. Ctrl-C ends.{QUIET:#}")
}

/// As a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The files as they were last seen, and the snapshot that counts.
pub(super) struct Watcher {
    pub(super) snapshot: Snapshot,
    paths: Vec<PathBuf>,
    texts: Texts,
    /// What the snapshot was made of.
    loaded: Texts,
    /// Why the texts make no snapshot. Said only when they stay so: an editor may not be done with them.
    doubt: Option<Failure>,
}

/// Of each file, or why it is not read; none where there is no file at the moment.
type Texts = Vec<Option<Result<Vec<u8>, Problem>>>;

enum News {
    Edited { files: Vec<PathBuf>, snapshot: Box<Snapshot>, warnings: Vec<String> },
    Broken(Failure),
}

impl Watcher {
    pub(super) fn load(files: &Files) -> Result<Watcher, Failure> {
        let paths = files.paths();
        // Read first: an edit from here on is one that is seen.
        let texts = texts(&paths);
        let Definitions { snapshot, warnings, .. } = definitions(&paths)?;
        input::warn(&warnings);
        Ok(Watcher { snapshot, paths, loaded: texts.clone(), texts, doubt: None })
    }

    /// Contents are compared, not times alone: an editor may replace the file, and a clock is coarse.
    fn look(&mut self) -> Option<News> {
        let texts = texts(&self.paths);
        if texts == self.texts {
            return self.doubt.take().map(News::Broken);
        }
        let before = std::mem::replace(&mut self.texts, texts);
        let is_other = |position: &usize| {
            let now = self.texts.get(*position);
            now != before.get(*position) || now != self.loaded.get(*position)
        };
        let files = (0..self.paths.len())
            .filter(is_other)
            .filter_map(|position| self.paths.get(position).cloned())
            .collect();
        match definitions(&self.paths) {
            Ok(Definitions { snapshot, warnings, .. }) => {
                self.doubt = None;
                self.loaded.clone_from(&self.texts);
                Some(News::Edited { files, snapshot: Box::new(snapshot), warnings })
            }
            Err(failure) => {
                self.doubt = Some(failure);
                None
            }
        }
    }

    fn tell(&mut self, output: &mut Output, news: News) -> io::Result<()> {
        match news {
            News::Edited { files, snapshot, warnings } => {
                let old = std::mem::replace(&mut self.snapshot, *snapshot);
                writeln!(output, "\n{HEADING}{}{HEADING:#}{}:\n", names(&files), delay(&files))?;
                for warning in warnings {
                    writeln!(output, "  {WARNING}problem{WARNING:#}: {warning}")?;
                }
                compare(output, &old, &self.snapshot)
            }
            News::Broken(Failure::Input(problem) | Failure::Usage(problem)) => {
                writeln!(output, "\n{ERROR}not loaded{ERROR:#}: {problem}")?;
                writeln!(output, "What was loaded last stays in force.")
            }
            News::Broken(Failure::Output(error)) => Err(error),
        }
    }
}

fn definitions(paths: &[PathBuf]) -> Result<Definitions, Failure> {
    input::compile(&input::read_files(paths.to_vec())?, Environment::Document)
}

fn texts(paths: &[PathBuf]) -> Texts {
    paths.iter().map(|path| input::read_bounded(path, limits::DOCUMENT_BYTES).ok()).collect()
}

fn names(files: &[PathBuf]) -> String {
    let names: Vec<_> = files.iter().filter_map(|file| Some(file.file_name()?.to_string_lossy())).collect();
    names.join(", ")
}

/// How long ago the files were written.
fn delay(files: &[PathBuf]) -> String {
    let written = files.iter().filter_map(|file| fs::metadata(file).ok()?.modified().ok()).max();
    match written.and_then(|written| SystemTime::now().duration_since(written).ok()) {
        Some(delay) => format!(" decided anew, {} ms after it was written", delay.as_millis()),
        None => " decided anew".to_owned(),
    }
}

/// Which of the decisions above are others now.
fn compare(output: &mut Output, old: &Snapshot, new: &Snapshot) -> io::Result<()> {
    let row = |case: Case| {
        let (was, is) = (case.decide(old), case.decide(new));
        let whole = |decision: &Decision| (decision.value.clone(), decision.reason.clone());
        (whole(&was) != whole(&is) || was.variation != is.variation)
            .then(|| [case.who.to_owned(), entry(&case), brief(&was), "->".to_owned(), brief(&is)])
    };
    let rows: Vec<_> = cases::all().filter_map(row).collect();
    if rows.is_empty() {
        writeln!(output, "  none of the decisions above changes")?;
    } else {
        table::write(output, ["who asks", "entry", "was", "", "is"], &rows)?;
    }
    match moved(old, new) {
        0 => Ok(()),
        moved => writeln!(output, "\n  {moved} of {USERS} users in production get another value"),
    }
}

fn entry(case: &Case) -> String {
    match case.when {
        cases::When::Now => case.key.to_owned(),
        cases::When::Before => format!("{} before it expired", case.key),
    }
}

fn brief(Decision { value, reason, by, .. }: &Decision) -> String {
    if by.is_empty() { format!("{value} {reason}") } else { format!("{value} {reason} ({by})") }
}

/// How many of the synthetic users get another value of the seed's flag.
fn moved(old: &Snapshot, new: &Snapshot) -> usize {
    let context = cases::in_production();
    let values = |snapshot: &Snapshot| -> Vec<Option<Value>> {
        let users = seed_users(snapshot, &context);
        let value =
            |context| snapshot.evaluate(users.key, &Request::new(&context, users.now)).value().cloned();
        users.contexts(USERS).map(value).collect()
    };
    values(old).iter().zip(values(new)).filter(|(old, new)| *old != new).count()
}
