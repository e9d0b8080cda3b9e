//! TLS, with the certificates of browsers and, for servers of one's own, others.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, version};

use crate::io::CarrierError;
use crate::io::link::ByteStream;

/// Whose certificates count. Made once and shared by every connection.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// The authorities that browsers trust, and those of `extra_pem` (certificates in PEM, one or more).
    ///
    /// # Errors
    /// [`CarrierError::Certificate`] for an `extra_pem` that holds no certificate.
    pub fn new(extra_pem: Option<&[u8]>) -> Result<Self, CarrierError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = extra_pem {
            let mut count = 0;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| CarrierError::Certificate)?;
                roots.add(certificate).map_err(|_| CarrierError::Certificate)?;
                count += 1;
            }
            if count == 0 {
                return Err(CarrierError::Certificate);
            }
        }
        // named, so that another crate of the program with a provider of its own changes nothing
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|error| CarrierError::Tls(std::io::Error::other(error)))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config) })
    }

    /// Opens TLS on a connection to the server of this name.
    pub(in crate::io) async fn open(
        &self,
        name: &str,
        stream: Box<dyn ByteStream>,
    ) -> Result<TlsStream<Box<dyn ByteStream>>, CarrierError> {
        let server = ServerName::try_from(name.to_owned());
        let server = server.map_err(|_| CarrierError::Name { name: name.to_owned() })?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector.connect(server, stream).await.map_err(CarrierError::Tls)
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_certificates_must_hold_some() {
        assert!(Tls::new(None).is_ok());
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in [b"".as_slice(), b"no certificate", broken] {
            assert!(matches!(Tls::new(Some(pem)), Err(CarrierError::Certificate)));
        }
    }
}
