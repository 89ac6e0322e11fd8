//! Files in a request: as one part of a form (`multipart/form-data`), or as the body itself with its name in the query.

use crate::extract::announced;
use crate::problem::{Kind, Problem};
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

/// The most bytes that come with a file; how big the file may be says the configuration.
pub(crate) const MAX_BYTES: usize = 101 * 1024 * 1024;

/// A file.
pub(crate) struct Sent {
    /// Its name, if the form says one.
    pub(crate) name: Option<String>,
    /// What it is said to be.
    pub(crate) media_type: Option<String>,
    /// Its bytes.
    pub(crate) bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let essence = kind.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("multipart/form-data") {
            announced(&request, MAX_BYTES)?;
            let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(error.status()))?;
            return Ok(Self { name: None, media_type: kind, bytes });
        }
        announced(&request, MAX_BYTES)?;
        let mut form =
            Multipart::from_request(request, state).await.map_err(|error| Problem::malformed(error.body_text()))?;
        let mut file = None;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            if field.file_name().is_none() {
                continue;
            }
            let (name, media_type) = (field.file_name().map(str::to_owned), field.content_type().map(str::to_owned));
            let bytes = field.bytes().await.map_err(broken)?;
            if file.replace(Self { name, media_type, bytes }).is_some() {
                return Err(Problem::invalid("the form has more than one file; send them one by one"));
            }
        }
        file.ok_or_else(|| Problem::invalid("the form has no file; send one as in -F file=@notes.md"))
    }
}

fn broken(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return unread(error.status());
    }
    Problem::malformed(error.body_text())
}

fn unread(status: StatusCode) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(Kind::TooLarge, format!("the body is larger than {MAX_BYTES} bytes"));
    }
    Problem::malformed("the body broke off")
}

/// A name and a number in the path.
pub(crate) struct Numbered(pub(crate) String, pub(crate) usize);

impl<S: Send + Sync> FromRequestParts<S> for Numbered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((name, number)) = path.map_err(|error| Problem::malformed(error.body_text()))?;
        let wrong = || Problem::invalid(format!("{number:?} is no number; attachments are counted from 0"));
        Ok(Self(name, number.parse().map_err(|_| wrong())?))
    }
}
