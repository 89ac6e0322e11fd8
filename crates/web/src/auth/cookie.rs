//! The cookie of the page's session. Scripts cannot read it, and no other site's request carries it.

use axum::http::{HeaderMap, HeaderValue, header};
use std::time::Duration;

const NAME: &str = "philia_session";

/// The session that a request carries.
pub(crate) fn read(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| value)
}

/// Sets it for so long; only over https where the page came that way.
pub(crate) fn set(session: &str, holds: Duration, headers: &HeaderMap) -> Option<HeaderValue> {
    line(session, holds.as_secs(), headers)
}

/// Takes it away.
pub(crate) fn clear(headers: &HeaderMap) -> Option<HeaderValue> {
    line("", 0, headers)
}

fn line(value: &str, seconds: u64, headers: &HeaderMap) -> Option<HeaderValue> {
    let https = headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let secure = if https { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn it_is_found_among_others() {
        for (lines, found) in [
            (&["philia_session=a.b"][..], Some("a.b")),
            (&["x=1; philia_session=a.b; y=2"], Some("a.b")),
            (&["x=1", "philia_session=a.b"], Some("a.b")),
            (&["not_philia_session=a.b"], None),
            (&["philia_session"], None),
            (&[], None),
        ] {
            assert_eq!(read(&with(header::COOKIE, lines)), found, "{lines:?}");
        }
    }

    #[test]
    fn it_is_kept_from_scripts_and_other_sites() {
        let set = |headers: &HeaderMap| set("a", Duration::from_secs(60), headers).unwrap();
        let plain = set(&HeaderMap::new());
        assert_eq!(plain, "philia_session=a; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
        let https = with(header::ORIGIN, &["https://philia.example"]);
        assert!(set(&https).to_str().unwrap().ends_with("; Secure"));
    }
}
