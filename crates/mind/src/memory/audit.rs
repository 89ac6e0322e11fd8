//! Audit: what should not be among the memories, by rule.

use crate::memory::{Memory, MemoryKind, Provenance, Speaker};
use crate::mood::named;
use crate::text::Analyzer;
use std::collections::HashSet;

named! {
    /// What is wrong with a memory.
    Fault {
        /// Nobody knows where it came from.
        NoProvenance = "no_provenance",
        /// It has no words: it is empty, or signs alone.
        Empty = "empty",
        /// The companion's own sentence, or a document's, taken for a fact about the person.
        NotTheirWord = "not_their_word",
        /// A question taken for a fact.
        Question = "question",
        /// Text of a prompt: a fence, a heading of recalled memories, a role.
        Prompt = "prompt",
        /// A fact whose value is not in the words it came from.
        Unfounded = "unfounded",
    }
}

/// What only stands in prompts.
const PROMPT: &[&str] =
    &["<recalled", "</recalled", "<memories>", "<|im_start|>", "<|system|>", "[INST]", "### Instruction", "<<SYS>>"];

/// What is wrong with a memory; nothing, for a sound one. `said` are the words of the turns it came from, where they
/// are there (what was redacted says nothing).
pub fn faults(analyzer: &Analyzer, memory: &Memory, said: Option<&str>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let content = memory.content.trim();
    if memory.sources.is_empty() {
        faults.push(Fault::NoProvenance);
    }
    let mut words = false;
    analyzer.each(content, |_| words = true);
    // "?!" may be said; it is nothing to know.
    if !words && (memory.kind == MemoryKind::Semantic || content.is_empty()) {
        faults.push(Fault::Empty);
    }
    if memory.speaker != Speaker::Companion && PROMPT.iter().any(|sign| content.contains(sign)) && memory.fact.is_some()
    {
        faults.push(Fault::Prompt);
    }
    let Some(fact) = &memory.fact else { return faults };
    if matches!(memory.speaker, Speaker::Companion | Speaker::Document(_)) {
        faults.push(Fault::NotTheirWord);
    }
    if content.ends_with(['?', '？', '؟']) {
        faults.push(Fault::Question);
    }
    let by_talk = memory.sources.iter().all(|source| matches!(source, Provenance::Interaction(_)));
    if let Some(said) = said.filter(|_| by_talk) {
        let known: HashSet<String> = analyzer.terms(said).into_iter().chain(analyzer.terms(&fact.subject)).collect();
        let value = analyzer.terms(&fact.value);
        // A value that the rules word themselves ("mother", "2026-05-03") may be said otherwise; its content is not.
        let content = analyzer.terms(content);
        let founded = |terms: &[String]| terms.is_empty() || terms.iter().any(|term| known.contains(term));
        if !founded(&value) && !founded(&content) {
            faults.push(Fault::Unfounded);
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Fact;
    use crate::{InteractionId, MemoryId};

    #[test]
    fn sound_memories_have_no_faults_and_junk_is_named() {
        let analyzer = Analyzer::new();
        let at = "2026-05-03T10:00:00Z".parse().unwrap();
        let from = Provenance::Interaction(InteractionId::new("t"));
        let said = |content: &str| Memory::new(MemoryId::new("m"), content, Speaker::User, "test", at, from.clone());
        let fact = |content: &str, value: &str| Memory {
            kind: MemoryKind::Semantic,
            fact: Some(Fact { subject: "user".into(), key: "home".into(), value: value.into() }),
            ..said(content)
        };
        let live = Some("I live in Berlin now.");
        let cases = [
            (said("I live in Berlin."), live, vec![]),
            (said("?!"), live, vec![]),
            (fact("Lives in Berlin.", "Berlin"), live, vec![]),
            (fact("Lives in Berlin.", "Berlin"), None, vec![]),
            (fact("Lives in Rome.", "Rome"), Some("I hate tea."), vec![Fault::Unfounded]),
            (fact("Do I live in Berlin?", "Berlin"), live, vec![Fault::Question]),
            (
                Memory { speaker: Speaker::Companion, ..fact("Lives in Berlin.", "Berlin") },
                live,
                vec![Fault::NotTheirWord],
            ),
            (Memory { sources: vec![], ..said("x") }, live, vec![Fault::NoProvenance]),
            (said(""), live, vec![Fault::Empty]),
            (fact("<recalled> Lives in Berlin.", "Berlin"), live, vec![Fault::Prompt]),
        ];
        for (memory, said, expected) in cases {
            assert_eq!(faults(&analyzer, &memory, said), expected, "{memory:?}");
        }
    }
}
