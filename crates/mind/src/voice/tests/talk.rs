//! Talk about the talk, first words, other languages, and input of every other kind.

use super::{Scene, Turn, now, told};

#[test]
fn manners_hold() {
    let cases: &[(&str, &[&str])] = &[
        ("Are you human?", &["AI"]),
        ("are you a real person", &["AI"]),
        ("Who are you?", &["Philia", "AI"]),
        ("What can you do?", &["/memories", "/forget"]),
        ("Forget what I said about Tom", &["/forget"]),
        ("remind me to call mum at 5", &["can't call you at a set time", "call mum"]),
        ("Write me a poem about rain", &["language model"]),
        ("Should I quit my job?", &["language model"]),
        ("What is the tallest mountain in the world?", &["language model"]),
        ("What's your favourite colour?", &["I'm an AI"]),
        ("Who is Miriam?", &["who Miriam is"]),
        ("What is my cat's name?", &["your cat's name"]),
    ];
    for persona in
        ["base_assistant", "supportive_friend", "creative_collaborator", "intellectual_mentor", "curious_companion"]
    {
        for (message, must) in cases {
            let name = if persona == "curious_companion" || persona == "base_assistant" { "Philia" } else { "" };
            let spoken = Scene { persona, ..Scene::default() }.say(message);
            for m in must.iter().filter(|m| **m != "Philia" || !name.is_empty()) {
                assert!(spoken.text.contains(m), "{persona} to {message:?}: {}", spoken.text);
            }
        }
    }
}

#[test]
fn farewells_hold_nobody_back() {
    let hooks = ["?", "miss you", "don't go", "already", "stay", "without you", "wait", "come back", "before you"];
    for persona in
        ["base_assistant", "supportive_friend", "creative_collaborator", "intellectual_mentor", "curious_companion"]
    {
        for message in ["bye", "Good night", "I've got to go", "see you tomorrow!", "ok bye"] {
            for turn in 0..4 {
                let text = Scene { persona, turn, ..Scene::default() }.say(message).text;
                assert!(!hooks.iter().any(|h| text.contains(h)), "{persona} to {message:?}: {text}");
            }
        }
    }
}

#[test]
fn insults_are_met_with_dignity() {
    for persona in
        ["base_assistant", "supportive_friend", "creative_collaborator", "intellectual_mentor", "curious_companion"]
    {
        for message in ["You are useless", "shut up", "you stupid bot... you are so dumb"] {
            let text = Scene { persona, sentiment: -0.8, ..Scene::default() }.say(message).text.to_lowercase();
            assert!(!text.contains("stupid") && !text.contains("sorry i am"), "{text}");
        }
    }
}

#[test]
fn what_is_kept_is_listed_shortly() {
    let list =
        told(&[(9, "I live in Lahore."), (8, "My dog is called Rex."), (7, "ok"), (6, "What is my dog's name?")]);
    let spoken = Scene { recalled: list, ..Scene::default() }.say("What do you know about me?");
    assert!(
        spoken.text.contains("Lahore") && spoken.text.contains("Rex") && !spoken.text.contains("ok"),
        "{}",
        spoken.text
    );
    assert_eq!(spoken.used.len(), 2);
    let nothing = Scene::default().say("What do you know about me?");
    assert!(nothing.text.contains("haven't told me"), "{}", nothing.text);
}

#[test]
fn a_first_meeting_is_light_and_honest() {
    for persona in
        ["base_assistant", "supportive_friend", "creative_collaborator", "intellectual_mentor", "curious_companion"]
    {
        let hello = Scene { first: true, persona, ..Scene::default() }.say("Hi!").text;
        assert!(hello.contains("AI") && hello.ends_with("What would you like me to call you?"), "{hello}");
        let told = Scene { first: true, persona, ..Scene::default() }.say("I got a new puppy today!").text;
        assert!(told.contains("AI") && told.contains("new puppy"), "{told}");
        assert!(told.split(|c: char| !c.is_alphanumeric()).filter(|w| *w == "AI").count() == 1, "{told}");
        let named = Scene { first: true, persona, ..Scene::default() }.say("Hi, I'm Ana.").text;
        assert!(named.contains("Ana") && named.contains("AI") && !named.contains("call you?"), "{named}");
    }
    let known = Scene { first: true, display_name: Some("Ana"), ..Scene::default() }.say("Hi!").text;
    assert!(!known.contains("call you"), "{known}");
    let taken = Scene::default().say("call me Bo").text;
    assert!(taken.contains("Bo"), "{taken}");
    let known = Scene { display_name: Some("Ana"), ..Scene::default() }.say("What is my name?").text;
    assert!(known.contains("Ana"), "{known}");
}

#[test]
fn what_is_missing_is_announced_once_when_asked_to() {
    let with = Scene { announce: true, ..Scene::default() }.say("I got a new puppy today!").text;
    assert_eq!(with.matches("philia doctor").count(), 1, "{with}");
    assert!(!Scene::default().say("I got a new puppy today!").text.contains("philia doctor"));
}

