//! What a use case can answer instead of a result.

use philia_ports::StoreError;

/// Why a use case gave no result. The words are fit for the person who asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What came in is not allowed; the words name it and say what is.
    #[error("{0}")]
    Invalid(String),
    /// What came in is well formed, but cannot be done with what there is, or names what cannot be made out.
    #[error("{0}")]
    Refused(String),
    /// The client's own name for it belongs to something else that came before.
    #[error("{0}")]
    Reused(String),
    /// There is no such thing, in this person's own data.
    #[error("there is no {what} {name:?}{}", suggestion(.nearest))]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// Somebody changed it meanwhile; ask again.
    #[error("it was changed meanwhile; please try again")]
    Changed,
    /// It is no longer what who asks has seen.
    #[error("it was changed since it was read; read it again, and then decide")]
    Stale,
    /// Who asks has not shown who they are, or not well; the words say what was wrong with it.
    #[error("{0}")]
    Unauthenticated(String),
    /// Who asks may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// Their account is suspended.
    #[error("this account is suspended; ask whoever runs this Philia")]
    Suspended,
    /// They have done as much as they may for now.
    #[error("{what}; try again in {seconds} s")]
    Limited {
        /// Which limit.
        what: String,
        /// After how long, in seconds.
        seconds: u64,
    },
    /// There is one of that name already.
    #[error("{0}")]
    Taken(String),
    /// A service that was asked does not answer well; it is worth another try.
    #[error("{0}")]
    Unreachable(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be understood. Nothing was overwritten.
    #[error("the {what} {id} cannot be read: {detail}")]
    Damaged {
        /// The kind of record.
        what: &'static str,
        /// Which.
        id: String,
        /// What was found.
        detail: String,
    },
    /// What was asked for could not be written out.
    #[error("the file could not be written")]
    Write(#[from] std::io::Error),
    /// The turn ended without an answer, by a fault of the program or its end. What was heard is kept.
    #[error("the turn broke off; send the message again with the same message_id, and it is answered once")]
    BrokenOff,
}

impl Error {
    /// Does the store fail in a way that may pass, so that what is known without it is better than nothing?
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }

    /// A word for it, of a short list: for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Refused(_) => "refused",
            Self::Reused(_) => "reused",
            Self::NotFound { .. } => "not_found",
            Self::Changed => "changed",
            Self::Stale => "stale",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::Suspended => "suspended",
            Self::Limited { .. } => "limited",
            Self::Taken(_) => "taken",
            Self::Unreachable(_) => "unreachable",
            Self::Store(StoreError::Erased) => "erased",
            Self::Store(_) => "store",
            Self::Damaged { .. } => "damaged",
            Self::Write(_) => "write",
            Self::BrokenOff => "broken_off",
        }
    }
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

/// A result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;
