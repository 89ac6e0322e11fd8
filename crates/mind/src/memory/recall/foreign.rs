//! Days, weeks, months and years as other languages than English name them: "la semana pasada", "vor drei Tagen",
//! "先週", "3 дня назад".

use super::time::Unit;

/// What a phrase says: a day, week, month or year at a distance from today's (-1: the last one), or so many of them ago.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    At(Unit, i64),
    Ago(Unit, i32),
}

use Unit::{Day, Month, Week, Year};

/// Phrases of scripts with spaces, word by word; the longer of those that begin alike stand first.
const PHRASES: &[(&[&str], Unit, i64)] = &[
    // Spanish
    (&["anteayer"], Day, -2),
    (&["ayer"], Day, -1),
    (&["hoy"], Day, 0),
    (&["semana", "pasada"], Week, -1),
    (&["esta", "semana"], Week, 0),
    (&["mes", "pasado"], Month, -1),
    (&["este", "mes"], Month, 0),
    (&["año", "pasado"], Year, -1),
    (&["este", "año"], Year, 0),
    // French; "hier" is told from the German word by its company
    (&["avant", "hier"], Day, -2),
    (&["avant-hier"], Day, -2),
    (&["hier"], Day, -1),
    (&["aujourd'hui"], Day, 0),
    (&["semaine", "dernière"], Week, -1),
    (&["cette", "semaine"], Week, 0),
    (&["mois", "dernier"], Month, -1),
    (&["ce", "mois"], Month, 0),
    (&["année", "dernière"], Year, -1),
    (&["l'année", "dernière"], Year, -1),
    (&["an", "dernier"], Year, -1),
    (&["l'an", "dernier"], Year, -1),
    (&["cette", "année"], Year, 0),
    // German
    (&["vorgestern"], Day, -2),
    (&["gestern"], Day, -1),
    (&["heute"], Day, 0),
    (&["letzte", "woche"], Week, -1),
    (&["diese", "woche"], Week, 0),
    (&["letzten", "monat"], Month, -1),
    (&["diesen", "monat"], Month, 0),
    (&["letztes", "jahr"], Year, -1),
    (&["dieses", "jahr"], Year, 0),
    // Portuguese
    (&["anteontem"], Day, -2),
    (&["ontem"], Day, -1),
    (&["hoje"], Day, 0),
    (&["semana", "passada"], Week, -1),
    (&["mês", "passado"], Month, -1),
    (&["este", "mês"], Month, 0),
    (&["ano", "passado"], Year, -1),
    (&["este", "ano"], Year, 0),
    // Italian
    (&["l'altro", "ieri"], Day, -2),
    (&["ieri"], Day, -1),
    (&["oggi"], Day, 0),
    (&["settimana", "scorsa"], Week, -1),
    (&["scorsa", "settimana"], Week, -1),
    (&["questa", "settimana"], Week, 0),
    (&["mese", "scorso"], Month, -1),
    (&["questo", "mese"], Month, 0),
    (&["anno", "scorso"], Year, -1),
    (&["l'anno", "scorso"], Year, -1),
    (&["quest'anno"], Year, 0),
    // Russian
    (&["позавчера"], Day, -2),
    (&["вчера"], Day, -1),
    (&["сегодня"], Day, 0),
    (&["прошлой", "неделе"], Week, -1),
    (&["этой", "неделе"], Week, 0),
    (&["прошлом", "месяце"], Month, -1),
    (&["этом", "месяце"], Month, 0),
    (&["прошлом", "году"], Year, -1),
    (&["этом", "году"], Year, 0),
    // Arabic
    (&["أول", "أمس"], Day, -2),
    (&["أمس"], Day, -1),
    (&["البارحة"], Day, -1),
    (&["الأسبوع", "الماضي"], Week, -1),
    (&["هذا", "الأسبوع"], Week, 0),
    (&["الشهر", "الماضي"], Month, -1),
    (&["هذا", "الشهر"], Month, 0),
    (&["العام", "الماضي"], Year, -1),
    (&["السنة", "الماضية"], Year, -1),
    (&["هذا", "العام"], Year, 0),
    // Hindi; "कल" is also tomorrow, but memory is asked about what was
    (&["परसों"], Day, -2),
    (&["कल"], Day, -1),
    (&["आज"], Day, 0),
    (&["पिछले", "हफ्ते"], Week, -1),
    (&["पिछले", "हफ़्ते"], Week, -1),
    (&["पिछले", "सप्ताह"], Week, -1),
    (&["इस", "हफ्ते"], Week, 0),
    (&["पिछले", "महीने"], Month, -1),
    (&["इस", "महीने"], Month, 0),
    (&["पिछले", "साल"], Year, -1),
    (&["इस", "साल"], Year, 0),
];

/// "So many ago": the words before the number, and those after the unit.
const AGO: &[(&[&str], &[&str])] = &[
    (&["hace"], &[]),
    (&["il", "y", "a"], &[]),
    (&["vor"], &[]),
    (&["há"], &[]),
    (&[], &["fa"]),
    (&[], &["назад"]),
    (&["قبل"], &[]),
    (&["منذ"], &[]),
    (&[], &["पहले"]),
];

