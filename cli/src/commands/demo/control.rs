//! The demo's control plane: in this process, on a free port, with a temporary folder, holding the shipped examples.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use vexil_server::{Server, Settings};

use super::cases::SEED_KEY;
use crate::commands::apply::Environments;
use crate::exit::Failure;
use crate::input;
use crate::remote::Remote;

/// Name, text and what it is.
const EXAMPLES: [(&str, &str, &str); 3] = [
    (
        "graph_search.json",
        include_str!("../../../../examples/graph_search.json"),
        "one flag with three rules",
    ),
    (
        "registrations.json",
        include_str!("../../../../examples/registrations.json"),
        "a flag and a test, in other spellings",
    ),
    (
        "platform.yaml",
        include_str!("../../../../examples/platform.yaml"),
        "a bundle: scopes, a kill switch, a segment, experiments in a layer",
    ),
];

/// Where the demo's client reads.
pub(super) const ENVIRONMENT: &str = "production";
/// Nobody waits for the demo to end.
const DRAIN: Duration = Duration::from_secs(1);

/// A control plane that stops, and whose folder goes, with this.
pub(super) struct Control {
    pub(super) base: String,
    pub(super) token: String,
    /// How long it took from nothing to the first answer.
    pub(super) started_in: Duration,
    pub(super) remote: Remote,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

/// What the server says once it listens: its address and the administrator's token.
type Ready = Result<(SocketAddr, String), String>;

impl Control {
    pub(super) fn start() -> Result<Control, Failure> {
        let begun = Instant::now();
        let temporary = std::env::temp_dir();
        let folder = TempDir::with_prefix("vexil-demo-").map_err(|error| {
            Failure::Usage(format!("cannot make a folder in {}: {error}", temporary.display()))
        })?;
        let settings = Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: folder.path().join("data"),
            drain: DRAIN,
            ..Settings::default()
        };
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || serve(settings, &tell, stopped));
        let ready = told.recv().unwrap_or_else(|_| Err("the control plane ended".to_owned()));
        let (address, token) = ready.map_err(Failure::Usage)?;
        let base = format!("http://{address}");
        Ok(Control {
            remote: Remote::at(base.clone(), token.clone()),
            base,
            token,
            started_in: begun.elapsed(),
            stop: Some(stop),
            thread: Some(thread),
            folder,
        })
    }

    /// Puts the examples into files, and takes them over as `vexil apply` does.
    pub(super) fn import_examples(&self) -> Result<(), Failure> {
        let definitions = self.definitions();
        let unusable = |error: io::Error| {
            Failure::Usage(format!("cannot write the examples to {}: {error}", definitions.display()))
        };
        fs::create_dir_all(&definitions).map_err(unusable)?;
        for (name, text, _) in EXAMPLES {
            fs::write(definitions.join(name), text).map_err(unusable)?;
        }
        let files = input::read(&definitions)?;
        let everywhere = || Ok(["development", "staging", "production"].map(str::to_owned).to_vec());
        let environments = Environments::of(&files, None, everywhere)?;
        let body = json!({ "environments": environments, "reason": "the examples" });
        let _: Value = self.remote.post("/api/v1/projects/default/import", &body)?;
        Ok(())
    }

    /// The folder with the examples.
    pub(super) fn definitions(&self) -> PathBuf {
        self.folder.path().join("definitions")
    }

    pub(super) fn described(&self) -> impl Iterator<Item = (PathBuf, &'static str)> {
        let folder = self.definitions();
        EXAMPLES.iter().map(move |(name, _, what)| (folder.join(name), *what))
    }

    /// A key for the demo's client.
    pub(super) fn sdk_key(&self) -> Result<String, Failure> {
        #[derive(Deserialize)]
        struct Made {
            key: String,
        }
        let asked = json!({ "environment": ENVIRONMENT, "kind": "server", "name": "demo" });
        Ok(self.remote.post::<Made>("/api/v1/keys", &asked)?.key)
    }

    /// Where an entry's definition is.
    pub(super) fn path_of(key: &str) -> String {
        format!("/api/v1/projects/default/environments/{ENVIRONMENT}/entries/{key}")
    }

    /// Raises the rollout of the seed's flag; when that was asked for, and when it was answered.
    pub(super) fn raise(&self, on: u32) -> Result<(Instant, Instant), Failure> {
        let path = Control::path_of(SEED_KEY);
        let mut held: Value = self.remote.get(&path)?;
        let rules = held.pointer_mut("/definition/rules").map(Value::take).unwrap_or_default();
        let mut patch = json!({ "patch": { "rules": rules }, "reason": "25 % went well" });
        let rules = patch.pointer_mut("/patch/rules").and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten() {
            if let Some(rollout) = rule.pointer_mut("/action/rollout") {
                *rollout = json!({ "rust_engine": on, "legacy": 100_u32.saturating_sub(on) });
            }
        }
        let asked = Instant::now();
        let _: Value = self.remote.patch(&path, &patch)?;
        Ok((asked, Instant::now()))
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Both may have ended by themselves.
        let _ = self.stop.take().map(|stop| stop.send(()));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Serves until it is told to stop.
fn serve(settings: Settings, tell: &mpsc::Sender<Ready>, stopped: oneshot::Receiver<()>) {
    let failed = |error: &dyn std::fmt::Display| drop(tell.send(Err(error.to_string())));
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    runtime.block_on(async {
        let mut server = match Server::start(settings).await {
            Ok(server) => server,
            Err(error) => return failed(&error),
        };
        let token = server.take_admin_token().map(|token| token.reveal().to_owned()).unwrap_or_default();
        match server.address() {
            Ok(address) => drop(tell.send(Ok((address, token)))),
            Err(error) => return failed(&error),
        }
        // When it ends badly the client's stream does, and that is told.
        drop(server.run(async { drop(stopped.await) }).await);
    });
}
