//! ConfigCat's Rust SDK: the whole client, with a local file in place of its network.

use common::{Definitions, Mode, Peer, Run, Subject};
use configcat::{Client, FileDataSource, OverrideBehavior, PollingMode, User};
use futures_executor::block_on;
use tokio::runtime::Builder;

struct ConfigCat(Client);

impl ConfigCat {
    /// The user goes in by value, so that whoever asks twice must clone it.
    fn ask(&self, key: &str, user: &User) -> String {
        block_on(self.0.get_value(key, String::new(), Some(user.clone())))
    }
}

impl Peer for ConfigCat {
    const NAME: &'static str = "configcat";
    const FORMAT: &'static str = "configcat";
    type Context = User;

    fn load(definitions: &Definitions) -> Self {
        let source = FileDataSource::new(definitions.path.to_str().unwrap()).unwrap();
        let client = Client::builder("configcat-sdk-1/0000000000000000000000/0000000000000000000000")
            .offline(true)
            .polling_mode(PollingMode::Manual)
            .overrides(Box::new(source), OverrideBehavior::LocalOnly)
            .build();
        Self(client.unwrap())
    }

    fn context(subject: &Subject) -> User {
        let user = User::new(subject.user);
        let Some(attributes) = subject.attributes else {
            return user;
        };
        user.country(attributes.country)
            .email(attributes.email)
            .custom("age", attributes.age)
            .custom("version", attributes.version)
    }

    fn simple(&self, key: &str, user: &User) -> bool {
        block_on(self.0.get_value(key, false, Some(user.clone())))
    }

    fn rules(&self, key: &str, user: &User) -> bool {
        self.ask(key, user) == "r5"
    }

    fn rollout(&self, key: &str, user: &User) -> bool {
        self.ask(key, user) == "A"
    }
}

fn main() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _entered = runtime.enter();
    Run::from_args().measure::<ConfigCat>(Mode::ALL);
}
