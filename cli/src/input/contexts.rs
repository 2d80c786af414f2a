//! Contexts: one on the command line, or a line each from a file, however many there are.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use vexil_core::{Code, Context, Problem, limits};

use super::without_mark;
use crate::exit::Failure;

/// A context, or why the text is none.
pub(crate) type Parsed = Result<Context, Problem>;

/// Where contexts come from.
pub(crate) enum Contexts {
    /// One, or none any more.
    One(Option<Parsed>),
    /// One on each line that is not blank.
    Lines(Lines),
}

pub(crate) struct Lines {
    path: PathBuf,
    reader: BufReader<Box<dyn Read>>,
    line: Vec<u8>,
    number: usize,
}

/// A context on the command line.
pub(crate) fn parse(text: &str) -> Parsed {
    Context::parse_json(without_mark(text.as_bytes()))
}

impl Contexts {
    /// The context that is this text; without one the empty context.
    pub(crate) fn one(text: Option<&str>) -> Contexts {
        Contexts::One(Some(text.map_or_else(|| Ok(Context::new()), parse)))
    }

    /// The contexts of a file, `-` being standard input.
    pub(crate) fn lines(path: &Path) -> Result<Contexts, Failure> {
        let source: Box<dyn Read> = if path.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path).map_err(|error| Failure::unreadable(path, &error))?)
        };
        let reader = BufReader::with_capacity(1 << 16, source);
        Ok(Contexts::Lines(Lines { path: path.to_owned(), reader, line: Vec::new(), number: 0 }))
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Result<Option<Parsed>, Failure> {
        match self {
            Contexts::One(context) => Ok(context.take()),
            Contexts::Lines(lines) => lines.next().map_err(|error| Failure::unreadable(&lines.path, &error)),
        }
    }

    /// Whether asking for the next one may have to wait: then whoever waits for answers should have them.
    pub(crate) fn may_block(&self) -> bool {
        match self {
            Contexts::One(_) => false,
            Contexts::Lines(lines) => lines.reader.buffer().is_empty(),
        }
    }
}

impl Lines {
    fn next(&mut self) -> io::Result<Option<Parsed>> {
        while self.read_line()? {
            if !self.text().trim_ascii().is_empty() {
                return Ok(Some(self.context()));
            }
        }
        Ok(None)
    }

    /// Reads a line, of one that is too long only as much as shows that it is. False at the end.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.number += 1;
        // A mark, a context of the longest, the line's end, and a byte that is too much.
        let most = limits::CONTEXT_BYTES as u64 + 5;
        let read = (&mut self.reader).take(most).read_until(b'\n', &mut self.line)?;
        if read as u64 == most && !self.line.ends_with(b"\n") {
            self.reader.skip_until(b'\n')?;
        }
        if self.line.ends_with(b"\n") {
            self.line.pop();
        }
        Ok(read > 0)
    }

    /// The line; of the first what its file begins with is no part.
    fn text(&self) -> &[u8] {
        if self.number == 1 { without_mark(&self.line) } else { &self.line }
    }

    fn context(&self) -> Parsed {
        if self.text().len() > limits::CONTEXT_BYTES {
            let message = format!("a context of more than {} bytes", limits::CONTEXT_BYTES);
            return Err(Problem::of_text(Code::TooLarge, self.number, 1, message));
        }
        Context::parse_json(self.text()).map_err(|problem| match problem.line {
            Some(_) => Problem { line: Some(self.number), ..problem },
            None => Problem { message: format!("line {}: {}", self.number, problem.message), ..problem },
        })
    }
}
