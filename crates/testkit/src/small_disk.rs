//! A disk that is soon full.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A file system of its own in memory, gone when dropped.
#[derive(Debug)]
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// One of so many megabytes; none (and a visible skip) where this process may not mount one.
    pub fn mount(megabytes: usize) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let options = format!("size={megabytes}m,mode=777");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "philia-test"]).arg(directory.path()).output();
        if mount.is_ok_and(|output| output.status.success()) {
            return Some(Self(directory));
        }
        crate::skipped("only root can mount a tmpfs to try a full disk on");
        None
    }

    /// From now on nothing can be written to it.
    ///
    /// # Panics
    /// If a file is open for writing.
    pub fn make_read_only(&self) {
        let mount = Command::new("mount").args(["-o", "remount,ro"]).arg(self.path()).output().unwrap();
        assert!(mount.status.success(), "{mount:?}");
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}
