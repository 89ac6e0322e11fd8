//! `POST /api/personality/set`: sets a trait, the mood, the bond, a need or a quirk by hand. It makes a version, with
//! the reason in it, and answers with the personality after it.

use crate::extract::{Body, Params};
use crate::problem::Problem;
use crate::revision::{Editor, Revised};
use philia_companion::personality::{Personality, Setting};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whose hand it is, as versions name it: whoever comes by this door speaks for the person.
pub(super) const BY: &str = "person";

/// What is to be set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetPersonality)]
pub(crate) struct Set {
    /// Whom, by id.
    persona: Option<String>,
    /// What, and to which value.
    set: Setting,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "\\S")]
    reason: String,
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Sets a trait, the mood, the bond, a need or a quirk by hand, as a new version.
#[utoipa::path(
    post,
    path = "/api/personality/set",
    tag = "Personality",
    request_body = Set,
    responses((status = 200, description = "It is so", body = Personality))
)]
pub(crate) async fn post(
    editor: Editor,
    params: Params,
    Body(asked): Body<Set>,
) -> Result<Revised<Personality>, Problem> {
    params.done()?;
    let person = editor.of_companion(asked.persona.as_deref(), asked.user).await?;
    let personality = person.set_personality(asked.persona.as_deref(), &asked.set, BY, &asked.reason).await?;
    Ok(Revised(person.revised(), personality))
}
