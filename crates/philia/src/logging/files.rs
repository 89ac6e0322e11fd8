//! Daily files: `philia-2026-11-21.000.log`. One that is full is followed by the next number of its day, and the oldest
//! go when there are too many. Days are UTC's. Only their owner can read them.

use crate::system::SystemClock;
use crate::wire::private_dir;
use philia_ports::Clock as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The files of a directory, of which the newest is written to.
pub(super) struct Files {
    dir: PathBuf,
    keep: usize,
    most_bytes: u64,
    today: fn() -> String,
    /// None after it could not be opened; the next line tries again.
    current: Option<Current>,
}

struct Current {
    day: String,
    number: u32,
    file: File,
    bytes: u64,
}

fn today() -> String {
    SystemClock.now().strftime("%Y-%m-%d").to_string()
}

impl Files {
    /// Makes the directory and opens today's file.
    pub(super) fn open(dir: PathBuf, keep: usize, max_mb: u64) -> io::Result<Self> {
        Self::with(dir, keep, max_mb * 1024 * 1024, today)
    }

    fn with(dir: PathBuf, keep: usize, most_bytes: u64, today: fn() -> String) -> io::Result<Self> {
        let cannot = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", dir.display()));
        private_dir(&dir).map_err(cannot)?;
        let mut files = Self { keep, most_bytes, today, current: None, dir: dir.clone() };
        files.turn_over(0).map_err(cannot)?;
        Ok(files)
    }

    /// Sees that there is a file with room for so many bytes more.
    fn turn_over(&mut self, more: u64) -> io::Result<&mut Current> {
        let day = (self.today)();
        let fits = |file: &Current| file.day == day && (file.bytes == 0 || file.bytes + more <= self.most_bytes);
        if !self.current.as_ref().is_some_and(fits) {
            let full = self.current.take().filter(|file| file.day == day).map(|file| file.number + 1);
            let number = full.or_else(|| newest(&self.dir, &day)).unwrap_or(0);
            let mut next = append(&self.dir, day, number)?;
            if next.bytes > 0 && next.bytes + more > self.most_bytes {
                next = append(&self.dir, next.day, number + 1)?;
            }
            self.current = Some(next);
            self.prune();
        }
        self.current.as_mut().ok_or_else(|| io::Error::other("no file is open"))
    }

    /// The oldest files go. That one cannot be removed is no reason not to log.
    fn prune(&self) {
        let mut names = names(&self.dir);
        names.sort_unstable();
        for name in &names[..names.len().saturating_sub(self.keep)] {
            let _ = fs::remove_file(self.dir.join(name));
        }
    }
}

impl Write for Files {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let more = line.len() as u64;
        let current = self.turn_over(more)?;
        current.file.write_all(line)?;
        current.bytes += more;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn name_of(day: &str, number: u32) -> String {
    format!("philia-{day}.{number:03}.log")
}

/// Our files' names; nothing else in the directory is touched.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with("philia-") && name.ends_with(".log")).collect()
}

fn newest(dir: &Path, day: &str) -> Option<u32> {
    let start = format!("philia-{day}.");
    let number = |name: String| name.strip_prefix(&start)?.strip_suffix(".log")?.parse().ok();
    names(dir).into_iter().filter_map(number).max()
}

fn append(dir: &Path, day: String, number: u32) -> io::Result<Current> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(dir.join(name_of(&day, number)))?;
    let bytes = file.metadata()?.len();
    Ok(Current { day, number, file, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! { static DAY: Cell<u32> = const { Cell::new(1) }; }

    fn day() -> String {
        format!("2026-11-{:02}", DAY.get())
    }

    fn sorted(dir: &Path) -> Vec<String> {
        let mut names = names(dir);
        names.sort_unstable();
        names
    }

    #[test]
    fn files_turn_over_by_day_and_by_size_and_the_oldest_go() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("logs");
        let mut files = Files::with(dir.clone(), 3, 10, day).unwrap();
        fs::write(dir.join("mine.txt"), "not a log").unwrap();
        files.write_all(b"123456\n").unwrap();
        files.write_all(b"7\n").unwrap();
        assert_eq!(sorted(&dir), ["philia-2026-11-01.000.log"]);
        files.write_all(b"89\n").unwrap();
        assert_eq!(sorted(&dir), ["philia-2026-11-01.000.log", "philia-2026-11-01.001.log"]);
        // A line longer than a file may be has one of its own.
        files.write_all(b"0123456789abcdef\n").unwrap();
        drop(files);
        // A new start goes on where the last one ended: behind a full file.
        let mut files = Files::with(dir.clone(), 3, 10, day).unwrap();
        DAY.set(2);
        files.write_all(b"x\n").unwrap();
        let kept = ["philia-2026-11-01.002.log", "philia-2026-11-01.003.log", "philia-2026-11-02.000.log"];
        assert_eq!(sorted(&dir), kept);
        assert_eq!(fs::read_to_string(dir.join("philia-2026-11-02.000.log")).unwrap(), "x\n");
        assert!(dir.join("mine.txt").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&dir), mode(&dir.join(kept[2]))), (0o700, 0o600));
        }
    }
}
