//! Addresses of names, within the time of a request: the operating system looks them up and cannot be interrupted, so a
//! thread waits for it. An address needs neither.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::threads;

/// So many addresses of a name are tried; there is room for no more.
const ADDRESSES: usize = 16;

#[derive(Debug)]
pub(super) struct Names;

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, _: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().ok_or(Error::HostNotFound)?;
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        let found = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => look_up(host.to_owned(), port, timeout)?,
        };
        let mut addresses = self.empty();
        found.into_iter().take(ADDRESSES).for_each(|address| addresses.push(address));
        if addresses.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

fn look_up(host: String, port: u16, timeout: NextTimeout) -> Result<Vec<SocketAddr>, Error> {
    let (tell, told) = mpsc::sync_channel(1);
    // Whoever has given up does not hear of it.
    threads::spawn("vexil-names", move || drop(tell.send((host.as_str(), port).to_socket_addrs())))?;
    match told.recv_timeout(*timeout.after) {
        Ok(found) => Ok(found?.collect()),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(Error::Timeout(timeout.reason)),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Err(Error::Io(io::Error::other("looking up the name ended without an answer")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ureq::Timeout;

    use super::*;

    fn resolve(uri: &str, within: Duration) -> Result<Vec<SocketAddr>, Error> {
        let timeout =
            NextTimeout { after: within.into(), reason: Timeout::Resolve, ..NextTimeout::default() };
        let found = Names.resolve(&uri.parse().unwrap(), &Config::default(), timeout)?;
        Ok(found.iter().copied().collect())
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn addresses_and_names_are_found() {
        for (uri, address) in [
            ("http://127.0.0.1/", "127.0.0.1:80"),
            ("https://127.0.0.1:7700/", "127.0.0.1:7700"),
            ("https://[::1]/", "[::1]:443"),
        ] {
            assert_eq!(resolve(uri, LONG).unwrap(), [address.parse().unwrap()], "{uri}");
        }
        let found = resolve("http://localhost:7700/", LONG).unwrap();
        assert!(
            !found.is_empty() && found.iter().all(|found| found.ip().is_loopback() && found.port() == 7700)
        );
    }

    #[test]
    fn a_name_that_is_none_is_not_found() {
        assert!(resolve("http://no-such-host.invalid/", LONG).is_err());
    }
}
