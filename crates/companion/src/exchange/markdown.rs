//! Everything about one person, to be read: the conversation by day, then what is remembered.

use crate::error::Result;
use crate::hook::Event;
use crate::person::Person;
use crate::records::read;
use crate::state::ThreadState;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use philia_mind::interaction::Stage;
use philia_mind::memory::{Category, MemoryKind};
use philia_mind::{Interaction, Memory, ThreadId};
use philia_ports::store::{Kind, Scan};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::io::Write;

/// The headings of what is remembered, in order.
const CATEGORIES: &[(Category, &str)] = &[
    (Category::Fact, "Facts"),
    (Category::Preference, "Preferences"),
    (Category::Emotion, "Feelings"),
    (Category::Event, "Events"),
    (Category::Action, "Things to do"),
    (Category::Note, "Notes"),
    (Category::Insight, "Insights"),
    (Category::File, "Files"),
    (Category::Email, "E-mails"),
    (Category::Conversation, "Other"),
];

impl Person {
    /// Writes the conversation by day and the memories by category as Markdown (CommonMark), in the person's time
    /// zone. Episodes are not repeated: they are the conversation.
    ///
    /// # Errors
    /// [`Error::Write`](crate::Error::Write) if `out` takes no more; [`Error::Store`](crate::Error::Store) if the
    /// store fails.
    pub async fn export_markdown(&self, out: &mut (impl Write + Send)) -> Result<()> {
        self.app.tell(&self.partition.id, &Event::UserAction("export"));
        let profile = self.profile().await?;
        let name = profile.display_name.clone().unwrap_or_else(|| "You".into());
        let zone = self.zone(&profile);
        let whose = profile.display_name.as_deref().unwrap_or(self.id().subject());
        let now = self.now().to_zoned(zone.clone());
        writeln!(out, "# Conversations and memories of {}\n", escaped(whose))?;
        writeln!(
            out,
            "Written on {} at {}. Times are those of {}.\n",
            day(now.date()),
            clock(&now),
            profile.time_zone
        )?;
        let mut log =
            Log { person: self, name, zone: zone.clone(), titles: self.titles().await?, day: None, thread: None };
        writeln!(out, "## Conversations\n")?;
        let mut pages = Pages::new(self, Kind::Interaction);
        while let Some(turns) = pages.next::<Interaction>().await? {
            for turn in &turns {
                log.turn(out, turn)?;
            }
        }
        if log.day.is_none() {
            writeln!(out, "Nothing has been said yet.\n")?;
        }

        writeln!(out, "## Memories\n")?;
        let lines = self.remembered(&zone).await?;
        if lines.is_empty() {
            writeln!(out, "Nothing is remembered apart from the conversations.")?;
        }
        for (category, heading) in CATEGORIES {
            if let Some(lines) = lines.get(category) {
                writeln!(out, "### {heading}\n\n{}\n", lines.join("\n"))?;
            }
        }
        out.flush()?;
        Ok(())
    }

    async fn titles(&self) -> Result<HashMap<ThreadId, String>> {
        let mut titles = HashMap::new();
        let mut pages = Pages::new(self, Kind::Thread);
        while let Some(threads) = pages.next::<ThreadState>().await? {
            titles.extend(threads.into_iter().map(|thread| {
                let title = thread.title.unwrap_or_else(|| thread.id.as_str().to_owned());
                (thread.id, title)
            }));
        }
        Ok(titles)
    }

    /// A line for each memory that is more than a sentence of the log.
    async fn remembered(&self, zone: &TimeZone) -> Result<HashMap<Category, Vec<String>>> {
        let mut lines: HashMap<Category, Vec<String>> = HashMap::new();
        let mut pages = Pages::new(self, Kind::Memory);
        while let Some(memories) = pages.next::<Memory>().await? {
            for memory in memories.iter().filter(|memory| !is_of_the_log(memory)) {
                let on = |at: Timestamp| day(at.to_zoned(zone.clone()).date());
                let until = memory.valid_until.map(|until| format!(", until {}", on(until))).unwrap_or_default();
                let said = on(memory.valid_from.unwrap_or(memory.occurred_at));
                lines
                    .entry(memory.category)
                    .or_default()
                    .push(format!("- {} ({said}{until})", escaped(&memory.content)));
            }
        }
        Ok(lines)
    }
}

fn is_of_the_log(memory: &Memory) -> bool {
    memory.kind == MemoryKind::Episodic && memory.place.is_some()
}

/// The records of a kind, oldest first, a page at a time.
struct Pages<'a> {
    person: &'a Person,
    scan: Option<Scan>,
}

impl<'a> Pages<'a> {
    fn new(person: &'a Person, kind: Kind) -> Self {
        Self { person, scan: Some(Scan::of(kind)) }
    }

