//! A wire to a database that a test can cut.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use vexil_test_services::free_port;

/// Passes bytes on between clients and a server on this machine.
pub(crate) struct Proxy {
    port: u16,
    target: SocketAddr,
    open: Arc<Mutex<Vec<TcpStream>>>,
    accepting: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Proxy {
    /// To the server of a database's URL; and the URL that leads through it.
    pub(crate) fn to(database: &str) -> (Proxy, String) {
        let (before, name) = database.rsplit_once('/').unwrap();
        let (role, address) = before.rsplit_once('@').unwrap();
        let (port, target) = (free_port().unwrap(), address.parse().unwrap());
        let mut proxy = Proxy { port, target, open: Arc::default(), accepting: None };
        proxy.mend();
        (proxy, format!("{role}@127.0.0.1:{port}/{name}"))
    }

    /// From now on connections are refused, and those that are open have ended.
    pub(crate) fn cut(&mut self) {
        if let Some((accepts, thread)) = self.accepting.take() {
            accepts.store(false, Ordering::Relaxed);
            thread.join().unwrap();
        }
        for socket in self.open.lock().unwrap().drain(..) {
            drop(socket.shutdown(Shutdown::Both));
        }
    }

    /// As at the beginning.
    pub(crate) fn mend(&mut self) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let accepts = Arc::new(AtomicBool::new(true));
        let (goes_on, open, target) = (Arc::clone(&accepts), Arc::clone(&self.open), self.target);
        let thread = thread::spawn(move || {
            while goes_on.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) => connect(client, target, &open).unwrap(),
                    Err(_) => thread::sleep(Duration::from_millis(2)),
                }
            }
        });
        self.accepting = Some((accepts, thread));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

fn connect(client: TcpStream, target: SocketAddr, open: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    client.set_nonblocking(false)?;
    let server = TcpStream::connect(target)?;
    for (mut from, mut to) in
        [(client.try_clone()?, server.try_clone()?), (server.try_clone()?, client.try_clone()?)]
    {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    open.lock().unwrap().extend([client, server]);
    Ok(())
}
