//! `GET /api/bond`: how close the companion and the person are.

use super::personality;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::personality::BondView;
use serde::Serialize;
use utoipa::ToSchema;

/// The bond, and with whom.
#[derive(Serialize, ToSchema)]
pub(crate) struct Bond {
    persona: String,
    #[serde(flatten)]
    bond: BondView,
}

/// How close the companion and the person are.
#[utoipa::path(
    get,
    path = "/api/bond",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
    ),
    responses((status = 200, description = "It is so", body = Bond))
)]
pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Bond>, Problem> {
    let personality = personality::asked(caller, params).await?;
    Ok(Json(Bond { persona: personality.persona, bond: personality.bond }))
}
