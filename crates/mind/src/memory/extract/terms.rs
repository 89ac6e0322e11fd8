//! The words the extraction rules know: animals, relations, occupations, nationalities.

/// Words for one kind of animal; the first is the kind's own name.
pub(crate) const ANIMALS: &[&[&str]] = &[
    &["dog", "puppy", "pup", "doggy", "golden retriever", "retriever", "labrador", "lab", "poodle", "terrier", "spaniel", "beagle",
      "collie", "dachshund", "husky", "corgi", "pug", "bulldog", "german shepherd", "sheepdog", "greyhound", "whippet", "dalmatian",
      "chihuahua", "rottweiler", "hound", "mutt"],
    &["cat", "kitten", "kitty", "tabby", "siamese", "persian", "maine coon", "tomcat"],
    &["rabbit", "bunny"],
    &["parrot", "budgie", "parakeet", "cockatiel", "canary", "bird"],
    &["horse", "pony", "mare", "foal"],
    &["fish", "goldfish"],
    &["hamster"],
    &["guinea pig"],
    &["tortoise", "turtle"],
    &["snake", "python"],
    &["lizard", "gecko", "iguana"],
    &["hen", "chicken"],
    &["goat"],
    &["rat"],
    &["ferret"],
];

/// Words for one relation; the first is the relation's own name.
pub(crate) const RELATIONS: &[&[&str]] = &[
    &["mother", "mum", "mom", "mummy", "mommy", "mama", "mam"],
    &["father", "dad", "daddy", "papa"],
    &["sister", "sis"],
    &["brother", "bro"],
    &["son", "boy"],
    &["daughter", "girl"],
    &["wife"],
    &["husband", "hubby"],
    &["partner", "fiancé", "fiancée", "fiance", "fiancee"],
    &["girlfriend"],
    &["boyfriend"],
    &["grandmother", "grandma", "granny", "nan", "nana", "gran"],
    &["grandfather", "grandpa", "granddad", "grandad"],
    &["aunt", "auntie"],
    &["uncle"],
    &["cousin"],
    &["niece"],
    &["nephew"],
    &["grandson"],
    &["granddaughter"],
    &["best friend", "closest friend", "oldest friend"],
    &["friend", "mate", "buddy"],
    &["flatmate", "roommate", "housemate"],
    &["boss", "manager"],
    &["colleague", "coworker", "co-worker", "workmate"],
    &["neighbour", "neighbor"],
    &["therapist"],
    &["doctor", "gp"],
    &["teacher"],
    &["supervisor", "advisor"],
    &["baby"],
    &["mother-in-law"],
    &["father-in-law"],
    &["sister-in-law"],
    &["brother-in-law"],
];

/// What people call their work; a rule that reads "I'm a ..." trusts only these.
pub(crate) const OCCUPATIONS: &[&str] = &[
    "accountant", "actor", "actress", "analyst", "architect", "artist", "baker", "barber", "barista", "bartender", "biologist",
    "bookkeeper", "builder", "butcher", "carer", "caretaker", "carpenter", "cashier", "chef", "chemist", "cleaner", "clerk", "coach",
    "composer", "consultant", "cook", "dancer", "dentist", "designer", "developer", "dietitian", "director", "doctor", "driver",
    "economist", "editor", "electrician", "engineer", "farmer", "firefighter", "fisherman", "florist", "gardener", "geologist",
    "hairdresser", "historian", "illustrator", "interpreter", "janitor", "journalist", "judge", "lawyer", "lecturer", "librarian",
    "manager", "mathematician", "mechanic", "midwife", "musician", "nanny", "nurse", "optician", "painter", "paramedic", "pharmacist",
    "photographer", "physicist", "physiotherapist", "pianist", "pilot", "plumber", "poet", "policeman", "postman", "potter",
    "professor", "programmer", "psychologist", "radiographer", "receptionist", "researcher", "sailor", "salesman", "salesperson",
    "scientist", "secretary", "singer", "soldier", "solicitor", "student", "surgeon", "tailor", "teacher", "technician", "therapist",
    "translator", "tutor", "vet", "veterinarian", "violinist", "waiter", "waitress", "welder", "writer",
];

/// Words that follow "I'm" with a capital and are no names.
pub(crate) const NOT_NAMES: &[&str] = &[
    "afghan", "african", "american", "arab", "argentinian", "asian", "australian", "austrian", "bangladeshi", "belgian", "brazilian",
    "british", "bulgarian", "buddhist", "canadian", "catholic", "chilean", "chinese", "christian", "colombian", "croatian", "cuban",
    "czech", "danish", "dutch", "egyptian", "english", "ethiopian", "european", "filipino", "finnish", "french", "german", "ghanaian",
    "greek", "hindu", "hungarian", "indian", "indonesian", "iranian", "iraqi", "irish", "israeli", "italian", "japanese", "jewish",
    "kenyan", "korean", "lebanese", "malaysian", "mexican", "moroccan", "muslim", "nepali", "nigerian", "norwegian", "pakistani",
    "peruvian", "polish", "portuguese", "romanian", "russian", "scottish", "serbian", "sikh", "singaporean", "slovak", "spanish",
    "swedish", "swiss", "syrian", "taiwanese", "thai", "turkish", "ukrainian", "vegan", "vegetarian", "venezuelan", "vietnamese",
    "welsh", "happy", "sad", "tired", "sorry", "fine", "good", "ok", "okay", "here", "back", "home", "not", "so", "very", "just",
    "really", "angry", "bored", "lost", "sick", "ill", "well", "great", "done", "ready", "alone", "lonely", "sure", "afraid", "scared",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "june",
    "july", "august", "september", "october", "november", "december", "christmas", "easter", "ramadan", "i", "god", "it", "the", "a",
    "in", "on", "at", "going", "trying", "working", "hungry", "thirsty", "pregnant", "nervous", "excited", "proud",
];

/// The kind of a word or phrase in a table such as [`ANIMALS`], plural or not.
pub(crate) fn kind_of(table: &[&[&'static str]], word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let singular = singular.as_deref().or_else(|| word.strip_suffix('s')).unwrap_or(&word);
    table.iter().find(|row| row.iter().any(|w| *w == word || *w == singular)).and_then(|row| row.first().copied())
}

/// All the words of a table as one alternation, longest first, so that "golden retriever" wins over "retriever".
pub(crate) fn alternation<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut words: Vec<&str> = words.into_iter().collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    words.join("|")
}
