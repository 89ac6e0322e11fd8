//! `POST /api/auth/register`: asks for an account. Where an admin decides, the answer is the same whether or not the
//! name is free.

use crate::Door;
use crate::auth::From;
use crate::extract::{Body, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use philia_companion::accounts::Standing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who asks for an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Newcomer {
    /// The name they will sign in by.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Their password, 8 to 1024 characters.
    #[schema(min_length = 8, max_length = 1024)]
    password: String,
}

/// What has become of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Asked {
    /// `pending` until an admin lets them in, or `active`.
    standing: Standing,
}

/// Asks for an account. Where an admin decides, the answer does not tell whether the name is free.
#[utoipa::path(
    post,
    path = "/api/auth/register",
    tag = "Accounts",
    request_body = Newcomer,
    responses((status = 201, description = "They are in", body = Asked), (status = 202, description = "An admin decides", body = Asked))
)]
pub(crate) async fn post(
    State(door): State<Door>,
    From(origin): From,
    params: Params,
    Body(Newcomer { name, password }): Body<Newcomer>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    params.done()?;
    let standing = door.philia.accounts().register(&name, &password, &origin).await?;
    let status = if standing == Standing::Active { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(Asked { standing })))
}
