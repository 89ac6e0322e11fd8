//! Where a server is, from its URL.

use crate::link::Error;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, TlsCertificates};
use std::time::Duration;

/// How long a peer may leave sent bytes unconfirmed, and how long a quiet connection is trusted.
const SILENCE: Duration = Duration::from_secs(10);

/// What a parameter of a URL may be.
#[derive(Clone, Copy, Debug)]
pub enum Allowed {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number of milliseconds, at least 1.
    Milliseconds,
    /// The path of a file.
    File,
}

impl Allowed {
    fn takes(self, value: &str) -> bool {
        match self {
            Self::Words(words) => words.contains(&value),
            Self::File => !value.is_empty(),
            Self::Milliseconds => value.parse::<u32>().is_ok_and(|number| number > 0),
        }
    }
}

/// Where a server is: `redis://[user][:password@]host[:port][/database][?parameter=value&...]`, `rediss://` for TLS; with
/// the parameter `ca=FILE`, the server's certificate must be signed by one in that file (PEM), not by a public authority.
#[derive(Clone, Debug)]
pub struct Address {
    pub(crate) info: ConnectionInfo,
    pub(crate) certificates: Option<TlsCertificates>,
    location: String,
    parameters: Vec<(String, String)>,
}

impl Address {
    /// Reads a URL whose parameters may be these.
    ///
    /// # Errors
    /// [`Error::Refused`] with what is wrong and what is allowed, without the password.
    pub fn parse(url: &str, allowed: &[(&str, Allowed)]) -> Result<Self, Error> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut parameters = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !allowed.iter().any(|(known, allowed)| *known == name && allowed.takes(value)) {
                let known = allowed.iter().map(|(name, allowed)| match allowed {
                    Allowed::Words(words) => format!("{name}={}", words.join("|")),
                    Allowed::File => format!("{name}=FILE"),
                    Allowed::Milliseconds => format!("{name}=MILLISECONDS"),
                });
                let known: Vec<String> = known.collect();
                return Err(Error::Refused(format!("{pair:?} in the URL is unknown; allowed: {}", known.join(", "))));
            }
            parameters.push((name.to_owned(), value.to_owned()));
        }
        let wrong = |why: &dyn std::fmt::Display| {
            Error::Refused(format!("that is no Redis URL ({why}); redis://[user][:password@]host[:port][/0] is one"))
        };
        if !place.starts_with("redis://") && !place.starts_with("rediss://") {
            return Err(wrong(&"it does not begin with redis:// or rediss://"));
        }
        let ca = parameters.iter().find(|(name, _)| name == "ca").map(|(_, file)| file);
        if ca.is_some() && !place.starts_with("rediss://") {
            return Err(wrong(&"ca=FILE is for rediss://"));
        }
        if place.contains('#') {
            return Err(wrong(&"it has a '#'; a password may hold it as %23"));
        }
        let read = |file: &String| {
            let certificate = std::fs::read(file).map_err(|error| wrong(&format!("ca={file}: {error}")))?;
            Ok(TlsCertificates { client_tls: None, root_cert: Some(certificate) })
        };
        let certificates = ca.map(read).transpose()?;
        let info = place.into_connection_info().map_err(|error| wrong(&error))?;
        let keepalive = TcpKeepalive::new().with_time(SILENCE).with_interval(SILENCE / 3);
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(SILENCE);
        // The third version of the protocol carries messages and answers on one connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let scheme = place.split_once("://").map_or("redis", |(scheme, _)| scheme);
        let location = format!("{scheme}://{}/{}", info.addr(), settings.db());
        let info = info.set_redis_settings(settings).set_tcp_settings(tcp);
        Ok(Self { info, certificates, location, parameters })
    }

    /// A client of the server, which has not connected yet.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is none that this program can reach.
    pub fn client(&self) -> Result<Client, Error> {
        let client = match self.certificates.clone() {
            Some(certificates) => Client::build_with_tls(self.info.clone(), certificates),
            None => Client::open(self.info.clone()),
        };
        client.map_err(|error| Error::Refused(format!("{}: {error}", self.location)))
    }

    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that is a time.
    pub fn milliseconds(&self, name: &str) -> Option<Duration> {
        self.parameter(name)?.parse().ok().map(Duration::from_millis)
    }

    /// Where it is, without secrets (`redis://localhost:6379/0`).
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Which of the server's databases.
    pub fn database(&self) -> i64 {
        self.info.redis_settings().db()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &[(&str, Allowed)] =
        &[("volatile", Allowed::Words(&["allowed"])), ("timeout", Allowed::Milliseconds), ("ca", Allowed::File)];

    #[test]
    fn a_url_is_read_and_told_without_its_password() {
        let address =
            Address::parse("redis://ana:s%2Fcret@db.example:7000/3?volatile=allowed&timeout=70", ALLOWED).unwrap();
        assert_eq!(address.location(), "redis://db.example:7000/3");
        assert_eq!((address.database(), address.parameter("volatile")), (3, Some("allowed")));
        assert_eq!(address.milliseconds("timeout"), Some(Duration::from_millis(70)));
        assert!(!format!("{address:?}").contains("cret"), "{address:?}");
        assert_eq!(Address::parse("redis://db.example", ALLOWED).unwrap().location(), "redis://db.example:6379/0");
    }

    #[test]
    fn what_is_no_url_is_refused_with_words() {
        for (url, words) in [
            ("http://db", "does not begin with redis://"),
            ("redis://", "no Redis URL"),
            ("redis://:s3cret@db/x", "no Redis URL"),
            ("redis://:s3cr#et@db", "%23"),
            ("redis://:s3cret@db?ca=x", "ca=FILE is for rediss://"),
            ("rediss://:s3cret@db?ca=/nowhere/at/all", "ca=/nowhere/at/all: No such file"),
            ("redis://:s3cret@db?volatile=yes", "volatile=allowed"),
            ("redis://:s3cret@db?timeout=0", "timeout=MILLISECONDS"),
            ("redis://:s3cret@db?volatil=allowed", "volatile=allowed"),
        ] {
            let Err(Error::Refused(said)) = Address::parse(url, ALLOWED) else { panic!("{url}") };
            assert!(said.contains(words) && !said.contains("s3cret"), "{said}");
        }
    }
}