    async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<Vec<T>>> {
        let Some(mut scan) = self.scan.take() else { return Ok(None) };
        let page = self.person.app.parts.store.scan(&self.person.partition, &scan).await?;
        if page.next.is_some() {
            scan.cursor = page.next;
            self.scan = Some(scan);
        }
        page.items.into_iter().map(|record| Ok(read::<T>(record)?.value)).collect::<Result<_>>().map(Some)
    }
}

/// Where the writing of the log has come to.
struct Log<'a> {
    person: &'a Person,
    name: String,
    zone: TimeZone,
    titles: HashMap<ThreadId, String>,
    day: Option<Date>,
    thread: Option<ThreadId>,
}

impl Log<'_> {
    fn turn(&mut self, out: &mut impl Write, turn: &Interaction) -> Result<()> {
        let at = turn.at.to_zoned(self.zone.clone());
        let new_day = self.day != Some(at.date());
        if new_day {
            self.day = Some(at.date());
            writeln!(out, "### {}\n", day(at.date()))?;
        }
        if self.titles.len() > 1 && (new_day || self.thread.as_ref() != Some(&turn.thread)) {
            let title = self.titles.get(&turn.thread).map_or(turn.thread.as_str(), String::as_str);
            writeln!(out, "#### {}\n", escaped(title))?;
        }
        self.thread = Some(turn.thread.clone());
        if turn.redacted {
            writeln!(out, "*{}: forgotten, as you wished.*\n", clock(&at))?;
            return Ok(());
        }
        if !turn.message.is_empty() {
            let who = turn.speaker.as_deref().unwrap_or(&self.name);
            writeln!(out, "**{}**, {}: {}\n", escaped(who), clock(&at), block(&turn.message))?;
        }
        if let Some(reply) = turn.reply.as_deref().filter(|reply| !reply.is_empty()) {
            let at = turn.replied_at.unwrap_or(turn.at).to_zoned(self.zone.clone());
            writeln!(out, "**{}**, {}: {}\n", escaped(&self.companion(turn)), clock(&at), block(reply))?;
        }
        Ok(())
    }

    /// Who answered. What was brought in was answered by somebody else's companion.
    fn companion(&self, turn: &Interaction) -> String {
        let persona = self.person.app.parts.personas.get(turn.persona.as_str());
        match persona {
            Ok(persona) if turn.stage != Stage::Imported => persona.name.clone(),
            _ => "Companion".into(),
        }
    }
}

fn day(date: Date) -> String {
    date.strftime("%A, %-d %B %Y").to_string()
}

fn clock(at: &Zoned) -> String {
    at.strftime("%H:%M").to_string()
}

/// A text that may have several lines and paragraphs: lines stay lines.
fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut pending = "";
    for line in text.lines() {
        if line.trim().is_empty() {
            pending = if out.is_empty() { "" } else { "\n\n" };
            continue;
        }
        out.push_str(pending);
        out.push_str(&escaped(line));
        pending = "\\\n";
    }
    out
}

/// A text of one line that shows as it is, whatever signs of Markdown or HTML are in it.
fn escaped(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let inner = text.trim_start();
    let mut out = String::with_capacity(text.len() + 8);
    // Leading space would be dropped, or make code of the line.
    for c in text[..text.len() - inner.len()].chars() {
        out.push_str(if c == '\t' { "\u{a0}\u{a0}\u{a0}\u{a0}" } else { "\u{a0}" });
    }
    // "1. May" and "2) no" would begin a list.
    let digits = inner.len() - inner.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (n, c) in inner.trim_end().char_indices() {
        let begins = n == 0 && matches!(c, '-' | '+' | '=' | '#' | '>' | ':');
        let lists = digits > 0 && n == digits && matches!(c, '.' | ')');
        if begins || lists || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' | '&' | '$' | '!')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_markdown_and_html_show_as_they_are() {
        for (text, expected) in [
            ("plain words, 3 of them.", "plain words, 3 of them."),
            ("# no heading", "\\# no heading"),
            ("C# is fine", "C# is fine"),
            ("1. no list", "1\\. no list"),
            ("at 1. May", "at 1. May"),
            ("- no bullet - here", "\\- no bullet - here"),
            ("*a* _b_ `c` [d](e)", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e)"),
            ("<script>alert(1)</script> &amp;", "\\<script\\>alert(1)\\</script\\> \\&amp;"),
            ("    code?", "\u{a0}\u{a0}\u{a0}\u{a0}code?"),
            ("| a | b |", "\\| a \\| b \\|"),
            ("![x](y)", "\\!\\[x\\](y)"),
            ("日本語 🙂", "日本語 🙂"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn lines_stay_lines_and_paragraphs_paragraphs() {
        assert_eq!(block("\none\ntwo\n\n\n# three\n"), "one\\\ntwo\n\n\\# three");
    }
}
