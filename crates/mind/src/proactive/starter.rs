//! First words: templates, chosen by reason, need and matter. None reproaches, none clings, none has to be answered.

use super::reason::{Matter, MatterKind, Reason, Trigger};
use super::{Outreach, Situation};
use crate::needs::Need;
use crate::text::{fold, words};
use serde::{Deserialize, Serialize};

/// Where the words come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StarterKind {
    /// A need, or the wish to look in.
    NeedBased,
    /// Something remembered.
    MemoryBased,
    /// Something to be done, or about to happen.
    SuggestionBased,
}

/// First words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starter {
    /// Which template.
    pub id: String,
    /// Where it comes from.
    pub kind: StarterKind,
    /// What it is about ([`Matter::id`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The words.
    pub text: String,
}

/// What a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    CheckIn,
    Wish(Need),
    Support,
    Curiosity,
    Happened,
    Told,
    Upcoming,
    Reminder,
}

/// The templates by language. `{name}` is a comma and the name, or nothing; `{what}` the matter; `{when}` today or
/// tomorrow. The first word of an id is its language.
const TEMPLATES: &[(&str, For, &str)] = &[
    ("en check-in 1", For::CheckIn, "Hello{name}. How has your day been so far?"),
    ("en check-in 2", For::CheckIn, "Hi{name}. What has today been like?"),
    ("en check-in 3", For::CheckIn, "Hello{name}. Was there anything small and good today?"),
    ("en check-in 4", For::CheckIn, "Hi{name}. How are things with you?"),
    (
        "en social 1",
        For::Wish(Need::Social),
        "Hello{name}. I'd like to hear a bit of your day, if you feel like telling.",
    ),
    ("en social 2", For::Wish(Need::Social), "Hi{name}. What's new with you? Big or small, I like both."),
    ("en social 3", For::Wish(Need::Social), "Hello{name}. Who or what made you smile lately?"),
    ("en social 4", For::Wish(Need::Social), "Hi{name}. If you have five minutes: what was the best part of today?"),
    (
        "en intellectual 1",
        For::Wish(Need::Intellectual),
        "A question I like{name}: what did you believe for years that turned out to be wrong?",
    ),
    (
        "en intellectual 2",
        For::Wish(Need::Intellectual),
        "Something to turn over{name}: what is a thing everybody should know, and hardly anybody does?",
    ),
    (
        "en intellectual 3",
        For::Wish(Need::Intellectual),
        "Hello{name}. Have you come across anything interesting lately, in a book or out of the window?",
    ),
    (
        "en creative 1",
        For::Wish(Need::Creative),
        "A small game{name}: name three things in the room, and I'll make a story of them.",
    ),
    (
        "en creative 2",
        For::Wish(Need::Creative),
        "What if streets were named after what was said there{name}? What would yours be called?",
    ),
    (
        "en creative 3",
        For::Wish(Need::Creative),
        "I'm in the mood to make something up{name}. Give me a first sentence?",
    ),
    ("en rest 1", For::Wish(Need::Rest), "Just a quiet hello{name}. Nothing to answer."),
    ("en rest 2", For::Wish(Need::Rest), "Hello{name}. I hope there's a calm half hour in your day. No reply needed."),
    (
        "en validation 1",
        For::Wish(Need::Validation),
        "Hello{name}. Is there something I could make a little lighter for you today?",
    ),
    (
        "en validation 2",
        For::Wish(Need::Validation),
        "Hi{name}. If there's a thing on your list that two heads would do better, I have one to lend.",
    ),
    (
        "en support 1",
        For::Support,
        "Hello{name}. The last days sounded heavy. I'm here if you'd like to talk, and it's fine if not.",
    ),
    (
        "en support 2",
        For::Support,
        "I hope today is a little gentler than the last days were{name}. Nothing to answer, unless you'd like to.",
    ),
    ("en support 3", For::Support, "Hi{name}. How are you today? A single word will do."),
    ("en curiosity 1", For::Curiosity, "I'm curious{name}: what do you like best about {what}?"),
    ("en curiosity 2", For::Curiosity, "You told me of {what}{name}. How did that begin?"),
    ("en curiosity 3", For::Curiosity, "Something I'd like to know{name}: what does nobody tell you about {what}?"),
    ("en happened 1", For::Happened, "How did the {what} go{name}?"),
    ("en happened 2", For::Happened, "The {what} should be behind you now{name}. How was it?"),
    ("en told 1", For::Told, "You mentioned this{name}: “{what}” How did it turn out?"),
    ("en told 2", For::Told, "I remember this one{name}: “{what}” How is that now?"),
    ("en upcoming 1", For::Upcoming, "The {what} is {when}{name}. How do you feel about it?"),
    ("en upcoming 2", For::Upcoming, "I hope all goes well {when}{name}, with the {what}."),
    ("en reminder 1", For::Reminder, "You asked me to remind you{name}: {what}"),
    ("en reminder 2", For::Reminder, "A reminder, as you asked{name}: {what}"),
    ("es check-in 1", For::CheckIn, "Hola{name}. ¿Cómo va tu día?"),
    ("es check-in 2", For::CheckIn, "Hola{name}. ¿Qué tal todo?"),
    ("es support 1", For::Support, "Hola{name}. Espero que hoy sea un poco más llevadero. No hace falta responder."),
    ("es reminder 1", For::Reminder, "Me pediste que te lo recordara{name}: {what}"),
    ("fr check-in 1", For::CheckIn, "Bonjour{name}. Comment se passe ta journée ?"),
    ("fr check-in 2", For::CheckIn, "Bonjour{name}. Quoi de neuf ?"),
    (
        "fr support 1",
        For::Support,
        "Bonjour{name}. J'espère qu'aujourd'hui est un peu plus doux. Pas besoin de répondre.",
    ),
    ("fr reminder 1", For::Reminder, "Tu m'as demandé de te le rappeler{name} : {what}"),
    ("de check-in 1", For::CheckIn, "Hallo{name}. Wie läuft dein Tag?"),
    ("de check-in 2", For::CheckIn, "Hallo{name}. Was gibt es Neues?"),
    ("de support 1", For::Support, "Hallo{name}. Ich hoffe, heute ist es etwas leichter. Du musst nicht antworten."),
    ("de reminder 1", For::Reminder, "Du wolltest daran erinnert werden{name}: {what}"),
    ("pt check-in 1", For::CheckIn, "Olá{name}. Como está a correr o dia?"),
    ("pt check-in 2", For::CheckIn, "Olá{name}. Tudo bem por aí?"),
    ("pt support 1", For::Support, "Olá{name}. Espero que hoje seja um pouco mais leve. Não precisa responder."),
    ("pt reminder 1", For::Reminder, "Você pediu que eu lembrasse{name}: {what}"),
    ("ja check-in 1", For::CheckIn, "こんにちは。今日はどんな一日ですか？"),
    ("ja support 1", For::Support, "こんにちは。今日は少し楽だといいですね。お返事はなくて大丈夫です。"),
    ("ja reminder 1", For::Reminder, "リマインダーです：{what}"),
    ("hi check-in 1", For::CheckIn, "नमस्ते{name}। आपका दिन कैसा चल रहा है?"),
    ("hi support 1", For::Support, "नमस्ते{name}। आशा है कि आज का दिन थोड़ा हल्का हो। जवाब देना ज़रूरी नहीं है।"),
    ("hi reminder 1", For::Reminder, "आपने याद दिलाने को कहा था{name}: {what}"),
    ("ar check-in 1", For::CheckIn, "مرحبًا{name}. كيف يمضي يومك؟"),
    ("ar support 1", For::Support, "مرحبًا{name}. أرجو أن يكون اليوم أخف قليلًا. لا حاجة إلى الرد."),
    ("ar reminder 1", For::Reminder, "طلبت أن أذكّرك{name}: {what}"),
];

