//! What a program says, collected while it runs.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Where a program said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// All lines so far, in the order in which they came.
#[derive(Default)]
pub(crate) struct Output {
    said: Mutex<Said>,
    news: Condvar,
}

#[derive(Default)]
struct Said {
    lines: Vec<(Stream, String)>,
    /// How many streams are still open.
    open: usize,
}

/// What looking for a line came to.
pub(crate) enum Search {
    Found(String),
    /// Nothing more can come.
    Ended,
    TimedOut,
}

impl Output {
    /// Collects a stream to its end, beside this thread.
    pub(crate) fn collect(self: &Arc<Output>, stream: Stream, from: impl Read + Send + 'static) {
        self.lock().open += 1;
        let output = Arc::clone(self);
        thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut line = Vec::new();
            while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
                output.lock().lines.push((stream, text));
                output.news.notify_all();
                line.clear();
            }
            output.lock().open -= 1;
            output.news.notify_all();
        });
    }

    /// The lines of one stream, or of both.
    pub(crate) fn text(&self, of: Option<Stream>) -> String {
        let said = self.lock();
        let lines = said.lines.iter().filter(|(stream, _)| of.is_none_or(|of| of == *stream));
        lines.flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
    }

    /// The first line that has this in it, as soon as it is there.
    pub(crate) fn search(&self, part: &str, within: Duration) -> Search {
        let deadline = Instant::now() + within;
        let mut said = self.lock();
        let mut seen = 0;
        loop {
            let mut news = said.lines.iter().skip(seen);
            if let Some((_, line)) = news.find(|(_, line)| line.contains(part)) {
                return Search::Found(line.clone());
            }
            seen = said.lines.len();
            let left = deadline.saturating_duration_since(Instant::now());
            if said.open == 0 {
                return Search::Ended;
            } else if left.is_zero() {
                return Search::TimedOut;
            }
            said = self.news.wait_timeout(said, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until all streams have ended. A child of the program can keep them open beyond its end.
    pub(crate) fn wait_for_end(&self, within: Duration) {
        let said = self.lock();
        drop(self.news.wait_timeout_while(said, within, |said| said.open > 0));
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
