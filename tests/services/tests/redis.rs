//! The server starts, answers, goes away and comes back empty.

use std::io::{Read, Write};
use std::net::TcpStream;

use vexil_test_services::{Redis, Unavailable, required};

/// All that the server answers.
fn ask(redis: &Redis, command: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(redis.url().trim_start_matches("redis://"))?;
    write!(stream, "{command}\r\nQUIT\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_restarted_server_has_forgotten_everything() -> Result<(), Unavailable> {
    let Some(mut redis) = required(Redis::start()) else { return Ok(()) };
    let url = redis.url();
    assert_eq!(ask(&redis, "SET flag on").unwrap(), "+OK\r\n+OK\r\n");
    assert_eq!(ask(&redis, "GET flag").unwrap(), "$2\r\non\r\n+OK\r\n");

    redis.stop();
    assert!(ask(&redis, "PING").is_err());
    redis.restart()?;
    assert_eq!(redis.url(), url);
    assert_eq!(ask(&redis, "GET flag").unwrap(), "$-1\r\n+OK\r\n");
    Ok(())
}
