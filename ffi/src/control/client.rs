//! A client, as hosts hold it.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use vexil_client::{Client, Options, Seen};

use super::error::VexilError;
use super::listeners::{
    ChangeListener, GenerationListener, HostStore, StateListener, StickyStore, Subscription,
};
use super::options::ClientOptions;
use super::state::{Assignment, ClientState, Explanation, ValueChange};
use crate::guard::caught;
use crate::{clients, json};

/// A client of one environment.
#[derive(uniffi::Object)]
pub struct VexilClient {
    /// Dropped where a panic is caught: the last client stops when it goes.
    client: ManuallyDrop<Client>,
    /// By which the C ABI knows it.
    handle: u64,
}

impl VexilClient {
    fn of(client: Client) -> Result<Arc<VexilClient>, VexilError> {
        let handle = clients::insert(client.clone())?;
        Ok(Arc::new(VexilClient { client: ManuallyDrop::new(client), handle }))
    }

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
        caught(|| VexilClient::of(Client::start(options)?))?
    }

    /// As `start`, with the options that the environment variables of this process name (`docs/clients.md`). `sdk` is the
    /// name and version of the package that calls this, such as `vexil-python/1.2.3`.
    #[uniffi::constructor(default(sdk = None))]
    pub fn from_env(sdk: Option<String>) -> Result<Arc<VexilClient>, VexilError> {
        caught(|| {
            let mut options = Options::from_env()?;
            options.telemetry.sdk = sdk.unwrap_or(options.telemetry.sdk);
            VexilClient::of(Client::start(options)?)
        })?
    }

    /// Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
    /// served what is held, which grows old.
    pub fn close(&self) -> Result<(), VexilError> {
        Ok(caught(|| {
            // Whoever has closed it through the C ABI was here before.
            drop(clients::remove(self.handle));
            if !self.client.is_pinned() {
                self.client.close();
            }
        })?)
    }

    /// A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
    /// they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
    /// state. It holds on to those definitions until it is closed, which leaves this one open.
    ///
    /// `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
    /// may ask for them is the host's matter.
    #[uniffi::method(default(request_overrides_json = None, at = None))]
    pub fn pinned(
        &self,
        request_overrides_json: Option<String>,
        at: Option<String>,
    ) -> Result<Arc<VexilClient>, VexilError> {
        let (overrides, at) = (request_overrides_json.as_deref(), at.as_deref());
        caught(|| VexilClient::of(clients::pinned(&self.client, overrides, at)?))?
    }

    /// The number by which the C ABI knows this client, until it is closed.
    pub fn handle(&self) -> u64 {
        self.handle
    }

    /// How the client stands.
    pub fn state(&self) -> Result<ClientState, VexilError> {
        Ok(caught(|| ClientState::from(&self.client.state()))?)
    }

    /// Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
    /// its details say `PROVIDER_NOT_READY`.
    pub fn is_ready(&self) -> Result<bool, VexilError> {
        Ok(caught(|| self.client.is_ready())?)
    }

    /// The number of what a read may come to just now; it moves whenever that does.
    pub fn generation(&self) -> Result<u64, VexilError> {
        Ok(caught(|| self.client.generation())?)
    }

    /// The name of this process in telemetry, and in contexts as `instance.id`.
    pub fn instance_id(&self) -> Result<String, VexilError> {
        Ok(caught(|| self.client.instance_id().to_owned())?)
    }

    /// Asks the source now, and waits for the answer.
    pub fn force_refresh(&self) -> Result<(), VexilError> {
        Ok(caught(|| self.client.force_refresh())??)
    }

    /// Puts other definitions in force, where the source is the program itself.
    pub fn put(&self, definitions: String) -> Result<(), VexilError> {
        Ok(caught(|| self.client.put(&definitions))??)
    }

    /// Hears of every change of the state.
    pub fn on_state(&self, listener: Arc<dyn StateListener>) -> Result<Arc<Subscription>, VexilError> {
        Subscription::to(|| {
            self.client.on_state(move |state| {
                // What a listener throws is its own matter.
                drop(listener.on_state(ClientState::from(state)));
            })
        })
    }

    /// Hears when a key's value is another, evaluated for nobody in particular.
    pub fn on_change(
        &self,
        namespace: String,
        key: String,
        listener: Arc<dyn ChangeListener>,
    ) -> Result<Arc<Subscription>, VexilError> {
        Subscription::to(|| {
            self.client.on_change(&namespace, &key, move |change| {
                drop(listener.on_change(ValueChange::from(change)));
            })
        })
    }

    /// As [`VexilClient::on_change`], evaluated for a context, in JSON.
    pub fn on_change_for(
        &self,
        namespace: String,
        key: String,
        context_json: String,
        listener: Arc<dyn ChangeListener>,
    ) -> Result<Arc<Subscription>, VexilError> {
        let context = json::context(&context_json)?;
        Subscription::to(|| {
            self.client.on_change_for(&namespace, &key, context, move |change| {
                drop(listener.on_change(ValueChange::from(change)));
            })
        })
    }

    /// Hears whenever what a read may come to is another: [`VexilClient::generation`].
    pub fn on_generation(
        &self,
        listener: Arc<dyn GenerationListener>,
    ) -> Result<Arc<Subscription>, VexilError> {
        Subscription::to(|| {
            self.client.on_generation(move |generation| {
                drop(listener.on_generation(*generation));
            })
        })
    }

    /// The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
    /// no part.
    pub fn experiment(
        &self,
        experiment: String,
        context_json: String,
    ) -> Result<Option<Assignment>, VexilError> {
        caught(|| {
            let context = json::context(&context_json)?;
            let seen = Seen::new();
            let found = self.client.by_thread(&seen).experiment(&experiment, &context);
            Ok(found.as_ref().map(Assignment::from))
        })?
    }

    /// Evaluates, and tells how; the context in JSON.
    pub fn explain(&self, key: String, context_json: String) -> Result<Explanation, VexilError> {
        caught(|| {
            let seen = Seen::new();
            let trace = self.client.by_thread(&seen).explain(&key, &json::context(&context_json)?);
            Ok(Explanation { text: trace.to_string(), json: json::written(&trace)? })
        })?
    }
}

impl Drop for VexilClient {
    fn drop(&mut self) {
        drop(caught(|| drop(clients::remove(self.handle))));
        // SAFETY: nobody looks at it after this.
        drop(caught(|| unsafe { ManuallyDrop::drop(&mut self.client) }));
    }
}
