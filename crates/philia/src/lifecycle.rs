//! The process: its runtime and its signals.

use std::io;
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// The runtime everything runs on.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().thread_name("philia").build()
}

/// How long work that cannot be stopped (a read of a file, a document that is being taken apart) may hold up the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Ends the runtime. What is cut off is durable where it has to be.
pub(crate) fn end(runtime: Runtime) {
    runtime.shutdown_timeout(PATIENCE);
}

/// Takes as many open files (and so connections) as the system lets this process have. Returns how many that are.
#[cfg(unix)]
pub(crate) fn allow_many_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // It stays as it is where this is refused.
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    }
}

#[cfg(not(unix))]
pub(crate) fn allow_many_files() -> Option<u64> {
    None
}

/// What the process is asked from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Ctrl-C, SIGINT: stop what you are doing.
    Interrupt,
    /// SIGTERM: end.
    Terminate,
}

impl Asked {
    /// What a process ends with that ends at once because of it: 128 and the signal's number, as shells have it.
    pub(crate) fn code(self) -> ExitCode {
        match self {
            Self::Interrupt => ExitCode::from(130),
            Self::Terminate => ExitCode::from(143),
        }
    }
}

/// Listens to signals from when it is made; none is lost between two calls of [`Signals::asked`].
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// Begins to listen; from now on the signals no longer end the process by themselves.
    ///
    /// # Errors
    /// The system does not allow it.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
        }
        #[cfg(windows)]
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next signal.
    pub(crate) async fn asked(&mut self) -> Asked {
        #[cfg(unix)]
        {
            tokio::select! {
                _ = self.interrupt.recv() => Asked::Interrupt,
                _ = self.terminate.recv() => Asked::Terminate,
            }
        }
        #[cfg(windows)]
        {
            self.interrupt.recv().await;
            Asked::Interrupt
        }
    }
}
