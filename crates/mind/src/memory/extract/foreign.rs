//! The plainest first-person statements in other languages. Nothing else is read there: what is not understood is kept
//! as it was said, and makes no fact.

use super::Extracted;
use super::keys::slug;
use super::pattern::{Pattern, Triggers};
use super::rules::{NAME, tidy};
use super::terms::NOT_NAMES;
use crate::memory::{Category, Fact};

/// Words (in lower case) without one of which a pattern is not tried, the pattern, key, value.
type Row = (&'static str, &'static str, &'static str, &'static str);

#[derive(Debug)]
pub(super) struct Foreign {
    triggers: Triggers,
    rules: Vec<(Pattern, &'static str, &'static str)>,
    denied: Pattern,
}

const PLACE: &str = r"(?-i:(?:La |El |Le |Les |Los |São |San |Santa |Saint-)?\p{Lu}[\p{L}'-]*\p{L}(?: (?:de |del |do |da |am )?\p{Lu}[\p{L}'-]*\p{L}){0,2})";
const THING: &str = r"(?P<t>[\p{L}'-]+(?: (?:de |del |do |da )?[\p{L}'-]+)?)(?:[.!,;]|$| (?:y|et|und|e|pero|mais|aber|mas|porque|parce|weil|mucho|beaucoup|sehr|muito)\b)";
const FIRM: &str = r"(?-i:\p{Lu}[\p{L}\p{N}&'-]*(?: (?:de )?\p{Lu}[\p{L}&'-]*){0,2})";

const SPANISH_JOBS: &str = "enfermer[oa]|m[ée]dic[oa]|doctora?|profesora?|maestr[oa]|ingenier[oa]|abogad[oa]|estudiante|cociner[oa]|camarer[oa]|arquitect[oa]|programadora?|carpinter[oa]|electricista|periodista|dentista|contable|diseñadora?|fot[óo]graf[oa]|m[úu]sic[oa]|actriz|actor|escritora?|traductora?|veterinari[oa]|psic[óo]log[oa]|panader[oa]|jubilad[oa]|fontaner[oa]|taxista|peluquer[oa]|bombero|polic[íi]a|cient[íi]fic[oa]|pintora?|mec[áa]nic[oa]|farmac[ée]utic[oa]|fisioterapeuta|economista|bibliotecari[oa]";
const FRENCH_JOBS: &str = "infirmi(?:er|ère)|m[ée]decin|professeure?|enseignante?|ing[ée]nieure?|avocate?|[ée]tudiante?|cuisini(?:er|ère)|serveu(?:r|se)|architecte|programmeu(?:r|se)|d[ée]veloppeu(?:r|se)|menuisi(?:er|ère)|[ée]lectricien(?:ne)?|journaliste|dentiste|comptable|designer|photographe|musicien(?:ne)?|act(?:eur|rice)|[ée]crivaine?|traduct(?:eur|rice)|v[ée]t[ée]rinaire|psychologue|boulang(?:er|ère)|retrait[ée]e?|plombi(?:er|ère)|coiffeu(?:r|se)|pompier|polici(?:er|ère)|scientifique|peintre|m[ée]canicien(?:ne)?|pharmacien(?:ne)?|kin[ée]|agricult(?:eur|rice)|libraire|biblioth[ée]caire";
const GERMAN_JOBS: &str = "Krankenschwester|Krankenpfleger(?:in)?|Pfleger(?:in)?|Arzt|Ärztin|Lehrer(?:in)?|Ingenieur(?:in)?|Anwalt|Anwältin|Student(?:in)?|Koch|Köchin|Kellner(?:in)?|Architekt(?:in)?|Programmierer(?:in)?|Entwickler(?:in)?|Softwareentwickler(?:in)?|Schreiner(?:in)?|Tischler(?:in)?|Elektriker(?:in)?|Journalist(?:in)?|Zahnarzt|Zahnärztin|Buchhalter(?:in)?|Designer(?:in)?|Fotograf(?:in)?|Musiker(?:in)?|Schauspieler(?:in)?|Schriftsteller(?:in)?|Übersetzer(?:in)?|Tierarzt|Tierärztin|Psycholog(?:e|in)|Bäcker(?:in)?|Rentner(?:in)?|Klempner(?:in)?|Friseur(?:in)?|Polizist(?:in)?|Maler(?:in)?|Mechaniker(?:in)?|Apotheker(?:in)?|Erzieher(?:in)?|Hebamme|Bibliothekar(?:in)?|Gärtner(?:in)?";
const PORTUGUESE_JOBS: &str = "enfermeir[oa]|m[ée]dic[oa]|professora?|engenheir[oa]|advogad[oa]|estudante|cozinheir[oa]|arquitet[oa]|programadora?|carpinteir[oa]|eletricista|jornalista|dentista|contadora?|designer|fot[óo]graf[oa]|m[úu]sic[oa]|atriz|ator|escritora?|tradutora?|veterin[áa]ri[oa]|psic[óo]log[oa]|padeir[oa]|aposentad[oa]|reformad[oa]|encanador|taxista|cabeleireir[oa]|bombeir[oa]|pintora?|mec[âa]nic[oa]|farmac[êe]utic[oa]|bibliotec[áa]ri[oa]";

