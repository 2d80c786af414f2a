//! Server-sent events, as far as their ids.

/// More of a line is not kept: an id has at most 20 digits, and data may be megabytes.
const KEPT: usize = 32;

/// Finds events in a body that arrives in pieces.
#[derive(Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    id: Option<u64>,
}

impl Events {
    /// The latest id among the events that end in this piece. Comments and events without a
    /// number for an id are none.
    pub(crate) fn read(&mut self, piece: &[u8]) -> Option<u64> {
        let mut latest = None;
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end);
            self.keep(line);
            latest = latest.max(self.end_line());
            rest = after.get(1..).unwrap_or_default();
        }
        self.keep(rest);
        latest
    }

    fn keep(&mut self, part: &[u8]) {
        let room = KEPT.saturating_sub(self.line.len());
        self.line.extend(part.iter().take(room));
    }

    /// The id of the event that this line ends, if it ends one.
    fn end_line(&mut self) -> Option<u64> {
        let line = String::from_utf8_lossy(&self.line);
        let line = line.trim_end_matches('\r');
        let ended = if line.is_empty() { self.id.take() } else { None };
        if let Some(id) = line.strip_prefix("id:") {
            self.id = id.trim_start().parse().ok();
        }
        self.line.clear();
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_when_its_empty_line_is() {
        let mut events = Events::default();
        assert_eq!(events.read(b"event: delta\nid: 7\ndata: {}\n"), None);
        assert_eq!(events.read(b"\n"), Some(7));
        assert_eq!(events.read(b"\n"), None);
    }

    #[test]
    fn pieces_end_anywhere() {
        let text = format!("event: put\r\ndata: {}\r\nid: 41\r\n\r\n: beat\n\nid:42\n\n", "x".repeat(100));
        let mut events = Events::default();
        let read: Vec<u64> = text.as_bytes().chunks(1).filter_map(|piece| events.read(piece)).collect();
        assert_eq!(read, [41, 42]);
    }

    #[test]
    fn of_many_events_in_a_piece_the_latest_counts() {
        assert_eq!(Events::default().read(b"id: 1\n\nid: 2\n\ndata: id: 3\n\nid: x\n\n"), Some(2));
    }
}
