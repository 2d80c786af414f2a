//! The driver at the other end of standard input and output.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A bound for anything that a driver does, and not a measure.
const ANSWER: Duration = Duration::from_secs(60);

/// Does what it is told, and says what came of it.
pub(crate) struct Driver {
    answers: Receiver<io::Result<String>>,
}

impl Driver {
    /// The one that has started this program.
    pub(crate) fn new() -> Driver {
        let (tell, answers) = channel();
        thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Driver { answers }
    }

    pub(crate) fn ask(&self, request: &Value) -> Result<Value, String> {
        let asked = writeln!(io::stdout(), "{request}").and_then(|()| io::stdout().flush());
        asked.map_err(|error| format!("the driver does not listen: {error}"))?;
        let line = match self.answers.recv_timeout(ANSWER) {
            Ok(line) => line.map_err(|error| format!("the driver's answer: {error}"))?,
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!("no answer in {ANSWER:?} to {}", shown(request)));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(format!("the driver ended at {}", shown(request)));
            }
        };
        let answer: Value = serde_json::from_str(&line).map_err(|error| {
            format!("to {} the driver says what is no JSON ({error}): {line}", shown(request))
        })?;
        match answer.get("failed") {
            Some(why) => Err(format!("the driver cannot do {}: {why}", shown(request))),
            None => Ok(answer),
        }
    }
}

/// A request as people may read it: without the SDK key that a client is opened with.
pub(crate) fn shown(request: &Value) -> Value {
    let mut shown = request.clone();
    if let Some(options) = shown.get_mut("options").and_then(Value::as_object_mut) {
        options.remove("source");
    }
    shown
}