const RULES: &[Row] = &[
    // Spanish
    ("me llamo|mi nombre es", r"\b(?:me llamo|mi nombre es) (?P<v>NAME)", "name", "{v}"),
    ("vivo en", r"\bvivo (?:ahora |actualmente )?en (?P<v>PLACE)", "home", "{v}"),
    (
        "mudé a|mude a|mudamos a|mudado a",
        r"\b(?:me mud[ée]|nos mudamos|me he mudado|nos hemos mudado) a (?P<v>PLACE)",
        "home",
        "{v}",
    ),
    ("soy de", r"\bsoy de (?P<v>PLACE)", "origin", "{v}"),
    ("años", r"\btengo (?P<v>\d{1,3}) años", "age", "{v}"),
    ("trabajo en|trabajo para", r"\btrabajo (?:en|para) (?:la |el )?(?P<v>FIRM)", "work.employer", "{v}"),
    ("trabajo como|trabajo de", r"\btrabajo (?:como|de) (?P<v>[\p{L}]+)", "work", "{v}"),
    ("soy", r"\bsoy (?:una? )?(?P<v>SPANISH_JOBS)(?:[.!,;]|$| )", "work", "{v}"),
    ("me gusta|me encanta", r"\bme (?:gustan?) (?:mucho )?(?:el |la |los |las )?THING", "taste.{t}", "like"),
    ("me encanta|adoro", r"\b(?:me encantan?|adoro) (?:el |la |los |las )?THING", "taste.{t}", "love"),
    ("odio|detesto", r"\b(?:odio|detesto) (?:el |la |los |las )?THING", "taste.{t}", "dislike"),
    ("no me gusta", r"\bno me gustan? (?:nada )?(?:el |la |los |las )?THING", "taste.{t}", "dislike"),
    ("perr", r"\b(?:mi|nuestr[oa]) perr[oa] se llama (?P<v>NAME)", "pet.dog.name", "{v}"),
    ("gat", r"\b(?:mi|nuestr[oa]) gat[oa] se llama (?P<v>NAME)", "pet.cat.name", "{v}"),
    ("hermana", r"\bmi hermana (?:mayor |menor |pequeña )?se llama (?P<v>NAME)", "sister.name", "{v}"),
    ("hermano", r"\bmi hermano (?:mayor |menor |pequeño )?se llama (?P<v>NAME)", "brother.name", "{v}"),
    ("mi madre|mi mamá", r"\bmi (?:madre|mamá) se llama (?P<v>NAME)", "mother.name", "{v}"),
    ("mi padre|mi papá", r"\bmi (?:padre|papá) se llama (?P<v>NAME)", "father.name", "{v}"),
    ("mi mujer|mi esposa", r"\bmi (?:mujer|esposa) se llama (?P<v>NAME)", "wife.name", "{v}"),
    ("mi marido|mi esposo", r"\bmi (?:marido|esposo) se llama (?P<v>NAME)", "husband.name", "{v}"),
    ("mi hija", r"\bmi hija se llama (?P<v>NAME)", "daughter.name", "{v}"),
    ("mi hijo", r"\bmi hijo se llama (?P<v>NAME)", "son.name", "{v}"),
    // French
    ("m'appelle|mon nom est|mon prénom est", r"\b(?:je m'appelle|mon (?:pré)?nom est) (?P<v>NAME)", "name", "{v}"),
    (
        "habite|je vis",
        r"\b(?:j'habite|je vis) (?:maintenant |actuellement )?(?:à|en|au|aux|dans le|près de) (?P<v>PLACE)",
        "home",
        "{v}",
    ),
    ("déménagé", r"\bdéménagé à (?P<v>PLACE)", "home", "{v}"),
    ("je viens de|originaire", r"\b(?:je viens|je suis originaire) (?:de |du |d')(?P<v>PLACE)", "origin", "{v}"),
    (" ans", r"\bj'ai (?P<v>\d{1,3}) ans", "age", "{v}"),
    ("je travaille", r"\bje travaille (?:chez|pour|à la|à) (?P<v>FIRM)", "work.employer", "{v}"),
    ("je travaille", r"\bje travaille comme (?P<v>[\p{L}]+)", "work", "{v}"),
    ("je suis", r"\bje suis (?:une? )?(?P<v>FRENCH_JOBS)(?:[.!,;]|$| )", "work", "{v}"),
    ("j'aime", r"\bj'aime (?:bien |beaucoup )?(?:le |la |les |l')THING", "taste.{t}", "like"),
    ("j'adore", r"\bj'adore (?:le |la |les |l')?THING", "taste.{t}", "love"),
    (
        "déteste|je n'aime pas",
        r"\b(?:je déteste|je n'aime pas) (?:du tout )?(?:le |la |les |l')THING",
        "taste.{t}",
        "dislike",
    ),
    ("chien", r"\b(?:mon|notre|ma) chien(?:ne)? s'appelle (?P<v>NAME)", "pet.dog.name", "{v}"),
    ("chat", r"\b(?:mon|notre|ma) chat(?:te)? s'appelle (?P<v>NAME)", "pet.cat.name", "{v}"),
    ("sœur|soeur", r"\bma (?:grande |petite )?s(?:œ|oe)ur s'appelle (?P<v>NAME)", "sister.name", "{v}"),
    ("frère", r"\bmon (?:grand |petit )?frère s'appelle (?P<v>NAME)", "brother.name", "{v}"),
    ("ma mère", r"\bma mère s'appelle (?P<v>NAME)", "mother.name", "{v}"),
    ("mon père", r"\bmon père s'appelle (?P<v>NAME)", "father.name", "{v}"),
    ("ma femme", r"\bma femme s'appelle (?P<v>NAME)", "wife.name", "{v}"),
    ("mon mari", r"\bmon mari s'appelle (?P<v>NAME)", "husband.name", "{v}"),
    ("ma fille", r"\bma fille s'appelle (?P<v>NAME)", "daughter.name", "{v}"),
    ("mon fils", r"\bmon fils s'appelle (?P<v>NAME)", "son.name", "{v}"),
    // German
    ("ich hei|mein name ist", r"\b(?:ich hei(?:ß|ss)e|mein name ist) (?P<v>NAME)", "name", "{v}"),
    (
        "wohne|lebe",
        r"\b(?:wohne|lebe)(?: ich)? (?:jetzt |seit .{2,20} |derzeit |momentan )?in (?P<v>PLACE)",
        "home",
        "{v}",
    ),
    ("gezogen|umgezogen", r"\bnach (?P<v>PLACE) (?:um)?gezogen", "home", "{v}"),
    ("ich komme", r"\bich komme (?:ursprünglich )?aus (?P<v>PLACE)", "origin", "{v}"),
    ("jahre", r"\bich bin (?P<v>\d{1,3}) jahre", "age", "{v}"),
    ("arbeite", r"\b(?:ich )?arbeite (?:als .{3,30} )?bei(?:m)? (?:der )?(?P<v>FIRM)", "work.employer", "{v}"),
    ("arbeite", r"\b(?:ich )?arbeite (?:.{1,40} )?als (?P<v>(?-i:\p{Lu}[\p{L}-]+))", "work", "{v}"),
    ("ich bin", r"\bich bin (?:eine? )?(?P<v>GERMAN_JOBS)(?:[.!,;]|$| )", "work", "{v}"),
    ("ich mag|gern", r"\bich mag (?:das |die |den )?THING", "taste.{t}", "like"),
    ("ich liebe", r"\bich liebe (?:das |die |den )?(?P<t>(?-i:\p{Lu}[\p{L}-]+))(?:[.!,;]|$| )", "taste.{t}", "love"),
    ("ich hasse|ich mag kein", r"\bich (?:hasse|mag keine?n?) (?:das |die |den )?THING", "taste.{t}", "dislike"),
    ("hund", r"\b(?:mein|unser) hund hei(?:ß|ss)t (?P<v>NAME)", "pet.dog.name", "{v}"),
    ("katze|kater", r"\b(?:meine?|unsere?) (?:katze|kater) hei(?:ß|ss)t (?P<v>NAME)", "pet.cat.name", "{v}"),
    (
        "schwester",
        r"\bmeine (?:große |kleine |ältere |jüngere )?schwester hei(?:ß|ss)t (?P<v>NAME)",
        "sister.name",
        "{v}",
    ),
    (
        "bruder",
        r"\bmein (?:großer |kleiner |älterer |jüngerer )?bruder hei(?:ß|ss)t (?P<v>NAME)",
        "brother.name",
        "{v}",
    ),
    ("mutter", r"\bmeine (?:mutter|mama) hei(?:ß|ss)t (?P<v>NAME)", "mother.name", "{v}"),
    ("vater", r"\bmein (?:vater|papa) hei(?:ß|ss)t (?P<v>NAME)", "father.name", "{v}"),
    ("frau", r"\bmeine frau hei(?:ß|ss)t (?P<v>NAME)", "wife.name", "{v}"),
    ("mann", r"\bmein mann hei(?:ß|ss)t (?P<v>NAME)", "husband.name", "{v}"),
    ("tochter", r"\bmeine tochter hei(?:ß|ss)t (?P<v>NAME)", "daughter.name", "{v}"),
    ("sohn", r"\bmein sohn hei(?:ß|ss)t (?P<v>NAME)", "son.name", "{v}"),
    // Portuguese
    ("meu nome é|me chamo|chamo-me", r"(?:^|\b)(?:meu nome é|me chamo|chamo-me) (?P<v>NAME)", "name", "{v}"),
    ("moro|vivo em", r"\b(?:moro|vivo) (?:agora |atualmente )?(?:em|no|na) (?P<v>PLACE)", "home", "{v}"),
    ("mudei", r"\b(?:me mudei|mudei-me|mudei) para (?:o |a )?(?P<v>PLACE)", "home", "{v}"),
    ("sou de|sou do|sou da", r"\bsou d[eoa] (?P<v>PLACE)", "origin", "{v}"),
    (" anos", r"\btenho (?P<v>\d{1,3}) anos", "age", "{v}"),
    ("trabalho", r"\btrabalho (?:na|no|em|para a|para o) (?P<v>FIRM)", "work.employer", "{v}"),
    ("trabalho como", r"\btrabalho como (?P<v>[\p{L}]+)", "work", "{v}"),
    ("sou ", r"\bsou (?:uma? )?(?P<v>PORTUGUESE_JOBS)(?:[.!,;]|$| )", "work", "{v}"),
    ("gosto", r"\b(?:eu )?gosto (?:muito )?d[eoa]s? THING", "taste.{t}", "like"),
    ("adoro", r"\b(?:eu )?adoro (?:o |a |os |as )?THING", "taste.{t}", "love"),
    ("odeio|não gosto", r"\b(?:odeio|detesto|não gosto d[eoa]s?) (?:o |a |os |as )?THING", "taste.{t}", "dislike"),
    (
        "cachorr|cão|cadela",
        r"\b(?:meu|minha|nosso) (?:cachorr[oa]|cão|cadela) (?:se chama|chama-se) (?P<v>NAME)",
        "pet.dog.name",
        "{v}",
    ),
    (
        "gat",
        r"\b(?:meu|minha|nosso|nossa|o meu|a minha) gat[oa] (?:se chama|chama-se) (?P<v>NAME)",
        "pet.cat.name",
        "{v}",
    ),
    ("irmã", r"\bminha irmã (?:se chama|chama-se) (?P<v>NAME)", "sister.name", "{v}"),
    ("irmão", r"\bmeu irmão (?:se chama|chama-se) (?P<v>NAME)", "brother.name", "{v}"),
    ("minha mãe", r"\bminha mãe (?:se chama|chama-se) (?P<v>NAME)", "mother.name", "{v}"),
    ("meu pai", r"\bmeu pai (?:se chama|chama-se) (?P<v>NAME)", "father.name", "{v}"),
    // Italian, Dutch
    ("mi chiamo", r"\bmi chiamo (?P<v>NAME)", "name", "{v}"),
    ("abito|vivo a", r"\b(?:abito|vivo) (?:ora |adesso )?(?:a|in) (?P<v>PLACE)", "home", "{v}"),
    (" anni", r"\bho (?P<v>\d{1,3}) anni", "age", "{v}"),
    ("ik heet|mijn naam is", r"\b(?:ik heet|mijn naam is) (?P<v>NAME)", "name", "{v}"),
    ("ik woon", r"\bik woon (?:nu )?in (?P<v>PLACE)", "home", "{v}"),
    // Other scripts
    (
        "меня зовут|моё имя|мое имя",
        r"(?:меня зовут|мо[её] имя)(?: —| -)? (?P<v>[А-ЯЁа-яё][а-яё]+(?: [А-ЯЁ][а-яё]+)?)",
        "name",
        "{v}",
    ),
    ("лет|год", r"мне (?:сейчас )?(?P<v>[0-9]{1,3}) (?:лет|год)", "age", "{v}"),
    (
        "я живу",
        r"я (?:сейчас |теперь )?живу (?:сейчас |теперь )?во? (?P<v>[А-ЯЁ][а-яё]+(?:[ -][А-ЯЁ][а-яё]+)*)",
        "home",
        "{v}",
    ),
    ("मेरा नाम", r"मेरा नाम (?P<v>[\x{0900}-\x{0963}]+(?: [\x{0900}-\x{0963}]+)?) (?:है|हैं)", "name", "{v}"),
    ("अपना नाम|मैं", r"मैं (?P<v>[\x{0900}-\x{0963}]+(?: [\x{0900}-\x{0963}]+)?) (?:में|मे) (?:रहता|रहती)", "home", "{v}"),
    ("اسمي", r"(?:^|\s)(?:أنا )?اسمي (?:هو )?(?P<v>[\x{0621}-\x{064a}]+)", "name", "{v}"),
    (
        "名前は",
        r"(?:私|僕|俺)?の?名前は(?P<v>[\x{3040}-\x{30ff}\x{3400}-\x{9fff}ーA-Za-z]{1,12}?)(?:です|だよ|といいます|と言います|と申します)",
        "name",
        "{v}",
    ),
    (
        "といいます|と言います|と申します",
        r"(?:^|[、。\s])(?:私は|僕は)?(?P<v>[\x{30a0}-\x{30ff}\x{3400}-\x{9fff}ー]{1,10})(?:といいます|と言います|と申します)",
        "name",
        "{v}",
    ),
    ("我叫|我的名字", r"(?:我叫|我的名字(?:是|叫))(?P<v>[\x{3400}-\x{9fff}]{1,4})(?:[，。！,.!\s]|$)", "name", "{v}"),
    ("이름은", r"이름은 (?P<v>[\x{ac00}-\x{d7a3}]{2,5}?)(?:이에요|예요|입니다|이야|야)", "name", "{v}"),
];

