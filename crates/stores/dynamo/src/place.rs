//! Where the table is: the URL, and the client that it makes.

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region, StalledStreamProtectionConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use percent_encoding::percent_decode_str;
use philia_ports::store::StoreError;
use std::time::Duration;
use url::Url;

/// What stands in a URL.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) table: String,
    region: Option<String>,
    endpoint: Option<String>,
    /// How long one request may take.
    pub(crate) timeout: Duration,
    credentials: Option<Credentials>,
}

impl Place {
    /// Reads a URL as described in the crate's documentation.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] with what is wrong and what is allowed, without what may be secret.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        const SHAPE: &str = "dynamodb://TABLE?region=eu-central-1";
        let invalid = |what: String| Err(StoreError::Invalid(format!("the DynamoDB URL {what}; expected {SHAPE}")));
        let Ok(url) = Url::parse(url) else { return invalid("cannot be read".into()) };
        if url.scheme() != "dynamodb" {
            return invalid(format!("begins with {}://", url.scheme()));
        }
        let table = url.host_str().unwrap_or_default().to_owned();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if !(3..=255).contains(&table.len()) || !table.chars().all(allowed) {
            return invalid(format!(
                "names the table {table:?}: 3 to 255 letters, digits, '_', '-' and '.' are allowed"
            ));
        }
        if !matches!(url.path(), "" | "/") || url.port().is_some() {
            return invalid("has a port or a path: the host of an endpoint is given as endpoint=http://..".into());
        }
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (key, Some(secret)) => Some(Credentials::new(decoded(key), decoded(secret), None, None, "the store's URL")),
            _ => return invalid("has an access key without its secret: KEY:SECRET@TABLE".into()),
        };
        let mut place = Self { table, region: None, endpoint: None, timeout: Duration::from_secs(5), credentials };
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "region" => place.region = Some(value.into_owned()),
                "endpoint" if Url::parse(&value).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) => {
                    place.endpoint = Some(value.into_owned());
                }
                "endpoint" => return invalid("has an endpoint that is no http:// or https:// URL".into()),
                "timeout" => match value.parse() {
                    Ok(seconds @ 1..=60) => place.timeout = Duration::from_secs(seconds),
                    _ => return invalid(format!("has timeout={value}: 1 to 60 seconds are allowed")),
                },
                _ => return invalid(format!("has {name}=: region, endpoint and timeout are allowed")),
            }
        }
        Ok(place)
    }

    /// The URL without credentials.
    pub(crate) fn name(&self) -> String {
        let region = self.region.iter().map(|region| format!("region={region}"));
        let endpoint = self.endpoint.iter().map(|endpoint| format!("endpoint={endpoint}"));
        let query: Vec<String> = region.chain(endpoint).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("dynamodb://{}{mark}{}", self.table, query.join("&"))
    }

    /// The client. It connects when it is first used.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if no region is known.
    pub(crate) async fn client(&self) -> Result<Client, StoreError> {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.timeout.min(Duration::from_secs(3)))
            .operation_attempt_timeout(self.timeout)
            .operation_timeout(self.timeout * 2)
            .build();
        // Reading is tried again for about a second and a half when it is too much at once.
        let retries = RetryConfig::standard().with_max_attempts(6).with_initial_backoff(Duration::from_millis(50));
        let mut config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(retries)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(region) = &self.region {
            config = config.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        if let Some(credentials) = &self.credentials {
            config = config.credentials_provider(credentials.clone());
        }
        let config = config.load().await;
        if config.region().is_none() {
            let detail = "the DynamoDB URL names no region, and neither does the environment; add ?region=..";
            return Err(StoreError::Invalid(detail.into()));
        }
        Ok(Client::new(&config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_keeps_secrets() {
        let place = Place::parse(
            "dynamodb://AKIA:se%2Fcr+et@Philia_1.x?region=eu-central-1&endpoint=http://127.0.0.1:8000&timeout=2",
        );
        let place = place.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(place.name(), "dynamodb://Philia_1.x?region=eu-central-1&endpoint=http://127.0.0.1:8000");
        assert_eq!(place.timeout, Duration::from_secs(2));
        let credentials = place.credentials.unwrap();
        assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("AKIA", "se/cr+et"));
        assert_eq!(Place::parse("dynamodb://philia").unwrap_or_else(|e| panic!("{e}")).name(), "dynamodb://philia");
    }

    #[test]
    fn a_url_that_makes_no_sense_is_refused_without_its_secrets() {
        for (url, words) in [
            ("philia", "cannot be read"),
            ("postgres://secret@philia", "begins with postgres://"),
            ("dynamodb://ab", "3 to 255"),
            ("dynamodb://k:secret@ph%20ilia", "3 to 255"),
            ("dynamodb://philia:8000", "has a port"),
            ("dynamodb://philia/table", "has a port or a path"),
            ("dynamodb://secret@philia", "without its secret"),
            ("dynamodb://philia?endpoint=localhost:8000", "no http://"),
            ("dynamodb://philia?timeout=0", "1 to 60"),
            ("dynamodb://philia?colour=red", "region, endpoint and timeout"),
        ] {
            match Place::parse(url) {
                Err(StoreError::Invalid(text)) => {
                    assert!(text.contains(words) && !text.contains("secret@") && !text.contains("k:secret"), "{text}");
                }
                _ => panic!("{url} was taken"),
            }
        }
    }
}
