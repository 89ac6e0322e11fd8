//! `POST /api/auth/setup`: makes the first admin by the one-time token that the server has printed.

use crate::Door;
use crate::auth::From;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use philia_companion::accounts::AccountView;
use serde::Deserialize;
use utoipa::ToSchema;

/// The first admin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUp {
    /// What the link carries.
    token: String,
    /// The name they will sign in by.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Their password, 8 to 1024 characters.
    #[schema(min_length = 8, max_length = 1024)]
    password: String,
}

/// Makes the first admin by the one-time token that the server has printed.
#[utoipa::path(
    post,
    path = "/api/auth/setup",
    tag = "Accounts",
    request_body = SetUp,
    responses((status = 201, description = "It is made", body = AccountView))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    From(origin): From,
    params: Params,
    Body(SetUp { token, name, password }): Body<SetUp>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    params.done()?;
    Ok((StatusCode::CREATED, Json(door.philia.accounts().set_up(&token, &name, &password, &origin).await?)))
}
