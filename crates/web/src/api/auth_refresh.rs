//! `POST /api/auth/refresh`: the next tokens for a refresh token, which works once. One that was used before ends its
//! session.

use crate::Door;
use crate::auth::From;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::Tokens;
use serde::Deserialize;
use utoipa::ToSchema;

/// What leads on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefreshToken)]
pub(crate) struct Refresh {
    /// The last refresh token.
    refresh_token: String,
}

/// The next tokens. A refresh token works once; used again, it ends its session.
#[utoipa::path(
    post,
    path = "/api/auth/refresh",
    tag = "Accounts",
    request_body = Refresh,
    responses((status = 200, description = "It is so", body = Tokens))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    From(origin): From,
    params: Params,
    Body(Refresh { refresh_token }): Body<Refresh>,
) -> Result<Json<Tokens>, Problem> {
    params.done()?;
    Ok(Json(door.philia.accounts().refresh(&refresh_token, &origin).await?))
}
