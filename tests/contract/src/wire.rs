//! What lies between the driver and the control plane, and what becomes of what passes there.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::control_plane::Answer;

/// Bytes that are passed on at once.
const PIECE: usize = 1 << 14;

/// What a request whose answer is not passed on is answered with.
#[derive(Clone)]
pub(crate) enum Says {
    /// This.
    Answer(Arc<Answer>),
    /// Half of this, of which the whole length is told.
    HalfOf(Arc<Answer>),
}

/// Listens where the driver thinks that the control plane is.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    control_plane: SocketAddr,
    traffic: Arc<Mutex<Traffic>>,
    /// While it listens.
    listening: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Traffic {
    /// Whether whoever comes next is none to serve, but a sign to end.
    is_cut: bool,
    /// What requests are answered with; without it they are passed on.
    says: Option<Says>,
    open: Vec<TcpStream>,
    /// The paths of all requests that were passed on.
    asked: BTreeSet<String>,
}

impl Wire {
    /// At a port at which nobody listens yet.
    pub(crate) fn to(control_plane: SocketAddr, port: u16) -> Wire {
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Wire { address, control_plane, traffic: Arc::default(), listening: None }
    }

    /// From now on it listens.
    pub(crate) fn mend(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind(self.address)?;
        lock(&self.traffic).is_cut = false;
        let (shared, control_plane) = (Arc::clone(&self.traffic), self.control_plane);
        self.listening = Some(thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if lock(&shared).is_cut {
                    return;
                }
                let traffic = Arc::clone(&shared);
                // Whoever asks hears of what fails: the connection ends.
                thread::spawn(move || serve(client, control_plane, &traffic));
            }
        }));
        Ok(())
    }

    /// From now on connections are refused, and those that were open have ended.
    pub(crate) fn cut(&mut self) {
        let Some(listening) = self.listening.take() else { return };
        lock(&self.traffic).is_cut = true;
        // It waits for somebody to come. If nobody can, it does not listen.
        if TcpStream::connect(self.address).is_ok() {
            let _ = listening.join();
        }
        lock(&self.traffic).end_open();
    }

    /// The paths that the control plane was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        lock(&self.traffic).asked.iter().cloned().collect()
    }

    /// From now on requests are answered with this, or passed on; connections that were open before have ended.
    pub(crate) fn set(&self, says: Option<Says>) {
        let mut traffic = lock(&self.traffic);
        traffic.says = says;
        traffic.end_open();
    }
}

impl Traffic {
    fn end_open(&mut self) {
        for socket in self.open.drain(..) {
            // One that has ended already is what is wanted.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

fn lock(traffic: &Mutex<Traffic>) -> MutexGuard<'_, Traffic> {
    traffic.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes a connection on, or answers its request. Whatever becomes of it, it has ended then.
fn serve(client: TcpStream, control_plane: SocketAddr, traffic: &Mutex<Traffic>) -> io::Result<()> {
    let says = {
        let mut traffic = lock(traffic);
        traffic.open.push(client.try_clone()?);
        traffic.says.clone()
    };
    let served = match says {
        Some(says) => say(&client, &says),
        None => pass_on(&client, control_plane, traffic),
    };
    client.shutdown(Shutdown::Both).and(served)
}

fn pass_on(client: &TcpStream, control_plane: SocketAddr, traffic: &Mutex<Traffic>) -> io::Result<()> {
    let server = TcpStream::connect(control_plane)?;
    lock(traffic).open.push(server.try_clone()?);
    thread::scope(|scope| {
        scope.spawn(|| {
            copy(client, &server, |bytes| {
                let text = String::from_utf8_lossy(bytes);
                let paths =
                    text.lines().filter_map(|line| line.strip_prefix("GET ")?.split([' ', '?']).next());
                lock(traffic).asked.extend(paths.map(str::to_owned));
            });
        });
        copy(&server, client, |_| ());
    });
    Ok(())
}

/// Until one of them ends; then both have. A request begins with what is read at once.
fn copy(mut from: &TcpStream, mut to: &TcpStream, look: impl Fn(&[u8])) {
    let mut bytes = vec![0; PIECE];
    while let Some(piece) = from.read(&mut bytes).ok().and_then(|length| bytes.get(..length)) {
        look(piece);
        if piece.is_empty() || to.write_all(piece).is_err() {
            break;
        }
    }
    for socket in [from, to] {
        let _ = socket.shutdown(Shutdown::Both);
    }
}

/// Answers one request.
fn say(mut client: &TcpStream, says: &Says) -> io::Result<()> {
    let mut request = BufReader::new(client);
    let (mut line, mut length) = (String::new(), 0);
    while request.read_line(&mut line)? > 2 {
        if let Some(("content-length", value)) = line.to_ascii_lowercase().split_once(':') {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    io::copy(&mut request.take(length), &mut io::sink())?;
    let (Says::Answer(answer) | Says::HalfOf(answer)) = says;
    let told = match says {
        Says::Answer(_) => answer.body.len(),
        Says::HalfOf(_) => answer.body.len() / 2,
    };
    let mut head = format!("HTTP/1.1 {} said\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", answer.body.len()));
    client.write_all(head.as_bytes())?;
    client.write_all(answer.body.get(..told).unwrap_or_default())
}
