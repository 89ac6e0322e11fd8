//! `POST /api/personas/import`: a character from a file (character card, `.charx`, LuminoraCore, persona file), which
//! becomes the person's own. `id` gives it another id; `replace=true` lets it take the place of their own of that id.

use super::characters;
use crate::extract::{Caller, Params, Upload};
use crate::problem::{Kind, Problem};
use philia_companion::cards::{self, CardError};
use philia_mind::Persona;
use philia_mind::persona::PersonaFile;
use serde::Serialize;
use utoipa::ToSchema;

/// What became of the file.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedCharacter)]
pub(crate) struct Imported {
    #[schema(value_type = super::openapi::Character)]
    persona: Persona,
    /// What could not be taken over as it was.
    notes: Vec<String>,
}

/// Takes a character in from a file, which becomes the person's own.
#[utoipa::path(
    post,
    path = "/api/personas/import",
    tag = "Characters",
    params(
        ("id" = Option<String>, Query, description = "Another id for it", pattern = "^[a-z0-9_-]{1,120}$"),
        ("replace" = Option<bool>, Query, description = "It takes the place of their own of that id"),
    ),
    request_body(content((Vec<u8> = "application/octet-stream"), (Object = "application/json"), (String = "application/toml"), (String = "text/plain"), (Vec<u8> = "image/png"), (Vec<u8> = "application/zip"))),
    responses((status = 201, description = "It is made", body = Imported))
)]
pub(crate) async fn post(
    caller: Caller,
    mut params: Params,
    Upload(bytes): Upload,
) -> Result<characters::Created<Imported>, Problem> {
    let id = params.text("id");
    let replace = params.flag("replace");
    params.done()?;
    let person = caller.person().await?;
    // An archive may take a while to unpack.
    let read = tokio::task::spawn_blocking(move || read(&bytes)).await;
    let (mut file, notes) = read.map_err(|error| {
        tracing::error!(%error, "reading a character broke off");
        Problem::from(Kind::Internal)
    })??;
    if let Some(id) = id {
        file = characters::renamed(&file, &id)?;
    }
    let persona = characters::keep(&person, file, replace).await?.as_ref().clone();
    Ok(characters::created(&persona.id.clone(), Imported { persona, notes }))
}

fn read(bytes: &[u8]) -> Result<(PersonaFile, Vec<String>), Problem> {
    // A persona file that builds on others is kept as it is written, so that it changes with them.
    if let Some(file) = std::str::from_utf8(bytes).ok().and_then(|text| cards::parse(text).ok())
        && file.parent().is_some()
    {
        return Ok((file, Vec::new()));
    }
    let cards::Imported { persona, picture, assets, mut notes } = cards::read(bytes).map_err(problem)?;
    if picture.is_some() {
        notes.push("the picture is not kept".into());
    }
    if !assets.is_empty() {
        notes.push(format!("the files that came with it are not kept ({})", assets.len()));
    }
    Ok((PersonaFile::from(&persona), notes))
}

fn problem(error: CardError) -> Problem {
    let kind = match &error {
        CardError::TooLarge { .. } => Kind::TooLarge,
        CardError::Damaged { .. } | CardError::NotACard { .. } | CardError::Unsound(_) => Kind::Refused,
    };
    Problem::new(kind, error.to_string())
}
