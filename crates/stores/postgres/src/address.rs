//! What a URL says: where the server is, how to reach it, and what this store asks of it.

use percent_encoding::percent_decode_str;
use philia_ports::store::StoreError;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// How long a server may take to be connected to, unless the URL says otherwise.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a statement may take, unless the URL says otherwise.
const STATEMENT: Duration = Duration::from_secs(30);
/// What was sent must be acknowledged within this time, or the connection is lost.
const ACKNOWLEDGED: Duration = Duration::from_secs(20);
/// A connection that is quiet for so long is asked whether it still is one.
const QUIET: Duration = Duration::from_secs(30);

/// How a server's certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Not at all: whoever can stand between may read along.
    Any,
    /// It must come from an authority that is trusted.
    Authority,
    /// And be of the host that was asked for.
    Host,
}

/// What a URL says.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// Where the server is, and as whom to come.
    pub(crate) config: Config,
    /// Whom to believe.
    pub(crate) trust: Trust,
    /// A file of authorities; none for the system's.
    pub(crate) authorities: Option<String>,
    /// The schema whose tables are used, quoted.
    pub(crate) schema: String,
    /// Connections made at once, and at most.
    pub(crate) pool: (usize, usize),
    /// How long a statement may take.
    pub(crate) statement_timeout: Duration,
    /// Does a scrub rewrite the tables?
    pub(crate) rewrite: bool,
    /// Where it is, in words: without names of users and without secrets.
    pub(crate) location: String,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] with what is wrong and what is allowed; never with a password.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if !base.starts_with("postgres://") && !base.starts_with("postgresql://") {
            return Err(invalid("its URL does not begin with postgres://"));
        }
        let mut own = Own::default();
        let mut theirs: Vec<&str> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value)
                .decode_utf8()
                .map_err(|_| invalid(format!("the value of {name} in its URL is no UTF-8")))?;
            if !own.take(name, &value)? {
                theirs.push(pair);
            }
        }
        let rest = if theirs.is_empty() { base.to_owned() } else { format!("{base}?{}", theirs.join("&")) };
        // The parser's own words name keys and values of options, which are no secrets, but never the password.
        let config = rest.parse().map_err(|error| invalid(format!("its URL cannot be read: {}", words(&error))))?;
        own.address(config)
    }
}

/// The parameters that are this store's, or that it understands better than the client library.
#[derive(Default)]
struct Own {
    trust: Option<Trust>,
    ssl: Option<SslMode>,
    authorities: Option<String>,
    schema: Option<String>,
    pool_min: Option<usize>,
    pool_max: Option<usize>,
    statement_timeout: Option<Duration>,
    rewrite: Option<bool>,
}

impl Own {
    /// Takes a parameter; false if it is not one of these.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, StoreError> {
        let wrong = |allowed: &str| invalid(format!("{name}={value} in its URL is not allowed: {allowed}"));
        let number = |least: u64, most: u64| {
            let number = value.parse().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| wrong(&format!("{least} to {most}")))
        };
        match name {
            "sslmode" => {
                let (ssl, trust) = match value {
                    "disable" => (SslMode::Disable, None),
                    "prefer" => (SslMode::Prefer, Some(Trust::Any)),
                    "require" => (SslMode::Require, None),
                    "verify-ca" => (SslMode::Require, Some(Trust::Authority)),
                    "verify-full" => (SslMode::Require, Some(Trust::Host)),
                    _ => return Err(wrong("disable, prefer, require, verify-ca, verify-full")),
                };
                (self.ssl, self.trust) = (Some(ssl), trust);
            }
            "sslrootcert" => self.authorities = Some(value.to_owned()).filter(|value| value != "system"),
            "schema" => {
                let fits = (1..=63).contains(&value.len()) && !value.chars().any(|c| c.is_control() || c == '"');
                self.schema = Some(fits.then(|| value.to_owned()).ok_or_else(|| wrong("a name of 1 to 63 bytes"))?);
            }
            "pool_min" => self.pool_min = Some(number(0, 1000)? as usize),
            "pool_max" => self.pool_max = Some(number(1, 1000)? as usize),
            "statement_timeout" => self.statement_timeout = Some(Duration::from_secs(number(1, 3600)?)),
            "scrub" => {
                self.rewrite = Some(match value {
                    "rewrite" => true,
                    "vacuum" => false,
                    _ => return Err(wrong("rewrite, vacuum")),
                });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn address(self, mut config: Config) -> Result<Address, StoreError> {
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(invalid("its URL names no host"));
        }
        if let Some(ssl) = self.ssl {
            config.ssl_mode(ssl);
        }
        // As PostgreSQL's own clients have it: who requires TLS and names authorities wants them asked.
        let required = if self.authorities.is_some() { Trust::Authority } else { Trust::Any };
        // Only who writes is of use, also after another server has taken over.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(ACKNOWLEDGED);
        }
        config.keepalives_idle(config.get_keepalives_idle().min(QUIET));
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(QUIET / 3).keepalives_retries(3);
        }
        if config.get_application_name().is_none() {
            config.application_name("philia");
        }
        let pool_max = self.pool_max.unwrap_or(20);
        let pool_min = self.pool_min.unwrap_or(5.min(pool_max));
        if pool_min > pool_max {
            return Err(invalid(format!("pool_min={pool_min} in its URL is more than pool_max={pool_max}")));
        }
        Ok(Address {
            trust: self.trust.unwrap_or(required),
            authorities: self.authorities,
            schema: format!("\"{}\"", self.schema.as_deref().unwrap_or("public")),
            pool: (pool_min, pool_max),
            statement_timeout: self.statement_timeout.unwrap_or(STATEMENT),
            rewrite: self.rewrite.unwrap_or(true),
            location: location(&config),
            config,
        })
    }
}

