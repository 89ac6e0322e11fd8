//! Access tokens: JSON Web Tokens (RFC 7519) signed with HS256, by keys that are changed from time to time.
//!
//! There is one algorithm and one shape, and what is not exactly that is refused: the header must say HS256 and name a
//! key of ours. A header can so neither choose the algorithm nor the key's kind (RFC 8725, 3.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Who signs.
const ISSUER: &str = "philia";
/// What these tokens are (RFC 9068).
const KIND: &str = "at+jwt";
/// The longest token that is looked at, in bytes.
const MOST: usize = 2048;
/// How far another process's clock may be ahead, in seconds.
const SKEW: i64 = 60;

/// A key that signs, or signed until lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SigningKey {
    /// Its name.
    pub(super) kid: String,
    /// 256 random bits, in base64url.
    secret: String,
    /// Since when it signs.
    pub(super) since: Timestamp,
    /// Until when what it signed may hold, once another signs.
    pub(super) until: Option<Timestamp>,
}

/// All of them, the one that signs last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SigningKeys {
    pub(super) keys: Vec<SigningKey>,
}

// What it does not know (`crit`, `jwk`) it refuses.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: String,
    #[serde(default)]
    kid: String,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    /// The account.
    pub(super) sub: String,
    /// The session.
    pub(super) sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Claims {
    pub(super) fn new(account: &str, session: &str, now: Timestamp, holds: SignedDuration) -> Self {
        let (iat, exp) = (now.as_second(), now.saturating_add(holds).unwrap_or(Timestamp::MAX).as_second());
        Self { iss: ISSUER.into(), sub: account.into(), sid: session.into(), iat, nbf: iat, exp }
    }
}

/// Why a token does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is none of ours: another shape, algorithm, key or signature.
    Forged,
    /// It was signed by a key that is not at hand.
    UnknownKey,
    /// It held until lately.
    Expired,
    /// It does not hold yet.
    Early,
}

impl SigningKeys {
    /// The key that signs.
    pub(super) fn present(&self) -> Option<&SigningKey> {
        self.keys.last().filter(|key| key.until.is_none())
    }

    /// Adds a key that signs from now on; the one before holds on for as long as what it signed may, and those that
    /// have run out go.
    pub(super) fn rotate(&mut self, kid: String, secret: [u8; 32], now: Timestamp, holds: SignedDuration) {
        let until = now.saturating_add(holds).unwrap_or(Timestamp::MAX);
        for key in &mut self.keys {
            key.until.get_or_insert(until);
        }
        self.keys.retain(|key| key.until.is_some_and(|until| until > now));
        self.keys.push(SigningKey { kid, secret: URL_SAFE_NO_PAD.encode(secret), since: now, until: None });
    }

    /// Signs.
    pub(super) fn sign(&self, claims: &Claims) -> Option<String> {
        let key = self.present()?;
        let header = Header { alg: "HS256".into(), typ: KIND.into(), kid: key.kid.clone() };
        let encode = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let signed =
            format!("{}.{}", encode(serde_json::to_vec(&header).ok()?), encode(serde_json::to_vec(claims).ok()?));
        let signature = URL_SAFE_NO_PAD.encode(key.mac(&signed)?.finalize().into_bytes());
        Some(format!("{signed}.{signature}"))
    }

    /// Signs what is no token.
    pub(super) fn sign_text(&self, text: &str) -> Option<[u8; 32]> {
        Some(self.present()?.mac(text)?.finalize().into_bytes().into())
    }

    /// Is that the beginning of what any of these keys signs a text with?
    pub(super) fn has_signed(&self, text: &str, beginning: &[u8]) -> bool {
        let holds = |key: &SigningKey| key.mac(text).is_some_and(|mac| mac.verify_truncated_left(beginning).is_ok());
        self.keys.iter().any(holds)
    }

    /// What a token says, if it holds now.
    pub(super) fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, Unfit> {
        if token.len() > MOST {
            return Err(Unfit::Forged);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Unfit::Forged)?;
        let (header, claims) = signed.split_once('.').ok_or(Unfit::Forged)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Unfit::Forged);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Unfit::Forged)?;
        if header.alg != "HS256" || header.typ != KIND {
            return Err(Unfit::Forged);
        }
        let known = self.keys.iter().find(|key| key.kid == header.kid);
        let key = known.filter(|key| key.until.is_none_or(|until| until > now)).ok_or(Unfit::UnknownKey)?;
        let mac = key.mac(signed).ok_or(Unfit::Forged)?;
        // In constant time.
        mac.verify_slice(&decode(signature)?).map_err(|_| Unfit::Forged)?;
        let claims: Claims = serde_json::from_slice(&decode(claims)?).map_err(|_| Unfit::Forged)?;
        let now = now.as_second();
        match &claims {
            claims if claims.iss != ISSUER => Err(Unfit::Forged),
            claims if claims.exp <= now => Err(Unfit::Expired),
            claims if claims.nbf > now + SKEW || claims.iat > now + SKEW => Err(Unfit::Early),
            _ => Ok(claims),
        }
    }
}

