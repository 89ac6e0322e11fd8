//! A queue of lines and the thread that writes them. Whoever logs never waits: where the queue is full the line is left
//! out, and the next one that is written is preceded by how many were.

use std::io::{self, Write};
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// So many lines wait.
const QUEUE: usize = 8192;
/// How long lines are gathered once there is one: whoever logs meanwhile need not wake the thread.
const GATHER: Duration = Duration::from_millis(20);
/// How long the end waits for what is queued: a reader that does not read holds nobody up.
const PATIENCE: Duration = Duration::from_millis(500);

/// The way into the queue.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    queue: SyncSender<Step>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Step {
    Line(Vec<u8>),
    /// All that was queued before is written.
    End(SyncSender<()>),
}

/// Waits for what is queued when it goes.
pub(super) struct Ended(SyncSender<Step>);

impl Drop for Ended {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        // A full queue belongs to a reader that does not read.
        if self.0.try_send(Step::End(done)).is_ok() {
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

impl Lane {
    /// Starts the thread.
    pub(super) fn start(name: &str, to: impl Write + Send + 'static) -> io::Result<(Self, Ended)> {
        let (queue, steps) = sync_channel(QUEUE);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        thread::Builder::new().name(name.into()).spawn(move || write_all(to, &steps, &counted))?;
        Ok((Self { queue: queue.clone(), lost }, Ended(queue)))
    }
}

fn write_all(mut to: impl Write, steps: &Receiver<Step>, lost: &AtomicU64) {
    while let Ok(first) = steps.recv() {
        if matches!(first, Step::Line(_)) {
            thread::sleep(GATHER);
        }
        for step in iter::once(first).chain(steps.try_iter()) {
            write(&mut to, step, lost);
        }
    }
}

fn write(to: &mut impl Write, step: Step, lost: &AtomicU64) {
    match step {
        Step::Line(line) => {
            let missed = lost.swap(0, Ordering::Relaxed);
            if missed > 0 && told(to, missed).is_err() {
                lost.fetch_add(missed, Ordering::Relaxed);
            }
            if to.write_all(&line).is_err() {
                count(lost);
            }
        }
        Step::End(done) => {
            let missed = lost.swap(0, Ordering::Relaxed);
            if missed > 0 {
                let _ = told(to, missed);
            }
            let _ = to.flush();
            let _ = done.try_send(());
        }
    }
}

/// One more line is lost.
fn count(lost: &AtomicU64) {
    lost.fetch_add(1, Ordering::Relaxed);
    metrics::counter!("philia_log_lines_lost_total").increment(1);
}

/// Says how many lines are missing, as JSON, which people can read as well.
fn told(to: &mut impl Write, missed: u64) -> io::Result<()> {
    let line =
        serde_json::json!({ "level": "WARN", "fields": { "message": "lines of the log were lost", "lost": missed } });
    to.write_all(format!("{line}\n").as_bytes())
}

impl Write for Lane {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.queue.try_send(Step::Line(line.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => count(&self.lost),
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lane {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// A reader that lets through what it is told to.
    struct Pipe {
        open: Receiver<()>,
        out: Sender<String>,
    }

    impl Write for Pipe {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.open.recv().map_err(io::Error::other)?;
            self.out.send(String::from_utf8_lossy(line).into_owned()).map_err(io::Error::other)?;
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nobody_up_and_what_is_lost_is_told() {
        let (let_through, open) = channel();
        let (out, written) = channel();
        let (mut lane, _ended) = Lane::start("test", Pipe { open, out }).unwrap();
        // One may be in the thread's hand, the queue takes its share, the rest is lost.
        let lines = QUEUE + 100;
        for n in 0..lines {
            lane.write_all(format!("{n}\n").as_bytes()).unwrap();
        }
        for _ in 0..lines + 10 {
            let_through.send(()).unwrap();
        }
        let (mut there, mut lost) = (0, 0);
        while there + lost < lines {
            let line = written.recv_timeout(Duration::from_secs(30)).expect("every line is written or counted");
            match serde_json::from_str::<serde_json::Value>(&line).unwrap() {
                serde_json::Value::Number(_) => there += 1,
                told => lost += usize::try_from(told["fields"]["lost"].as_u64().unwrap()).unwrap(),
            }
        }
        assert_eq!(there + lost, lines);
        assert!(lost >= 99, "{lost}");
    }
}