/// A day, week, month or year, in the forms that stand after a number.
const UNITS: &[(Unit, &str)] = &[
    (Day, "día días jour jours tag tagen dia dias giorno giorni день дня дней يوم أيام दिन"),
    (
        Week,
        "semana semanas semaine semaines woche wochen settimana settimane неделю недели недель أسبوع أسابيع हफ्ते हफ़्ते",
    ),
    (Month, "mes meses mois monat monaten mês mese mesi месяц месяца месяцев شهر أشهر महीने"),
    (Year, "año años an ans jahr jahren ano anos anno anni год года лет سنة سنوات साल"),
];

/// Small numbers, as they stand before a unit.
const NUMBERS: &[(i32, &str)] = &[
    (1, "un una une uno um uma einem einer"),
    (2, "dos deux zwei dois duas due два две दो"),
    (3, "tres trois drei três tre три ثلاثة तीन"),
    (4, "cuatro quatre vier quatro quattro четыре أربعة चार"),
    (5, "cinco cinq fünf cinque пять خمسة पाँच पांच"),
    (6, "seis six sechs sei шесть ستة छह"),
];

/// The one of a table that has a word among its forms.
fn named<T: Copy>(table: &[(T, &str)], word: &str) -> Option<T> {
    table.iter().find(|(_, forms)| forms.split(' ').any(|form| form == word)).map(|(what, _)| *what)
}

/// Words that show that "hier" is German.
const GERMAN: &[&str] = &["ich", "wir", "du", "habe", "hast", "ist", "mein", "meine", "der", "das", "wann", "wo"];

/// The phrase that begins at a word, and how many words it takes. `word` gives words in small letters, empty beyond the
/// end.
pub(super) fn spaced<'w>(at: usize, words: usize, word: impl Fn(usize) -> &'w str) -> Option<(usize, Said)> {
    let stands = |phrase: &[&str], at: usize| phrase.iter().enumerate().all(|(n, part)| word(at + n) == *part);
    if let Some((phrase, unit, step)) = PHRASES.iter().find(|(phrase, ..)| stands(phrase, at)) {
        let german = phrase == &["hier"] && (0..words).any(|n| GERMAN.contains(&word(n)));
        return (!german).then_some((phrase.len(), Said::At(*unit, *step)));
    }
    AGO.iter().find_map(|(before, after)| {
        let number = at + before.len();
        // Cheap tests first: this is asked at every word of every question.
        if !stands(before, at) || !(stands(after, number + 1) || stands(after, number + 2)) {
            return None;
        }
        let counted = count(word(number));
        // "неделю назад": one is not said.
        let (count, at_unit) = counted.map_or((1, number), |count| (count, number + 1));
        let unit = named(UNITS, word(at_unit))?;
        (stands(after, at_unit + 1) && (counted.is_some() || !after.is_empty()))
            .then(|| (at_unit + 1 + after.len() - at, Said::Ago(unit, count)))
    })
}

fn count(word: &str) -> Option<i32> {
    named(NUMBERS, word).or_else(|| word.parse().ok()).filter(|count| (1..=1000).contains(count))
}

/// Phrases of scripts without spaces (and of Korean, whose spaces part no words from their endings); those that hold others stand first.
const RUNS: &[(&str, Unit, i64)] = &[
    ("一昨日", Day, -2),
    ("おととい", Day, -2),
    ("昨日", Day, -1),
    ("きのう", Day, -1),
    ("今日", Day, 0),
    ("先週", Week, -1),
    ("今週", Week, 0),
    ("先月", Month, -1),
    ("今月", Month, 0),
    ("去年", Year, -1),
    ("昨年", Year, -1),
    ("今年", Year, 0),
    ("前天", Day, -2),
    ("昨天", Day, -1),
    ("今天", Day, 0),
    ("上周", Week, -1),
    ("上个星期", Week, -1),
    ("这周", Week, 0),
    ("上个月", Month, -1),
    ("这个月", Month, 0),
    ("그저께", Day, -2),
    ("어제", Day, -1),
    ("오늘", Day, 0),
    ("지난주", Week, -1),
    ("지난 주", Week, -1),
    ("이번 주", Week, 0),
    ("지난달", Month, -1),
    ("지난 달", Month, -1),
    ("작년", Year, -1),
    ("올해", Year, 0),
];

/// What stands after a number, between it and the present.
const RUNS_AGO: &[(&str, Unit)] = &[
    ("日前", Day),
    ("天前", Day),
    ("週間前", Week),
    ("周前", Week),
    ("か月前", Month),
    ("ヶ月前", Month),
    ("カ月前", Month),
    ("个月前", Month),
    ("年前", Year),
    ("일 전", Day),
    ("주 전", Week),
    ("달 전", Month),
    ("년 전", Year),
];

/// The phrases in a text of a script without spaces, with the bytes where they stand. Numbers are western digits.
pub(super) fn unspaced(text: &str) -> Vec<(usize, usize, Said)> {
    let mut found: Vec<(usize, usize, Said)> = Vec::new();
    let mut add = |start: usize, end: usize, said: Said| {
        if !found.iter().any(|(from, until, _)| start < *until && *from < end) {
            found.push((start, end, said));
        }
    };
    for (phrase, unit, step) in RUNS {
        for (start, _) in text.match_indices(phrase) {
            add(start, start + phrase.len(), Said::At(*unit, *step));
        }
    }
    for (phrase, unit) in RUNS_AGO {
        for (at, _) in text.match_indices(phrase) {
            let digits = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
            if let Some(count) = count(&text[at - digits..at]) {
                add(at - digits, at + phrase.len(), Said::Ago(*unit, count));
            }
        }
    }
    found.sort_by_key(|(start, ..)| *start);
    found
}
