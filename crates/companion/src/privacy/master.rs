//! The master key: it wraps the keys of people, and never touches a record itself.

use super::cipher::{Secret, keyed_hash, random};
use crate::text::hex;
use argon2::{Algorithm, Argon2, Params, Version};
use philia_ports::Chance;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// What a passphrase is stretched with.
pub type Salt = [u8; 16];

/// Memory that stretching takes, in KiB.
const MEMORY: u32 = 64 * 1024;
/// Passes over that memory.
const PASSES: u32 = 3;
/// The shortest passphrase, in characters.
const SHORTEST: usize = 12;

/// Why there is no master key. The words say what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MasterError(pub String);

/// 32 bytes that wrap everybody's keys.
#[derive(Clone)]
pub struct MasterKey(Secret);

impl MasterKey {
    /// A new one.
    pub fn new(chance: &dyn Chance) -> Self {
        Self(random(chance))
    }

    /// From 32 bytes.
    ///
    /// # Errors
    /// [`MasterError`] for any other number.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MasterError> {
        let key = <[u8; 32]>::try_from(bytes).map_err(|_| {
            MasterError(format!(
                "a master key has 32 bytes, written in base64 (44 characters); this one has {}",
                bytes.len()
            ))
        })?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// From a passphrase, by Argon2id with 64 MiB and three passes (RFC 9106 asks for no less where memory is scarce).
    /// Takes some tenths of a second.
    ///
    /// # Errors
    /// [`MasterError`] for a passphrase under 12 characters.
    pub fn from_passphrase(passphrase: &SecretString, salt: &Salt) -> Result<Self, MasterError> {
        let words = passphrase.expose_secret();
        if words.chars().count() < SHORTEST {
            return Err(MasterError(format!("the passphrase is too short; at least {SHORTEST} characters are needed")));
        }
        let cannot = |error: argon2::Error| MasterError(format!("the passphrase cannot be stretched: {error}"));
        let params = Params::new(MEMORY, PASSES, 1, Some(32)).map_err(cannot)?;
        let mut key: Secret = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(words.as_bytes(), salt, &mut key[..])
            .map_err(cannot)?;
        Ok(Self(key))
    }

    /// Tells this key from others, and nothing else of it.
    pub fn id(&self) -> String {
        let hash = keyed_hash(&self.0, &[b"philia master key"]);
        hex(&hash[..8])
    }

    /// Its bytes, for whoever keeps it.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

/// Where the master key is kept.
///
/// # Contract
/// Reading changes nothing. Making never replaces a key that is there.
pub trait MasterKeys: Send + Sync + 'static {
    /// Where it is kept, for a person's eyes.
    fn place(&self) -> String;

    /// The keys there are: the present one first, and the next one while keys are changed.
    ///
    /// # Errors
    /// [`MasterError`] for what cannot be read or is no key.
    fn read(&self, salt: &Salt) -> Result<Vec<MasterKey>, MasterError>;

    /// The present key, made if there is none.
    ///
    /// # Errors
    /// [`MasterError`] if it cannot be made here, or not be kept.
    fn make(&self, salt: &Salt, chance: &dyn Chance) -> Result<MasterKey, MasterError>;

    /// The key to change to, made if there is none; it is kept beside the present one.
    ///
    /// # Errors
    /// As for [`make`](Self::make).
    fn make_next(&self, salt: &Salt, chance: &dyn Chance) -> Result<MasterKey, MasterError>;

    /// The next key is the present one from now on, and the former is gone. Returns what is left for the operator to do.
    ///
    /// # Errors
    /// [`MasterError`] if that cannot be kept; both keys are there then.
    fn adopt_next(&self) -> Result<Option<String>, MasterError>;
}

/// A master key that nobody keeps: for a store that is gone with the process, and for tests.
#[derive(Debug, Default)]
pub struct HeldKeys(Mutex<Vec<MasterKey>>);

impl HeldKeys {
    fn held(&self) -> std::sync::MutexGuard<'_, Vec<MasterKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MasterKeys for HeldKeys {
    fn place(&self) -> String {
        "the memory of this process".into()
    }

    fn read(&self, _salt: &Salt) -> Result<Vec<MasterKey>, MasterError> {
        Ok(self.held().clone())
    }

    fn make(&self, _salt: &Salt, chance: &dyn Chance) -> Result<MasterKey, MasterError> {
        let mut held = self.held();
        if held.is_empty() {
            held.push(MasterKey::new(chance));
        }
        Ok(held[0].clone())
    }

    fn make_next(&self, _salt: &Salt, chance: &dyn Chance) -> Result<MasterKey, MasterError> {
        let mut held = self.held();
        if held.len() < 2 {
            held.push(MasterKey::new(chance));
        }
        Ok(held[1].clone())
    }

    fn adopt_next(&self) -> Result<Option<String>, MasterError> {
        let mut held = self.held();
        if held.len() > 1 {
            held.remove(0);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_makes_one_key_for_one_salt() {
        let phrase = SecretString::from("correct horse battery");
        let key = MasterKey::from_passphrase(&phrase, &[1; 16]).unwrap();
        assert_eq!(key.id(), MasterKey::from_passphrase(&phrase, &[1; 16]).unwrap().id());
        assert_ne!(key.id(), MasterKey::from_passphrase(&phrase, &[2; 16]).unwrap().id());
        assert!(MasterKey::from_passphrase(&SecretString::from("short"), &[1; 16]).is_err());
        assert!(!format!("{key:?}").contains(&format!("{:02x}", key.bytes()[0]).repeat(2)));
    }

    #[test]
    fn a_key_has_32_bytes() {
        assert!(MasterKey::from_bytes(&[1; 31]).unwrap_err().to_string().contains("31"));
        assert!(MasterKey::from_bytes(&[1; 32]).is_ok());
    }
}