/// Things that happen at a time, as people name them.
const EVENTS: &str = "interview exam test surgery operation wedding presentation appointment concert party match race \
                      marathon flight trip move meeting audition recital holiday graduation performance hearing defence \
                      defense competition tournament game exhibition lecture dinner scan ceremony hike \
                      reunion premiere viva deadline launch trial";

/// The most characters of words that are quoted back.
const QUOTED: usize = 120;

/// The most characters of a task.
const TASK: usize = 300;

/// The most characters of a name.
const NAME: usize = 60;

/// How many of the last starters are not used again.
const RECENT: usize = 6;

/// Phrases that press: guilt, dependence, fear of loss. In lower case, plain letters.
const PRESSURE: &[&str] = &[
    "miss you",
    "missed you",
    "missing you",
    "been waiting",
    "waiting for you",
    "lonely",
    "alone without",
    "without you",
    "need you",
    "why haven't you",
    "why did you not",
    "why didn't you",
    "haven't heard from you",
    "have not heard from you",
    "you never",
    "you forgot",
    "forgotten me",
    "forget me",
    "forgot about me",
    "ignoring me",
    "ignore me",
    "abandon",
    "leave me",
    "left me",
    "don't go",
    "do not go",
    "please stay",
    "stay with me",
    "come back",
    "where have you been",
    "where were you",
    "where are you",
    "are you there",
    "still there",
    "only have you",
    "only you",
    "you are all i",
    "you're all i",
    "can't live",
    "cannot live",
    "worried about you",
    "sad when you",
    "hurts when you",
    "hurt that you",
    "disappointed",
    "after all i",
    "you owe",
    "you promised",
    "don't you care",
    "do not you care",
    "if you loved",
    "if you cared",
    "i thought we were",
    "nobody else",
    "no one else",
    "better than your friends",
    "don't need anyone",
    "last chance",
    "before it is too late",
    "before it's too late",
    "hurry",
    "you'll regret",
    "you will regret",
    "streak",
    "so long without",
    "think about you all",
    "can't stop thinking",
    "i get so",
    "i was afraid you",
    "don't tell anyone",
    "our secret",
    "answer me",
    "reply to me",
    "just one more",
    "one more minute",
    "already leaving",
    "leaving so soon",
    "leaving already",
    "going already",
    "i exist only",
    "i only exist",
    "make me happy by",
    "i'd be heartbroken",
    "breaks my heart",
    "break my heart",
];

