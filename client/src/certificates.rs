//! Who vouches for a control plane.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// Certificates of those who vouch for a control plane, in place of the public authorities that come with this library:
/// of a company's own authority, for example.
#[derive(Clone)]
pub struct Certificates(Arc<Vec<Certificate<'static>>>);

/// What are no certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no certificate in it, in PEM")]
pub struct CertificatesError;

impl Certificates {
    /// From text in PEM; anything else in it, such as keys, is passed over.
    ///
    /// # Errors
    ///
    /// It is no PEM, or there is no certificate in it.
    pub fn from_pem(text: &str) -> Result<Certificates, CertificatesError> {
        let mut certificates = Vec::new();
        for item in parse_pem(text.as_bytes()) {
            match item {
                Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
                Ok(_) => {}
                Err(_) => return Err(CertificatesError),
            }
        }
        if certificates.is_empty() {
            Err(CertificatesError)
        } else {
            Ok(Certificates(Arc::new(certificates)))
        }
    }

    pub(crate) fn tls(certificates: Option<&Certificates>) -> TlsConfig {
        let tls = TlsConfig::builder();
        match certificates {
            Some(Certificates(certificates)) => {
                tls.root_certs(RootCerts::Specific(Arc::clone(certificates))).build()
            }
            None => tls.build(),
        }
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("count", &self.0.len()).finish()
    }
}
