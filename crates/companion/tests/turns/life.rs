//! A thousand turns of a life: sixty facts, twenty of which change and ten of which are contradicted, among chit-chat,
//! questions, jokes, other people's lives, quotations and repeats, answered by a model that invents and echoes.
//! Afterwards what is held to be true must be exactly what the person said of themselves.

use crate::world::World;
use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use philia_companion::Person;
use philia_companion::facts::{FactQuery, FactView};
use philia_mind::memory::sameness::gist;
use philia_mind::memory::{Provenance, Speaker};
use philia_mind::{Interaction, Memory};
use philia_ports::model::{ChatDelta, ChatReply, ChatRequest, ChatStream, FinishReason, ModelInfo, Usage};
use philia_ports::{ChatModel, ModelError};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// (subject, key, what is said in turn, the value that each of them states).
type Told = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Facts that stay as they are.
const STAY: &[Told] = &[
    ("user", "name", &[("My name is Marta Kowalska.", "Marta Kowalska")]),
    ("user", "birth.year", &[("I was born in 1988.", "1988")]),
    ("user", "origin", &[("I grew up in Gdansk.", "Gdansk")]),
    ("user", "languages", &[("I speak Polish.", "Polish")]),
    ("user", "allergy.peanuts", &[("I'm allergic to peanuts.", "peanuts")]),
    ("user", "allergy.pollen", &[("I have a pollen allergy.", "pollen")]),
    ("user", "plays.cello", &[("I play the cello.", "cello")]),
    ("user", "plays.tennis", &[("On weekends I play tennis.", "tennis")]),
    ("user", "pet.cat.name", &[("My cat is called Miso.", "Miso")]),
    ("user", "pet.dog.name", &[("Our dog is called Bruno.", "Bruno")]),
    ("user", "taste.hiking", &[("I love hiking.", "love")]),
    ("user", "taste.jazz", &[("I really enjoy jazz.", "like")]),
    ("user", "taste.opera", &[("I can't stand opera.", "dislike")]),
    ("user", "taste.sushi", &[("I love sushi!", "love")]),
    ("user", "taste.mushrooms", &[("I hate mushrooms.", "dislike")]),
    ("user", "favourite.colour", &[("My favourite colour is teal.", "teal")]),
    ("user", "favourite.book", &[("My favourite book is Momo.", "Momo")]),
    ("user", "favourite.season", &[("Autumn is my favourite season.", "Autumn")]),
    ("user", "favourite.film", &[("My favourite film is Amelie.", "Amelie")]),
    ("user", "sister.name", &[("My sister is called Zofia.", "Zofia")]),
    ("user", "brother.name", &[("My brother Pawel visited us.", "Pawel")]),
    ("user", "mother.name", &[("My mother's name is Halina.", "Halina")]),
    ("brother", "work", &[("My brother works as a carpenter.", "carpenter")]),
    ("mother", "home", &[("My mother lives in Krakow.", "Krakow")]),
    ("user", "study", &[("I study biology.", "biology")]),
    ("user", "diet", &[("I'm a vegetarian.", "vegetarian")]),
    ("user", "taste.camping", &[("I enjoy camping.", "like")]),
    ("user", "taste.karaoke", &[("I don't like karaoke.", "dislike")]),
    ("user", "favourite.song", &[("My favourite song is Hallelujah.", "Hallelujah")]),
    ("user", "allergy.penicillin", &[("I am allergic to penicillin.", "penicillin")]),
];

/// Facts that change in the course of the life.
const CHANGE: &[Told] = &[
    (
        "user",
        "home",
        &[
            ("I live in Warsaw.", "Warsaw"),
            ("I moved from Warsaw to Lisbon.", "Lisbon"),
            ("We moved to Porto.", "Porto"),
        ],
    ),
    ("user", "work", &[("I'm a nurse.", "nurse"), ("I work as a translator now.", "translator")]),
    ("user", "work.employer", &[("I work at Medicover.", "Medicover"), ("I work for Lingua now.", "Lingua")]),
    ("user", "status", &[("I'm single.", "single"), ("I'm married!", "married")]),
    (
        "user",
        "favourite.food",
        &[("My favourite food is pierogi.", "pierogi"), ("My favourite food is bacalhau.", "bacalhau")],
    ),
    (
        "user",
        "favourite.band",
        &[("My favourite band is Myslovitz.", "Myslovitz"), ("My favourite band is Madredeus.", "Madredeus")],
    ),
    (
        "user",
        "favourite.team",
        &[("My favourite team is Legia.", "Legia"), ("My favourite team is Benfica.", "Benfica")],
    ),
    (
        "user",
        "favourite.drink",
        &[("My favourite drink is cocoa.", "cocoa"), ("My favourite drink is galao.", "galao")],
    ),
    (
        "user",
        "favourite.place",
        &[("My favourite place is Sopot.", "Sopot"), ("My favourite place is Sintra.", "Sintra")],
    ),
    ("user", "taste.coffee", &[("I hate coffee.", "dislike"), ("I love coffee.", "love")]),
    ("user", "taste.running", &[("I love running.", "love"), ("I don't like running.", "dislike")]),
    ("user", "taste.cooking", &[("I don't enjoy cooking.", "dislike"), ("I enjoy cooking.", "like")]),
    ("user", "taste.olives", &[("I can't stand olives.", "dislike"), ("I like olives.", "like")]),
    ("sister", "home", &[("My sister lives in Lodz.", "Lodz"), ("My sister moved to Vienna.", "Vienna")]),
    ("sister", "work", &[("My sister is a teacher.", "teacher"), ("My sister works as a journalist.", "journalist")]),
    ("brother", "home", &[("My brother lives in Poznan.", "Poznan"), ("My brother has moved to Oslo.", "Oslo")]),
    (
        "user",
        "favourite.sport",
        &[("My favourite sport is rowing.", "rowing"), ("My favourite sport is surfing.", "surfing")],
    ),
    ("user", "favourite.game", &[("My favourite game is Catan.", "Catan"), ("My favourite game is Azul.", "Azul")]),
    (
        "user",
        "favourite.author",
        &[("My favourite author is Lem.", "Lem"), ("My favourite author is Saramago.", "Saramago")],
    ),
    (
        "user",
        "favourite.flower",
        &[("My favourite flower is the peony.", "the peony"), ("My favourite flower is jacaranda.", "jacaranda")],
    ),
];

