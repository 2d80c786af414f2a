//! A client, as hosts hold it.

use std::sync::Arc;

use once_cell::sync::OnceCell;
use vexil_client::{Client, Context};
use vexil_core::{Arena, Node, Value};

use super::error::VexilError;
use super::listeners::{ChangeListener, HostStore, StateListener, StickyStore, Subscription};
use super::options::ClientOptions;
use super::state::{ClientState, Explanation, ValueChange};
use crate::Code;
use crate::c::ClientHandle;

/// A client of one environment.
#[derive(uniffi::Object)]
pub struct VexilClient {
    client: Client,
    /// By which the C ABI knows it, once somebody has asked.
    handle: OnceCell<ClientHandle>,
}

impl VexilClient {
    /// The same client, for the faces that evaluate.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

#[uniffi::export]
impl VexilClient {
    /// Starts a client, and waits for the first definitions as long as the options say. `sticky` remembers which variants
    /// units were given; it takes the place of the file that the options may name.
    #[uniffi::constructor(default(sticky = None))]
    pub fn start(
        options: ClientOptions,
        sticky: Option<Arc<dyn StickyStore>>,
    ) -> Result<Arc<VexilClient>, VexilError> {
        let mut options = options.into_options()?;
        if let Some(sticky) = sticky {
            options.sticky = Some(Arc::new(HostStore(sticky)));
        }
        let client = Client::start(options)?;
        Ok(Arc::new(VexilClient { client, handle: OnceCell::new() }))
    }

    /// Stops: nobody is asked any more. What is held is still served, and grows old.
    pub fn close(&self) {
        self.client.close();
    }

    /// The number by which the C ABI knows this client, for as long as this object lives; the same at every call.
    pub fn handle(&self) -> Result<u64, VexilError> {
        let handle = self.handle.get_or_try_init(|| ClientHandle::insert(self.client.clone()));
        handle.map(|handle| handle.id).map_err(VexilError::from)
    }

    /// How the client stands.
    pub fn state(&self) -> ClientState {
        ClientState::from(&self.client.state())
    }

    /// Whether there are definitions to evaluate with, wherever they came from. A read without any is an error of its own
    /// (`PROVIDER_NOT_READY`) and of a client whose fallback is `throw` an exception.
    pub fn is_ready(&self) -> bool {
        self.client.is_ready()
    }

    /// The number of what a read may come to just now; it moves whenever that does.
    pub fn generation(&self) -> u64 {
        self.client.generation()
    }

    /// The name of this process in telemetry, and in contexts as `instance.id`.
    pub fn instance_id(&self) -> String {
        self.client.instance_id().to_owned()
    }

    /// Asks the source now, and waits for the answer.
    pub fn force_refresh(&self) -> Result<(), VexilError> {
        Ok(self.client.force_refresh()?)
    }

    /// Puts other definitions in force, where the source is the program itself.
    pub fn put(&self, definitions: String) -> Result<(), VexilError> {
        Ok(self.client.put(&definitions)?)
    }

    /// Hears of every change of the state.
    pub fn on_state(&self, listener: Arc<dyn StateListener>) -> Arc<Subscription> {
        Subscription::new(self.client.on_state(move |state| {
            // What a listener throws is its own matter.
            drop(listener.on_state(ClientState::from(state)));
        }))
    }

    /// Hears when a key's value is another, evaluated for nobody in particular.
    pub fn on_change(
        &self,
        namespace: String,
        key: String,
        listener: Arc<dyn ChangeListener>,
    ) -> Arc<Subscription> {
        Subscription::new(self.client.on_change(&namespace, &key, move |change| {
            drop(listener.on_change(ValueChange::from(change)));
        }))
    }

    /// Evaluates, and tells how; the context in JSON.
    pub fn explain(&self, key: String, context_json: String) -> Result<Explanation, VexilError> {
        let trace = self.client.explain(&key, &json_context(&context_json)?);
        let json = serde_json::to_string(&trace).map_err(|error| VexilError::Internal {
            code: Code::Internal.number(),
            reason: error.to_string(),
        })?;
        Ok(Explanation { text: trace.to_string(), json })
    }
}

impl Drop for VexilClient {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.get() {
            // Whoever has closed it through the C ABI was here before.
            drop(handle.remove());
        }
    }
}

/// A value from JSON, as strict as definitions are.
pub(crate) fn json_value(json: &str) -> Result<Value, VexilError> {
    let arena = Arena::new();
    let node = Node::parse_json(json.as_bytes(), &arena);
    node.map(|node| node.to_value())
        .map_err(|problem| VexilError::argument(Code::InvalidValue, problem.to_string()))
}

/// A context from JSON, as strict as definitions are.
pub(crate) fn json_context(json: &str) -> Result<Context, VexilError> {
    Context::parse_json(json.as_bytes())
        .map_err(|problem| VexilError::argument(Code::InvalidContext, problem.to_string()))
}
