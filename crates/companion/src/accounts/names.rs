//! The names people sign in by, and what a password must be.

use super::identity::LOCAL_ACCOUNT;
use crate::error::{Error, Result};
use crate::text::hex;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// What the id of an account begins with, but that of the first. After it comes a UUID.
pub(super) const ID: &str = "a-";
/// Bytes of a UUID.
const UUID: usize = 36;
/// The most characters of a name.
const NAME: usize = 64;
/// Characters of a password.
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=1024;

/// A name as it is kept and compared: compatibility forms and case make no difference (NFKC, folded).
///
/// # Errors
/// [`Error::Invalid`] for one that is empty or too long; [`Error::Refused`] for one that nobody can have.
pub(super) fn normal(name: &str) -> Result<String> {
    let count = name.chars().count();
    if !(1..=NAME).contains(&count) {
        return Err(Error::Invalid(format!("name: it has {count} characters; 1 to {NAME} are allowed")));
    }
    let folded: String = caseless::default_case_fold_str(&name.trim().nfkc().collect::<String>()).nfkc().collect();
    let allowed = |sign: char| sign.is_alphanumeric() || "._-+@".contains(sign);
    if !(1..=NAME).contains(&folded.chars().count()) || !folded.chars().all(allowed) {
        return Err(Error::Refused(format!(
            "nobody can have the name {name:?}; letters, digits and the signs . _ - + @ are allowed"
        )));
    }
    Ok(folded)
}

/// The name of a new account, as [`normal`]: one that could be taken for the id of another account would lead an admin to the
/// wrong one.
///
/// # Errors
/// As [`normal`].
pub(super) fn of_new(name: &str, first: bool) -> Result<String> {
    let normal = normal(name)?;
    let is_local = normal == LOCAL_ACCOUNT && !first;
    if is_local || normal.strip_prefix(ID).is_some_and(|rest| rest.len() == UUID) {
        return Err(Error::Refused(format!("nobody can have the name {name:?}: accounts have such ids")));
    }
    Ok(normal)
}

/// What a normal name is found by: two accounts cannot have the same.
pub(super) fn login_id(normal: &str) -> String {
    let hash = Sha256::digest(normal.as_bytes());
    format!("login:{}", hex(&hash))
}

/// Refuses a password that is too short or too long, or no more than the name.
///
/// # Errors
/// [`Error::Invalid`] with what is allowed; never with the password.
pub(super) fn check_password(password: &str, name: &str) -> Result<()> {
    let (least, most) = (PASSWORD.start(), PASSWORD.end());
    let count = password.chars().count();
    if !PASSWORD.contains(&count) {
        return Err(Error::Invalid(format!("password: it has {count} characters; {least} to {most} are allowed")));
    }
    if normal(password).is_ok_and(|password| password == name) {
        return Err(Error::Refused("password: it is the name; choose another".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_to_a_keyboard_are_one() {
        for (written, kept) in [
            ("Ana", "ana"),
            ("  ana ", "ana"),
            ("ＡＮＡ", "ana"),
            ("Straße", "strasse"),
            ("ﬁn", "fin"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("e\u{301}va", "éva"),
            ("a.b-c_d+e@f.example", "a.b-c_d+e@f.example"),
        ] {
            assert_eq!(normal(written).unwrap(), kept, "{written:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for wrong in ["", " ", "a b", "a/b", "a\0b", "a\nb", "<b>", "a\u{202e}b", &"x".repeat(65)] {
            assert!(matches!(normal(wrong), Err(Error::Invalid(_) | Error::Refused(_))), "{wrong:?}");
        }
        assert!(normal(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn no_new_name_is_an_id() {
        for id in ["local", "Local", "ｌｏｃａｌ", "a-0193ab54-7d1c-7000-8000-000000000001"] {
            assert!(matches!(of_new(id, false), Err(Error::Refused(_))), "{id:?}");
            assert!(normal(id).is_ok(), "{id:?} may have been given before");
        }
        for name in ["locale", "a-team", "a-", "ana"] {
            assert_eq!(of_new(name, false).unwrap(), name);
        }
        assert_eq!(of_new("local", true).unwrap(), "local", "it is its own id");
    }

    #[test]
    fn passwords_have_their_bounds() {
        for (password, allowed) in [
            ("1234567", false),
            ("12345678", true),
            ("ééééééé", false),
            ("éééééééé", true),
            ("", false),
            (" spaces are fine ", true),
            (&"x".repeat(1024), true),
            (&"x".repeat(1025), false),
            ("Margarita", false),
        ] {
            assert_eq!(check_password(password, "margarita").is_ok(), allowed, "{password:?}");
        }
    }
}
