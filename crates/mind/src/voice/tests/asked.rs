//! Questions about what was told.

use super::answer;

type Case = (&'static [(i64, &'static str)], &'static str, &'static [&'static str], &'static [&'static str]);

const PUPPY: &[(i64, &str)] =
    &[(0, "I got a new puppy today!"), (0, "His name is Sparky and he's a golden retriever.")];
const ANA: &[(i64, &str)] =
    &[(20, "My sister Ana lives in Porto and works as a nurse."), (3, "Ana is coming to visit next week.")];

/// (told, question, must hold, must not hold)
const CASES: &[Case] = &[
    (PUPPY, "What is my dog's name?", &["Sparky", "earlier today"], &["haven't told"]),
    (PUPPY, "what's my puppy called", &["Sparky"], &[]),
    (PUPPY, "Do you remember my dog's name?", &["Sparky"], &[]),
    (PUPPY, "Can you tell me the name of my dog?", &["Sparky"], &[]),
    (PUPPY, "What breed is my dog?", &["golden retriever"], &["haven't"]),
    (PUPPY, "Do I have a dog?", &["Yes.", "puppy"], &[]),
    (PUPPY, "Do I have a pet?", &["Yes."], &[]),
    (PUPPY, "Who is Sparky?", &["Your dog", "Sparky"], &[]),
    (PUPPY, "When did I get my puppy?", &["Today, 13 May"], &[]),
    (&[(5, "I got a new puppy today!")], "When did I get a puppy?", &["8 May"], &["today, 13"]),
    (&[(40, "I live in Lahore.")], "Where do I live?", &["In Lahore.", "3 April"], &[]),
    (
        &[(40, "I live in Lahore."), (2, "I moved to Berlin!")],
        "Where do I live?",
        &["In Berlin.", "Lahore", "Before that"],
        &["In Lahore"],
    ),
    (&[(40, "I live in Lahore."), (2, "I moved to Berlin!")], "Which city do I live in?", &["Berlin"], &[]),
    (&[(9, "I moved from Leeds to Galway last month.")], "Where do I live now?", &["Galway"], &[]),
    (&[(9, "I live in a small flat near the river.")], "Where do I live?", &["near the river"], &["haven't told you"]),
    (ANA, "Who is Ana?", &["sister"], &["haven't"]),
    (ANA, "What is my sister's name?", &["Ana"], &[]),
    (ANA, "Where does my sister live?", &["Porto"], &[]),
    (ANA, "Where does Ana live?", &["Porto"], &[]),
    (ANA, "What does my sister do?", &["nurse"], &[]),
    (ANA, "When is Ana coming?", &["week of 11 May"], &[]),
    (ANA, "Do I have a sister?", &["Yes.", "Ana"], &[]),
    (&[(8, "I'm a nurse at the children's ward.")], "What do I do for work?", &["nurse"], &["haven't"]),
    (&[(8, "I'm a nurse at the children's ward.")], "what's my job?", &["nurse"], &[]),
    (&[(8, "I work for Siemens.")], "Where do I work?", &["Siemens"], &[]),
    (&[(8, "I'm 34 years old.")], "How old am I?", &["34"], &[]),
    (&[(8, "My birthday is on 3 March.")], "When is my birthday?", &["3 March"], &[]),
    (&[(8, "My name is Ana.")], "What is my name?", &["Ana"], &[]),
    (&[(8, "My favourite colour is teal.")], "What's my favorite color?", &["Teal"], &[]),
    (
        &[(8, "My favourite food is biryani, the way my aunt makes it.")],
        "What is my favourite food?",
        &["Biryani"],
        &[],
    ),
    (
        &[(8, "I'm allergic to peanuts."), (2, "I'm allergic to cats too.")],
        "What am I allergic to?",
        &["peanuts", "cats"],
        &[],
    ),
    (&[(8, "I'm allergic to peanuts.")], "Am I allergic to peanuts?", &["Yes."], &[]),
    (&[(8, "I hate coffee.")], "Do I like coffee?", &["No", "hate coffee"], &["Yes"]),
    (&[(8, "I love coffee.")], "Do I like coffee?", &["Yes."], &[]),
    (&[(8, "I don't have a car.")], "Do I have a car?", &["No"], &["Yes"]),
    (&[(3, "I passed my driving test yesterday!")], "When did I pass my driving test?", &["9 May"], &[]),
    (&[(3, "My interview is on Friday.")], "When is my interview?", &["On Friday, 15 May"], &[]),
    (&[(3, "My exam is tomorrow.")], "When is my exam?", &["11 May"], &[]),
    (&[(30, "We went to Lisbon two weeks ago.")], "When did we go to Lisbon?", &["week of"], &[]),
    (&[(30, "I went to the dentist on 2 April.")], "When did I go to the dentist?", &["2 April"], &[]),
    (&[(30, "I started playing the cello in 2019.")], "When did I start playing the cello?", &["in 2019"], &[]),
    (&[(4, "I met Yusuf at the climbing gym.")], "Where did I meet Yusuf?", &["climbing gym"], &[]),
    (&[(4, "I put the spare key in the blue drawer.")], "Where is the spare key?", &["drawer"], &[]),
    (&[(4, "I put the spare key in the blue drawer.")], "Where did I put the spare key?", &["drawer"], &[]),
    (&[(4, "My aunt Rosa gave me the watch.")], "Who gave me the watch?", &["Rosa"], &[]),
    (&[(4, "I had lunch with Miriam on Sunday.")], "Who did I have lunch with?", &["Miriam"], &[]),
    (&[(4, "I have two sisters.")], "How many sisters do I have?", &["Two"], &[]),
    (&[(4, "I ran 12 km this morning.")], "How far did I run?", &["12 km"], &[]),
    (&[(4, "I quit my job because my boss kept shouting.")], "Why did I quit my job?", &["because", "shouting"], &[]),
    (
        &[(4, "I've been learning Portuguese for two years.")],
        "How long have I been learning Portuguese?",
        &["two years"],
        &[],
    ),
    (&[(4, "My car is dark green.")], "What colour is my car?", &["green"], &[]),
    (&[(4, "I bought a car. It's red.")], "What colour is my car?", &["red"], &[]),
    (
        &[(4, "I baked a lemon cake for mum's birthday.")],
        "What did I bake for my mother's birthday?",
        &["lemon cake"],
        &[],
    ),
    (&[(4, "I'm reading a book about the history of salt.")], "What book am I reading?", &["salt"], &[]),
    (&[(4, "I told my brother about the promotion.")], "What did I say about the promotion?", &["promotion"], &[]),
    (
        &[(10, "The garden is a mess."), (3, "I planted tomatoes in the garden.")],
        "What did I tell you about the garden?",
        &["mess", "tomatoes"],
        &[],
    ),
    (PUPPY, "Do you remember Sparky?", &["Sparky"], &[]),
    (&[(10, "Grandma taught me to knit.")], "Who taught me to knit?", &["Grandma"], &[]),
    (&[(10, "I named my cat Miso.")], "What did I name my cat?", &["Miso"], &[]),
    (
        &[(90, "My dog is called Rex."), (2, "We renamed our dog Bruno.")],
        "What is my dog called?",
        &["Bruno"],
        &["Rex."],
    ),
    (
        &[(4, "We had pizza."), (4, "I saw the film about the lighthouse keeper.")],
        "Which film did I see?",
        &["lighthouse"],
        &["pizza"],
    ),
    (&[(4, "Tom>> I adopted a parrot.")], "What did Tom adopt?", &["Tom said", "parrot"], &["You told me"]),
    (
        &[(4, "Philia>> You could try a shorter route."), (4, "I run by the canal.")],
        "What did you say about the route?",
        &["I said", "shorter route"],
        &[],
    ),
    (&[(400, "I adopted a tabby named Fig.")], "What's my cat's name?", &["Fig", "2025"], &[]),
    (
        &[(4, "What is my dog's name?"), (4, "My dog is called Otto.")],
        "What is my dog's name?",
        &["Otto"],
        &["What is my dog"],
    ),
    (&[(4, "I prefer tea over coffee.")], "Do I prefer tea or coffee?", &["tea over coffee"], &[]),
    (&[(6, "Hi, I'm Ana and I'm a vet.")], "What's my job?", &["vet"], &[]),
];

#[test]
fn what_was_told_is_answered() {
    assert!(CASES.len() >= 60, "{}", CASES.len());
    let mut wrong = Vec::new();
    for (list, question, must, must_not) in CASES {
        let spoken = answer(list, question);
        let fits = must.iter().all(|m| spoken.text.contains(m))
            && !must_not.iter().any(|m| spoken.text.contains(m))
            && !spoken.used.is_empty();
        if !fits {
            wrong.push(format!("{question:?} after {list:?}\n   -> {:?} {:?}", spoken.text, spoken.used));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}
