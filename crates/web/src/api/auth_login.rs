//! `POST /api/auth/login`: a name and a password for tokens, or for the cookie of a page's session.

use crate::Door;
use crate::auth::{From, set_cookie};
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use philia_companion::accounts::{SessionKind, SignedIn, Tokens};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// Their name.
    name: String,
    /// Their password.
    password: String,
    /// `tokens` (the default), or `page` for a cookie.
    #[serde(default = "tokens")]
    session: SessionKind,
}

fn tokens() -> SessionKind {
    SessionKind::Tokens
}

/// A name and a password for tokens, or for the cookie of a page.
#[utoipa::path(
    post,
    path = "/api/auth/login",
    tag = "Accounts",
    request_body = Login,
    responses((status = 200, description = "Tokens", body = Tokens), (status = 204, description = "The cookie is set"))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    From(origin): From,
    params: Params,
    headers: HeaderMap,
    Body(Login { name, password, session }): Body<Login>,
) -> Result<Response, Problem> {
    params.done()?;
    let client = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    match door.philia.accounts().sign_in(&name, &password, session, client, &origin).await? {
        SignedIn::Tokens(tokens) => Ok(Json(tokens).into_response()),
        SignedIn::Page(cookie, holds) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            response.headers_mut().extend(set_cookie(&cookie, holds, &headers).map(|line| (header::SET_COOKIE, line)));
            Ok(response)
        }
    }
}
