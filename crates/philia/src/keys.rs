//! Where the master key is kept: in a file that only its owner can read, or given, or made from a passphrase.

use crate::config::Config;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use philia_companion::privacy::{HeldKeys, MasterError, MasterKey, MasterKeys, Salt};
use philia_ports::Chance;
use secrecy::{ExposeSecret as _, SecretString};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the configuration says about it.
///
/// # Errors
/// A key and a passphrase at once.
pub(crate) fn master_keys(config: &Config) -> anyhow::Result<Arc<dyn MasterKeys>> {
    let privacy = &config.privacy;
    if privacy.master_key.is_some() && privacy.passphrase.is_some() {
        anyhow::bail!("privacy.master_key and privacy.passphrase are both set; one of them is enough");
    }
    Ok(match (&privacy.master_key, &privacy.passphrase) {
        (Some(key), _) => Arc::new(Given { how: How::Key, now: key.clone(), next: privacy.next_master_key.clone() }),
        (_, Some(phrase)) => {
            Arc::new(Given { how: How::Passphrase, now: phrase.clone(), next: privacy.next_passphrase.clone() })
        }
        _ if config.store.url.scheme() == "memory" => Arc::new(HeldKeys::default()),
        _ => Arc::new(KeyFile::new(key_file(config))),
    })
}

/// The file with the master key, whether there is one or not.
pub(crate) fn key_file(config: &Config) -> PathBuf {
    config.privacy.key_file.clone().unwrap_or_else(|| config.data.dir.join("master.key"))
}

/// How a key is given.
#[derive(Clone, Copy)]
enum How {
    Key,
    Passphrase,
}

/// A key that the configuration holds.
struct Given {
    how: How,
    now: SecretString,
    next: Option<SecretString>,
}

impl Given {
    fn names(&self) -> (&'static str, &'static str) {
        match self.how {
            How::Key => ("privacy.master_key", "privacy.next_master_key"),
            How::Passphrase => ("privacy.passphrase", "privacy.next_passphrase"),
        }
    }

    fn key(&self, given: &SecretString, salt: &Salt) -> Result<MasterKey, MasterError> {
        match self.how {
            How::Key => decode(given.expose_secret()),
            How::Passphrase => MasterKey::from_passphrase(given, salt),
        }
    }
}

impl MasterKeys for Given {
    fn place(&self) -> String {
        self.names().0.into()
    }

    fn read(&self, salt: &Salt) -> Result<Vec<MasterKey>, MasterError> {
        [Some(&self.now), self.next.as_ref()].into_iter().flatten().map(|given| self.key(given, salt)).collect()
    }

    fn make(&self, salt: &Salt, _chance: &dyn Chance) -> Result<MasterKey, MasterError> {
        self.key(&self.now, salt)
    }

    fn make_next(&self, salt: &Salt, _chance: &dyn Chance) -> Result<MasterKey, MasterError> {
        let (_, name) = self.names();
        let next = self.next.as_ref().ok_or_else(|| MasterError(format!("set {name} to what to change to")))?;
        self.key(next, salt)
    }

    fn adopt_next(&self) -> Result<Option<String>, MasterError> {
        let (now, next) = self.names();
        Ok(Some(format!("set {now} to the new one, and take {next} away; until then both are needed")))
    }
}

/// A file with a key in base64, and beside it, while keys are changed, the next.
struct KeyFile {
    file: PathBuf,
    next: PathBuf,
}

impl KeyFile {
    fn new(file: PathBuf) -> Self {
        let mut next = file.clone().into_os_string();
        next.push(".next");
        Self { file, next: next.into() }
    }
}

impl MasterKeys for KeyFile {
    fn place(&self) -> String {
        self.file.display().to_string()
    }

    fn read(&self, _salt: &Salt) -> Result<Vec<MasterKey>, MasterError> {
        let mut keys = Vec::new();
        for path in [&self.file, &self.next] {
            keys.extend(read(path)?);
        }
        Ok(keys)
    }

    fn make(&self, _salt: &Salt, chance: &dyn Chance) -> Result<MasterKey, MasterError> {
        make(&self.file, chance)
    }

    fn make_next(&self, _salt: &Salt, chance: &dyn Chance) -> Result<MasterKey, MasterError> {
        make(&self.next, chance)
    }

    fn adopt_next(&self) -> Result<Option<String>, MasterError> {
        if self.next.exists() {
            fs::rename(&self.next, &self.file).map_err(|error| cannot(&self.file, "replaced", &error))?;
            sync_dir(&self.file).map_err(|error| cannot(&self.file, "kept", &error))?;
        }
        Ok(Some(format!(
            "copy {} to where you keep its copy; the former key opens nothing any more",
            self.file.display()
        )))
    }
}

fn cannot(path: &Path, what: &str, error: &io::Error) -> MasterError {
    MasterError(format!("the master key {} cannot be {what}: {error}", path.display()))
}

fn decode(text: &str) -> Result<MasterKey, MasterError> {
    let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new);
    MasterKey::from_bytes(&bytes.map_err(|_| MasterError("the master key is no base64".into()))?)
}

fn read(path: &Path) -> Result<Option<MasterKey>, MasterError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(path, "read", &error)),
    };
    #[cfg(unix)]
    if let Ok(facts) = fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        if facts.permissions().mode() & 0o077 != 0 {
            tracing::warn!("others of this machine can read {}; chmod 600 it", path.display());
        }
    }
    decode(&text).map(Some).map_err(|error| MasterError(format!("{}: {error}", path.display())))
}

fn make(path: &Path, chance: &dyn Chance) -> Result<MasterKey, MasterError> {
    if let Some(key) = read(path)? {
        return Ok(key);
    }
    let key = MasterKey::new(chance);
    let text = Zeroizing::new(STANDARD.encode(key.bytes()));
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        // Never in the place of one that is there.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        sync_dir(path)
    };
    write().map_err(|error| cannot(path, "made", &error))?;
    Ok(key)
}

/// A file's name is as durable as what is in it.
fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        fs::File::open(dir)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemChance;

    #[test]
    fn a_key_file_is_made_once_and_changed_for_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFile::new(dir.path().join("master.key"));
        assert!(keys.read(&[0; 16]).unwrap().is_empty());
        let made = keys.make(&[0; 16], &SystemChance).unwrap().id();
        assert_eq!(keys.make(&[0; 16], &SystemChance).unwrap().id(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(dir.path().join("master.key")).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let next = keys.make_next(&[0; 16], &SystemChance).unwrap().id();
        let ids = |keys: &KeyFile| keys.read(&[0; 16]).unwrap().iter().map(MasterKey::id).collect::<Vec<_>>();
        assert_eq!(ids(&keys), [made, next.clone()]);
        keys.adopt_next().unwrap();
        assert_eq!(ids(&keys), [next]);
        fs::write(dir.path().join("master.key"), "half a key").unwrap();
        let wrong = keys.make(&[0; 16], &SystemChance).unwrap_err().to_string();
        assert!(wrong.contains("master.key"), "{wrong}");
        assert_eq!(fs::read_to_string(dir.path().join("master.key")).unwrap(), "half a key");
    }
}
