//! First words, names, and the naming of what was asked.

use super::frame::may_be_name;
use super::person::Turner;
use super::pick::Pick;
use super::plain::spelled_out;
use super::question::{Asked, Question};
use super::register::Register;
use super::{Context, Spoken, Turn};
use crate::memory::extract::sentences;
use crate::prompt::expand;

/// Fills `{name}` (the character's) and `{you}` (the person's, with a comma before it, or nothing).
pub(super) fn fill(phrase: &str, ctx: &Context<'_>) -> String {
    let you = known_name(ctx).map(|name| format!(", {name}")).unwrap_or_default();
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
    // Who it is has just been said.
    if spoken.text.contains(&format!("I'm {}", ctx.persona.name)) && says_ai(&spoken.text) {
        return;
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
    if ctx.first_meeting { self_in(ctx, tag) } else { String::new() }
}

/// "I'm Mira, an AI", in another language.
pub(super) fn self_in(ctx: &Context<'_>, tag: &str) -> String {
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

/// The question for a name, as [`introduce`] asks it.
const CALL: &str = "call you?";

/// "tom" or "im tom", right after being asked for a name.
pub(super) fn name_given(message: &str, asked: Option<&Turn<'_>>) -> Option<String> {
    asked.filter(|turn| turn.reply.contains(CALL))?;
    let plain = spelled_out(message.trim());
    let plain = plain.trim_end_matches(['.', '!', ' ']);
    let lower = plain.to_lowercase();
    let said =
        ["hi, ", "hi ", "hey ", "just ", "i'm ", "i am ", "it's ", "my name is ", "my name's ", "call me ", "just "]
            .iter()
            .fold((plain, lower.as_str()), |(rest, low), opening| match low.strip_prefix(opening) {
                Some(cut) => (&rest[opening.len()..], cut),
                None => (rest, low),
            })
            .0;
    let mut words = said.split(' ');
    let name = words.next().filter(|name| may_be_name(name))?;
    let more = words.next();
    // Two words are a name only where both are written as one.
    let capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    match more {
        None => Some(capitalised(name)),
        Some(last) if words.next().is_none() && capital(name) && capital(last) && may_be_name(last) => {
            Some(format!("{name} {last}"))
        }
        Some(_) => None,
    }
}

/// What the person is called, if they said so or gave a name just now.
pub(super) fn known_name(ctx: &Context<'_>) -> Option<String> {
    ctx.profile
        .display_name
        .clone()
        .or_else(|| ctx.recent.windows(2).rev().find_map(|pair| name_given(pair[1].message, pair.first())))
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}

/// A hello by name, without a question.
pub(super) fn hello(ctx: &Context<'_>, name: &str) -> String {
    let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
    pick.one("name", thanks(Register::of(ctx.persona))).replace("{n}", &capitalised(name))
}

fn thanks(register: Register) -> &'static [&'static str] {
    match register {
        Register::Plain => &["Thank you, {n}. I'll call you that."],
        Register::Warm => &["It's good to meet you, {n}.", "{n}, I'm glad to know your name."],
        Register::Imaginative => &["{n}! A fine name to open a story with.", "Welcome to the page, {n}."],
        Register::Mentor => &["Good to meet you, {n}.", "A pleasure, {n}."],
        Register::Curious => &["Nice to meet you, {n}!", "Hello {n}, good to know your name!"],
    }
}

/// "I'm Ana": the name is taken up.
pub(super) fn take_up(ctx: &Context<'_>, name: &str) -> Spoken {
    let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
    let question: &[&str] = match Register::of(ctx.persona) {
        Register::Plain => &["What can I keep in mind for you?"],
        Register::Warm => &["How are you, really?", "What has your day been like?"],
        Register::Imaginative => &["What is the first thing you'd like to tell?", "What is alive in your head today?"],
        Register::Mentor => &["What are you thinking about these days?", "What would you like to understand better?"],
        Register::Curious => &["What's going on in your life at the moment?", "What has been on your mind lately?"],
    };
    let text = format!("{} {}", hello(ctx, name), pick.one("name question", question));
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
            return match thing.rsplit_once(' ') {
                Some((bearers, "called" | "named")) if prefix == "what are my " => {
                    format!("the names of your {bearers}")
                }
                Some((bearer, "called" | "named")) => format!("the name of your {bearer}"),
                _ => format!("your {thing}"),
            };
        }
    }
    if question.asked == Asked::About && text.split(' ').count() > 6 {
        return "about that".into();
    }
    if question.asked == Asked::About {
        let thing = turner.person(text);
        let thing = thing.trim_start_matches("about ").trim();
        return if thing.is_empty() { "about that".into() } else { format!("about {thing}") };
    }
    for (prefix, word) in [
        ("where i ", "where you"),
        ("what i ", "what you"),
        ("when i ", "when you"),
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
    if let Some((whose, doing)) = ["where does ", "when does ", "what does "]
        .iter()
        .find_map(|opening| rest(opening))
        .as_deref()
        .and_then(|thing| thing.rsplit_once(' '))
        && ["live", "work", "start", "come", "do", "like", "want"].contains(&doing)
    {
        let word = lower.split(' ').next().unwrap_or("");
        let verb = if doing == "do" { "does".to_owned() } else { format!("{doing}s") };
        return format!("{word} {whose} {verb}");
    }
    if lower == "how old am i" {
        return "how old you are".into();
    }
    "that".into()
}

fn says_ai(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "AI")
}
