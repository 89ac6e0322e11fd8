//! The lock: who asks, whether they may, and how much of their limits is left.
//!
//! It stands before every route. What a route asks for is in [`need`]; who has come in is in the request's extensions
//! as [`Asker`], where [`Caller`](crate::extract::Caller) finds it.

mod cookie;
pub(crate) mod need;
mod running;

pub(crate) use cookie::{clear as clear_cookie, set as set_cookie};

use crate::doorway::Onward;
use crate::problem::{Kind, Problem};
use crate::{Door, gate};
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use need::Need;
use philia_companion::accounts::limits::Left;
use philia_companion::accounts::{Accounts, Credential, Identity, Origin, Scope, Standing};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// How the API keys made here begin.
const KEY: &str = "phk_";

static LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Who asks, if they have shown it or need not; or why that is not known.
#[derive(Clone, Debug)]
pub(crate) struct Asker(pub(crate) Result<Arc<Identity>, Problem>);

/// Lets through who may do what the route does.
pub(crate) async fn guard(door: Door, mut request: Request, next: impl Onward) -> Response {
    // Where no route leads there is nothing to guard.
    let Some(route) = request.extensions().get::<MatchedPath>() else { return next(request).await };
    let need = need::of(route.as_str(), request.method());
    if need == Need::Nothing {
        return next(request).await;
    }
    let mut headers = request.headers().clone();
    if gate::is_from_elsewhere(&request) {
        // The cookie is for the server's own pages; others that are let in show a token.
        headers.remove(header::COOKIE);
    }
    let identity = identify(&door, &headers, need::is_of_clients(route.as_str())).await;
    request.extensions_mut().insert(Asker(identity.clone()));
    match identity {
        Ok(identity) => within_limits(&door, &identity, need, request, next).await.into_response(),
        Err(_) if need == Need::Whoever => next(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Who asks. Programs that were made for another server must send it some key: where nobody is asked to sign in, any
/// will do at their doors but one of ours, which is as good as it is.
async fn identify(door: &Door, headers: &HeaderMap, of_clients: bool) -> Result<Arc<Identity>, Problem> {
    let accounts = door.philia.accounts();
    let shown = shown(headers)?;
    let asked = accounts.are_asked(door.options.near).await?;
    if let Some(token) = shown.filter(|token| asked || !of_clients || token.starts_with(KEY)) {
        return Ok(accounts.identify(Credential::Bearer(token)).await?);
    }
    if !asked {
        return Ok(Arc::new(Identity::local()));
    }
    match cookie::read(headers) {
        Some(cookie) => Ok(accounts.identify(Credential::Cookie(cookie)).await?),
        None => Err(sign_in_first(&accounts).await),
    }
}

/// The token or key that is shown: as everybody does, or as the clients of other servers do.
fn shown(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
        return Err(Problem::malformed("Authorization: given more than once; once is enough"));
    }
    if let Some(shown) = headers.get(header::AUTHORIZATION) {
        let token = shown.to_str().ok().and_then(|shown| {
            let (scheme, token) = shown.trim().split_once(' ')?;
            ["bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| token.trim())
        });
        return token.map(Some).ok_or_else(|| {
            Problem::new(Kind::Unauthenticated, "the Authorization header is not Bearer and a token or an API key")
        });
    }
    Ok(headers.get("x-api-key").map(|key| key.to_str().unwrap_or_default()))
}

async fn sign_in_first(accounts: &Accounts) -> Problem {
    let words = match accounts.exist().await {
        Ok(false) => "nobody can sign in yet: open the set-up link that the server has printed",
        _ => "sign in first: POST /api/auth/login, and send the token as Authorization: Bearer",
    };
    Problem::new(Kind::Unauthenticated, words)
}

/// Goes on as far as scope, standing and limits allow, and says what is left.
async fn within_limits(
    door: &Door,
    identity: &Arc<Identity>,
    need: Need,
    request: Request,
    next: impl Onward,
) -> Result<Response, Problem> {
    let scope = match need {
        Need::Words => Some(Scope::Chat),
        Need::Scope(scope) => Some(scope),
        Need::Nothing | Need::Whoever | Need::Anybody | Need::Somebody => None,
    };
    if let Some(scope) = scope.filter(|scope| !identity.may(*scope)) {
        let scope = serde_json::json!(scope);
        return Err(Problem::new(Kind::Forbidden, format!("this needs the scope {scope}, which you do not have")));
    }
    if need == Need::Words {
        // The turn itself counts, after care was asked.
        let mut response = next(request).await;
        if let Some(left) = door.philia.messages_left(identity).await {
            tell(response.headers_mut(), left);
        }
        return Ok(response);
    }
    if identity.standing == Standing::Suspended && need != Need::Anybody && need != Need::Whoever {
        return Err(philia_companion::Error::Suspended.into());
    }
    let running = door.philia.begin_request(identity)?;
    let left = door.philia.take_request(identity).await;
    let left = match left {
        Ok(left) => left,
        Err(error) => {
            let mut response = Problem::from(error).into_response();
            if let Some(left) = door.philia.requests_left(identity).await {
                tell(response.headers_mut(), left);
            }
            return Ok(response);
        }
    };
    let mut response = next(request).await;
    if let Some(left) = left {
        tell(response.headers_mut(), left);
    }
    Ok(response.map(|body| running::until_sent(body, running)))
}

/// Says how the limit stands.
fn tell(headers: &mut HeaderMap, left: Left) {
    for (name, value) in
        [(&LIMIT, u64::from(left.window.limit)), (&REMAINING, u64::from(left.remaining)), (&RESET, left.reset)]
    {
        headers.insert(name, value.into());
    }
}

/// Where a request came from.
fn origin(door: &Door, connected: Option<&ConnectInfo<SocketAddr>>, headers: &HeaderMap) -> Origin {
    let forwarded = || -> Option<IpAddr> {
        // The last one is what the proxy itself has seen; those before it are what it was told.
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = || connected.map(|ConnectInfo(address)| address.ip());
    Origin::of(if door.options.behind_proxy { forwarded().or_else(peer) } else { peer() })
}

/// Where a request came from, for handlers.
pub(crate) struct From(pub(crate) Origin);

impl FromRequestParts<Door> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Infallible> {
        Ok(Self(origin(door, parts.extensions.get(), &parts.headers)))
    }
}

/// Who asks, for handlers of accounts.
pub(crate) struct Me(pub(crate) Arc<Identity>);

impl FromRequestParts<Door> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Door) -> Result<Self, Problem> {
        // The lock lets nobody through to a route that needs somebody.
        let Asker(asker) = parts.extensions.get().cloned().unwrap_or_else(|| Asker(Err(Kind::Internal.into())));
        asker.map(Self)
    }
}
