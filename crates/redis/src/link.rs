//! A connection that is made anew when it breaks.

use crate::address::Address;
use crate::promise::Promise;
use redis::aio::{ConnectionLike, MultiplexedConnection, SendError};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, Pipeline, ProtocolVersion, PushInfo, PushKind,
    RedisError, RedisFuture, RedisResult, ScriptInvocation, ServerErrorKind, Value,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What went wrong with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is not what is needed, or refuses us: somebody has to change something. The words say what.
    Refused(String),
    /// It has no room.
    Full,
    /// What lies there is not what this program writes. The words say what was found.
    Foreign(String),
    /// It does not answer, or cannot now; what was asked may have been done, or not.
    Unavailable(String),
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// For a connection.
    pub connect: Duration,
    /// For an answer.
    pub answer: Duration,
    /// After a failure, before the next attempt: what is asked meanwhile fails at once.
    pub rest: Duration,
}

/// What is asked of a server.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// One command.
    Command(&'a Cmd),
    /// Several, without waiting between them.
    Pipeline(&'a Pipeline),
    /// One command, to every node of a cluster that takes changes; an answer from each.
    EveryNode(&'a Cmd),
    /// A script, which is sent whole if the server does not know it.
    Script(&'a ScriptInvocation<'a>),
}

impl Request<'_> {
    async fn send(self, mut connection: Connection) -> RedisResult<Value> {
        match self {
            Self::Command(command) => command.query_async(&mut connection).await,
            Self::Pipeline(pipeline) => pipeline.query_async(&mut connection).await,
            Self::Script(script) => script.invoke_async(&mut connection).await,
            Self::EveryNode(command) => connection.ask_every_node(command).await,
        }
    }
}

/// To one server, or to the nodes of a cluster.
#[derive(Clone)]
enum Connection {
    One(MultiplexedConnection),
    Many(ClusterConnection),
}

impl Connection {
    /// The answers of all nodes that take changes.
    async fn ask_every_node(&mut self, command: &Cmd) -> RedisResult<Value> {
        let answers = match self {
            Self::One(connection) => vec![command.query_async(connection).await?],
            Self::Many(connection) => {
                let all = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
                let Value::Map(answers) = connection.route_command(command.clone(), all).await? else {
                    return Err((ErrorKind::UnexpectedReturnType, "a cluster does not say who answers").into());
                };
                answers.into_iter().map(|(_, answer)| answer.extract_error()).collect::<RedisResult<_>>()?
            }
        };
        Ok(Value::Array(answers))
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(cmd),
            Self::Many(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Many(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Many(connection) => connection.get_db(),
        }
    }
}

/// The connection to a server or a cluster, shared by all who ask.
pub struct Link {
    client: Client,
    cluster: Option<ClusterClient>,
    config: AsyncConnectionConfig,
    pace: Pace,
    location: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    /// How many connections there have been: which of them broke.
    number: u64,
    /// The present one was closed from the other side.
    closed: Arc<AtomicBool>,
    /// Until when not to try again, and why.
    down: Option<(Instant, Error)>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("location", &self.location).finish_non_exhaustive()
    }
}

impl Link {
    /// Connects to the server, or to the cluster that it is a node of, and asks what may be expected of it.
    ///
    /// # Errors
    /// As each [`Error`] says.
    pub async fn open(address: &Address, pace: Pace) -> Result<(Self, Promise), Error> {
        let client = address.client()?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(pace.connect))
            .set_response_timeout(Some(pace.answer))
            .set_pipeline_buffer_size(1000);
        let location = address.location().to_owned();
        let mut link = Self { client, cluster: None, config, pace, location, state: Mutex::default() };
        let promise = Promise::of(&link).await?;
        if !promise.is_clustered {
            return Ok((link, promise));
        }
        // What is sent anew must be for us to decide: a commit may not be.
        let cluster = ClusterClientBuilder::new([address.info.clone()])
            .connection_timeout(pace.connect)
            .response_timeout(pace.answer)
            .overall_response_timeout(Some(pace.answer))
            .tcp_settings(address.info.tcp_settings().clone())
            .use_protocol(ProtocolVersion::RESP3)
            .retries(0);
        let cluster = match address.certificates.clone() {
            Some(certificates) => cluster.certs(certificates),
            None => cluster,
        };
        link.cluster = Some(cluster.build().map_err(|error| link.error(&error))?);
        link.state = Mutex::default();
        let promise = Promise::of(&link).await?;
        Ok((link, promise))
    }

    /// Where it leads, without secrets.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Asks, and waits for the answer. What may be repeated is sent again, once, over a new connection when the old
    /// one turns out to be broken.
    ///
    /// # Errors
    /// As each [`Error`] says.
    pub async fn ask<T: FromRedisValue>(&self, request: Request<'_>, repeatable: bool) -> Result<T, Error> {
        let (connection, number) = self.connection().await?;
        let mut answer = request.send(connection).await;
        if let Err(error) = &answer
            && is_broken(error)
        {
            // A cluster's node that has not what is asked for has done nothing.
            let is_undone = error.is_cluster_error();
            self.leave(number, error).await;
            if (repeatable || is_undone) && !error.is_timeout() {
                let (connection, number) = self.connection().await?;
                answer = request.send(connection).await;
                if let Err(error) = &answer
                    && is_broken(error)
                {
                    self.leave(number, error).await;
                }
            }
        }
        let value = answer.map_err(|error| self.error(&error))?;
        T::from_redis_value(value).map_err(|error| self.error(&error.into()))
    }

    /// The connection, and its number.
    async fn connection(&self) -> Result<(Connection, u64), Error> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection
            && !state.closed.load(Ordering::Relaxed)
        {
            return Ok((connection.clone(), state.number));
        }
        if let Some((until, error)) = &state.down
            && Instant::now() < *until
        {
            return Err(error.clone());
        }
        state.connection = None;
        let closed = Arc::new(AtomicBool::new(false));
        match self.connect(closed.clone()).await {
            Ok(connection) => {
                state.number += 1;
                state.closed = closed;
                state.connection = Some(connection.clone());
                state.down = None;
                Ok((connection, state.number))
            }
            Err(error) => {
                let error = self.error(&error);
                state.down = Some((Instant::now() + self.pace.rest, error.clone()));
                Err(error)
            }
        }
    }

    async fn connect(&self, closed: Arc<AtomicBool>) -> RedisResult<Connection> {
        if let Some(cluster) = &self.cluster {
            // It has a connection to each node, and sees to them itself.
            return cluster.get_async_connection().await.map(Connection::Many);
        }
        // Who notices a server's end before it asks loses no request to it.
        let config = self.config.clone().set_push_sender(move |push: PushInfo| {
            closed.fetch_or(push.kind == PushKind::Disconnection, Ordering::Relaxed);
            Ok::<(), SendError>(())
        });
        self.client.get_multiplexed_async_connection_with_config(&config).await.map(Connection::One)
    }

    /// Leaves a connection that broke, unless somebody has done so already.
    async fn leave(&self, number: u64, error: &RedisError) {
        if self.cluster.is_some() {
            // It finds its nodes again by itself, also where the first that it knew is gone.
            return;
        }
        let mut state = self.state.lock().await;
        if state.number == number {
            state.connection = None;
            // Who hangs is not asked again at once; who closed the connection may be back already.
            if error.is_timeout() {
                state.down = Some((Instant::now() + self.pace.rest, self.error(error)));
            }
        }
    }

    fn error(&self, error: &RedisError) -> Error {
        let location = &self.location;
        let said = error.to_string();
        match error.kind() {
            ErrorKind::AuthenticationFailed | ErrorKind::Server(ServerErrorKind::NoPerm) => {
                Error::Refused(format!("{location} refuses the user or the password: {said}"))
            }
            ErrorKind::Parse | ErrorKind::RESP3NotSupported | ErrorKind::UnexpectedReturnType => {
                Error::Refused(format!("what answers at {location} is no Redis of version 6 or newer: {said}"))
            }
            ErrorKind::InvalidClientConfig => Error::Refused(format!("{location}: {said}")),
            _ => match error.code() {
                Some("NOAUTH" | "WRONGPASS") => {
                    Error::Refused(format!("{location} refuses the user or the password: {said}"))
                }
                Some("OOM") => Error::Full,
                Some("MISCONF") if said.contains("No space left") => Error::Full,
                _ if said.contains("invalid peer certificate") => {
                    Error::Refused(format!("{location} has a certificate that is not to be trusted: {said}"))
                }
                _ if said.contains("refused to switch database") => {
                    Error::Refused(format!("there is no such database at {location}: {said}"))
                }
                Some("WRONGTYPE") => Error::Foreign(format!("something else has its keys: {said}")),
                Some("ERR") => Error::Refused(format!("{location} refuses a command: {said}")),
                _ => Error::Unavailable(format!("{said} ({location})")),
            },
        }
    }
}

/// Must another connection be made?
fn is_broken(error: &RedisError) -> bool {
    // A server that became a replica answers on, and is no use: another may have its name now.
    error.is_unrecoverable_error()
        || error.is_io_error()
        || error.is_cluster_error()
        || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
}
