//! The workloads of the peers through a client, and by a view.

use std::hint::black_box;
use std::time::Duration;

use common::{Definitions, Peer, RULES, SIMPLE, SMALL, Subject, USERS, cost};
use peer_vexil::Details;
use vexil_client::{
    Asked, Client, Context, Keys, Options, Outcome as Read, Reason, Retry, Source, StartError, Value,
};

use crate::report::{Report, Row, Unit};
use crate::{Outcome, definitions, evaluation, threads};

pub(crate) fn measure(report: &mut Report) -> Outcome {
    let client = Asking(start()?);
    common::repeated(&client, evaluation::add_to(report, ""));
    common::repeated(&AskingTyped(start()?), evaluation::add_to(report, ", typed"));
    common::repeated(&AskingTyped(counting()?), evaluation::add_to(report, ", typed, counted"));
    let overridden = start()?;
    overridden.set_override("another", true)?;
    common::repeated(&AskingTyped(overridden), evaluation::add_to(report, ", typed, with an override"));
    views(&client.0, report);
    Ok(())
}

pub(crate) fn measure_threads(report: &mut Report) -> Outcome {
    threads::compare(&AskingTyped(start()?), ", typed", report);
    threads::compare(&AskingTyped(counting()?), ", typed, counted", report);
    Ok(())
}

fn views(client: &Client, report: &mut Report) {
    let context = || Details::context(&Subject::with_version("2.3.1"));
    let mut add = |what: &str, unit, cost| report.add(Row::of_cost(what, unit, &cost));
    let view = client.view(context(), Keys::All);
    assert!(view.get_bool(SIMPLE, false) && view.get_str(RULES, "") == "r5");
    add("view: a boolean", Unit::Nanoseconds, cost(USERS, |_| view.get_bool(black_box(SIMPLE), false)));
    add("view: text", Unit::Nanoseconds, cost(USERS, |_| view.get_str(black_box(RULES), "").len()));
    add("view: is it current", Unit::Nanoseconds, cost(USERS, |_| black_box(&view).is_current()));
    let few = Keys::of(KEYS);
    add("view of 10 keys", Unit::Microseconds, cost(10, |_| client.view(context(), few.clone())));
    add("view of 1,000 keys", Unit::Microseconds, cost(1, |_| client.view(context(), Keys::All)));
}

/// Some of each kind.
const KEYS: [&str; 10] = [
    "simple_0",
    "rules_1",
    "rollout_2",
    "simple_3",
    "rules_4",
    "rollout_5",
    "simple_6",
    "rules_7",
    "rollout_8",
    "simple_9",
];

fn start() -> Result<Client, StartError> {
    Client::start(Options::new(Source::Memory(definitions::flags(SMALL))))
}

/// One that counts what it evaluates, for a control plane that is away; so its reads also look how old that is.
fn counting() -> Result<Client, StartError> {
    let source = Source::Http { url: "http://127.0.0.1:9".to_owned(), key: "vx_bench".to_owned() };
    let seldom = Duration::from_secs(3_600);
    Client::start(Options {
        bootstrap: Some(definitions::flags(SMALL)),
        retry: Retry { attempts: 1, base: seldom, max: seldom },
        ..Options::new(source)
    })
}

#[expect(clippy::unwrap_used, reason = "a bench without its definitions has nothing to measure")]
fn load(definitions: &Definitions) -> Client {
    Client::start(Options::new(Source::Memory(definitions.json.clone()))).unwrap()
}

/// The whole outcome.
struct Asking(Client);

impl Peer for Asking {
    const NAME: &'static str = "vexil client";
    const FORMAT: &'static str = Details::FORMAT;
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(load(definitions))
    }

    fn context(subject: &Subject) -> Context {
        Details::context(subject)
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        self.0.evaluate(key, None, context, |outcome| {
            let evaluation = outcome.evaluation;
            evaluation.reason() == Reason::Default
                && evaluation.value().and_then(Value::as_bool) == Some(true)
        })
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        self.0.evaluate(key, None, context, |outcome| text(&outcome) == Some("r5"))
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        self.0.evaluate(key, None, context, |outcome| text(&outcome) == Some("A"))
    }
}

/// The getters of one type; of text, the one that copies nothing.
struct AskingTyped(Client);

impl Peer for AskingTyped {
    const NAME: &'static str = "vexil client (typed)";
    const FORMAT: &'static str = Details::FORMAT;
    type Context = Context;

    fn load(definitions: &Definitions) -> Self {
        Self(load(definitions))
    }

    fn context(subject: &Subject) -> Context {
        Details::context(subject)
    }

    fn simple(&self, key: &str, context: &Context) -> bool {
        self.0.get_bool(key, context, false)
    }

    fn rules(&self, key: &str, context: &Context) -> bool {
        self.0.evaluate(key, Some(Asked::String), context, |outcome| text(&outcome) == Some("r5"))
    }

    fn rollout(&self, key: &str, context: &Context) -> bool {
        self.0.evaluate(key, Some(Asked::String), context, |outcome| text(&outcome) == Some("A"))
    }
}

#[inline]
fn text<'o>(outcome: &Read<'o>) -> Option<&'o str> {
    outcome.evaluation.value().and_then(Value::as_str)
}