impl Foreign {
    pub(super) fn new() -> Self {
        let filled = |pattern: &str| {
            pattern
                .replace("NAME", NAME)
                .replace("PLACE", PLACE)
                .replace("THING", THING)
                .replace("FIRM", FIRM)
                .replace("SPANISH_JOBS", SPANISH_JOBS)
                .replace("FRENCH_JOBS", FRENCH_JOBS)
                .replace("GERMAN_JOBS", GERMAN_JOBS)
                .replace("PORTUGUESE_JOBS", PORTUGUESE_JOBS)
        };
        Self {
            triggers: Triggers::new(RULES.iter().map(|row| row.0)),
            rules: RULES.iter().map(|row| (Pattern::new(format!("(?i){}", filled(row.1))), row.2, row.3)).collect(),
            denied: Pattern::new(
                r"(?i)(?:^|\s)(?:no|ne|n'|nicht|kein|keine|não|nunca|jamais|nie|non|niet|не|if|si|se|wenn|falls|quisiera|quería|ojalá|ich wünschte|quem me dera|dijo que|dit que|sagt|disse que|ella dice|él dice)\s*$|(?:^|\s)(?:ya no|plus|ne \S+ (?:pas|plus)|nicht mehr|já não|não)(?:\s|$)|нет|नहीं|ではありません|じゃない|ليس",
            ),
        }
    }

    /// What a sentence of another language says.
    pub(super) fn find(&self, sentence: &str, found: &mut Vec<Extracted>) {
        for row in self.triggers.within(&sentence.to_lowercase()) {
            let (pattern, key, value) = &self.rules[row];
            let Some(captures) = pattern.captures(sentence) else { continue };
            let Some(whole) = captures.get(0) else { continue };
            // What is said not to be so is left alone, unless the rule itself speaks of it.
            if *value != "dislike" && self.denied.is_match(&sentence[..whole.start()]) {
                continue;
            }
            let thing = captures.name("t").map(|m| tidy(m.as_str())).unwrap_or_default();
            let said = captures.name("v").map(|m| tidy(m.as_str())).unwrap_or_default();
            if *key == "name" && NOT_NAMES.contains(&said.to_lowercase().as_str()) {
                continue;
            }
            let fact = Fact {
                subject: "user".into(),
                key: key.replace("{t}", &slug(&thing)),
                value: value.replace("{v}", &said),
            };
            let category = if key.starts_with("taste") { Category::Preference } else { Category::Fact };
            found.push(Extracted { confidence: 0.85, ..Extracted::fact(category, fact, sentence.trim()) });
        }
    }
}