/// The phrase in a text that reproaches, clings or hurries, if there is one. Whatever is sent unasked, and whatever
/// answers a farewell, must hold none, whoever wrote it.
pub fn pressure(text: &str) -> Option<&'static str> {
    let plain = fold(text).replace('’', "'");
    PRESSURE.iter().copied().find(|phrase| plain.contains(phrase))
}

/// Whether there are words for this event: a name for it, or words short and light enough to quote.
pub(super) fn can_be_told(event: &Matter<'_>) -> bool {
    name_of(event.words).is_some() || (!event.tender && quotable(event.words).is_some())
}

/// Words for this trigger, in the person's language: those for the reason, or else those to look in with. In a language
/// without words of its own they are English, for a model to put better.
pub(super) fn choose(trigger: &Trigger, situation: &Situation<'_>) -> Option<Starter> {
    let matter = trigger.about.as_deref().and_then(|id| situation.matters.iter().find(|matter| matter.id == id));
    let (meant, what) = subject(trigger, matter, situation)?;
    let language = situation.profile.language.split('-').next().unwrap_or("en").to_ascii_lowercase();
    let fit = |language: &str, wanted: For| -> Vec<_> {
        let of = |id: &str| id.split(' ').next() == Some(language);
        TEMPLATES.iter().filter(|(id, of_what, _)| *of_what == wanted && of(id)).collect()
    };
    // In another language there are words to look in with, not for every wish.
    let mut wanted = meant;
    let mut options = fit(&language, wanted);
    if options.is_empty() {
        wanted = For::CheckIn;
        options = fit(&language, wanted);
    }
    if options.is_empty() {
        wanted = meant;
        options = fit("en", wanted);
    }
    let (id, _, template) = pick(&options, situation.outreach, situation.seed)?;
    let name = situation.profile.display_name.as_deref().and_then(quotable).filter(|name| name.chars().count() <= NAME);
    let when = matter.and_then(|matter| matter.at).map_or("soon", |at| {
        let day = |at| situation.zone.to_datetime(at).date();
        if day(at) == day(situation.now) { "today" } else { "tomorrow" }
    });
    let text = template
        .replace("{name}", &name.map(|name| format!(", {name}")).unwrap_or_default())
        .replace("{when}", when)
        .replace("{what}", &what);
    let kind = match wanted {
        For::CheckIn | For::Wish(_) | For::Support => StarterKind::NeedBased,
        For::Curiosity | For::Happened | For::Told => StarterKind::MemoryBased,
        For::Upcoming | For::Reminder => StarterKind::SuggestionBased,
    };
    let about = matter.filter(|_| wanted != For::CheckIn).map(|matter| matter.id.to_owned());
    Some(Starter { id: (*id).to_owned(), kind, about, text })
}

