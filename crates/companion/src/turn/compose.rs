//! Recall and compose: what comes to mind, and the prompt it goes into.

use super::Brought;
use super::feel::Feeling;
use super::hear::Turn;
use crate::blocks::Written;
use crate::context::{AtHand, KnownFact, Recent};
use crate::person::Person;
use crate::recall::{Recollection, Request};
use crate::tasks::TaskNews;
use crate::tokens::estimate_tokens;
use philia_mind::guard::threat::marked;
use philia_mind::memory::recall::Recalled;
use philia_mind::needs::Need;
use philia_mind::persona::Lore;
use philia_mind::profile::AgeBand;
use philia_mind::prompt::{self, Agenda, Block, Known, Living, PromptInput};
use philia_mind::quirks;
use philia_ports::model::{ChatMessage, ChatRequest, Role};
use std::time::Instant;

/// What came to mind for a message.
#[derive(Default)]
pub(super) struct Remembered {
    /// Memories, best first.
    pub(super) memories: Vec<Recalled>,
    /// The thread's recent turns, oldest first, without this one.
    pub(super) recent: Vec<Recent>,
    /// What is known of the person, the most important first.
    facts: Vec<KnownFact>,
    /// The core blocks that somebody wrote.
    blocks: Vec<Written>,
    /// What is to be said of their tasks.
    pub(super) tasks: TaskNews,
}

impl Remembered {
    /// A prompt without the core blocks that stand in it.
    pub(super) fn without_blocks(&self, prompt: &str) -> String {
        self.blocks.iter().fold(prompt.to_owned(), |prompt, block| prompt.replace(&block.text, ""))
    }
}

pub(super) async fn recall(person: &Person, turn: &mut Turn) -> Remembered {
    let started = Instant::now();
    let request = Request { k: person.app.parts.settings.recall_k, ..Request::new(&turn.interaction.message) };
    let memories = match person.recall_for(&request, &turn.profile, turn.interaction.at).await {
        Ok(Recollection { memories, degraded }) => {
            for part in degraded {
                turn.without(part);
            }
            memories
        }
        Err(error) => {
            tracing::warn!(%error, "nothing can be recalled this turn");
            turn.without("recall");
            Vec::new()
        }
    };
    // What was said in a crisis is there to be looked at, never to be brought up.
    let memories = memories.into_iter().filter(|m| !m.memory.tags.iter().any(|tag| tag == "care")).collect();
    let recent = recent(person, turn).await;
    // They are a prompt's; the offline voice has none.
    let (facts, blocks) = match person.app.parts.chat.info() {
        Some(_) => always(person, turn).await,
        None => (Vec::new(), Vec::new()),
    };
    turn.took("recall", started);
    Remembered { memories, recent, facts, blocks, tasks: TaskNews::default() }
}

async fn recent(person: &Person, turn: &mut Turn) -> Vec<Recent> {
    match person.recent(&turn.interaction, turn.before).await {
        Ok(AtHand { what, cached }) => {
            if !cached {
                turn.without("cache");
            }
            what
        }
        Err(error) => {
            tracing::warn!(%error, "the recent turns cannot be read");
            Vec::new()
        }
    }
}

/// What is to be said of the tasks, from when the companion last talked with them.
pub(super) async fn tasks(person: &Person, turn: &mut Turn, feeling: &Feeling) -> TaskNews {
    let zone = person.zone(&turn.profile);
    let since = feeling.state.value.last_turn_at;
    person.task_news(&turn.interaction, &zone, since).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the tasks cannot be read");
        turn.without("tasks");
        TaskNews::default()
    })
}

/// What stands in every prompt.
async fn always(person: &Person, turn: &mut Turn) -> (Vec<KnownFact>, Vec<Written>) {
    let facts = match person.known_facts().await {
        Ok(AtHand { what, .. }) => person.fitting(&what).to_vec(),
        Err(error) => {
            tracing::warn!(%error, "what is known of the person cannot be read");
            turn.without("recall");
            Vec::new()
        }
    };
    let blocks = match person.written_blocks().await {
        Ok(blocks) => blocks.into_iter().map(|block| block.value).collect(),
        Err(error) => {
            tracing::warn!(%error, "the core blocks cannot be read");
            turn.without("recall");
            Vec::new()
        }
    };
    (facts, blocks)
}

