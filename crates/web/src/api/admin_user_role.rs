//! `PUT /api/admin/users/{id}/role`: makes somebody an admin, or no longer one.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Body, Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::{AccountView, Actor, Role};
use serde::Deserialize;
use utoipa::ToSchema;

/// What they are from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole)]
pub(crate) struct Wanted {
    /// `admin` or `public`.
    role: Role,
}

/// Makes somebody an admin, or no longer one.
#[utoipa::path(
    put,
    path = "/api/admin/users/{id}/role",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    request_body = Wanted,
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn put(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
    Body(Wanted { role }): Body<Wanted>,
) -> Result<Json<AccountView>, Problem> {
    params.done()?;
    Ok(Json(door.philia.accounts().set_role(&id, role, &Actor::of(&me)).await?))
}
