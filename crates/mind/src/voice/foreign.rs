//! Replies in other languages: short, honest, and with what was told quoted as it was told.

use super::courtesy::Courtesy;
use super::language::Tongue;
use super::pick::Pick;
use super::{Context, Spoken, Voice, meeting};
use crate::memory::Speaker;
use crate::memory::recall::Recalled;
use compact_str::CompactString;

impl Voice {
    pub(super) fn in_tongue(&self, ctx: &Context<'_>, tongue: &'static Tongue) -> Spoken {
        let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
        let quiet = |text: &str| Spoken { text: text.to_owned(), used: Vec::new() };
        let parting = Courtesy::of(tongue.tag).filter(|_| !ctx.recent.is_empty()).and_then(|c| c.reply(ctx.message));
        if let Some(reply) = parting {
            return quiet(reply);
        }
        if tongue.greets(ctx.message) || ctx.first_meeting && !tongue.asks(ctx.message) {
            let ai = meeting::first_words(ctx, tongue.tag);
            return quiet(format!("{}{ai}", tongue.hello).trim());
        }
        if let Some(courtesy) = Courtesy::of(tongue.tag) {
            if let Some(reply) = courtesy.reply(ctx.message) {
                return quiet(reply);
            }
            if courtesy.asks_who(ctx.message) {
                return quiet(meeting::self_in(ctx, tongue.tag).trim());
            }
            if let Some(felt) = courtesy.feeling(ctx.message).filter(|_| !tongue.asks(ctx.message)) {
                return quiet(felt);
            }
        }
        if !tongue.asks(ctx.message) {
            return quiet(pick.one("noted", tongue.noted));
        }
        let Some(hit) = ctx.recalled.iter().find(|hit| self.holds(ctx.message, hit, tongue)) else {
            return quiet(tongue.unknown);
        };
        let date = hit.memory.occurred_at.to_zoned(ctx.zone.clone()).date();
        let told = tongue.told.replace("{when}", &date.to_string());
        let told = hit.memory.citation().map_or(told, |place| format!("{place}:"));
        let text = format!("{told} “{}”", super::answer::crop(hit.memory.content.trim()));
        Spoken { text, used: vec![hit.memory.id.clone()] }
    }

    /// Does a memory hold at least half of the telling words of a question? Endings may differ.
    fn holds(&self, question: &str, hit: &Recalled, tongue: &Tongue) -> bool {
        let memory = &hit.memory;
        if memory.speaker == Speaker::Companion
            || tongue.asks(crate::memory::extract::head(&memory.content, 6_000))
            || memory.content.trim() == question.trim()
        {
            return false;
        }
        let told: Vec<CompactString> = self
            .meaning
            .words(crate::memory::extract::head(&memory.content, 6_000))
            .into_iter()
            .map(|w| w.surface.to_lowercase())
            .collect();
        let asked: Vec<CompactString> = self
            .meaning
            .words(question)
            .into_iter()
            .filter(|w| !w.stop)
            .map(|w| w.surface.to_lowercase())
            .filter(|w| !tongue.is_common(w))
            .collect();
        if asked.is_empty() {
            return false;
        }
        let shared = asked.iter().filter(|a| told.iter().any(|t| same_word(a, t))).count();
        // Bigrams of scripts without spaces straddle words, so that fewer of them can agree.
        let unspaced = matches!(tongue.tag, "ja" | "zh");
        shared > 0 && if unspaced { shared * 3 >= asked.len() } else { shared * 2 >= asked.len() }
    }
}

/// The same word but for its ending.
fn same_word(a: &str, b: &str) -> bool {
    let (len_a, len_b) = (a.chars().count(), b.chars().count());
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longer = len_a.max(len_b);
    a == b || (common >= 3 && common + 2 >= longer && len_a.min(len_b) >= 4)
}
