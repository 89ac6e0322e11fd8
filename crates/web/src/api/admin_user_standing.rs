//! `POST /api/admin/users/{id}/approve`, `/suspend`, `/deactivate`, `/reactivate`: how an account stands.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::{AccountView, Actor, Standing};

type Changed = Result<Json<AccountView>, Problem>;

async fn set(door: Door, Me(me): Me, Name(id): Name, params: Params, standing: Standing) -> Changed {
    params.done()?;
    Ok(Json(door.philia.accounts().set_standing(&id, standing, &Actor::of(&me)).await?))
}

/// Lets somebody in who waits.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/approve",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn approve(State(door): State<Door>, me: Me, id: Name, params: Params) -> Changed {
    params.done()?;
    Ok(Json(door.philia.accounts().approve(&id.0, &Actor::of(&me.0)).await?))
}

/// Stops somebody for now: only care answers them.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/suspend",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn suspend(State(door): State<Door>, me: Me, id: Name, params: Params) -> Changed {
    set(door, me, id, params, Standing::Suspended).await
}

/// Closes an account: nobody comes in by it, and what is kept stays.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/deactivate",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn deactivate(State(door): State<Door>, me: Me, id: Name, params: Params) -> Changed {
    set(door, me, id, params, Standing::Deactivated).await
}

/// Opens an account that was stopped or closed.
#[utoipa::path(
    post,
    path = "/api/admin/users/{id}/reactivate",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn reactivate(State(door): State<Door>, me: Me, id: Name, params: Params) -> Changed {
    set(door, me, id, params, Standing::Active).await
}
