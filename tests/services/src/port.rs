//! Ports that nobody listens on.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::Unavailable;

/// Below the ports that the system gives to outgoing connections. From among those, a port whose server is away can be
/// taken by a client, and a client that tries to reach it again and again comes to be connected to itself.
const LOWEST: u16 = 15_000;
const PORTS: u16 = 17_000;

/// Somewhere else in each process, so that processes at the same time seldom meet.
static START: LazyLock<u16> = LazyLock::new(|| {
    let random = RandomState::new().hash_one(0) % u64::from(PORTS);
    u16::try_from(random).unwrap_or_default()
});

/// How many ports were tried in this process.
static TRIED: AtomicU16 = AtomicU16::new(0);

/// A port of the loopback that nobody listens on. This process is not given it again.
///
/// Another process may still take it before it is used, which is unlikely.
///
/// # Errors
///
/// All ports of the range are taken.
pub fn free_port() -> Result<u16, Unavailable> {
    for _ in 0..PORTS {
        let step = TRIED.fetch_add(1, Ordering::Relaxed) % PORTS;
        let port = LOWEST + (*START % PORTS).wrapping_add(step) % PORTS;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Unavailable::new(format!("no port from {LOWEST} to {} is free", LOWEST + PORTS - 1)))
}
