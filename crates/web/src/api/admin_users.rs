//! `GET` and `POST /api/admin/users`: the accounts, oldest first; a new one.

use super::Page;
use crate::Door;
use crate::auth::Me;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use philia_companion::accounts::{AccountView, Actor, NewAccount, Role};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub(crate) struct Wanted {
    /// The name they will sign in by.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Their password; without one they set it by a link.
    #[serde(default)]
    #[schema(min_length = 8, max_length = 1024)]
    password: Option<String>,
    /// What they are; `public` if nothing is said.
    #[serde(default = "public")]
    role: Role,
}

fn public() -> Role {
    Role::Public
}

/// The accounts, oldest first.
#[utoipa::path(
    get,
    path = "/api/admin/users",
    tag = "Admin",
    params(("limit" = Option<usize>, Query, description = "How many at most; 50 if nothing is said", minimum = 1, maximum = 200), ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "It is so", body = Page<AccountView>))
)]
pub(crate) async fn get(State(door): State<Door>, mut params: Params) -> Result<Json<Page<AccountView>>, Problem> {
    let limit = params.number("limit", 1..=200).unwrap_or(50);
    let cursor = params.cursor();
    params.done()?;
    Ok(Json(door.philia.accounts().list(limit, cursor).await?.into()))
}

/// Makes an account.
#[utoipa::path(
    post,
    path = "/api/admin/users",
    tag = "Admin",
    request_body = Wanted,
    responses((status = 201, description = "It is made", body = AccountView))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    Me(me): Me,
    params: Params,
    Body(Wanted { name, password, role }): Body<Wanted>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<AccountView>), Problem> {
    params.done()?;
    let new = NewAccount { name: &name, password: password.as_deref(), role };
    let made = door.philia.accounts().add(&new, &Actor::of(&me)).await?;
    let place = format!("/api/admin/users/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(made)))
}