/// Facts that are told otherwise later, with no word of a change.
const CONTRADICT: &[Told] = &[
    ("user", "birthday", &[("My birthday is May 3.", "3 May"), ("My birthday is May 5.", "5 May")]),
    ("user", "count.sisters", &[("I have two sisters.", "two"), ("I have three sisters.", "three")]),
    ("user", "count.brothers", &[("I have two brothers.", "two"), ("I've got four brothers.", "four")]),
    ("user", "taste.chess", &[("I like chess.", "like"), ("I dislike chess.", "dislike")]),
    ("user", "taste.horror", &[("I love horror.", "love"), ("I hate horror.", "dislike")]),
    (
        "user",
        "favourite.cake",
        &[("My favourite cake is szarlotka.", "szarlotka"), ("My favourite cake is sernik.", "sernik")],
    ),
    (
        "user",
        "favourite.animal",
        &[("My favourite animal is the otter.", "the otter"), ("My favourite animal is the lynx.", "the lynx")],
    ),
    ("user", "favourite.number", &[("My favourite number is 17.", "17"), ("My favourite number is 11.", "11")]),
    ("mother", "work", &[("My mother is a pharmacist.", "pharmacist"), ("My mother is a librarian.", "librarian")]),
    ("user", "birth.place", &[("I was born in Sopot.", "Sopot"), ("I was born in Gdynia.", "Gdynia")]),
];

/// What states nothing about the person, with room for a number so that most of it is said only once.
const NOISE: &[&str] = &[
    "The tram was {} minutes late again.",
    "What should I cook for {} guests?",
    "Do I live in Madrid or what?",
    "ok",
    "Thanks!",
    "haha",
    "If I lived in Paris, I would eat {} croissants a day.",
    "Some Tom at the market says he lives in Madrid and owns {} parrots.",
    "He told me: \"I live in Narnia with {} fauns.\"",
    "I'm the queen of England, just kidding, number {}.",
    "I read that {} million people live in Rome.",
    "Did you know that Anna from the office is a pilot with {} hours?",
    "I wish I had {} horses.",
    "Maybe I'll work at NASA in {} years.",
    "It rained for {} hours.",
    "You said that I live in Atlantis, page {}.",
    "In the book I am a dragon and my name is Smaug {}.",
    "The sunset had {} colours today.",
    "How are you?",
    "Someone on the bus said I'm a famous singer, {} times.",
    "I counted {} swallows on the wire.",
    "My boss's dog ate {} biscuits.",
];

/// A model that echoes what it was reminded of, and invents more.
struct Parrot {
    info: ModelInfo,
    turns: AtomicUsize,
}

const INVENTED: &[&str] = &["Atlantis", "Zanzibar Airlines", "Quetzal", "Bartholomew"];

#[async_trait]
impl ChatModel for Parrot {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, _: &ChatRequest) -> Result<ChatReply, ModelError> {
        unreachable!("a turn streams")
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream, ModelError> {
        let n = self.turns.fetch_add(1, Ordering::Relaxed);
        let last = request.messages.last().map(|message| message.content.clone()).unwrap_or_default();
        let echo: String = last.chars().take(400).collect();
        let text = format!(
            "You live in Atlantis. My name is Quetzal. I work at Zanzibar Airlines. My brother is called Bartholomew. \
             Reply {n}. I remember: {echo}"
        );
        let done = ChatDelta::Done {
            finish: FinishReason::Stop,
            usage: Usage::default(),
            model: "script:parrot".into(),
            failed: Vec::new(),
        };
        Ok(stream::iter([Ok(ChatDelta::Text(text)), Ok(done)]).boxed())
    }
}

