//! Control planes over TLS: those that somebody vouches for, and all others.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use vexil_client::{
    Certificates, CertificatesError, Client, ConnectionStatus, Context, FailureCode, Options, Origin as From,
    Source, Streaming,
};

use crate::local::until;
use crate::origin::{Origin, Reply, delta, json, put};
use crate::streams::{WAYS, is_stream, stream};

/// Somebody who vouches for control planes.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    fn certificates(&self) -> Certificates {
        Certificates::from_pem(&self.pem).unwrap()
    }

    /// What a server of this name shows, valid in these years.
    fn server(&self, name: &str, years: (i32, i32)) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

/// A time that is now.
const YEARS: (i32, i32) = (2000, 2200);

fn options(origin: &Origin, certificates: Option<Certificates>) -> Options {
    let url = format!("https://{}", origin.address);
    Options {
        source: Source::Http { url, key: "vx_test".to_owned() },
        certificates,
        // A debug build takes its time to shake hands.
        request_timeout: Duration::from_secs(10),
        silence: Duration::from_secs(10),
        ..origin.options()
    }
}

fn answer(path: &str, way: Streaming) -> Reply {
    let change = delta(7, 8, false);
    if is_stream(path) { stream(way, &[("delta", &change)]) } else { json(&put(7, true)) }
}

#[test]
fn who_is_vouched_for_is_trusted_and_streams_come_through() {
    let authority = Authority::new();
    for (way, _) in WAYS {
        let server = authority.server("127.0.0.1", YEARS);
        let origin = Origin::over_tls(server, move |path, _| answer(path, way));
        let options = Options { streaming: way, ..options(&origin, Some(authority.certificates())) };
        let client = Client::start(options).unwrap();
        until("the change is here", || client.state().version == 8);
        assert!(!client.is_enabled("a", &Context::new()));
        assert_eq!(client.state().last_error, None);
        // Also in the middle of a read.
        client.close();
    }
}

#[test]
fn nobody_else_is_trusted_and_what_is_held_is_kept() {
    let (known, other) = (Authority::new(), Authority::new());
    let cases = [
        ("of an authority that nobody knows", other.server("127.0.0.1", YEARS), Some(&known)),
        ("of no public authority", known.server("127.0.0.1", YEARS), None),
        ("of another name", known.server("flags.example.com", YEARS), Some(&known)),
        ("of another time, which has passed", known.server("127.0.0.1", (2000, 2001)), Some(&known)),
        ("of another time, which is to come", known.server("127.0.0.1", (2199, 2200)), Some(&known)),
    ];
    for (what, server, authority) in cases {
        let origin = Origin::over_tls(server, |_, _| json(&put(7, false)));
        refuses(what, options(&origin, authority.map(Authority::certificates)), FailureCode::Tls);
        assert!(origin.asked().is_empty(), "{what}: nobody is told the key");
    }
    let origin = Origin::start(|_, _| json(&put(7, false)));
    let options = options(&origin, Some(known.certificates()));
    let plain = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    let not_tls = Options { source: says(plain), ..options.clone() };
    refuses("somebody who speaks no TLS", not_tls, FailureCode::Tls);
    let silent = Options { source: says(b""), request_timeout: Duration::from_millis(200), ..options };
    refuses("somebody who never shakes hands", silent, FailureCode::Timeout);
}

/// Somebody who says this to everybody, and then listens.
fn says(bytes: &'static [u8]) -> Source {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            drop(socket.write_all(bytes));
            std::thread::spawn(move || socket.read_to_end(&mut Vec::new()));
        }
    });
    Source::Http { url, key: "vx_test".to_owned() }
}

fn refuses(what: &str, options: Options, code: FailureCode) {
    for (way, _) in WAYS {
        let bootstrap = r#"{"schema":1,"version":1,"entries":[{"key":"a","default":true}]}"#.to_owned();
        let options = Options { bootstrap: Some(bootstrap), streaming: way, ..options.clone() };
        let client = Client::start(options).unwrap();
        until(what, || client.state().connection == ConnectionStatus::Error);
        let failure = client.state().last_error.unwrap();
        assert_eq!(failure.code, code, "{what}: {failure}");
        assert!(!failure.to_string().contains("vx_test"), "{failure}");
        let details = client.bool_details("a", &Context::new(), false);
        assert_eq!((details.value, details.origin), (true, From::Bootstrap), "{what}");
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    for text in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
    ] {
        assert_eq!(Certificates::from_pem(text).err(), Some(CertificatesError), "{text}");
    }
}
