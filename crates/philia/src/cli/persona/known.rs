//! Finding a character by id or file, and keeping a new one.

use crate::cli::Context;
use crate::cli::paint::{Paint, harmless, note};
use crate::wire;
use anyhow::{Context as _, bail};
use philia_companion::cards::{self, CardError, Imported};
use philia_companion::{Person, Personas};
use philia_mind::Persona;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The person who asks, if anything is kept of anybody yet.
pub(super) async fn person(context: &Context, user: &str) -> anyhow::Result<Option<Person>> {
    let url = &context.config.store.url;
    if url.scheme() == "memory" || url.file().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    Ok(Some(wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, user).await?))
}

/// Every character they can talk with: everybody's and their own.
pub(super) async fn all(context: &Context, user: &str) -> anyhow::Result<Personas> {
    let of_files = wire::personas(&context.config)?;
    let own = async {
        match person(context, user).await? {
            Some(person) => Ok(Some(person.personas().await?)),
            None => anyhow::Ok(None),
        }
    };
    Ok(match own.await {
        Ok(own) => own.unwrap_or(of_files),
        // The files can be read all the same, as while `philia serve` has the data open.
        Err(error) => {
            note(&Paint::stderr().dim(&format!("Only the characters in files are seen: {error:#}")));
            of_files
        }
    })
}

/// The character of that id, or else in the file of that name.
pub(super) async fn character(context: &Context, user: &str, name: &str) -> anyhow::Result<Arc<Persona>> {
    let files = wire::personas(&context.config)?;
    if let Ok(persona) = files.get(name) {
        return Ok(persona);
    }
    let path = Path::new(name);
    if path.is_file() {
        return Ok(Arc::new(read(path, &files)?.persona));
    }
    Ok(all(context, user).await?.get(name)?)
}

/// Reads a file, but not more of it than a character can have.
pub(super) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let unreadable = || format!("{} cannot be read", path.display());
    let file = std::fs::File::open(path).with_context(unreadable)?;
    file.take(cards::LARGEST_FILE as u64 + 1).read_to_end(&mut bytes).with_context(unreadable)?;
    Ok(bytes)
}

/// Reads a character from a file of any known kind. One that builds on another takes over what that one says.
pub(super) fn read(path: &Path, known: &Personas) -> anyhow::Result<Imported> {
    let bytes = bytes(path)?;
    let in_file = || path.display().to_string();
    let small = bytes.len() <= cards::LARGEST_TEXT;
    if let Some(text) = std::str::from_utf8(&bytes).ok().filter(|_| small)
        && let Ok(file) = cards::parse(text)
        && let Some(parent) = file.parent().map(str::to_owned)
    {
        let id = file.id().to_owned();
        let mut all = known.clone();
        all.add_files([file]).with_context(in_file)?;
        let persona = all.get(&id)?.as_ref().clone();
        let notes = vec![format!("what it takes from {parent} is written into it")];
        return Ok(Imported { persona, picture: None, assets: Vec::new(), notes });
    }
    cards::read(&bytes).map_err(|error| said(error, path))
}

/// The error with the file's name; where there are several problems, one on a line.
fn said(error: CardError, path: &Path) -> anyhow::Error {
    match error {
        CardError::Unsound(problems) => {
            let lines = problems.iter().map(|problem| format!("\n  {problem}"));
            anyhow::anyhow!("{}:{}", path.display(), harmless(&lines.collect::<String>()))
        }
        other => anyhow::anyhow!("{}: {}", path.display(), harmless(&other.to_string())),
    }
}

/// The ways in which the card that a character came in is kept beside its file.
const CARDS: [&str; 2] = ["png", "charx"];

/// Where the card is that this character came in, if it came in one.
pub(super) fn card_of(dir: &Path, id: &str) -> Option<PathBuf> {
    CARDS.iter().map(|kind| dir.join(format!("{id}.card.{kind}"))).find(|path| path.is_file())
}

/// Whether a built-in character has this id, or one among the files.
pub(super) fn is_taken(context: &Context, id: &str) -> bool {
    wire::personas_and_broken(&context.config).is_ok_and(|(personas, _)| personas.get(id).is_ok())
}

/// Keeps a new character among the files of the data directory, with the card that it came in. Says where.
///
/// # Errors
/// If it does not hold, if its id is a built-in character's, or if there is one of that id and `force` is not said.
pub(super) fn keep(
    context: &Context,
    persona: &Persona,
    card: Option<(&str, &[u8])>,
    force: bool,
) -> anyhow::Result<PathBuf> {
    let id = &persona.id;
    Personas::built_in()?.add(persona.clone())?;
    if Personas::built_in()?.get(id).is_ok() {
        bail!("the id {id:?} is a built-in character's; choose another, as in --id my_{id}");
    }
    let dir = wire::personas_dir(&context.config);
    let path = dir.join(format!("{id}.toml"));
    let taken = [path.clone(), dir.join(format!("{id}.json"))].into_iter().find(|path| path.exists());
    if let Some(taken) = taken.filter(|_| !force) {
        bail!(
            "there is a {} already; choose another id, as in --id {id}_2, or replace it with --force",
            taken.display()
        );
    }
    let unmade = |error| anyhow::Error::new(error).context(format!("{} cannot be made", dir.display()));
    wire::private_dir(&context.config.data.dir).map_err(unmade)?;
    wire::private_dir(&dir).map_err(unmade)?;
    for old in
        CARDS.map(|kind| dir.join(format!("{id}.card.{kind}"))).into_iter().chain([dir.join(format!("{id}.json"))])
    {
        match std::fs::remove_file(&old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be replaced", old.display()));
            }
            _ => {}
        }
    }
    if let Some((kind, bytes)) = card {
        write_file(&dir.join(format!("{id}.card.{kind}")), bytes, true)?;
    }
    write_file(&path, cards::to_toml(persona).as_bytes(), true)?;
    Ok(path)
}

/// Writes a file whole or not at all.
pub(super) fn write_file(path: &Path, bytes: &[u8], force: bool) -> anyhow::Result<()> {
    if !force && path.exists() {
        bail!("there is a {} already; choose another name, or replace it with --force", path.display());
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = std::fs::File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(|| format!("{} cannot be written", path.display()))
}
