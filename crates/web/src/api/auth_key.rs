//! `DELETE /api/auth/keys/{id}`: revokes a key of who asks, at once.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;

/// Revokes an API key, at once.
#[utoipa::path(
    delete,
    path = "/api/auth/keys/{id}",
    tag = "Accounts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.done()?;
    door.philia.accounts().revoke_key(&me, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
