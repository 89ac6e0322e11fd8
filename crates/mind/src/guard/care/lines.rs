//! Help lines by country. Numbers change: each entry names whose page to check it against. `AS_OF` says how fresh they are.

/// When the table was written (year and month). It was written from general knowledge; only a few entries were compared
/// with public text and none was called. Check your country's lines against the pages named before you rely on them.
pub const AS_OF: &str = "2026-11";

/// The international directory, for every country that is not here and for whoever looks for something else.
pub const DIRECTORY: &str = "findahelpline.com";

/// One service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is called there.
    pub name: &'static str,
    /// The number to call, as it is dialled there.
    pub call: &'static str,
    /// How to write to it instead; empty where one cannot.
    pub write: &'static str,
    /// Whose page says so.
    pub source: &'static str,
}

/// The lines of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// The number for an ambulance.
    pub emergency: &'static str,
    /// Whom to call, the first first.
    pub lines: &'static [Line],
}

const fn line(name: &'static str, call: &'static str, write: &'static str, source: &'static str) -> Line {
    Line { name, call, write, source }
}

/// Sorted by code.
const COUNTRIES: &[Country] = &[
    Country {
        code: "AR",
        emergency: "107",
        lines: &[line("Centro de Asistencia al Suicida", "135 (0800 345 1435)", "", "asistenciaalsuicida.org.ar")],
    },
    Country {
        code: "AT",
        emergency: "144",
        lines: &[line("TelefonSeelsorge", "142", "onlineberatung-telefonseelsorge.at", "telefonseelsorge.at")],
    },
    Country {
        code: "AU",
        emergency: "000",
        lines: &[line("Lifeline", "13 11 14", "text 0477 13 11 14", "lifeline.org.au")],
    },
    Country {
        code: "BE",
        emergency: "112",
        lines: &[
            line("Zelfmoordlijn", "1813", "chat: zelfmoord1813.be", "zelfmoord1813.be"),
            line("Centre de Prévention du Suicide", "0800 32 123", "", "preventionsuicide.be"),
        ],
    },
    Country { code: "BR", emergency: "192", lines: &[line("CVV", "188", "chat: cvv.org.br", "cvv.org.br")] },
    Country {
        code: "CA",
        emergency: "911",
        lines: &[line("9-8-8 Suicide Crisis Helpline", "988", "text 988", "988.ca")],
    },
    Country {
        code: "CH",
        emergency: "144",
        lines: &[line("Die Dargebotene Hand · La Main Tendue", "143", "chat: 143.ch", "143.ch")],
    },
    Country {
        code: "DE",
        emergency: "112",
        lines: &[line(
            "TelefonSeelsorge",
            "0800 111 0 111 · 116 123",
            "chat: online.telefonseelsorge.de",
            "telefonseelsorge.de",
        )],
    },
    Country {
        code: "DK",
        emergency: "112",
        lines: &[line("Livslinien", "70 201 201", "chat: livslinien.dk", "livslinien.dk")],
    },
    Country {
        code: "ES",
        emergency: "112",
        lines: &[
            line("Línea 024", "024", "", "sanidad.gob.es"),
            line("Teléfono de la Esperanza", "717 003 717", "", "telefonodelaesperanza.org"),
        ],
    },
    Country {
        code: "FI",
        emergency: "112",
        lines: &[line("MIELI Kriisipuhelin", "09 2525 0111", "chat: sekasin.fi", "mieli.fi")],
    },
    Country {
        code: "FR",
        emergency: "15",
        lines: &[line("Numéro national de prévention du suicide", "3114", "", "3114.fr")],
    },
    Country {
        code: "GB",
        emergency: "999",
        lines: &[line("Samaritans", "116 123", "text SHOUT to 85258", "samaritans.org")],
    },
    Country {
        code: "IE",
        emergency: "112",
        lines: &[line("Samaritans", "116 123", "text HELLO to 50808", "samaritans.org")],
    },
    Country { code: "IN", emergency: "112", lines: &[line("Tele-MANAS", "14416", "", "telemanas.mohfw.gov.in")] },
    Country {
        code: "IT",
        emergency: "112",
        lines: &[line("Telefono Amico Italia", "02 2327 2327", "WhatsApp 324 011 7252", "telefonoamico.it")],
    },
    Country {
        code: "JP",
        emergency: "119",
        lines: &[
            line("よりそいホットライン", "0120-279-338", "", "since2011.net/yorisoi"),
            line("いのちの電話", "0120-783-556", "", "inochinodenwa.org"),
        ],
    },
    Country { code: "KR", emergency: "119", lines: &[line("자살예방 상담전화", "109", "", "129.go.kr/109")] },
    Country { code: "MX", emergency: "911", lines: &[line("Línea de la Vida", "800 911 2000", "", "gob.mx/salud")] },
    Country {
        code: "NL",
        emergency: "112",
        lines: &[line("113 Zelfmoordpreventie", "113 · 0800 0113", "chat: 113.nl", "113.nl")],
    },
    Country {
        code: "NO",
        emergency: "113",
        lines: &[
            line("Mental Helse", "116 123", "chat: sidetmedord.no", "mentalhelse.no"),
            line("Kirkens SOS", "22 40 00 40", "chat: kirkens-sos.no", "kirkens-sos.no"),
        ],
    },
    Country { code: "NZ", emergency: "111", lines: &[line("Need to talk?", "1737", "text 1737", "1737.org.nz")] },
    Country { code: "PK", emergency: "1122", lines: &[line("Umang", "0311 7786264", "", "umang.com.pk")] },
    Country {
        code: "PL",
        emergency: "112",
        lines: &[line("Centrum Wsparcia", "800 70 2222", "chat: centrumwsparcia.pl", "centrumwsparcia.pl")],
    },
    Country {
        code: "PT",
        emergency: "112",
        lines: &[
            line("Linha Nacional de Prevenção do Suicídio", "1411", "", "sns24.gov.pt"),
            line("SOS Voz Amiga", "213 544 545", "", "sosvozamiga.org"),
        ],
    },
    Country {
        code: "SE",
        emergency: "112",
        lines: &[line("Mind Självmordslinjen", "90101", "chat: mind.se", "mind.se")],
    },
    Country {
        code: "US",
        emergency: "911",
        lines: &[line("988 Suicide & Crisis Lifeline", "988", "text 988, chat: 988lifeline.org", "988lifeline.org")],
    },
    Country {
        code: "ZA",
        emergency: "112",
        lines: &[line("SADAG Suicide Crisis Helpline", "0800 567 567", "SMS 31393", "sadag.org")],
    },
];

/// The lines of a country, by its ISO 3166-1 alpha-2 code in any case. `UK` is understood.
pub fn country(code: &str) -> Option<&'static Country> {
    let code = code.trim().to_ascii_uppercase();
    let code = if code == "UK" { "GB" } else { code.as_str() };
    COUNTRIES.binary_search_by(|c| c.code.cmp(code)).ok().map(|i| &COUNTRIES[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_that_is_promised_is_here() {
        assert!(COUNTRIES.windows(2).all(|w| w[0].code < w[1].code));
        for code in [
            "US", "CA", "GB", "IE", "AU", "NZ", "DE", "AT", "CH", "FR", "ES", "IT", "PT", "NL", "BE", "SE", "NO", "DK",
            "FI", "PL", "JP", "KR", "IN", "PK", "BR", "MX", "AR", "ZA", "uk", " us ",
        ] {
            let found = country(code).unwrap_or_else(|| panic!("{code}"));
            assert!(!found.lines.is_empty() && found.emergency.chars().all(|c| c.is_ascii_digit()));
            assert!(found.lines.iter().all(|l| l.call.chars().any(|c| c.is_ascii_digit()) && !l.source.is_empty()));
        }
        assert_eq!(country("XX"), None);
    }
}
