//! `DELETE /api/auth/sessions/{id}`: ends a session of who asks, at once.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;

/// Ends a session, at once.
#[utoipa::path(
    delete,
    path = "/api/auth/sessions/{id}",
    tag = "Accounts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It has ended"))
)]
pub(crate) async fn delete(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.done()?;
    door.philia.accounts().end_session(&me, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
