//! Reads by many threads of many clients: each sees what is in force, from the moment that it is.

use std::sync::mpsc;
use std::thread;

use vexil_client::{Asked, Client, Context, Keys, Seen, Value};

use crate::local::{bundle, memory};

fn number(value: i64) -> String {
    format!(r#"{{"key": "n", "type": "config", "default": {value}}}"#)
}

fn read(client: &Client) -> i64 {
    client.get_int("n", &Context::new(), -1)
}

#[test]
fn what_is_put_in_force_is_read_by_every_thread_from_then_on() {
    let client = memory(&number(0));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (ask, asked) = mpsc::channel::<()>();
            let (answer, answers) = mpsc::channel();
            let client = client.clone();
            let thread = thread::spawn(move || asked.iter().all(|()| answer.send(read(&client)).is_ok()));
            (ask, answers, thread)
        })
        .collect();
    for value in 1..500_i64 {
        if value % 2 == 0 {
            client.set_override("n", value).unwrap();
        } else {
            client.clear_overrides();
            client.put(&bundle(value.unsigned_abs(), &number(value))).unwrap();
        }
        for (ask, answers, _) in &workers {
            ask.send(()).unwrap();
            assert_eq!(answers.recv().unwrap(), value);
        }
    }
    for (ask, _, thread) in workers {
        drop(ask);
        assert!(thread.join().unwrap());
    }
}

#[test]
fn one_thread_reads_many_clients_in_turn() {
    let clients: Vec<_> = (0..20).map(|value| memory(&number(value))).collect();
    for round in 0..3 {
        for (value, client) in (0..).zip(&clients) {
            assert_eq!(read(client), value + round * 100);
            client.put(&bundle(1, &number(value + (round + 1) * 100))).unwrap();
        }
    }
}

#[test]
fn a_read_goes_on_with_what_it_began_with_and_one_within_it_sees_the_newest() {
    let client = memory(&number(1));
    let told = client.evaluate("n", None, &Context::new(), |outcome| {
        client.put(&bundle(2, &number(2))).unwrap();
        client.set_override("n", 3_i64).unwrap();
        let within = read(&client);
        let view = client.view(Context::new(), Keys::All).get_int("n", -1);
        (outcome.evaluation.value().and_then(Value::as_int), outcome.evaluation.version(), within, view)
    });
    assert_eq!(told, (Some(1), 1, 3, 3));
    assert_eq!(read(&client), 3);
}

/// As hosts read, which keep for each thread what it saw.
#[test]
fn what_a_thread_keeps_itself_is_what_is_in_force() {
    let seen = Seen::new();
    let read = |client: &Client| {
        client
            .by_thread(&seen)
            .value("n", Asked::Integer, &Context::new(), |value| value.and_then(Value::as_int))
    };
    let (one, other) = (memory(&number(1)), memory(&number(10)));
    for value in 1..100_i64 {
        one.put(&bundle(value.unsigned_abs(), &number(value))).unwrap();
        // What it saw may be of another client.
        assert_eq!([read(&one), read(&other), read(&one)], [Some(value), Some(10), Some(value)]);
    }
    let moment = one.pinned();
    one.set_override("n", 3_i64).unwrap();
    assert_eq!([read(&moment), read(&one), read(&moment)], [Some(99), Some(3), Some(99)]);
    let within = one.by_thread(&seen).evaluate("n", None, &Context::new(), |outcome| {
        one.set_override("n", 4_i64).unwrap();
        (outcome.evaluation.value().and_then(Value::as_int), read(&one))
    });
    assert_eq!((within, read(&one)), ((Some(3), Some(4)), Some(4)));
    seen.forget();
    assert_eq!(read(&one), Some(4));
}

#[test]
fn a_read_that_panics_leaves_the_client_as_it_was() {
    let client = memory(&number(1));
    let reading = client.clone();
    let ended = thread::spawn(move || {
        let asking = std::panic::AssertUnwindSafe(|| {
            reading.evaluate("n", None, &Context::new(), |_| panic!("a host that panics"))
        });
        let ended: Result<(), _> = std::panic::catch_unwind(asking);
        assert!(ended.is_err());
        read(&reading)
    });
    assert_eq!(ended.join().unwrap(), 1);
}
