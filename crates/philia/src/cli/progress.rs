//! A progress bar on stderr; nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use philia_companion::moving::Progress as Moved;

/// A bar that counts something.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Counts these.
    pub(crate) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_message(what);
        Self(bar)
    }

    /// So many of so many are done.
    pub(crate) fn tell(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
    }

    /// So much has been moved.
    pub(crate) fn moved(&self, progress: Moved) {
        self.0.set_length(progress.of);
        self.0.set_position(progress.partitions);
        self.0.set_message(format!("people, {} records", progress.records));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