fn location(config: &Config) -> String {
    let port = |n: usize| config.get_ports().get(n).or(config.get_ports().first()).copied().unwrap_or(5432);
    let named = config.get_hosts().iter().enumerate().map(|(n, host)| match host {
        Host::Tcp(name) => format!("{name}:{}", port(n)),
        #[cfg(unix)]
        Host::Unix(path) => format!("{}:{}", path.display(), port(n)),
    });
    let hosts: Vec<String> = named.collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{}/{database}", hosts.join(","))
}

fn invalid(what: impl std::fmt::Display) -> StoreError {
    StoreError::Invalid(format!("the PostgreSQL store cannot be opened: {what}"))
}

/// An error with what it comes from.
pub(crate) fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Address, StoreError> {
        Address::parse(&format!("postgres://ana:s3cr%40t@db.example:5433/philia{query}"))
    }

    #[test]
    fn what_is_not_said_is_sensible() {
        let address = parse("").unwrap();
        assert_eq!(address.location, "postgres://db.example:5433/philia");
        assert_eq!((address.pool, address.trust, address.schema.as_str()), ((5, 20), Trust::Any, "\"public\""));
        let config = &address.config;
        assert_eq!((config.get_password(), config.get_ssl_mode()), (Some(&b"s3cr@t"[..]), SslMode::Prefer));
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!((config.get_connect_timeout(), address.statement_timeout), (Some(&CONNECT), STATEMENT));
        assert!(!format!("{address:?}").contains("s3cr"), "{address:?}");
    }

    #[test]
    fn what_is_said_is_meant() {
        let query = "?schema=of%20ana&pool_min=1&pool_max=3&statement_timeout=7&connect_timeout=2&scrub=vacuum";
        let address = parse(query).unwrap();
        assert_eq!((address.schema.as_str(), address.pool, address.rewrite), ("\"of ana\"", (1, 3), false));
        let timeouts = (address.statement_timeout.as_secs(), address.config.get_connect_timeout().unwrap().as_secs());
        assert_eq!(timeouts, (7, 2));
        assert_eq!(parse("?pool_max=2").unwrap().pool, (2, 2));
        for (query, ssl, trust) in [
            ("?sslmode=disable", SslMode::Disable, Trust::Any),
            ("?sslmode=require", SslMode::Require, Trust::Any),
            ("?sslmode=require&sslrootcert=/a.pem", SslMode::Require, Trust::Authority),
            ("?sslmode=prefer&sslrootcert=/a.pem", SslMode::Prefer, Trust::Any),
            ("?sslmode=verify-ca", SslMode::Require, Trust::Authority),
            ("?sslrootcert=system&sslmode=verify-full", SslMode::Require, Trust::Host),
        ] {
            let address = parse(query).unwrap();
            assert_eq!((address.config.get_ssl_mode(), address.trust), (ssl, trust), "{query}");
        }
        let two = Address::parse("postgresql://a:1,b:2/x?connect_timeout=1").unwrap();
        assert_eq!(two.location, "postgres://a:1,b:2/x");
    }

    #[test]
    fn what_makes_no_sense_is_refused_without_the_password() {
        for (query, said) in [
            ("?pool_max=0", "1 to 1000"),
            ("?pool_min=4&pool_max=3", "more than pool_max"),
            ("?sslmode=maybe", "verify-full"),
            ("?schema=", "1 to 63"),
            ("?schema=a%22b", "1 to 63"),
            ("?statement_timeout=0", "1 to 3600"),
            ("?scrub=no", "rewrite, vacuum"),
            ("?color=blue", "color"),
            ("?sslmode=%ff", "UTF-8"),
        ] {
            let StoreError::Invalid(text) = parse(query).unwrap_err() else { panic!("{query}") };
            assert!(text.contains(said) && !text.contains("s3cr"), "{text}");
        }
        for url in ["mysql://a/b", "postgres://", "postgres:///x", "postgres://ana:s3cr@db:port/x"] {
            let StoreError::Invalid(text) = Address::parse(url).unwrap_err() else { panic!("{url}") };
            assert!(!text.contains("s3cr"), "{text}");
        }
    }
}
