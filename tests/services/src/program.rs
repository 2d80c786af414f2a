//! A program as a child of the test.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::Unavailable;
use crate::output::{Output, Search, Stream};
use crate::watchdog::Watchdog;

/// How often is looked whether a program has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// How long the rest of its output may take to come when a program has ended.
const REST: Duration = Duration::from_secs(2);

/// A running program: its output is collected, and it is killed, with what it has started, when this is dropped or
/// this process ends.
pub struct Program {
    /// For messages.
    name: String,
    child: Child,
    output: Arc<Output>,
    /// Ends before the child may become another's number: when the child is known to have ended.
    watchdog: Option<Watchdog>,
}

impl Program {
    /// Starts it. Its input and output are this value's, whatever the command says of them.
    ///
    /// # Errors
    ///
    /// It cannot be run.
    pub fn start(command: &mut Command) -> Result<Program, Unavailable> {
        Program::start_guarded(command, "KILL", None)
    }

    /// `ending` is the name of the signal that ends it when this process has ended; then `folder` goes as well.
    pub(crate) fn start_guarded(
        command: &mut Command,
        ending: &str,
        folder: Option<&Path>,
    ) -> Result<Program, Unavailable> {
        let name = Path::new(command.get_program()).display().to_string();
        let cannot = |error| Unavailable::new(format!("cannot run {name}: {error}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // What is meant for the tests, such as a key that interrupts them, is not meant for it.
        let mut child = command.process_group(0).spawn().map_err(cannot)?;
        let output = Arc::new(Output::default());
        if let Some(stdout) = child.stdout.take() {
            output.collect(Stream::Output, stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            output.collect(Stream::Error, stderr);
        }
        // From here on it is killed whatever happens.
        let mut program = Program { name, child, output, watchdog: None };
        let watchdog = Watchdog::watch(program.id(), ending, folder);
        program.watchdog = Some(watchdog.map_err(|error| {
            Unavailable::new(format!("cannot run the shell that watches over {}: {error}", program.name))
        })?);
        Ok(program)
    }

    /// Its number as a process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far, on standard output and standard error.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.text(None)
    }

    /// What it said so far on standard output alone.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.output.text(Some(Stream::Output))
    }

    /// What it said so far on standard error alone.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.output.text(Some(Stream::Error))
    }

    /// The first line that has `part` in it, on either stream: one that was said, or else the next one.
    ///
    /// # Errors
    ///
    /// The program ends without it, or does not say it in time.
    pub fn wait_for(&self, part: &str, within: Duration) -> Result<String, Unavailable> {
        match self.output.search(part, within) {
            Search::Found(line) => Ok(line),
            Search::Ended => Err(self.failed(&format!("ended without saying `{part}`"))),
            Search::TimedOut => Err(self.failed(&format!("did not say `{part}` within {within:?}"))),
        }
    }

    /// Gives it a line of input.
    ///
    /// # Errors
    ///
    /// It has ended, or its input has.
    pub fn send(&mut self, line: &str) -> Result<(), Unavailable> {
        let sent = self.child.stdin.as_mut().is_some_and(|input| writeln!(input, "{line}").is_ok());
        if sent { Ok(()) } else { Err(self.failed(&format!("does not take the line `{line}`"))) }
    }

    /// Asks it to end, by SIGTERM. No error if it has ended.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Kills it, by SIGKILL, and waits until it has ended. No error if it had.
    pub fn kill(&mut self) {
        if self.watchdog.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            self.ended();
        }
    }

    /// Ends its input, and waits until the program ends and its output is complete.
    ///
    /// # Errors
    ///
    /// It does not end in time; it then goes on.
    pub fn wait(&mut self, within: Duration) -> Result<ExitStatus, Unavailable> {
        drop(self.child.stdin.take());
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.status() {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                return Err(self.failed(&format!("did not end within {within:?}")));
            }
            thread::sleep(PAUSE);
        }
    }

    /// How it ended; none while it runs.
    pub fn status(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten()?;
        self.ended();
        Some(status)
    }

    /// Waits until `ready` says so of the running program.
    pub(crate) fn wait_until(
        &mut self,
        within: Duration,
        mut ready: impl FnMut(&Program) -> bool,
    ) -> Result<(), Unavailable> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.status() {
                return Err(self.failed(&format!("ended at once: {status}")));
            } else if ready(self) {
                return Ok(());
            } else if Instant::now() >= deadline {
                return Err(self.failed(&format!("was not ready within {within:?}")));
            }
            thread::sleep(PAUSE);
        }
    }

    /// Signals it, unless it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(id) = self.running() {
            let _ = kill_process(id, signal);
        }
    }

    /// Its number, unless it has ended: the number may then be another's.
    fn running(&self) -> Option<Pid> {
        self.watchdog.as_ref()?;
        i32::try_from(self.id()).ok().and_then(Pid::from_raw)
    }

    fn ended(&mut self) {
        self.watchdog = None;
        self.output.wait_for_end(REST);
    }

    /// What it did not do, and what it said.
    pub(crate) fn failed(&self, what: &str) -> Unavailable {
        let output = self.output();
        let said = if output.is_empty() { "it said nothing".into() } else { format!("it said:\n{output}") };
        Unavailable::new(format!("{} {what}; {said}", self.name))
    }
}

/// What it has started goes as well, unless it has put that into a group of its own.
impl Drop for Program {
    fn drop(&mut self) {
        if let Some(group) = self.running() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
