//! One vocabulary of keys, whoever found the fact: other names for the same thing are brought to the one that is used.
//!
//! `docs/extraction.md` lists the vocabulary.

use super::terms::{ANIMALS, RELATIONS, kind_of};
use crate::memory::Fact;

/// Other names of a key, and the one that is used.
const ALIASES: &[(&str, &str)] = &[
    ("full_name", "name"),
    ("first_name", "name"),
    ("real_name", "name"),
    ("given_name", "name"),
    ("last_name", "name.last"),
    ("surname", "name.last"),
    ("family_name", "name.last"),
    ("nickname", "display_name"),
    ("preferred_name", "display_name"),
    ("location", "home"),
    ("residence", "home"),
    ("lives_in", "home"),
    ("city", "home"),
    ("home.city", "home"),
    ("address", "home"),
    ("hometown", "origin"),
    ("from", "origin"),
    ("birthplace", "birth.place"),
    ("birth_place", "birth.place"),
    ("born_in", "birth.place"),
    ("birth_year", "birth.year"),
    ("birthdate", "birthday"),
    ("birth_date", "birthday"),
    ("date_of_birth", "birthday"),
    ("job", "work"),
    ("occupation", "work"),
    ("profession", "work"),
    ("work.role", "work"),
    ("work.job", "work"),
    ("job.title", "work"),
    ("work.title", "work"),
    ("employer", "work.employer"),
    ("company", "work.employer"),
    ("workplace", "work.place"),
    ("studies", "study"),
    ("study.subject", "study"),
    ("degree", "study"),
    ("major", "study"),
    ("university", "study.place"),
    ("school", "study.place"),
    ("study.school", "study.place"),
    ("relationship", "status"),
    ("relationship_status", "status"),
    ("marital_status", "status"),
    ("language", "languages"),
    ("native_language", "language.native"),
    ("mother_tongue", "language.native"),
    ("faith", "religion"),
    ("spouse.name", "spouse.name"),
    ("car", "has.car"),
    ("bike", "has.bike"),
    ("wake_time", "sleep.wake"),
    ("bedtime", "sleep.bed"),
    ("children", "count.children"),
    ("kids", "count.kids"),
    ("siblings", "count.siblings"),
];

/// Keys of which a person has many, each with its thing behind a dot: other names, and the one that is used.
const MANY: &[(&str, &str, &str)] = &[
    ("likes", "taste", "like"),
    ("like", "taste", "like"),
    ("loves", "taste", "love"),
    ("love", "taste", "love"),
    ("enjoys", "taste", "like"),
    ("interest", "taste", "like"),
    ("interests", "taste", "like"),
    ("dislikes", "taste", "dislike"),
    ("dislike", "taste", "dislike"),
    ("hates", "taste", "dislike"),
    ("hate", "taste", "dislike"),
    ("allergy", "allergy", ""),
    ("allergies", "allergy", ""),
    ("allergic", "allergy", ""),
    ("hobby", "hobby", ""),
    ("hobbies", "hobby", ""),
    ("instrument", "plays", ""),
    ("instruments", "plays", ""),
    ("sport", "plays", ""),
    ("plays", "plays", ""),
    ("fear", "fear", ""),
    ("fears", "fear", ""),
    ("goal", "goal", ""),
    ("goals", "goal", ""),
    ("dream", "goal", ""),
    ("plan", "goal", ""),
    ("plans", "goal", ""),
    ("condition", "health", ""),
    ("illness", "health", ""),
    ("health", "health", ""),
    ("medication", "medication", ""),
    ("medications", "medication", ""),
    ("medicine", "medication", ""),
    ("belief", "belief", ""),
    ("beliefs", "belief", ""),
    ("possession", "has", ""),
    ("owns", "has", ""),
    ("has", "has", ""),
    ("routine", "routine", ""),
    ("habit", "habit", ""),
];

