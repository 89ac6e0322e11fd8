//! What the machine gives: room on the disk, a place for logs, a clock that is right, open files.

use super::{Finding, State, open_to_others};
use crate::cli::Context;
use crate::config::Config;
use crate::lifecycle;
use crate::system::SystemClock;
use philia_ports::Clock as _;
use std::path::Path;
use std::time::SystemTime;

/// Less room than this deserves a look, in bytes; less than a tenth of it is broken.
#[cfg(unix)]
const ROOM: u64 = 1_000_000_000;
/// Fewer open files than this deserve a look: each connection is one.
const FILES: u64 = 4096;
/// The program was written in this year: a clock before it is wrong.
const WRITTEN: i16 = 2026;
/// Seconds by which a file may be newer than the clock.
const AHEAD: i64 = 120;

/// Everything about the machine.
pub(super) fn findings(context: &Context) -> Vec<Finding> {
    let mut findings: Vec<Finding> = disk(&context.config.data.dir).into_iter().collect();
    findings.push(logs(&context.config));
    findings.push(clock(&context.config.data.dir));
    findings.extend(open_files());
    findings
}

#[cfg(unix)]
fn disk(dir: &Path) -> Option<Finding> {
    const PART: &str = "disk";
    // The directory may not be there yet; where it will be is.
    let there = dir.ancestors().find(|place| place.exists())?;
    let of = rustix::fs::statvfs(there).ok()?;
    let free = of.f_bavail.saturating_mul(of.f_frsize);
    let what = format!("{:.1} GB free at {}", free as f64 / 1e9, there.display());
    let advice = "make room: on a full disk turns are answered but not kept";
    Some(match free {
        free if free < ROOM / 10 => Finding::new(PART, State::Broken, what).advising(advice),
        free if free < ROOM => Finding::new(PART, State::Look, what).advising(advice),
        _ => Finding::new(PART, State::Well, what),
    })
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Option<Finding> {
    None
}

fn logs(config: &Config) -> Finding {
    const PART: &str = "logs";
    if config.log.keep_files == 0 {
        return Finding::new(PART, State::Absent, "no files are kept (log.keep_files is 0); `serve` writes to stderr");
    }
    let dir = config.log_dir();
    let place = dir.display();
    match std::fs::metadata(&dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::new(PART, State::Absent, format!("{place} is not there yet; `serve` makes it"))
        }
        Err(error) => Finding::new(PART, State::Broken, format!("{place}: {error}"))
            .advising("make it readable for you, or choose another place with log.dir"),
        Ok(metadata) if !metadata.is_dir() || metadata.permissions().readonly() => {
            Finding::new(PART, State::Broken, format!("{place} is no directory that can be written to"))
                .advising("choose another place with log.dir")
        }
        Ok(metadata) if open_to_others(&metadata) => {
            Finding::new(PART, State::Look, format!("{place} can be read by others on this machine"))
                .advising(format!("chmod 700 {place}"))
        }
        Ok(_) => Finding::new(PART, State::Well, place.to_string()),
    }
}

fn clock(dir: &Path) -> Finding {
    const PART: &str = "clock";
    let now = SystemClock.now();
    let shown = now.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let advice = "set it right (`timedatectl` says how it is kept): what was said when is remembered by it";
    if now.to_zoned(jiff::tz::TimeZone::UTC).year() < WRITTEN {
        return Finding::new(PART, State::Broken, format!("{shown} is in the past")).advising(advice);
    }
    let newest = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let newest = newest.filter_map(|entry| entry.metadata().ok()?.modified().ok()).max();
    let ahead = newest.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let ahead = ahead.and_then(|at| i64::try_from(at.as_secs()).ok()).map_or(0, |at| at - now.as_second());
    if ahead > AHEAD {
        let what = format!("{shown}, and yet there is data from {ahead} s later");
        return Finding::new(PART, State::Look, what).advising(advice);
    }
    Finding::new(PART, State::Well, shown)
}

fn open_files() -> Option<Finding> {
    const PART: &str = "open files";
    let most = lifecycle::allow_many_files()?;
    Some(if most < FILES {
        Finding::new(PART, State::Look, format!("{most} at most, and each connection takes one"))
            .advising("LimitNOFILE=65536 in the service's unit, or `ulimit -n 65536` before it starts")
    } else {
        Finding::new(PART, State::Well, format!("{most} at most"))
    })
}
