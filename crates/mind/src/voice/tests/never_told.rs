//! What was never told is not known, and nothing unrelated is named.

use super::answer;

type Case = (&'static [(i64, &'static str)], &'static str, &'static [&'static str]);

/// (told, question, must not hold)
const CASES: &[Case] = &[
    (&[(3, "I got a new puppy today!"), (3, "His name is Sparky.")], "What is my cat's name?", &["Sparky", "puppy"]),
    (&[(3, "My dog is called Sparky.")], "What is my sister's name?", &["Sparky"]),
    (&[(3, "My sister lives in Lahore.")], "Where do I live?", &["Lahore"]),
    (&[(3, "My brother is a nurse.")], "What is my job?", &["nurse"]),
    (&[(3, "My brother is called Tom.")], "What is my sister's name?", &["Tom"]),
    (&[(3, "My sister's name is Ana.")], "What is my name?", &["Ana"]),
    (&[(3, "My favourite food is biryani.")], "What is my favourite film?", &["biryani"]),
    (&[(3, "My mum is 61.")], "How old am I?", &["61"]),
    (&[(3, "My neighbour's dog barks all night.")], "Do I have a dog?", &["Yes", "barks"]),
    (&[(3, "My sister has a dog.")], "Do I have a dog?", &["Yes"]),
    (&[(3, "I live in Paris.")], "What is the capital of France?", &["Paris"]),
    (&[(3, "I had pasta for lunch.")], "When is my exam?", &["pasta"]),
    (&[(3, "I love swimming.")], "Where did I go on holiday?", &["swimming"]),
    (&[(3, "I bought new shoes.")], "Who is Miriam?", &["shoes"]),
    (&[(3, "Ana is visiting.")], "Who is Beatriz?", &["visiting"]),
    (&[(3, "I went to Lisbon.")], "When did I go to Rome?", &["Lisbon"]),
    (&[(3, "I work a lot these days.")], "Where does my father work?", &["these days"]),
    (&[(3, "My dog is ill.")], "What did I say about the wedding?", &["ill"]),
    (&[(3, "What is my dog's name?")], "What is my dog's name?", &["told me on"]),
    (&[(3, "If I had a dog I'd call him Rex.")], "What is my dog's name?", &["Rex."]),
    (&[], "What is my favourite colour?", &["teal"]),
    (&[(3, "I like tea.")], "Am I allergic to nuts?", &["Yes", "tea"]),
    (&[(3, "I play football.")], "Do I play the piano?", &["Yes", "football"]),
    (&[(3, "Philia>> I like dogs called Rex.")], "What is my dog's name?", &["Rex"]),
    (&[(3, "Tom>> I live in Oslo.")], "Where do I live?", &["Oslo"]),
    (&[(3, "I finished my book on salt.")], "Why did I move to Spain?", &["salt"]),
];

#[test]
fn what_was_never_told_is_not_known() {
    assert!(CASES.len() >= 20);
    let mut wrong = Vec::new();
    for (list, question, must_not) in CASES {
        let spoken = answer(list, question);
        let honest = [
            "haven't told",
            "Without a language model",
            "without a language model",
            "no trace",
            "don't think you've told",
        ]
        .iter()
        .any(|m| spoken.text.contains(m));
        if !honest || !spoken.used.is_empty() || must_not.iter().any(|m| spoken.text.contains(m)) {
            wrong.push(format!("{question:?} after {list:?}\n   -> {:?} {:?}", spoken.text, spoken.used));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

#[test]
fn what_was_only_half_told_is_said_so() {
    let spoken = answer(&[(3, "I got a puppy.")], "What is my puppy's name?");
    assert!(spoken.text.contains("puppy") && spoken.text.contains("haven't told me"), "{}", spoken.text);
    let spoken = answer(&[(3, "I have a big exam coming up.")], "When is my exam?");
    assert!(spoken.text.contains("exam") && spoken.text.contains("haven't told me when"), "{}", spoken.text);
}

#[test]
fn what_is_missing_is_named_as_people_would_name_it() {
    for (question, named) in [
        ("What is my cat called?", "the name of your cat"),
        ("What was my first boss named?", "the name of your first boss"),
        ("What are my cats called?", "the names of your cats"),
        ("What is my favourite painting?", "your favourite painting"),
    ] {
        let spoken = answer(&[], question);
        assert!(spoken.text.contains(named), "{}", spoken.text);
    }
}
