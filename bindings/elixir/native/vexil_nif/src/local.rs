//! What a program says beside the definitions: overrides, runtime values, what it registers; and what a test sets.

use rustler::{Encoder, Env, ResourceArc, Term};
use vexil_client::Value;
use vexil_client::testing::NotSet;
use vexil_ffi::Code;

use crate::atoms;
use crate::client::Held;
use crate::errors::{Failed, done};
use crate::value::{from_term, text, to_term, told};

type Client = ResourceArc<Held>;

/// Sets what a key is in this process, whatever is in force.
#[rustler::nif(name = "dirty_set_override", schedule = "DirtyCpu")]
fn set_override<'a>(env: Env<'a>, client: Client, key: &str, value: Term<'a>) -> Term<'a> {
    done(env, from_term(value).and_then(|value| Ok(client.open()?.set_override(key, value)?)))
}

/// `{:ok, value}`, or `:error` where none is set.
#[rustler::nif]
fn get_override<'a>(env: Env<'a>, client: Client, key: &str) -> Term<'a> {
    found(env, client.client().get_override(key))
}

/// Every override, by its key.
#[rustler::nif(name = "dirty_overrides", schedule = "DirtyCpu")]
fn overrides(env: Env<'_>, client: Client) -> Term<'_> {
    all(env, &client.client().overrides())
}

/// Removes an override.
#[rustler::nif(name = "dirty_remove_override", schedule = "DirtyCpu")]
fn remove_override<'a>(env: Env<'a>, client: Client, key: &str) -> Term<'a> {
    done(env, client.open().map(|client| client.remove_override(key)))
}

/// Removes all overrides.
#[rustler::nif(name = "dirty_clear_overrides", schedule = "DirtyCpu")]
fn clear_overrides(env: Env<'_>, client: Client) -> Term<'_> {
    done(env, client.open().map(|client| client.clear_overrides()))
}

/// Sets a value while the program runs.
#[rustler::nif(name = "dirty_set_runtime", schedule = "DirtyCpu")]
fn set_runtime<'a>(env: Env<'a>, client: Client, namespace: &str, key: &str, value: Term<'a>) -> Term<'a> {
    done(env, from_term(value).and_then(|value| Ok(client.open()?.set_runtime(namespace, key, value)?)))
}

/// `{:ok, value}`, or `:error` where none is set.
#[rustler::nif]
fn get_runtime<'a>(env: Env<'a>, client: Client, namespace: &str, key: &str) -> Term<'a> {
    found(env, client.client().get_runtime(namespace, key))
}

/// Every runtime value of a namespace, by its key.
#[rustler::nif(name = "dirty_runtime_values", schedule = "DirtyCpu")]
fn runtime_values<'a>(env: Env<'a>, client: Client, namespace: &str) -> Term<'a> {
    all(env, &client.client().runtime_values(namespace))
}

/// Removes a runtime value.
#[rustler::nif(name = "dirty_remove_runtime", schedule = "DirtyCpu")]
fn remove_runtime<'a>(env: Env<'a>, client: Client, namespace: &str, key: &str) -> Term<'a> {
    done(env, client.open().map(|client| client.remove_runtime(namespace, key)))
}

/// Registers definitions, in JSON, for keys that the control plane may not know yet.
#[rustler::nif(name = "dirty_register", schedule = "DirtyCpu")]
fn register(env: Env<'_>, client: Client, definitions: String) -> Term<'_> {
    done(env, client.open().and_then(|client| Ok(client.register(&definitions)?)))
}

/// Takes back what was registered for a key.
#[rustler::nif(name = "dirty_unregister", schedule = "DirtyCpu")]
fn unregister<'a>(env: Env<'a>, client: Client, key: &str) -> Term<'a> {
    done(env, client.open().map(|client| client.unregister(key)))
}

/// Every key that is registered.
#[rustler::nif]
fn registered(env: Env<'_>, client: Client) -> Term<'_> {
    client.client().registered().encode(env)
}

/// Sets what a flag or config is for everybody, in a client of a test.
#[rustler::nif(name = "dirty_testing_set", schedule = "DirtyCpu")]
fn testing_set<'a>(env: Env<'a>, client: Client, key: &str, value: Term<'a>) -> Term<'a> {
    let set = || client.testing()?.set(key, from_term(value)?).map_err(not_set);
    done(env, set())
}

/// Sets the variant that everybody has, in a client of a test.
#[rustler::nif(name = "dirty_testing_set_variant", schedule = "DirtyCpu")]
fn testing_set_variant<'a>(
    env: Env<'a>,
    client: Client,
    experiment: &str,
    variant: &str,
    config: Term<'a>,
) -> Term<'a> {
    let set = || {
        let config = from_term(config)?;
        client.testing()?.set_variant_with_config(experiment, variant, config).map_err(not_set)
    };
    done(env, set())
}

/// Takes back what was set for a key, in a client of a test.
#[rustler::nif(name = "dirty_testing_remove", schedule = "DirtyCpu")]
fn testing_remove<'a>(env: Env<'a>, client: Client, key: &str) -> Term<'a> {
    done(env, client.testing().map(|testing| testing.remove(key)))
}

/// Takes back all that was set, in a client of a test.
#[rustler::nif(name = "dirty_testing_clear", schedule = "DirtyCpu")]
fn testing_clear(env: Env<'_>, client: Client) -> Term<'_> {
    done(env, client.testing().map(|testing| testing.clear()))
}

fn not_set(why: NotSet) -> Failed {
    let code = match &why {
        NotSet::Problem(_) => Code::InvalidDefinitions,
        NotSet::Type(_) | NotSet::Variant(..) => Code::TypeMismatch,
    };
    Failed::new(code, why.to_string())
}

fn found(env: Env<'_>, value: Option<Value>) -> Term<'_> {
    match value {
        Some(value) => (atoms::ok(), told(env, &value, None)).encode(env),
        None => atoms::error().to_term(env),
    }
}

fn all<'a>(env: Env<'a>, values: &[(String, Value)]) -> Term<'a> {
    let pairs: Vec<_> =
        values.iter().map(|(key, value)| (text(env, key), to_term(env, value, None))).collect();
    pairs.encode(env)
}
