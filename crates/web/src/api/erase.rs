//! `POST /api/erase`: everything of a person, for good.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whom, said once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EraseMe)]
pub(crate) struct Erase {
    /// The name of the person who is to be erased, as their export has it in `user`: so that nobody is by mistake.
    confirm: String,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Erases everything of the person, for good. What is running of theirs ends; it cannot be undone.
#[utoipa::path(
    post,
    path = "/api/erase",
    tag = "Privacy",
    request_body = Erase,
    responses((status = 204, description = "Nothing of theirs is left"))
)]
pub(crate) async fn post(caller: Caller, params: Params, Body(asked): Body<Erase>) -> Result<StatusCode, Problem> {
    params.done()?;
    let person = caller.person_or(asked.user).await?;
    if asked.confirm != person.id().subject() {
        return Err(Problem::refused("confirm: it must be the name of the person who is to be erased"));
    }
    person.erase().await?;
    Ok(StatusCode::NO_CONTENT)
}
