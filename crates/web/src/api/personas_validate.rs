//! `POST /api/personas/validate`: everything that is wrong with a character, which is not kept.

use super::characters::{self, Finding};
use crate::MAX_CARD_BYTES;
use crate::extract::{Anything, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The verdict.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verdict {
    valid: bool,
    problems: Vec<Finding>,
}

/// Everything that is wrong with a character, which is not kept.
#[utoipa::path(
    post,
    path = "/api/personas/validate",
    tag = "Characters",
    request_body = Value,
    responses((status = 200, description = "It is so", body = Verdict))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Anything(written): Anything<MAX_CARD_BYTES>,
) -> Result<Json<Verdict>, Problem> {
    params.done()?;
    let all = caller.person().await?.personas().await?;
    let problems = characters::read(written, &all).err().unwrap_or_default();
    Ok(Json(Verdict { valid: problems.is_empty(), problems }))
}
