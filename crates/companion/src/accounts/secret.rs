//! Secrets that are given out once and kept as a hash: refresh tokens, page sessions, API keys, links.
//!
//! Such a token reads `PREFIX_ACCOUNT.ID.SECRET`: the prefix says what it is (and lets scanners find one that was
//! published), the account and the id lead to the record, and only the secret, 256 random bits, proves anything. Half of a refresh
//! token's secret is a signature instead, by which one that was spent is told from one that was made up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use philia_ports::Chance;
use philia_ports::clock::random_bytes;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Random bytes of a secret that is signed: as many bytes of the signature follow.
const HALF: usize = 16;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// The cookie of a page's session.
    Page,
    /// Brings the next access token.
    Refresh,
    /// An API key.
    Key,
    /// Sets a password once.
    Link,
    /// Makes the first admin.
    Setup,
}

impl Use {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Page => "phs_",
            Self::Refresh => "phr_",
            Self::Key => "phk_",
            Self::Link => "phl_",
            Self::Setup => "phi_",
        }
    }
}

/// A token, and the hash by which its secret is known again.
pub(super) fn make(what: Use, account: &str, id: &str, chance: &dyn Chance) -> (String, String) {
    let secret = URL_SAFE_NO_PAD.encode(random_bytes::<32>(chance));
    let hash = hash_of(&secret);
    (format!("{}{account}.{id}.{secret}", what.prefix()), hash)
}

/// The same, of which half is random and half says that it was made here: `sign` signs what comes before that.
pub(super) fn make_signed(
    what: Use,
    account: &str,
    id: &str,
    chance: &dyn Chance,
    sign: impl FnOnce(&str) -> Option<[u8; 32]>,
) -> Option<(String, String)> {
    let random = random_bytes::<HALF>(chance);
    let signature = sign(&signed(what, account, id, &random))?;
    let secret = URL_SAFE_NO_PAD.encode([&random[..], &signature[..HALF]].concat());
    let hash = hash_of(&secret);
    Some((format!("{}{account}.{id}.{secret}", what.prefix()), hash))
}

/// What is signed of a token.
fn signed(what: Use, account: &str, id: &str, random: &[u8]) -> String {
    format!("{}{account}.{id}.{}", what.prefix(), URL_SAFE_NO_PAD.encode(random))
}

/// A token taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Whose.
    pub(super) account: &'a str,
    /// Which.
    pub(super) id: &'a str,
    secret: &'a str,
}

impl<'a> Token<'a> {
    /// Takes a token of that use apart; none if it is none.
    pub(super) fn parse(what: Use, token: &'a str) -> Option<Self> {
        let mut parts = token.strip_prefix(what.prefix())?.split('.');
        let (account, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none() && !account.is_empty() && !id.is_empty() && token.len() <= 256;
        (whole && !token.chars().any(char::is_control)).then_some(Self { account, id, secret })
    }

    /// Was a refresh token made by [`make_signed`]? `verify` is given what was signed and the beginning of its signature.
    pub(super) fn is_signed(&self, verify: impl FnOnce(&str, &[u8]) -> bool) -> bool {
        let secret = URL_SAFE_NO_PAD.decode(self.secret).ok().filter(|secret| secret.len() == 2 * HALF);
        secret.is_some_and(|secret| {
            let (random, signature) = secret.split_at(HALF);
            verify(&signed(Use::Refresh, self.account, self.id, random), signature)
        })
    }

    /// Is it the one of that hash? Takes the same time whether or not.
    pub(super) fn is(&self, hash: &str) -> bool {
        hash_of(self.secret).as_bytes().ct_eq(hash.as_bytes()).into()
    }
}

/// Does it look like a token of this house?
pub(super) fn kind_of(token: &str) -> Option<Use> {
    [Use::Page, Use::Refresh, Use::Key, Use::Link, Use::Setup].into_iter().find(|what| token.starts_with(what.prefix()))
}

/// 256 random bits need no slow hash.
fn hash_of(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same;

    impl Chance for Same {
        fn ten_bytes(&self) -> [u8; 10] {
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        }
    }

    #[test]
    fn a_token_is_known_again_and_no_other() {
        let (token, hash) = make(Use::Key, "local", "k-1", &Same);
        let read = Token::parse(Use::Key, &token).unwrap();
        assert_eq!((read.account, read.id), ("local", "k-1"));
        assert!(read.is(&hash) && !hash.contains(read.secret));
        assert!(!Token { secret: "other", ..read }.is(&hash));
        assert!(!read.is(""));
        assert_eq!(Token::parse(Use::Refresh, &token), None);
        assert_eq!(kind_of(&token), Some(Use::Key));
    }

    #[test]
    fn what_was_made_here_is_told_from_what_was_made_up() {
        let sign = |text: &str| -> [u8; 32] { Sha256::digest(format!("secret {text}")).into() };
        let verify = |text: &str, signature: &[u8]| sign(text).starts_with(signature);
        let (token, hash) = make_signed(Use::Refresh, "a", "s", &Same, |text| Some(sign(text))).unwrap();
        let read = Token::parse(Use::Refresh, &token).unwrap();
        assert!(read.is(&hash) && read.is_signed(verify));
        let other = Token { id: "t", ..read };
        assert!(!other.is_signed(verify), "it is of its session only");
        for made_up in ["", "AAAA", &"A".repeat(43), "?"] {
            assert!(!Token { secret: made_up, ..read }.is_signed(verify), "{made_up:?}");
        }
        assert_eq!(make_signed(Use::Refresh, "a", "s", &Same, |_| None), None);
    }

    #[test]
    fn what_is_no_token_is_none() {
        for wrong in ["", "phk_", "phk_a", "phk_a.b", "phk_.b.c", "phk_a..c", "phk_a.b.c.d", "phk_a\n.b.c", "a.b.c"] {
            assert_eq!(Token::parse(Use::Key, wrong), None, "{wrong:?}");
        }
        assert_eq!(Token::parse(Use::Key, &format!("phk_a.b.{}", "x".repeat(300))), None);
    }
}
