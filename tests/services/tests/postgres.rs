//! The server starts, answers, goes away and comes back.

use std::net::TcpStream;

use vexil_test_services::{Fsync, Postgres, Unavailable, required};

fn refuses(url: &str) -> bool {
    let address = url.split(['@', '/']).find(|part| part.starts_with("127.0.0.1:"));
    address.is_some_and(|address| TcpStream::connect(address).is_err())
}

#[test]
fn each_database_is_empty_and_apart_from_others() -> Result<(), Unavailable> {
    let Some(postgres) = required(Postgres::shared()) else { return Ok(()) };
    let (one, other) = (postgres.fresh_database()?, postgres.fresh_database()?);
    postgres.query(&one, "CREATE TABLE flags (key text); INSERT INTO flags VALUES ('a'), ('b')")?;
    assert_eq!(postgres.query(&one, "SELECT key, length(key) FROM flags ORDER BY key")?, "a|1\nb|1\n");
    let error = postgres.query(&other, "SELECT * FROM flags").unwrap_err().to_string();
    assert!(error.contains("relation \"flags\" does not exist"), "{error}");
    assert_eq!(postgres.query(&postgres.url(), "SHOW fsync")?, "off\n");
    Ok(())
}

#[test]
fn names_are_checked_and_taken_once() -> Result<(), Unavailable> {
    let Some(postgres) = required(Postgres::shared()) else { return Ok(()) };
    assert!(postgres.create_database("Taken_1")?.ends_with("/Taken_1"));
    assert!(postgres.create_database("Taken_1").unwrap_err().to_string().contains("already exists"));
    for name in ["", "a b", "a\"; DROP TABLE x", "a/b"] {
        assert!(postgres.create_database(name).is_err(), "{name}");
    }
    Ok(())
}

#[test]
fn what_is_committed_outlives_an_immediate_stop_and_an_orderly_one() -> Result<(), Unavailable> {
    let Some(mut postgres) = required(Postgres::start()) else { return Ok(()) };
    assert_eq!(postgres.query(&postgres.url(), "SHOW fsync")?, "on\n");
    let url = postgres.fresh_database()?;
    postgres.query(&url, "CREATE TABLE flags (key text); INSERT INTO flags VALUES ('kept')")?;

    postgres.stop();
    assert!(refuses(&url));
    assert!(postgres.query(&url, "SELECT 1").is_err());
    postgres.restart()?;
    assert_eq!(postgres.query(&url, "SELECT key FROM flags")?, "kept\n");

    postgres.stop_gracefully();
    assert!(refuses(&url));
    postgres.restart()?;
    assert_eq!(postgres.query(&url, "SELECT key FROM flags")?, "kept\n");

    drop(postgres);
    assert!(refuses(&url));
    Ok(())
}

#[test]
fn servers_run_beside_each_other() -> Result<(), Unavailable> {
    let Some(one) = required(Postgres::start_with(Fsync::Off)) else { return Ok(()) };
    let other = Postgres::start_with(Fsync::Off)?;
    assert_ne!(one.url(), other.url());
    Ok(())
}
