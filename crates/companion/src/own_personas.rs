//! A person's own characters, beside those that everybody here can talk with.

use crate::error::{Error, Result};
use crate::person::{Person, write};
use crate::personas::Personas;
use crate::records::{Versioned, draft};
use philia_mind::Persona;
use philia_mind::persona::PersonaFile;
use philia_ports::StoreError;
use philia_ports::store::{Change, Key, Kind, Page, Scan};
use serde_json::Value;
use std::sync::Arc;

impl Person {
    /// The character of that id: everybody's, or the person's own.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest name there is.
    pub async fn find_persona(&self, id: &str) -> Result<Arc<Persona>> {
        match self.app.parts.personas.get(id) {
            Err(Error::NotFound { .. }) => self.personas().await?.get(id),
            found => found,
        }
    }

    /// Every character they can talk with, their own among them.
    pub async fn personas(&self) -> Result<Personas> {
        let mut all = self.app.parts.personas.clone();
        let mut own = Vec::new();
        let mut scan = Scan::of(Kind::Persona);
        loop {
            let page: Page<Value> = self.page(&scan).await?;
            for fields in page.items {
                own.push(PersonaFile::new(fields).map_err(|problems| Error::Damaged {
                    what: "persona",
                    id: "own".into(),
                    detail: problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
                })?);
            }
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => break,
            }
        }
        all.add_files(own)?;
        Ok(all)
    }

    /// Keeps a character of their own: a new one, or in the place of their own of the same id.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong with it, [`Error::Refused`] if its id is that of a character everybody has.
    pub async fn keep_persona(&self, file: PersonaFile) -> Result<Arc<Persona>> {
        let id = file.id().to_owned();
        if self.app.parts.personas.get(&id).is_ok() {
            return Err(Error::Refused(format!(
                "the id {id:?} is taken by a character everybody here has; choose another"
            )));
        }
        let mut all = self.personas().await?;
        all.add_files([file.clone()])?;
        let fields = Value::Object(file.fields().clone());
        loop {
            let version = self.get::<Value>(Kind::Persona, &id).await?.map_or(0, |Versioned { version, .. }| version);
            match self.commit(vec![write(draft(Kind::Persona, &id, self.now(), &fields)?, version)]).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        // It is kept as it is, and stands in the prompt as a character's text; whoever runs the place may look at it.
        if let Some(threat) = self.suspect_character(&fields) {
            self.note_orders(&threat, "persona", &id).await;
        }
        all.get(&id)
    }

    /// Removes a character of their own. What it has become with them stays, should it come back.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] if another of their own builds on it, or it is everybody's.
    pub async fn remove_persona(&self, id: &str) -> Result<()> {
        if self.app.parts.personas.get(id).is_ok() {
            return Err(Error::Refused(format!("{id:?} is everybody's; only your own characters can be removed")));
        }
        let all = self.personas().await?;
        all.get(id)?;
        if let Some(child) = all.built_on(id) {
            return Err(Error::Refused(format!("{child:?} builds on {id:?}; remove that one first")));
        }
        let key = Key::new(Kind::Persona, id);
        self.commit(vec![Change::Delete { key, expected: None }]).await?;
        Ok(())
    }
}
