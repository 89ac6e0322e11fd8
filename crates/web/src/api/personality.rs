//! `GET /api/personality`: what the companion has become with the person.

use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::revision::Revised;
use philia_companion::personality::Personality;
use philia_companion::revision::Thing;

/// What the companion has become with the person.
#[utoipa::path(
    get,
    path = "/api/personality",
    tag = "Personality",
    params(
        ("persona" = Option<String>, Query, description = "Whom, by id; whom they have chosen if nothing is said"),
    ),
    responses((status = 200, description = "It is so", body = Personality))
)]
pub(crate) async fn get(caller: Caller, mut params: Params) -> Result<Revised<Personality>, Problem> {
    let asked = params.text("persona");
    params.done()?;
    let person = caller.person().await?;
    let persona = person.persona(asked.as_deref()).await?;
    let version = person.revision(Thing::Companion(&persona.id)).await?;
    Ok(Revised(version, person.personality(Some(&persona.id)).await?))
}

/// The personality asked for by `persona`, or that of whom they have chosen.
pub(super) async fn asked(caller: Caller, mut params: Params) -> Result<Personality, Problem> {
    let persona = params.text("persona");
    params.done()?;
    Ok(caller.person().await?.personality(persona.as_deref()).await?)
}