/// A fact under the key that is used for it: `job` is `work`; `likes` = `jazz` is `taste.jazz` = `like`; what is said
/// of the subject `dog` is `pet.dog.…` of the user; the name of the subject `sister` is `sister.name` of the user.
pub fn canonical(fact: Fact) -> Fact {
    let mut key = fact.key.trim().to_lowercase().replace(' ', "-");
    let (mut subject, mut value) = (fact.subject, fact.value);
    if let Some((_, used)) = ALIASES.iter().find(|(other, _)| *other == key) {
        key = (*used).to_owned();
    }
    key = key.replace("favorite", "favourite").replace(".favourite.", ".");
    for (other, used, stance) in MANY {
        if key == *other && !value.trim().is_empty() {
            key = format!("{used}.{}", slug(&value));
            if !stance.is_empty() {
                value = (*stance).to_owned();
            }
            break;
        }
        if let Some(thing) = key.strip_prefix(other).and_then(|rest| rest.strip_prefix('.')) {
            key = format!("{used}.{thing}");
            break;
        }
    }
    if let Some(animal) = kind_of(ANIMALS, &subject) {
        (key, subject) = (format!("pet.{}.{key}", slug(animal)), "user".into());
    } else if key == "name" && is_kin(&subject) {
        (key, subject) = (format!("{}.name", slug(&kin(&subject))), "user".into());
    } else if key == "relation" {
        (key, value, subject) = (format!("{}.name", slug(&kin(&value))), subject, "user".into());
    } else if let Some((head, rest)) = key.split_once('.')
        && rest != "name"
        && is_kin(&head.replace('-', " "))
        && subject == "user"
    {
        (subject, key) = (kin(&head.replace('-', " ")), rest.to_owned());
    } else if let Some(head) = key.strip_suffix(".name").filter(|head| is_kin(&head.replace('-', " "))) {
        key = format!("{}.name", slug(&kin(&head.replace('-', " "))));
    }
    if is_kin(&subject) {
        subject = kin(&subject);
    }
    Fact { subject, key, value }
}

/// Is it a word for a relation ("sister", "older brother")?
pub(crate) fn is_kin(words: &str) -> bool {
    kind_of(RELATIONS, last_words(words)).is_some()
}

/// The relation by its own name, with what tells it from others: "big sis" is `older sister`.
pub(crate) fn kin(words: &str) -> String {
    let lower = words.to_lowercase();
    let base = last_words(&lower);
    let kind = kind_of(RELATIONS, base).unwrap_or(base);
    let which = lower.strip_suffix(base).unwrap_or("").split_whitespace().find_map(|word| match word {
        "older" | "elder" | "big" => Some("older"),
        "younger" | "little" | "kid" | "baby" => Some("younger"),
        "eldest" | "oldest" => Some("oldest"),
        "youngest" => Some("youngest"),
        "middle" => Some("middle"),
        "twin" => Some("twin"),
        "half" => Some("half"),
        "other" | "second" => Some("other"),
        "ex" => Some("ex"),
        _ => None,
    });
    which.map_or_else(|| kind.to_owned(), |which| format!("{which} {kind}"))
}

/// The longest ending of `words` that is a relation: "older best friend" ends in "best friend".
fn last_words(words: &str) -> &str {
    let mut rest = words.trim();
    loop {
        if kind_of(RELATIONS, rest).is_some() {
            return rest;
        }
        match rest.split_once(' ') {
            Some((_, after)) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// Words as a part of a key: lower case, joined by hyphens, without an article before them.
pub(crate) fn slug(words: &str) -> String {
    let lower = words.to_lowercase();
    let bare = ["the ", "a ", "an ", "my ", "our "].iter().find_map(|article| lower.strip_prefix(article));
    bare.unwrap_or(&lower).split_whitespace().collect::<Vec<_>>().join("-").replace('.', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_come_to_the_one_that_is_used() {
        for (subject, key, value, expected) in [
            ("user", "job", "nurse", "user work = nurse"),
            ("user", "likes", "jazz", "user taste.jazz = like"),
            ("user", "dislikes", "the opera", "user taste.opera = dislike"),
            ("user", "favorite.food", "dal", "user favourite.food = dal"),
            ("user", "allergy", "nuts", "user allergy.nuts = nuts"),
            ("dog", "name", "Rex", "user pet.dog.name = Rex"),
            ("puppy", "breed", "beagle", "user pet.dog.breed = beagle"),
            ("sister", "name", "Ana", "user sister.name = Ana"),
            ("Ana", "relation", "sister", "user sister.name = Ana"),
            ("big sis", "home", "Oslo", "older sister home = Oslo"),
            ("user", "mum.home", "Oslo", "mother home = Oslo"),
            ("user", "mom.name", "Ruth", "user mother.name = Ruth"),
            ("user", "pet.dog.name", "Rex", "user pet.dog.name = Rex"),
            ("user", "home", "Oslo", "user home = Oslo"),
        ] {
            let fact = canonical(Fact { subject: subject.into(), key: key.into(), value: value.into() });
            assert_eq!(format!("{} {} = {}", fact.subject, fact.key, fact.value), expected);
            assert_eq!(canonical(fact.clone()), fact, "once is enough");
        }
    }
}
