//! What the endpoints of characters share: what is wrong with one, and how one becomes somebody's own.

use crate::extract::whole;
use crate::problem::{Kind, Problem};
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, LOCATION};
use philia_companion::{Error, Person, Personas};
use philia_mind::Persona;
use philia_mind::persona::{self, PersonaFile};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// Names that mean something else under `/api/personas/`.
const RESERVED: [&str; 5] = ["blend", "compile", "import", "schema", "validate"];

/// One thing wrong with a character.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Finding {
    /// Where; none, where it is about the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// What is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
    /// All of it in a sentence.
    message: String,
    /// It is no fault of its form: it does not go with what there is, or with itself.
    #[serde(skip)]
    refused: bool,
}

impl From<persona::Problem> for Finding {
    fn from(problem: persona::Problem) -> Self {
        let message = problem.to_string();
        let persona::Problem { field, value, allowed } = problem;
        Self { field: Some(field), value: Some(value), allowed: Some(allowed), message, refused: false }
    }
}

impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        Self { field: None, value: None, allowed: None, message: error.to_string(), refused: true }
    }
}

/// All of them as one problem.
pub(super) fn unsound(findings: &[Finding]) -> Problem {
    let kind = if findings.iter().all(|finding| finding.refused) { Kind::Refused } else { Kind::Invalid };
    Problem::new(kind, findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; "))
}

/// Reads a character as it is written, among those it may build on.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(mut written: Value, among: &Personas) -> Result<(PersonaFile, Arc<Persona>), Vec<Finding>> {
    let mut findings = Vec::new();
    whole(&mut written);
    match written.as_object().and_then(|fields| fields.get("parent")) {
        Some(Value::String(parent)) => {
            findings.extend(among.get(parent).err().map(|error| Finding {
                field: Some("parent".into()),
                value: Some(format!("{parent:?}")),
                allowed: Some("a character you can talk with".into()),
                message: format!("parent: {error}"),
                refused: true,
            }));
        }
        Some(_) => {}
        // Whoever builds on nobody must bring everything, which is said at once with the rest.
        None => {
            let missing = written.as_object().map(|fields| Persona::from_map(fields.clone()));
            findings.extend(missing.and_then(Result::err).into_iter().flatten().map(Finding::from));
        }
    }
    let file = PersonaFile::new(written);
    if file.is_ok() {
        // It has the form of a file: what else is wrong, but for what is missing, no form can say.
        findings.iter_mut().for_each(|finding| finding.refused = finding.value.as_deref() != Some("missing"));
    }
    for finding in file.as_ref().err().into_iter().flatten().cloned().map(Finding::from) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    match file {
        Ok(file) if findings.is_empty() => {
            let whole = || {
                let mut all = among.clone();
                all.add_files([file.clone()])?;
                all.get(file.id())
            };
            whole().map(|persona| (file.clone(), persona)).map_err(|error| vec![error.into()])
        }
        _ => Err(findings),
    }
}

/// A character that is now the person's own, and where to find it.
pub(super) type Created<T> = (StatusCode, [(HeaderName, String); 1], Json<T>);

/// The answer that tells of a new character.
pub(super) fn created<T>(id: &str, told: T) -> Created<T> {
    (StatusCode::CREATED, [(LOCATION, format!("/api/personas/{id}"))], Json(told))
}

/// Keeps a new character; `replace` lets it take the place of their own of the same id.
///
/// # Errors
/// The id is taken, which comes with one that is not; or everything that is wrong with the character.
pub(super) async fn keep(person: &Person, file: PersonaFile, replace: bool) -> Result<Arc<Persona>, Problem> {
    let all = person.personas().await?;
    let id = file.id();
    let whose = if RESERVED.contains(&id) {
        "has another meaning here"
    } else if is_everybodys(person, id) {
        "is that of a character everybody here has"
    } else if all.get(id).is_ok() && !replace {
        "is that of a character of your own, which PUT replaces"
    } else {
        return Ok(person.keep_persona(file).await?);
    };
    let begin: String = id.chars().take(56).collect();
    let free = (2_u32..).map(|n| format!("{begin}_{n}")).find(|free| all.get(free).is_err()).unwrap_or(begin);
    Err(Problem::new(Kind::Taken, format!("the id {id:?} {whose}; choose another, such as {free:?}")))
}

/// Whether the character of that id is there for all, and so nobody's to change.
pub(super) fn is_everybodys(person: &Person, id: &str) -> bool {
    person.philia().personas().get(id).is_ok()
}

/// The same character under another id.
///
/// # Errors
/// What is wrong with the id.
pub(super) fn renamed(file: &PersonaFile, id: &str) -> Result<PersonaFile, Problem> {
    let mut fields: Map<String, Value> = file.fields().clone();
    fields.insert("id".into(), id.into());
    PersonaFile::new(Value::Object(fields))
        .map_err(|problems| unsound(&problems.into_iter().map(Finding::from).collect::<Vec<_>>()))
}