impl SigningKey {
    fn mac(&self, signed: &str) -> Option<Hmac<Sha256>> {
        let secret = URL_SAFE_NO_PAD.decode(&self.secret).ok().filter(|secret| secret.len() == 32)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).ok()?;
        mac.update(signed.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const HOLDS: SignedDuration = SignedDuration::from_mins(15);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn keys() -> SigningKeys {
        let mut keys = SigningKeys::default();
        keys.rotate("one".into(), [1; 32], at(0), HOLDS);
        keys
    }

    fn claims(now: Timestamp) -> Claims {
        Claims::new("local", "s-1", now, HOLDS)
    }

    /// A token of any header and claims, signed by a key.
    fn forge(header: &Value, claims: &Value, key: Option<&SigningKey>) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mac = key.map(|key| URL_SAFE_NO_PAD.encode(key.mac(&signed).unwrap().finalize().into_bytes()));
        format!("{signed}.{}", mac.unwrap_or_default())
    }

    #[test]
    fn what_was_signed_holds_until_its_end() {
        let keys = keys();
        let token = keys.sign(&claims(at(0))).unwrap();
        assert_eq!(keys.verify(&token, at(0)).unwrap(), claims(at(0)));
        assert!(keys.verify(&token, at(899)).is_ok());
        assert_eq!(keys.verify(&token, at(900)), Err(Unfit::Expired));
        assert!(keys.verify(&token, at(-60)).is_ok(), "a clock may be a minute off");
        assert_eq!(keys.verify(&token, at(-61)), Err(Unfit::Early));
    }

    #[test]
    fn nothing_else_holds() {
        let keys = keys();
        let key = keys.present();
        let good = json!(claims(at(0)));
        let header = |alg: &str, kid: &str| json!({"alg": alg, "typ": KIND, "kid": kid});
        let with = |field: &str, value: Value| {
            let mut claims = good.clone();
            claims[field] = value;
            claims
        };
        assert!(keys.verify(&forge(&header("HS256", "one"), &good, key), at(0)).is_ok(), "the forge is a good one");
        let wrong = [
            ("no algorithm", forge(&header("none", "one"), &good, None)),
            ("no algorithm, and signed", forge(&header("none", "one"), &good, key)),
            ("another algorithm", forge(&header("HS512", "one"), &good, key)),
            ("a public key's", forge(&header("RS256", "one"), &good, key)),
            ("in small letters", forge(&header("hs256", "one"), &good, key)),
            ("no signature", forge(&header("HS256", "one"), &good, None)),
            ("another kind", forge(&json!({"alg": "HS256", "typ": "JWT", "kid": "one"}), &good, key)),
            ("a key of its own", forge(&json!({"alg": "HS256", "typ": KIND, "kid": "one", "jwk": {}}), &good, key)),
            ("another issuer", forge(&header("HS256", "one"), &with("iss", "evil".into()), key)),
            ("no end", forge(&header("HS256", "one"), &with("exp", Value::Null), key)),
            ("an end in words", forge(&header("HS256", "one"), &with("exp", "never".into()), key)),
        ];
        for (what, token) in wrong {
            assert_eq!(keys.verify(&token, at(0)), Err(Unfit::Forged), "{what}");
        }
        for kid in ["two", "", "../one"] {
            assert_eq!(keys.verify(&forge(&header("HS256", kid), &good, key), at(0)), Err(Unfit::UnknownKey), "{kid}");
        }
        let future = forge(&header("HS256", "one"), &with("nbf", (at(0).as_second() + 61).into()), key);
        assert_eq!(keys.verify(&future, at(0)), Err(Unfit::Early));
        for odd in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", &"x".repeat(3000)] {
            assert!(keys.verify(odd, at(0)).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn every_changed_byte_breaks_it() {
        let keys = keys();
        let token = keys.sign(&claims(at(0))).unwrap();
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(keys.verify(&changed, at(0)).is_err(), "byte {place}");
        }
    }

    #[test]
    fn a_former_key_verifies_until_it_has_run_out() {
        let mut keys = keys();
        let before = keys.sign(&claims(at(0))).unwrap();
        keys.rotate("two".into(), [2; 32], at(10), HOLDS);
        let after = keys.sign(&claims(at(10))).unwrap();
        assert!(keys.verify(&before, at(20)).is_ok() && keys.verify(&after, at(20)).is_ok());
        // Even a token that would hold longer ends with its key.
        let long = Claims { exp: i64::MAX, ..claims(at(0)) };
        let long = forge(&json!({"alg": "HS256", "typ": KIND, "kid": "one"}), &json!(long), Some(&keys.keys[0]));
        assert!(keys.verify(&long, at(909)).is_ok());
        assert_eq!(keys.verify(&long, at(910)), Err(Unfit::UnknownKey));
        keys.rotate("three".into(), [3; 32], at(910), HOLDS);
        assert_eq!(keys.keys.iter().map(|key| key.kid.as_str()).collect::<Vec<_>>(), ["two", "three"]);
    }
}
