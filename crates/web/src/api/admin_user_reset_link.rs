//! `POST /api/admin/users/{id}/reset-link`: a link by which somebody sets their password, once.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use philia_companion::accounts::Actor;
use serde::Serialize;
use utoipa::ToSchema;

/// A link.
#[derive(Serialize, ToSchema)]
#[schema(as = ResetLink)]
pub(crate) struct Link {
    /// What it carries: `POST /api/auth/reset` takes it.
    token: String,
    /// Where it leads, to be put after the address of the server.
    path: String,
    /// Until when it holds.
    expires_at: Timestamp,
}

/// A link by which somebody sets their password, once.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/reset-link",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 201, description = "It is made", body = Link))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
) -> Result<(StatusCode, Json<Link>), Problem> {
    params.done()?;
    let link = door.philia.accounts().reset_link(&id, &Actor::of(&me)).await?;
    // After the #, so that it reaches no server's log.
    let path = format!("/login#reset={}", link.token);
    Ok((StatusCode::CREATED, Json(Link { token: link.token, path, expires_at: link.expires_at })))
}