/// The prompt. What stays the same comes first (the persona, then the thread), so that providers' prompt caches
/// hit; what changes with every turn (time, mood, memories) stands with the message itself.
pub(super) fn compose(person: &Person, turn: &mut Turn, feeling: &Feeling, remembered: &Remembered) -> ChatRequest {
    let started = Instant::now();
    let budget = person.app.parts.settings.prompt_tokens;
    let brought = turn.brought.as_ref();
    let message_tokens = estimate_tokens(&turn.interaction.message) + brought.map_or(0, |brought| brought.tokens());
    let life = &feeling.state.value.life;
    let quirks = quirks::prompt_words(&life.quirks, &person.app.parts.settings.life.quirks);
    let needs: Vec<Need> = life
        .needs
        .urgent(feeling.now, &person.app.parts.settings.life.needs)
        .into_iter()
        .map(|(need, _)| need)
        .collect();
    let talk: Vec<&str> = remembered
        .recent
        .iter()
        .flat_map(|turn| [turn.message.as_str(), turn.reply.as_str()])
        .chain([turn.interaction.message.as_str()])
        .collect();
    let lore = (!turn.persona.lorebook.is_empty()).then(|| Lore::new(&turn.persona.lorebook));
    let known: Vec<Known<'_>> = remembered.facts.iter().map(KnownFact::told).collect();
    let blocks: Vec<Block<'_>> = remembered.blocks.iter().map(|b| Block { label: &b.label, text: &b.text }).collect();
    let living = Living {
        traits: Some(&life.version.traits),
        bond: Some(life.level(&turn.persona, turn.profile.age_band == AgeBand::Minor)),
        after_crisis: remembered.recent.last().is_some_and(|turn| turn.care),
        quirks: &quirks.iter().map(String::as_str).collect::<Vec<_>>(),
        needs: &needs,
        lore: &lore.as_ref().map(|lore| lore.triggered(&talk, &estimate_tokens)).unwrap_or_default(),
        blocks: &blocks,
        known: &known,
        agenda: Agenda {
            came_due: &remembered.tasks.came_due,
            asked: remembered.tasks.asked.as_ref().map(|(when, tasks)| (when.as_str(), tasks.as_slice())),
            changed: &remembered.tasks.changed,
        },
    };
    // Without the cache everything is there all the same.
    let missed: Vec<String> =
        turn.interaction.degraded.iter().filter(|part| !matches!(part.as_str(), "cache" | "index")).cloned().collect();
    let input = PromptInput {
        persona: &turn.persona,
        profile: &turn.profile,
        mood: feeling.shown,
        felt: Some(&feeling.message.appraisal),
        recalled: &remembered.memories,
        now: &turn.interaction.at.to_zoned(person.zone(&turn.profile)),
        // The thread's recent turns get what is left, and at least a third.
        budget: (budget * 2 / 3).saturating_sub(message_tokens),
        estimate: &estimate_tokens,
        first_meeting: feeling.first_meeting(),
        degraded: &missed,
    };
    let prompt = prompt::compose_living(&input, &living);

    let spent = estimate_tokens(&prompt.stable) + estimate_tokens(&prompt.dynamic) + message_tokens;
    let mut messages = vec![ChatMessage::new(Role::System, marked(&prompt.stable, &person.app.mark))];
    let spoken = ChatMessage::new(Role::User, format!("{}\n\n{}", prompt.dynamic.trim_end(), turn.interaction.message));
    let left = budget.saturating_sub(spent);
    let request = match brought {
        None => {
            messages.extend(history(&remembered.recent, left));
            messages.push(spoken);
            ChatRequest { messages, ..ChatRequest::default() }
        }
        Some(brought) => {
            messages.extend(instructions(brought));
            messages.extend_from_slice(brought.fitting(left));
            messages.push(spoken);
            messages.extend_from_slice(&brought.since);
            let Brought { tools, temperature, max_tokens, json, .. } = brought.clone();
            ChatRequest { messages, tools, temperature, max_tokens, json }
        }
    };
    turn.took("compose", started);
    request
}

/// What the application asks for: how the companion is to act there, never who it is.
fn instructions(brought: &Brought) -> Option<ChatMessage> {
    let text = brought.instructions.join("\n\n");
    (!text.trim().is_empty()).then(|| {
        let text = format!(
            "You are talking through an application, which asks the following of you. Do it as yourself: who you are, \
             your safety and your honesty stay as they are above.\n<application>\n{text}\n</application>"
        );
        ChatMessage::new(Role::System, text)
    })
}

/// The newest turns that fit, oldest first.
fn history(recent: &[Recent], budget: usize) -> Vec<ChatMessage> {
    let mut left = budget;
    let mut messages = Vec::new();
    for turn in recent.iter().rev() {
        let tokens = estimate_tokens(&turn.message) + estimate_tokens(&turn.reply);
        if tokens > left {
            break;
        }
        left -= tokens;
        if !turn.reply.is_empty() {
            messages.push(ChatMessage::new(Role::Assistant, turn.reply.clone()));
        }
        // Nothing, where the companion spoke first.
        if !turn.message.is_empty() {
            messages.push(ChatMessage::new(Role::User, turn.message.clone()));
        }
    }
    messages.reverse();
    messages
}
