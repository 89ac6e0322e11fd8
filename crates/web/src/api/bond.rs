//! `GET /api/bond`: how close the companion and the person are.

use super::personality;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::personality::BondView;
use serde::Serialize;

/// The bond, and with whom.
#[derive(Serialize)]
pub(crate) struct Bond {
    persona: String,
    #[serde(flatten)]
    bond: BondView,
}

pub(crate) async fn get(caller: Caller, params: Params) -> Result<Json<Bond>, Problem> {
    let personality = personality::asked(caller, params).await?;
    Ok(Json(Bond { persona: personality.persona, bond: personality.bond }))
}
