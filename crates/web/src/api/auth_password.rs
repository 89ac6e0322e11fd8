//! `POST /api/auth/password`: sets another password. Every other session ends.

use crate::Door;
use crate::auth::{From, Me};
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// The password before, and the one from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub(crate) struct Passwords {
    /// The present one.
    old: String,
    /// The next, 8 to 1024 characters.
    #[schema(min_length = 8, max_length = 1024)]
    new: String,
}

/// Sets another password. Every other session ends.
#[utoipa::path(
    post,
    path = "/api/auth/password",
    tag = "Accounts",
    request_body = Passwords,
    responses((status = 204, description = "It is so"))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    From(origin): From,
    params: Params,
    Body(Passwords { old, new }): Body<Passwords>,
) -> Result<StatusCode, Problem> {
    params.done()?;
    door.philia.accounts().change_password(&me, &old, &new, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