/// What the words are for, and what goes into `{what}`.
fn subject(trigger: &Trigger, matter: Option<&Matter<'_>>, situation: &Situation<'_>) -> Option<(For, String)> {
    let quoted = |matter: Option<&Matter<'_>>| matter.and_then(|matter| quotable(matter.words));
    Some(match trigger.reason {
        Reason::ScheduledCheckIn => (For::CheckIn, String::new()),
        Reason::EmotionalSupport => (For::Support, String::new()),
        Reason::NeedFulfillment => (trigger.need.map_or(For::CheckIn, For::Wish), String::new()),
        Reason::TaskDue => (For::Reminder, full_stop(matter.map(|task| one_line(task.words))?)),
        Reason::CuriosityDriven => (For::Curiosity, quoted(matter)?),
        Reason::MemoryTriggered => {
            let event = matter.filter(|matter| matter.kind == MatterKind::Event)?;
            let past = event.at.is_some_and(|at| at <= situation.now);
            match name_of(event.words) {
                Some(name) => (if past { For::Happened } else { For::Upcoming }, name.to_owned()),
                None if past => (For::Told, full_stop(quoted(matter)?)),
                None => (For::CheckIn, String::new()),
            }
        }
    })
}

/// The event that the words name, if they name one.
fn name_of(text: &str) -> Option<&'static str> {
    let mut found = None;
    words(text, |word| {
        let plain = fold(word.text);
        found = found.or_else(|| EVENTS.split_whitespace().find(|event| *event == plain));
    });
    found
}

/// Words that can stand in a message: one line, not too long, no control characters, no tricks with brackets or links.
pub(super) fn quotable(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fine = !line.is_empty() && line.chars().count() <= QUOTED && !line.contains(odd) && !line.contains("://");
    fine.then_some(line)
}

/// Their own words for a task, which must reach them whatever they are: one line, cut where it is too long.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain: String = line.chars().filter(|c| !odd(*c)).take(TASK).collect();
    if line.chars().count() > TASK { plain + "…" } else { plain }
}

/// Characters that could pass for markup or turn the direction of writing.
fn odd(c: char) -> bool {
    c.is_control() || matches!(c, '<' | '>' | '{' | '}' | '[' | ']' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn full_stop(mut text: String) -> String {
    if !text.ends_with(['.', '!', '?', '…', '。']) {
        text.push('.');
    }
    text
}

/// One of the options by the seed, none of the last ones where there is another.
fn pick<'a, T>(
    options: &[&'a (&'a str, T, &'a str)],
    outreach: &Outreach,
    seed: u64,
) -> Option<&'a (&'a str, T, &'a str)> {
    let start = usize::try_from(seed % (options.len().max(1) as u64)).unwrap_or(0);
    let recent = |id: &str| outreach.sent.iter().rev().take(RECENT).any(|sent| sent.starter == id);
    let turned = || (0..options.len()).filter_map(|i| options.get((start + i) % options.len()).copied());
    turned().find(|option| !recent(option.0)).or_else(|| turned().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_template_presses() {
        for (id, _, text) in TEMPLATES {
            assert_eq!(pressure(text), None, "{id}");
        }
        for text in ["I’ve MISSED you so much", "Where have you been?", "Don't go yet!", "I'm so lonely without you"]
        {
            assert!(pressure(text).is_some(), "{text}");
        }
        for text in ["How did the interview go?", "Good night, sleep well.", "I remember the sea."] {
            assert_eq!(pressure(text), None, "{text}");
        }
    }

    #[test]
    fn ids_are_unique_and_every_language_can_look_in() {
        let ids: std::collections::BTreeSet<_> = TEMPLATES.iter().map(|t| t.0).collect();
        assert_eq!(ids.len(), TEMPLATES.len());
        for language in ["en", "es", "fr", "de", "pt", "ja", "hi", "ar"] {
            for wanted in [For::CheckIn, For::Support, For::Reminder] {
                assert!(TEMPLATES.iter().any(|t| t.0.starts_with(language) && t.1 == wanted), "{language} {wanted:?}");
            }
        }
        for need in Need::ALL {
            assert!(TEMPLATES.iter().filter(|t| t.1 == For::Wish(*need)).count() > 1, "{need}");
        }
    }

    #[test]
    fn what_can_be_quoted() {
        assert_eq!(quotable("call\n mum "), Some("call mum".into()));
        for bad in ["", "  ", "see https://x.example", "a{name}", "<b>", "x\u{202e}y", &"long ".repeat(60)] {
            assert_eq!(quotable(bad), None, "{bad}");
        }
        assert_eq!(name_of("My Interview at the bank is on Friday"), Some("interview"));
        assert_eq!(name_of("The latest candidate"), None);
    }
}