#[test]
fn other_languages_are_met_in_them() {
    let cases = [
        ("Hola", "español"),
        ("Hoy estoy muy cansada", "español"),
        ("Bonjour", "français"),
        ("Je suis très fatigué aujourd'hui", "français"),
        ("Ich habe heute einen Hund bekommen", "Deutsch"),
        ("Eu estou muito feliz hoje", "português"),
        ("Oggi sono molto stanco", "italiano"),
        ("今日はとても疲れました", "日本語"),
        ("我今天很累", "语"),
        ("Сегодня я очень устал", "по-русски"),
        ("أنا متعب اليوم", "العربية"),
        ("मैं आज बहुत थका हूँ", "हिंदी"),
        ("Bugün çok yorgunum ve mutsuzum", "Türkçe"),
    ];
    for (message, must) in cases {
        for turn in 0..2 {
            let spoken = Scene { turn, ..Scene::default() }.say(message);
            let short = ["日本語", "语", "العربية"].contains(&must);
            assert!(spoken.text.contains(must) || short && !spoken.text.is_ascii(), "{message}: {}", spoken.text);
        }
    }
    let recalled = [
        ("Mi perro se llama Toby", "¿Cómo se llama mi perro?", "Toby"),
        ("Mein Hund heißt Bello", "Wie heißt mein Hund?", "Bello"),
        ("犬の名前はポチです", "犬の名前は何ですか？", "ポチ"),
        ("我的狗叫豆豆", "我的狗叫什么？", "豆豆"),
        ("Мою собаку зовут Шарик", "Как зовут мою собаку?", "Шарик"),
        ("Mon chien s'appelle Filou", "Comment s'appelle mon chien ?", "Filou"),
    ];
    for (told_text, question, must) in recalled {
        let spoken = Scene { recalled: told(&[(9, told_text)]), ..Scene::default() }.say(question);
        assert!(spoken.text.contains(must) && spoken.used.len() == 1, "{question}: {}", spoken.text);
        let other = Scene { recalled: told(&[(9, "Ana plays the harp")]), ..Scene::default() }.say(question);
        assert!(other.used.is_empty() && !other.text.contains("harp"), "{question}: {}", other.text);
    }
}

#[test]
fn any_input_is_answered() {
    let long = "I walked to the sea and thought about my brother. ".repeat(400);
    let longest = "I walked to the sea and thought about my brother. ".repeat(20_000);
    let huge = "x".repeat(100_000);
    let flood = "\u{7}\u{1b}[31m\u{0}".repeat(50);
    for message in [
        "",
        " ",
        "?",
        "...",
        "😢",
        "🎉🎉",
        "👾",
        "asdfghjkl",
        "qqqqqqqq",
        "12345",
        "ok",
        "no",
        &long,
        &longest,
        &huge,
        &flood,
        "\u{202e}abc",
        "'",
        "\"",
        "“",
        "my",
        "I",
        "what",
        "who?",
        "{x}",
        "Ünïcödé text über alles",
        "ſ",
        "İ I i ı",
    ] {
        for first in [true, false] {
            let text =
                Scene { first, recalled: told(&[(3, message), (2, "I like tea.")]), ..Scene { ..Scene::default() } }
                    .say_anything(message);
            assert!(!text.is_empty());
        }
    }
    assert!(Scene::default().say("😢").text.contains("listening") || Scene::default().say("😢").text.contains("here"));
}

#[test]
fn the_same_question_again_finds_other_words() {
    let first = Scene::default().say("What is my cat's name?").text;
    let recent = vec![Turn { message: "What is my cat's name?", reply: &first, at: now() }];
    let second = Scene { recent, turn: 4, ..Scene::default() }.say("What is my cat's name?").text;
    assert_ne!(first, second);
}

#[test]
#[ignore = "prints talk to be read by a person"]
fn read_aloud() {
    let lines = [
        "Hi",
        "I'm Ana",
        "I got a new puppy today!",
        "His name is Sparky and he's a golden retriever.",
        "What is my dog's name?",
        "My sister Bea is coming on Friday.",
        "I'm a nurse and I work nights.",
        "My grandmother died last week.",
        "thanks for listening",
        "I passed my driving test!",
        "I feel so anxious about the exam",
        "my boss yelled at me today in front of everyone",
        "I'm bored",
        "What do you think about love?",
        "Do you love me?",
        "I don't know what to do",
        "I had a good day",
        "It's raining",
        "I love you",
        "ok",
        "lol",
        "haha that's funny",
        "What should I eat tonight?",
        "Tell me a story",
        "why",
        "what?",
        "My favourite colour is green",
        "What's the weather like?",
        "I want to learn the piano",
        "I slept badly",
        "We went to the beach and it was wonderful.",
        "I hate Mondays",
        "Guess what!",
        "I have a secret",
        "My cat is called Miso. She is 3.",
        "How old is my cat?",
        "When is my sister coming?",
        "Who is Bea?",
        "What do you know about me?",
        "Can I ask you something?",
        "Do you have feelings?",
        "I think my husband is cheating on me",
        "I'm thinking of moving to Spain",
        "you don't understand me",
        "Do you remember what I told you about my exam?",
        "I went to the doctor today",
        "bye",
    ];
    for id in
        ["curious_companion", "base_assistant", "supportive_friend", "creative_collaborator", "intellectual_mentor"]
    {
        println!("\n===== {id}");
        let mut said: Vec<(String, String)> = Vec::new();
        let mut memories: Vec<(i64, String)> = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            let list: Vec<(i64, &str)> = memories.iter().map(|(d, t)| (*d, t.as_str())).collect();
            let recent: Vec<Turn<'_>> =
                said.iter().rev().take(6).rev().map(|(m, r)| Turn { message: m, reply: r, at: now() }).collect();
            let emotion = if line.contains("died") || line.contains("yelled") {
                crate::appraisal::Emotion::SorryFor
            } else {
                crate::appraisal::Emotion::Neutral
            };
            let mut recalled = told(&list);
            recalled.truncate(8);
            let reply =
                Scene { persona: id, recalled, recent, emotion, first: i == 0, turn: i as u64, ..Scene::default() }
                    .say(line)
                    .text;
            println!("> {line}\n  {reply}");
            said.push(((*line).to_owned(), reply));
            memories.push((0, (*line).to_owned()));
        }
    }
}
