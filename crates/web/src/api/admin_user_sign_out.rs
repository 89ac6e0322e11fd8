//! `POST /api/admin/users/{id}/sign-out`: ends every session of an account.

use super::auth_sessions::Ended;
use crate::Door;
use crate::auth::Me;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::Actor;

/// Ends every session of an account.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/sign-out",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = Ended))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
) -> Result<Json<Ended>, Problem> {
    params.done()?;
    Ok(Json(Ended { ended: door.philia.accounts().sign_out_of(&id, &Actor::of(&me)).await? }))
}
