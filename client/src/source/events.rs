//! Server-sent events (WHATWG HTML, section 9.2), as far as a control plane sends them: read line by line, in bounded
//! memory, as they come.

use std::io::{BufRead, BufReader, Read};

use super::{Event, Stream, broken_off, version_of};
use crate::state::{Failure, FailureCode};

/// Fields that are not the data have a few bytes.
const FIELD_BYTES: usize = 1 << 10;

/// A stream that is open.
pub(super) struct Events {
    lines: BufReader<Box<dyn Read + Send>>,
    bound: usize,
}

impl Events {
    pub(super) fn new(body: impl Read + Send + 'static, bound: usize) -> Events {
        Events { lines: BufReader::with_capacity(64 << 10, Box::new(body)), bound }
    }
}

impl Stream for Events {
    fn next(&mut self) -> Result<Event, Failure> {
        let (mut kind, mut data) = (String::new(), None::<String>);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                let known = match (kind.as_str(), data.take()) {
                    ("heartbeat", data) => Some(Event::Heartbeat(data.and_then(|data| version_of(&data)))),
                    ("put" | "delta", Some(data)) => Some(Event::Message(data)),
                    // What this version does not know, or a comment.
                    _ => None,
                };
                kind.clear();
                match known {
                    Some(event) => return Ok(event),
                    None => continue,
                }
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => kind = value.chars().take(FIELD_BYTES).collect(),
                "data" => match &mut data {
                    None => data = Some(value.to_owned()),
                    Some(data) if data.len() + value.len() > self.bound => return Err(self.too_large()),
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                },
                _ => {}
            }
        }
    }
}

impl Events {
    fn line(&mut self) -> Result<String, Failure> {
        let mut line = Vec::new();
        let bound = self.bound as u64 + FIELD_BYTES as u64;
        match (&mut self.lines).take(bound).read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {}
            Ok(read) if read as u64 == bound => return Err(self.too_large()),
            Ok(_) => {
                return Err(Failure::new(FailureCode::StreamEnded, "the control plane has ended the stream"));
            }
            Err(error) => return Err(broken_off(&error)),
        }
        while line.last().is_some_and(|last| matches!(last, b'\n' | b'\r')) {
            line.pop();
        }
        String::from_utf8(line).map_err(|_| Failure::new(FailureCode::Malformed, "the stream is not UTF-8"))
    }

    fn too_large(&self) -> Failure {
        Failure::new(FailureCode::TooLarge, format!("an event has more than {} bytes", self.bound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str, bound: usize) -> Vec<Result<Event, FailureCode>> {
        let mut events = Events::new(std::io::Cursor::new(text.as_bytes().to_vec()), bound);
        let mut all = Vec::new();
        loop {
            match events.next() {
                Ok(event) => all.push(Ok(event)),
                Err(failure) => {
                    all.push(Err(failure.code));
                    return all;
                }
            }
        }
    }

    #[test]
    fn events_are_read_as_they_come() {
        let text = ": hello\n\nevent: put\nid: 7\ndata: {\"a\":1}\n\nevent: heartbeat\r\ndata: {\"version\":7}\r\n\r\n\
                    event: other\ndata: x\n\nevent: delta\ndata: a\ndata:b\n\nevent: put\ndata: cut";
        let message = |text: &str| Ok(Event::Message(text.to_owned()));
        assert_eq!(
            events(text, 100),
            [
                message("{\"a\":1}"),
                Ok(Event::Heartbeat(Some(7))),
                message("a\nb"),
                Err(FailureCode::StreamEnded)
            ]
        );
    }

    #[test]
    fn an_endless_event_ends() {
        let line = format!("event: put\ndata: {}", "x".repeat(10_000));
        assert_eq!(events(&line, 100), [Err(FailureCode::TooLarge)]);
        let lines = format!("event: put\n{}", "data: xxxxxxxxx\n".repeat(1_000));
        assert_eq!(events(&lines, 100), [Err(FailureCode::TooLarge)]);
    }
}
