//! `GET /api/personas/{id}/export`: a character as a file that this and other programs read.

use crate::extract::{Caller, Name, Params};
use crate::problem::{Kind, Problem};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use philia_companion::cards::{self, Format};
use serde::Deserialize;
use utoipa::ToSchema;

/// The formats, as clients name them.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = ExportFormat)]
enum Wanted {
    #[serde(rename = "toml")]
    Toml,
    #[serde(rename = "json")]
    Json,
    #[serde(rename = "card-v2")]
    CardV2,
    #[serde(rename = "card-v3")]
    CardV3,
    #[serde(rename = "png")]
    Png,
    #[serde(rename = "charx")]
    Charx,
    #[serde(rename = "luminora")]
    Luminora,
}

impl Wanted {
    /// The format, its media type and the end of the file's name.
    const fn parts(self) -> (Format, &'static str, &'static str) {
        match self {
            Self::Toml => (Format::Toml, "application/toml", "toml"),
            Self::Json => (Format::Json, "application/json", "json"),
            Self::CardV2 => (Format::CardV2, "application/json", "card-v2.json"),
            Self::CardV3 => (Format::CardV3, "application/json", "card-v3.json"),
            Self::Png => (Format::Png, "image/png", "png"),
            Self::Charx => (Format::Charx, "application/zip", "charx"),
            Self::Luminora => (Format::Luminora, "application/json", "luminora.json"),
        }
    }
}

/// A file to be saved.
type File = ([(HeaderName, String); 2], Vec<u8>);

/// A character as a file that this and other programs read.
#[utoipa::path(
    get,
    path = "/api/personas/{id}/export",
    tag = "Characters",
    params(
        ("id" = String, Path, description = "Its id"),
        ("format" = inline(Option<Wanted>), Query, description = "`json` if nothing is said"),
    ),
    responses(
        (status = 200, description = "The file", content((Object = "application/json"), (String = "application/toml"), (Vec<u8> = "image/png"), (Vec<u8> = "application/zip"))),
    )
)]
pub(crate) async fn get(caller: Caller, Name(id): Name, mut params: Params) -> Result<File, Problem> {
    let wanted = params.one("format").unwrap_or(Wanted::Json);
    params.done()?;
    let persona = caller.person().await?.find_persona(&id).await?;
    let (format, kind, end) = wanted.parts();
    let bytes = cards::write(&persona, format, None, &[]).map_err(|error| {
        tracing::error!(%error, "a character cannot be written");
        Problem::from(Kind::Internal)
    })?;
    // An id is of a-z, 0-9, _ and - only: nothing in it could end the quotes.
    let name = format!("attachment; filename=\"{}.{end}\"", persona.id);
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], bytes))
}
