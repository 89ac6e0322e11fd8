//! Where a person's words may go: the one place where it is decided which model or embedder may have them.
//!
//! The models stand in [`Models`] and [`Embedders`], whose fields nobody else can see. Whoever wants one says how far
//! the person's words may reach, and gets one that reaches no further. [`Person::chat_model`], [`Person::fast_model`]
//! and [`Person::configured_embedder`] ask that anew every time, so that what a person decides holds from the next
//! call on; where their decision cannot be read, nothing leaves this machine.

use super::consent::{Consents, Purpose};
use crate::error::Result;
use crate::person::Person;
use async_trait::async_trait;
use philia_mind::profile::PrivacyTier;
use philia_ports::embedder::EmbedderInfo;
use philia_ports::model::ModelInfo;
use philia_ports::{ChatModel, Embedder, EmbedderError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// How far somebody's words may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To every model that is configured.
    Anywhere,
    /// Not beyond this machine, and what the operator counts as such.
    Here,
}

/// The models of a role.
#[derive(Clone, Default)]
pub struct Models {
    any: Option<Arc<dyn ChatModel>>,
    here: Option<Arc<dyn ChatModel>>,
}

impl Models {
    /// The model for everybody, and the one for those whose words stay here: of a chain, those that are no remote
    /// ones. One that is remote after all is left out.
    pub fn new(any: Option<Arc<dyn ChatModel>>, here: Option<Arc<dyn ChatModel>>) -> Self {
        Self { any, here: here.filter(|model| !model.info().remote) }
    }

    /// What is asked for those whose words may go anywhere.
    pub fn info(&self) -> Option<&ModelInfo> {
        self.any.as_ref().map(|model| model.info())
    }

    /// The model that reaches no further.
    pub fn within(&self, reach: Reach) -> Option<&Arc<dyn ChatModel>> {
        match reach {
            Reach::Anywhere => self.any.as_ref(),
            Reach::Here => self.here.as_ref(),
        }
    }

    /// Is it the same for everybody, because nothing leaves this machine?
    fn stays(&self) -> bool {
        self.any.as_ref().is_none_or(|model| !model.info().remote)
    }
}

impl From<Option<Arc<dyn ChatModel>>> for Models {
    fn from(model: Option<Arc<dyn ChatModel>>) -> Self {
        Self::new(model.clone(), model)
    }
}

/// What turns texts into vectors.
#[derive(Clone)]
pub struct Embedders {
    any: Arc<dyn Embedder>,
    here: Arc<dyn Embedder>,
}

impl Embedders {
    /// The embedder that is configured, and what serves those whose words stay here if that one is remote.
    pub fn new(any: Arc<dyn Embedder>, here: Arc<dyn Embedder>) -> Self {
        let here = [&any, &here].into_iter().find(|embedder| !embedder.info().remote).cloned();
        Self { any, here: here.unwrap_or_else(|| Arc::new(Wordless::new())) }
    }

    /// What is configured.
    pub fn info(&self) -> &EmbedderInfo {
        self.any.info()
    }

    /// The embedder that reaches no further.
    pub fn within(&self, reach: Reach) -> &Arc<dyn Embedder> {
        match reach {
            Reach::Anywhere => &self.any,
            Reach::Here => &self.here,
        }
    }
}

impl From<Arc<dyn Embedder>> for Embedders {
    fn from(embedder: Arc<dyn Embedder>) -> Self {
        Self::new(Arc::clone(&embedder), embedder)
    }
}

/// Judges no text: memories are found by their words.
struct Wordless(EmbedderInfo);

impl Wordless {
    fn new() -> Self {
        let id = "none".into();
        Self(EmbedderInfo { id, dimensions: 1, floor: 1.0, cluster: 1.0, duplicate: 1.0, remote: false })
    }
}

#[async_trait]
impl Embedder for Wordless {
    fn info(&self) -> &EmbedderInfo {
        &self.0
    }

    async fn embed_documents(&self, texts: &[String]) -> Result<Vec<Option<Vec<f32>>>, EmbedderError> {
        Ok(vec![None; texts.len()])
    }

    async fn embed_query(&self, _text: &str) -> Result<Option<Vec<f32>>, EmbedderError> {
        Ok(None)
    }
}

/// The last reach that could be read of a person, for when the store does not answer.
#[derive(Debug, Default)]
pub(crate) struct Remembered(AtomicU8);

impl Remembered {
    fn set(&self, reach: Reach) {
        self.0.store(if reach == Reach::Anywhere { 1 } else { 2 }, Ordering::Release);
    }

    /// Nothing leaves before it is known that it may.
    fn get(&self) -> Reach {
        if self.0.load(Ordering::Acquire) == 1 { Reach::Anywhere } else { Reach::Here }
    }
}

impl Person {
    /// How far this person's words may go now.
    pub async fn words_reach(&self) -> Reach {
        match self.read_reach().await {
            Ok(reach) => {
                self.locks.reach.set(reach);
                reach
            }
            Err(error) => {
                tracing::warn!(%error, "where words may go cannot be read; what was known last holds");
                self.locks.reach.get()
            }
        }
    }

    async fn read_reach(&self) -> Result<Reach> {
        let [profile, consents] = self.get_records([Self::profile_key(), Consents::key()]).await?;
        let tier = self.profile_of(profile)?.value.privacy;
        let agreed = Consents::of(consents)?.given(Purpose::RemoteModels);
        Ok(if tier == PrivacyTier::Local || !agreed { Reach::Here } else { Reach::Anywhere })
    }

    /// The model that talks with this person.
    pub(crate) async fn chat_model(&self) -> Option<Arc<dyn ChatModel>> {
        self.of(&self.app.parts.chat).await
    }

    /// The quick model that helps with this person's lessons.
    pub(crate) async fn fast_model(&self) -> Option<Arc<dyn ChatModel>> {
        self.of(&self.app.parts.fast).await
    }

    async fn of(&self, models: &Models) -> Option<Arc<dyn ChatModel>> {
        let reach = if models.stays() { Reach::Anywhere } else { self.words_reach().await };
        models.within(reach).cloned()
    }

    /// The embedder that this person's memories are to have vectors of.
    pub(crate) async fn configured_embedder(&self) -> Arc<dyn Embedder> {
        let embedders = &self.app.parts.embedder;
        let reach = if embedders.info().remote { self.words_reach().await } else { Reach::Anywhere };
        Arc::clone(embedders.within(reach))
    }

    /// May this embedder have this person's words?
    pub(crate) async fn may_reach(&self, embedder: &dyn Embedder) -> bool {
        !embedder.info().remote || self.words_reach().await == Reach::Anywhere
    }
}
