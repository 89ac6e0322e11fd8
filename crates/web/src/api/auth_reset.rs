//! `POST /api/auth/reset`: sets a password by an admin's link, once. Every session ends.

use crate::Door;
use crate::auth::From;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// The link and the next password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordReset)]
pub(crate) struct Reset {
    /// What the link carries.
    token: String,
    /// The password from now on, 8 to 1024 characters.
    #[schema(min_length = 8, max_length = 1024)]
    password: String,
}

/// Sets a password by an admin's link, once. Every session ends.
#[utoipa::path(
    post,
    path = "/api/auth/reset",
    tag = "Accounts",
    request_body = Reset,
    responses((status = 204, description = "It is so"))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    From(origin): From,
    params: Params,
    Body(Reset { token, password }): Body<Reset>,
) -> Result<StatusCode, Problem> {
    params.done()?;
    door.philia.accounts().reset_password(&token, &password, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
