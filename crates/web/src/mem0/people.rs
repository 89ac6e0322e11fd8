//! Whose memories are meant: Mem0's users as people of the asker's account, and ids that say whose a memory is.

use super::filter::{Filter, Users};
use crate::Door;
use crate::auth::Me;
use crate::extract::Caller;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use philia_companion::accounts::{Identity, OWN_SUBJECT};
use philia_companion::{Person, Philia};
use philia_mind::MemoryId;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands between a memory's id and whose it is.
const OF: char = '@';

/// Who asks.
pub(crate) struct Asked {
    pub(super) philia: Philia,
    me: Arc<Identity>,
    /// Whom the header names, for where nobody else is named.
    named: Option<String>,
}

impl FromRequestParts<Door> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Problem> {
        let Me(me) = Me::from_request_parts(parts, door).await?;
        let named = Caller::from_request_parts(parts, door).await?.named();
        Ok(Self { philia: door.philia.clone(), me, named })
    }
}

impl Asked {
    /// The account, and the name it signs in by.
    pub(super) fn account(&self) -> (&str, Option<&str>) {
        (&self.me.account, self.me.name.as_deref())
    }

    /// The person of that name; the asker's own if none is named.
    pub(super) async fn person(&self, user: Option<&str>) -> Result<Person, Problem> {
        Ok(self.philia.person_of(&self.me, user.or(self.named.as_deref())).await?)
    }

    /// The people that a filter may mean.
    pub(super) async fn people(&self, filter: &Filter) -> Result<Vec<Person>, Problem> {
        let names: BTreeSet<String> = match filter.users() {
            Users::Named(names) => names,
            Users::Nobody => return Ok(vec![self.person(None).await?]),
            Users::Everybody => self.everybody().await?,
        };
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(Some(&name)).await?);
        }
        Ok(people)
    }

    /// Everybody that the asker may speak for and of whom there is something.
    pub(super) async fn everybody(&self) -> Result<BTreeSet<String>, Problem> {
        let there = self.philia.accounts().people_of(&self.me.account).await?;
        let subjects = there.into_iter().map(|id| id.subject().to_owned());
        Ok(subjects.filter(|subject| self.me.subject(Some(subject)).is_ok()).collect())
    }

    /// Whose memory an id means, and which. What is out of reach is not there.
    pub(super) async fn memory(&self, id: &str) -> Result<(Person, MemoryId), Problem> {
        let (memory, user) = match id.split_once(OF) {
            Some((memory, user)) => (memory, Some(user)),
            None => (id, None),
        };
        let person = self.person(user).await.map_err(|_| Problem::not_found("memory", id))?;
        Ok((person, MemoryId::new(memory)))
    }
}

/// A memory's id, as it is told here: it says whose it is, where that is not the account's owner.
pub(super) fn id_of(person: &Person, memory: &MemoryId) -> String {
    match person.id().subject() {
        OWN_SUBJECT => memory.to_string(),
        other => format!("{memory}{OF}{other}"),
    }
}
