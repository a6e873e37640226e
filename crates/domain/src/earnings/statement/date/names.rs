//! Words of dates: names of months, weekdays and time zones in the languages of statements.

use chrono::FixedOffset;

/// Names of each month in English, French, German, Spanish, Italian, Portuguese and Dutch, without accents, and abbreviations that do not begin
/// a name.
const MONTHS: [&[&str]; 12] = [
    &["january", "janvier", "januar", "enero", "gennaio", "janeiro", "januari"],
    &["february", "fevrier", "februar", "febrero", "febbraio", "fevereiro", "februari"],
    &["march", "mars", "maerz", "marz", "marzo", "marco", "maart", "mrz", "mrt"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "maio", "mei"],
    &["june", "juin", "juni", "junio", "giugno", "junho"],
    &["july", "juillet", "juli", "julio", "luglio", "julho"],
    &["august", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "settembre", "setembro"],
    &["october", "octobre", "oktober", "octubre", "ottobre", "outubro"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "decembre", "dezember", "diciembre", "dicembre", "dezembro"],
];
/// Names of weekdays in the same languages.
const WEEKDAYS: [&str; 46] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "lunes",
    "martes",
    "miercoles",
    "jueves",
    "viernes",
    "sabado",
    "domingo",
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "venerdi",
    "sabato",
    "domenica",
    "segunda",
    "terca",
    "quarta",
    "quinta",
    "sexta",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
];
/// Words that say nothing: "3 de noviembre de 2026", "Nov 3, 2026 at 11:59 PM".
pub(super) const FILLERS: [&str; 14] = ["at", "a", "as", "um", "alle", "ore", "uhr", "de", "del", "di", "of", "om", "le", "den"];
/// Time zones in hours from UTC: those of RFC 2822, and those of Central Europe.
const ZONES: [(&str, i32); 14] = [
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("ut", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("cet", 1),
    ("cest", 2),
];

/// Returns the month that a word names or abbreviates to at least three letters; `None` if it could be two, such as "jui".
pub(super) fn month_of(word: &str) -> Option<u32> {
    let mut months = MONTHS.iter().zip(1..).filter(|(names, _)| word.len() >= 3 && names.iter().any(|name| name.starts_with(word)));
    let (_, month) = months.next()?;
    months.next().is_none().then_some(month)
}

pub(super) fn is_weekday(word: &str) -> bool {
    word.len() >= 2 && WEEKDAYS.iter().any(|name| name.starts_with(word))
}

/// Parses a time zone: `utc`, `pst`, `+0000`, `-08:00`, `+00`, `gmt+0100`.
pub fn parse_zone(word: &str) -> Option<FixedOffset> {
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == word) {
        return FixedOffset::east_opt(hours * 3600);
    }
    let word = word.strip_prefix("gmt").or_else(|| word.strip_prefix("utc")).unwrap_or(word);
    let (sign, digits) = if let Some(digits) = word.strip_prefix('+') { (1, digits) } else { (-1, word.strip_prefix('-')?) };
    let digits = digits.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let minutes: i32 = match digits.len() {
        1 | 2 => digits.parse::<i32>().ok()? * 60,
        4 => digits[..2].parse::<i32>().ok()? * 60 + digits[2..].parse::<i32>().ok()?,
        _ => return None,
    };
    FixedOffset::east_opt(sign * minutes * 60)
}

/// Returns the letter that an accented letter of the names above is written with.
pub(super) const fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'ä' | 'â' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}
