//! The connections: a pool of them, and the patience with each.
//!
//! Everything is asked by statements without names (`query_typed`), one statement to a transaction wherever it can be,
//! and nothing is left behind in a session: so a pooler that gives every transaction another connection (PgBouncer in
//! transaction mode) is no hindrance. What a session would begin with, its own limit for statements, is left out where
//! a pooler refuses it; the limit here, in the program, holds everywhere.

use crate::address::{Address, words};
use crate::error::{at_first, ends_connection, error, refuses_options};
use crate::tls;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use philia_ports::store::StoreError;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How much longer the program waits than a statement may take in the server.
const GRACE: Duration = Duration::from_secs(2);

/// A value of a statement, and what it is to the server.
pub(crate) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// The way to the server.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) address: Address,
    /// May a session begin with options?
    options: bool,
    tls: MakeTls,
    pool: Pool,
}

/// rustls' connector says nothing of itself.
#[derive(Clone)]
struct MakeTls(MakeRustlsConnect);

impl std::fmt::Debug for MakeTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MakeTls")
    }
}

/// A connection of its own, which ends when this is dropped.
pub(crate) struct Line {
    pub(crate) client: Client,
    driver: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Connects once, to see what is there.
    pub(crate) async fn open(address: Address) -> Result<(Self, Line), StoreError> {
        let tls = MakeTls(tls::connector(&address)?);
        let mut options = true;
        let line = match line(&address, &tls, Some(Duration::ZERO)).await {
            Err(Left::Told(told)) if refuses_options(&told) => {
                options = false;
                line(&address, &tls, None).await
            }
            other => other,
        };
        let line = line.map_err(|left| left.at_first(&address))?;
        let config = with_limit(&address.config, options.then_some(address.statement_timeout));
        let manager =
            Manager::from_config(config, tls.0.clone(), ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let patience = Some(address.statement_timeout + GRACE);
        let pool = Pool::builder(manager)
            .max_size(address.pool.1)
            .wait_timeout(patience)
            .create_timeout(Some(connecting(&address.config)))
            .recycle_timeout(patience)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Invalid(format!("no pool of connections: {error}")))?;
        Ok((Self { address, options, tls, pool }, line))
    }

    /// Is a session only this program's, or does a pooler stand between?
    pub(crate) fn is_own_session(&self) -> bool {
        self.options
    }

    /// Makes the connections that are to be there from the beginning.
    pub(crate) async fn warm(&self) -> Result<(), StoreError> {
        let mut held = Vec::new();
        for _ in 0..self.address.pool.0 {
            held.push(self.connection().await?);
        }
        Ok(())
    }

    /// A connection of its own on which statements may take as long as they take.
    pub(crate) async fn line(&self) -> Result<Line, StoreError> {
        let limit = self.options.then_some(Duration::ZERO);
        line(&self.address, &self.tls, limit).await.map_err(|left| left.later(&self.address))
    }

    /// Asks one statement.
    pub(crate) async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.ask(sql, values).await?.map_err(|told| error(&self.address.location, &told))
    }

    /// Asks one statement; the inner error is what the server has against it.
    pub(crate) async fn ask(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Result<Vec<Row>, tokio_postgres::Error>, StoreError> {
        let connection = self.connection().await?;
        let patience = self.address.statement_timeout + GRACE;
        let Ok(answer) = timeout(patience, connection.query_typed(sql, values)).await else {
            // Whoever came next on it would wait behind this.
            drop(Object::take(connection));
            return Err(self.slow(patience));
        };
        if answer.as_ref().is_err_and(ends_connection) {
            drop(Object::take(connection));
        }
        Ok(answer)
    }

    /// A connection for several statements. It goes back to the pool when it is [`Held::done`], and is given up
    /// otherwise, with whatever was begun on it.
    pub(crate) async fn hold(&self) -> Result<Held, StoreError> {
        Ok(Held(Some(self.connection().await?)))
    }

    /// Waits for what should take no longer than one statement may.
    pub(crate) async fn patiently<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let patience = self.address.statement_timeout + GRACE;
        let done = timeout(patience, work).await.map_err(|_| self.slow(patience))?;
        done.map_err(|told| error(&self.address.location, &told))
    }

    async fn connection(&self) -> Result<Object, StoreError> {
        let location = &self.address.location;
        self.pool.get().await.map_err(|failed| match failed {
            PoolError::Backend(told) => error(location, &told),
            PoolError::Timeout(_) => StoreError::Unavailable(format!("no connection in time ({location})")),
            other => StoreError::Unavailable(format!("no connection: {} ({location})", words(&other))),
        })
    }

    fn slow(&self, patience: Duration) -> StoreError {
        StoreError::Unavailable(format!("no answer within {} s ({})", patience.as_secs(), self.address.location))
    }
}

/// A connection that is somebody's for a while.
pub(crate) struct Held(Option<Object>);

impl Held {
    /// The connection.
    ///
    /// # Errors
    /// Never: it is there until it is done.
    pub(crate) fn client(&mut self) -> Result<&mut Object, StoreError> {
        self.0.as_mut().ok_or_else(|| StoreError::Unavailable("a connection was given back".into()))
    }

    /// All is said that was to be said on it.
    pub(crate) fn done(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(begun) = self.0.take() {
            drop(Object::take(begun));
        }
    }
}

/// Why there is no connection.
enum Left {
    Told(tokio_postgres::Error),
    Waited(Duration),
}

impl Left {
    fn at_first(self, address: &Address) -> StoreError {
        match self {
            Self::Told(told) => at_first(&address.location, &told),
            waited @ Self::Waited(_) => waited.later(address),
        }
    }

    fn later(self, address: &Address) -> StoreError {
        let location = &address.location;
        match self {
            Self::Told(told) => error(location, &told),
            Self::Waited(patience) => {
                StoreError::Unavailable(format!("no connection within {} s ({location})", patience.as_secs()))
            }
        }
    }
}

/// Connects, with a limit for statements that the session begins with (zero: none).
async fn line(address: &Address, tls: &MakeTls, limit: Option<Duration>) -> Result<Line, Left> {
    let patience = connecting(&address.config);
    let config = with_limit(&address.config, limit);
    let connected = timeout(patience, config.connect(tls.0.clone())).await;
    let (client, connection) = connected.map_err(|_| Left::Waited(patience))?.map_err(Left::Told)?;
    let driver = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to PostgreSQL has ended");
        }
    });
    Ok(Line { client, driver })
}

/// How long a connection may take: the time for its socket, which a server that hangs takes too, and as much again for
/// what is said before it may be used.
fn connecting(config: &Config) -> Duration {
    config.get_connect_timeout().copied().unwrap_or_default() * 2
}

/// A configuration whose sessions begin with a limit for statements.
fn with_limit(config: &Config, limit: Option<Duration>) -> Config {
    let mut config = config.clone();
    if let Some(limit) = limit {
        let theirs = config.get_options().unwrap_or_default();
        config.options(format!("{theirs} -c statement_timeout={}", limit.as_millis()).trim());
    }
    config
}