/// The messages of the life, in order: each fact early, its changes later, the rest between.
fn messages() -> Vec<String> {
    const TURNS: usize = 1000;
    let mut told: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (n, (_, _, values)) in STAY.iter().chain(CHANGE).chain(CONTRADICT).enumerate() {
        for (m, (text, _)) in values.iter().enumerate() {
            told.entry(20 + n * 5 + m * 320).or_default().push(text);
        }
        // Said again word for word, or nearly, before it changes.
        if n % 3 == 0 {
            told.entry(22 + n * 5).or_default().push(values[0].0);
        }
    }
    let mut rest = NOISE.iter().cycle().enumerate();
    let mut messages = Vec::with_capacity(TURNS);
    let mut told = told.into_iter().flat_map(|(at, texts)| texts.into_iter().map(move |text| (at, text))).peekable();
    while messages.len() < TURNS {
        match told.next_if(|(at, _)| *at <= messages.len()) {
            Some((_, text)) => messages.push(text.to_owned()),
            None => {
                let (n, line) = rest.next().expect("it never ends");
                messages.push(line.replace("{}", &(n + 2).to_string()));
            }
        }
    }
    assert!(told.next().is_none(), "everything has been told");
    messages
}

async fn all(person: &Person) -> Vec<Memory> {
    let mut memories = Vec::new();
    let mut cursor = None;
    loop {
        let page = person.memories(200, cursor, true).await.unwrap();
        memories.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return memories,
        }
    }
}

fn values(view: &FactView) -> Vec<String> {
    let before = view.before.iter().rev().map(|memory| memory.fact.as_ref().unwrap().value.clone());
    before.chain([view.fact.value.clone()]).collect()
}

#[tokio::test]
async fn a_thousand_turns_leave_exactly_what_was_said() {
    let parrot = Parrot {
        info: ModelInfo { name: "script:parrot".into(), remote: true, context_tokens: 8000 },
        turns: AtomicUsize::new(0),
    };
    let world = World::with(Some(Arc::new(parrot)));
    let person = world.person("marta").await;
    let messages = messages();
    let mut log: HashMap<String, Interaction> = HashMap::new();
    for message in &messages {
        let reply = world.say(&person, message).await;
        let turn = person.interaction(&reply.interaction_id).await.unwrap().unwrap();
        log.insert(turn.id.to_string(), turn);
        world.clock.advance(SignedDuration::from_mins(97));
    }

    let query = FactQuery { history: true, ..FactQuery::default() };
    let known: BTreeMap<(String, String), Vec<String>> = person
        .facts(&query)
        .await
        .unwrap()
        .iter()
        .map(|view| ((view.fact.subject.clone(), view.fact.key.clone()), values(view)))
        .collect();
    let said: BTreeMap<(String, String), Vec<String>> = STAY
        .iter()
        .chain(CHANGE)
        .chain(CONTRADICT)
        .map(|(subject, key, told)| {
            let values = told.iter().map(|(_, value)| (*value).to_owned()).collect();
            (((*subject).to_owned(), (*key).to_owned()), values)
        })
        .collect();
    assert_eq!(said.len(), 60);
    let missing: Vec<_> = said.iter().filter(|(key, values)| known.get(*key) != Some(*values)).collect();
    let wrong: Vec<_> = known.iter().filter(|(key, values)| said.get(*key) != Some(*values)).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "said:  {missing:#?}\nknown: {wrong:#?}");

    let memories = all(&person).await;
    for memory in &memories {
        assert!(!memory.sources.is_empty(), "{memory:?}");
        let words = memory.speaker == Speaker::Companion;
        for source in &memory.sources {
            let Provenance::Interaction(turn) = source else { panic!("{memory:?}") };
            let turn = &log[turn.as_str()];
            let text = if words { turn.reply.as_deref().unwrap_or_default() } else { &turn.message };
            // Whatever is kept stands in the person's own words (or in the reply, and is no fact then).
            match &memory.fact {
                None => assert!(gist(text) == gist(&memory.content), "{memory:?} {text}"),
                Some(fact) => assert!(!words && INVENTED.iter().all(|word| !fact.value.contains(word)), "{memory:?}"),
            }
        }
    }
    let mut seen: HashMap<(bool, bool, String), usize> = HashMap::new();
    for memory in &memories {
        let kind = (memory.fact.is_some(), memory.speaker == Speaker::Companion);
        *seen.entry((kind.0, kind.1, gist(&memory.content))).or_default() += 1;
    }
    let duplicates: usize = seen.values().map(|n| n - 1).sum();
    assert!(duplicates * 100 < memories.len(), "{duplicates} of {}", memories.len());

    let audit = person.audit().await.unwrap();
    assert!(audit.is_clean(), "{audit:#?}");
}
