//! First words, names, and the naming of what was asked.

use super::person::Turner;
use super::pick::Pick;
use super::question::{Asked, Question};
use super::register::Register;
use super::{Context, Spoken};
use crate::memory::extract::sentences;
use crate::prompt::expand;

/// Fills `{name}` (the character's) and `{you}` (the person's, with a comma before it, or nothing).
pub(super) fn fill(phrase: &str, ctx: &Context<'_>) -> String {
    let you = ctx.profile.display_name.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    phrase.replace("{name}", &ctx.persona.name).replace("{you}", &you)
}

/// The first meeting: who speaks, that it is an AI, and at most one light question.
pub(super) fn introduce(ctx: &Context<'_>, spoken: &mut Spoken, bare_greeting: bool) {
    let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
    let greetings: Vec<&str> = ctx.persona.greetings.iter().map(String::as_str).collect();
    let mut words = sentences(pick.one("first greeting", &greetings))
        .into_iter()
        .filter(|s| !s.ends_with('?'))
        .collect::<Vec<_>>()
        .join(" ");
    words = expand(&words, &ctx.persona.name, ctx.profile.display_name.as_deref().unwrap_or("you")).into_owned();
    if words.is_empty() {
        words = format!("Hello, I'm {}.", ctx.persona.name);
    }
    if !says_ai(&words) && !says_ai(&spoken.text) {
        words = format!("{words} I'm an AI, and I remember what you tell me.");
    }
    if !bare_greeting {
        // The introduction stays short where there is something to answer.
        let short: Vec<&str> = sentences(&words);
        let needed = short.iter().position(|s| says_ai(s)).map_or(1, |i| i + 1);
        words = short.into_iter().take(needed.max(1)).collect::<Vec<_>>().join(" ");
        spoken.text = format!("{words} {}", spoken.text);
    } else {
        spoken.text = words;
    }
    if bare_greeting && ctx.profile.display_name.is_none() {
        spoken.text = format!("{} What would you like me to call you?", spoken.text);
    }
}

/// That this is an AI, at a first meeting in another language.
pub(super) fn first_words(ctx: &Context<'_>, tag: &str) -> String {
    if !ctx.first_meeting {
        return String::new();
    }
    let name = &ctx.persona.name;
    match tag {
        "es" => format!(" Soy {name}, una IA."),
        "fr" => format!(" Je suis {name}, une IA."),
        "de" => format!(" Ich bin {name}, eine KI."),
        "pt" => format!(" Sou {name}, uma IA."),
        "it" => format!(" Sono {name}, un'IA."),
        "tr" => format!(" Ben {name}, bir yapay zekâyım."),
        "ja" => format!("私は{name}、AIです。"),
        "zh" => format!("我是{name}，一个人工智能。"),
        "ru" => format!(" Я {name}, искусственный интеллект."),
        "ar" => format!(" أنا {name}، ذكاء اصطناعي."),
        "hi" => format!(" मैं {name} हूँ, एक एआई।"),
        _ => format!(" I'm {name}, an AI."),
    }
}

/// "I'm Ana": the name is taken up.
pub(super) fn take_up(ctx: &Context<'_>, name: &str) -> Spoken {
    let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
    let mut name = name.to_owned();
    if let Some(first) = name.get(..1) {
        name = format!("{}{}", first.to_uppercase(), &name[1..]);
    }
    let (thanks, question) = match Register::of(ctx.persona) {
        Register::Plain => (["Thank you, {n}. I'll call you that."; 2], ["What can I keep in mind for you?"; 2]),
        Register::Warm => (
            ["It's good to meet you, {n}.", "{n}, I'm glad to know your name."],
            ["How are you, really?", "What has your day been like?"],
        ),
        Register::Imaginative => (
            ["{n}! A fine name to open a story with.", "Welcome to the page, {n}."],
            ["What is the first thing you'd like to tell?", "What is alive in your head today?"],
        ),
        Register::Mentor => (
            ["Good to meet you, {n}.", "A pleasure, {n}."],
            ["What are you thinking about these days?", "What would you like to understand better?"],
        ),
        Register::Curious => (
            ["Nice to meet you, {n}!", "Hello {n}, good to know your name!"],
            ["What's going on in your life at the moment?", "What has been on your mind lately?"],
        ),
    };
    let text = format!("{} {}", pick.one("name", &thanks).replace("{n}", &name), pick.one("name question", &question));
    Spoken { text, used: Vec::new() }
}

/// What was asked, as a thing that can be told: "your dog's name", "where you live".
pub(super) fn asked_thing(question: &Question, turner: &Turner) -> String {
    let text = question.text.trim();
    let lower = text.to_lowercase();
    let rest =
        |prefix: &str| lower.starts_with(prefix).then(|| turner.person(text.get(prefix.len()..).unwrap_or("").trim()));
    let short = text.split(' ').count() <= 12;
    if !short {
        return "that".into();
    }
    for prefix in ["what is my ", "what's my ", "what are my ", "what was my "] {
        if let Some(thing) = rest(prefix) {
            return format!("your {thing}");
        }
    }
    if question.asked == Asked::About {
        let thing = turner.person(text);
        let thing = thing.trim_start_matches("about ").trim();
        return if thing.is_empty() { "about that".into() } else { format!("about {thing}") };
    }
    for (prefix, word) in [
        ("where do i ", "where you"),
        ("when do i ", "when you"),
        ("what do i ", "what you"),
        ("why do i ", "why you"),
        ("who do i ", "who you"),
        ("how do i ", "how you"),
    ] {
        if let Some(thing) = rest(prefix) {
            return format!("{word} {thing}");
        }
    }
    for (prefix, word) in [("do i ", "whether you"), ("am i ", "whether you're")] {
        if let Some(thing) = rest(prefix) {
            return format!("{word} {thing}");
        }
    }
    for (prefix, word, verb) in [
        ("who is ", "who", "is"),
        ("who's ", "who", "is"),
        ("when is ", "when", "is"),
        ("where is ", "where", "is"),
        ("how old is ", "how old", "is"),
        ("who are ", "who", "are"),
    ] {
        if let Some(thing) = rest(prefix) {
            // "when your sister is coming", but "who Ana is".
            return match thing.rsplit_once(' ') {
                Some((whose, doing)) if doing.ends_with("ing") => format!("{word} {whose} {verb} {doing}"),
                _ => format!("{word} {thing} {verb}"),
            };
        }
    }
    if lower == "how old am i" {
        return "how old you are".into();
    }
    "that".into()
}

fn says_ai(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "AI")
}
