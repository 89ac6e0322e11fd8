//! Every number an operator may change, with its default. The binary's configuration schema names the ranges.

use crate::accounts::AccountSettings;
use crate::moving::BackupSettings;
use philia_mind::life::LifeConfig;
use philia_mind::memory::chunk::Sizes;
use philia_ports::model::Usage;
use std::time::Duration;

/// The mind's and the turn's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How a companion feels, drifts and grows.
    pub life: LifeConfig,
    /// Memories recalled for a turn, 1..=50.
    pub recall_k: usize,
    /// Share of relevance against diversity in what is recalled, 0..=1; 1 is relevance alone.
    pub recall_lambda: f64,
    /// What importance adds to a score, 0..=1.
    pub recall_importance: f64,
    /// What recency adds to a score, 0..=1.
    pub recall_recency: f64,
    /// Recency halves in so many days. Above 0.
    pub recency_half_life_days: f64,
    /// Tokens of a prompt, all parts together.
    pub prompt_tokens: usize,
    /// Recent turns of the same thread that go into a prompt.
    pub context_turns: usize,
    /// Recent turns older than this do not.
    pub context_age: Duration,
    /// Tokens of what is known of the person that stands in every prompt, the most important first.
    pub facts_tokens: usize,
    /// The most core blocks of one person.
    pub blocks: usize,
    /// The most characters of one core block.
    pub block_characters: usize,
    /// Turns with shorter gaps belong to one session.
    pub session_gap: Duration,
    /// The most bytes of one message.
    pub max_message_bytes: usize,
    /// Turns that the fast model is asked about at once, 1..=20.
    pub learn_batch: usize,
    /// How long more turns are waited for before the fast model is asked. Nobody waits for it.
    pub learn_wait: Duration,
    /// How long a call of the embedder may hold up a turn before it goes on by words alone.
    pub embed_patience: Duration,
    /// How long a remote index may hold up a question before the one in this process stands in.
    pub index_patience: Duration,
    /// How long a remote index that did not answer is left alone.
    pub index_rest: Duration,
    /// Bytes of a document, and of its text.
    pub document_max_bytes: usize,
    /// Parts that a document's text may make.
    pub document_max_parts: usize,
    /// How long reading a document may take.
    pub document_patience: Duration,
    /// How documents are cut into parts.
    pub chunk: Sizes,
    /// After so many days what is unimportant goes, for those who have not chosen themselves; none keeps everything.
    pub retention_days: Option<u32>,
    /// Bytes of an attachment.
    pub attachment_max_bytes: usize,
    /// How long the answer to the second attempt of a week is held back.
    pub held_back: Duration,
    /// How long the third attempt of a week, and each after it, stops the talk.
    pub pause: Duration,
    /// How long the fast model may take over a message that guard and care are in doubt of.
    pub opinion_patience: Duration,
    /// Accounts, and how much they may do.
    pub accounts: AccountSettings,
    /// Backups that the program makes by itself.
    pub backup: BackupSettings,
    /// What models cost, by `provider:model`.
    pub prices: Vec<(String, Price)>,
}

/// What a model costs, in US dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Of the prompt.
    pub input: f64,
    /// Of the answer.
    pub output: f64,
}

impl Price {
    /// What one call cost, in US dollars.
    pub fn of(&self, usage: &Usage) -> f64 {
        (usage.prompt_tokens as f64 * self.input + usage.completion_tokens as f64 * self.output) / 1e6
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            life: LifeConfig::default(),
            recall_k: 5,
            recall_lambda: 0.7,
            recall_importance: 0.1,
            recall_recency: 0.05,
            recency_half_life_days: 30.0,
            prompt_tokens: 6000,
            context_turns: 20,
            context_age: Duration::from_secs(24 * 3600),
            facts_tokens: 300,
            blocks: 20,
            block_characters: 2000,
            session_gap: Duration::from_secs(30 * 60),
            max_message_bytes: 32 * 1024,
            learn_batch: 8,
            learn_wait: Duration::from_secs(2),
            embed_patience: Duration::from_secs(5),
            index_patience: Duration::from_secs(2),
            index_rest: Duration::from_secs(10),
            document_max_bytes: 20 * 1024 * 1024,
            document_max_parts: 20_000,
            document_patience: Duration::from_secs(60),
            chunk: Sizes::default(),
            retention_days: None,
            attachment_max_bytes: 10 * 1024 * 1024,
            held_back: Duration::from_secs(2),
            pause: Duration::from_secs(15 * 60),
            opinion_patience: Duration::from_secs(3),
            backup: BackupSettings::default(),
            prices: Vec::new(),
            accounts: AccountSettings::default(),
        }
    }
}
