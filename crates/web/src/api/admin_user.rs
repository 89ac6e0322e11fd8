//! `GET` and `DELETE /api/admin/users/{id}`: one account, by its id or name. Deleting it erases everything of
//! everybody it speaks for, for good.

use crate::Door;
use crate::auth::Me;
use crate::extract::{Name, Params};
use crate::problem::Problem;
use crate::revision::Revised;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::{AccountView, Actor};
use serde::Serialize;
use utoipa::ToSchema;

/// What was erased.
#[derive(Serialize, ToSchema)]
pub(crate) struct Erased {
    /// How many people's data.
    people: usize,
}

/// One account.
#[utoipa::path(
    get,
    path = "/api/admin/users/{id}",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = AccountView))
)]
pub(crate) async fn get(
    State(door): State<Door>,
    Name(id): Name,
    params: Params,
) -> Result<Revised<AccountView>, Problem> {
    params.done()?;
    let account = door.philia.accounts().show(&id).await?;
    Ok(Revised(account.revision(), account))
}

/// Erases an account and everything of everybody it speaks for, for good.
#[utoipa::path(
    delete,
    path = "/api/admin/users/{id}",
    tag = "Admin",
    params(("id" = String, Path, description = "Its id or its name")),
    responses((status = 200, description = "It is so", body = Erased))
)]
pub(crate) async fn delete(
    State(door): State<Door>,
    Me(me): Me,
    Name(id): Name,
    params: Params,
) -> Result<Json<Erased>, Problem> {
    params.done()?;
    Ok(Json(Erased { people: door.philia.accounts().erase(&id, &Actor::of(&me)).await? }))
}
