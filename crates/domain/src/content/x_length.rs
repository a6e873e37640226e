//! Length of a text as X counts it: twitter-text 3.1 (npm), configuration v3. Texts are in NFC.
//!
//! - A character weighs 1 or 2, see [`weight`].
//! - A sequence of characters that is one emoji weighs 2.
//! - A web address weighs 23, also without `https://` if its domain is Latin and ends with a top-level domain.

use std::sync::LazyLock;

/// Weight of a web address.
const URL_WEIGHT: usize = 23;
/// Maximum length of a label of a domain, of what is looked at as a domain, and of the code of a `t.co` address.
const MAX_LABEL_CHARS: usize = 63;
const MAX_DOMAIN_CHARS: usize = 300;
const MAX_TCO_CHARS: usize = 40;

const ZERO_WIDTH_JOINER: char = '\u{200D}';
const EMOJI_PRESENTATION: char = '\u{FE0F}';

/// The top-level domains, which decide whether `example.photo` is a web address.
#[derive(Debug)]
pub struct TopLevelDomains {
    /// In lower case, sorted by their bytes.
    names: Vec<String>,
}

impl TopLevelDomains {
    /// The list of twitter-text, a name in each line.
    pub const TEXT: &'static str = include_str!("top_level_domains.txt");

    /// Reads such a list.
    pub fn parse(text: &str) -> Self {
        Self { names: text.lines().map(ToOwned::to_owned).collect() }
    }

    /// Returns the domains of [`Self::TEXT`].
    pub fn all() -> &'static Self {
        static ALL: LazyLock<TopLevelDomains> = LazyLock::new(|| TopLevelDomains::parse(TopLevelDomains::TEXT));
        &ALL
    }

    fn contain(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        name.starts_with("xn--") || self.names.binary_search(&name).is_ok()
    }
}

/// Returns the length of a text in NFC. While the top-level domains are not known, the text is not counted as shorter than it is: all that
/// looks like a domain weighs 23, or its own length if that is more.
pub fn x_length(text: &str, domains: Option<&TopLevelDomains>) -> usize {
    let (mut length, mut rest, mut before) = (0, text, None);
    while let Some(character) = rest.chars().next() {
        let (weight, bytes) = match url(rest, before, domains) {
            Some(Url { weight, bytes }) => (weight, bytes),
            None => emoji_sequence(rest).map_or((weight(character), character.len_utf8()), |bytes| (2, bytes)),
        };
        length += weight;
        before = rest[..bytes].chars().next_back();
        rest = &rest[bytes..];
    }
    length
}

/// Latin and a few other ranges weigh 1, everything else weighs 2.
const fn weight(character: char) -> usize {
    match character as u32 {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => 1,
        _ => 2,
    }
}

// ---------------------------------------------------------------- emoji

/// Returns the number of bytes of the sequence of several characters at the start of a text that are one emoji (UTS #51): a keycap, a flag,
/// or emoji with variation selectors, skin tones and tags that are joined.
fn emoji_sequence(text: &str) -> Option<usize> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let after = characters.as_str();
    if matches!(first, '0'..='9' | '#' | '*') {
        let rest = after.strip_prefix(EMOJI_PRESENTATION).unwrap_or(after).strip_prefix('\u{20E3}')?;
        return Some(text.len() - rest.len());
    }
    let is_regional = |character: &char| matches!(character, '\u{1F1E6}'..='\u{1F1FF}');
    if is_regional(&first) {
        return characters.next().filter(is_regional).map(|second| first.len_utf8() + second.len_utf8());
    }
    let mut rest = after_element(text)?;
    while let Some(joined) = rest.strip_prefix(ZERO_WIDTH_JOINER).and_then(after_element) {
        rest = joined;
    }
    let bytes = text.len() - rest.len();
    (bytes > first.len_utf8()).then_some(bytes)
}

/// Returns what follows an emoji with its variation selector, skin tone or tags.
fn after_element(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(may_be_emoji)?;
    let rest = rest.strip_prefix(EMOJI_PRESENTATION).unwrap_or(rest);
    let rest = rest.strip_prefix(|character| matches!(character, '\u{1F3FB}'..='\u{1F3FF}')).unwrap_or(rest);
    let tags = rest.trim_start_matches(|character| matches!(character, '\u{E0020}'..='\u{E007E}'));
    Some(tags.strip_prefix('\u{E007F}').unwrap_or(rest))
}

/// Symbols, pictographs, and the few emoji among other characters.
const fn may_be_emoji(character: char) -> bool {
    matches!(character, '©' | '®' | '\u{203C}'..='\u{2BFF}' | '〰' | '〽' | '㊗' | '㊙' | '\u{1F000}'..='\u{1FAFF}')
}

// ---------------------------------------------------------------- web addresses

struct Url {
    weight: usize,
    bytes: usize,
}

impl Url {
    /// An address of this weight. While the top-level domains are not known, it may be none, so it weighs as much as its characters at least.
    fn new(address: &str, address_weight: usize, domains: Option<&TopLevelDomains>) -> Self {
        let own: usize = address.chars().map(weight).sum();
        Self { weight: if domains.is_some() { address_weight } else { address_weight.max(own) }, bytes: address.len() }
    }
}

/// Returns the web address at the start of a text that follows the character `before`.
fn url(text: &str, before: Option<char>, domains: Option<&TopLevelDomains>) -> Option<Url> {
    if before.is_some_and(|before| before.is_ascii_alphanumeric() || matches!(before, '@' | '＠' | '$' | '#' | '＃')) {
        return None;
    }
    match strip_scheme(text) {
        Some(host) => full_url(text, host, domains),
        // Neither inside a word, nor what follows `-`, `_`, `.` or `/`.
        None if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '-' | '_' | '.' | '/')) => None,
        None => bare_url(text, before.is_none(), domains),
    }
}

fn full_url(text: &str, host: &str, domains: Option<&TopLevelDomains>) -> Option<Url> {
    let (domain, after) = host.split_at(domain_bytes(host, domains)?);
    let short = if domain.eq_ignore_ascii_case("t.co") { short_link(after)? } else { 0 };
    let tail = if short > 0 { short } else { port_path_and_query(after) };
    Some(Url::new(&text[..text.len() - host.len() + domain.len() + tail], URL_WEIGHT, domains))
}

/// A domain without a scheme: only the Latin end of it counts as an address, and only a path belongs to it, with its query.
fn bare_url(text: &str, is_start: bool, domains: Option<&TopLevelDomains>) -> Option<Url> {
    let (domain, after) = text.split_at(domain_bytes(text, domains)?);
    let other = domain.rfind(|character| !(is_latin(character) || matches!(character, '-' | '.')));
    let mut latin = other.map_or(domain, |at| &domain[at..][domain[at..].chars().next().map_or(0, char::len_utf8)..]);
    // At the start of a text, an accented letter is taken for the character before the address.
    let is_accented = |first: char| !first.is_ascii();
    if is_start && let Some(rest) = latin.strip_prefix(is_accented).filter(|rest| rest.starts_with(is_latin)) {
        latin = rest;
    }
    if !latin.contains('.') || latin.starts_with('.') {
        return None;
    }
    let bytes = domain.len() + if after.starts_with('/') { path_and_query(after) } else { 0 };
    let before = x_length(&domain[..domain.len() - latin.len()], domains);
    Some(Url::new(&text[..bytes], before + URL_WEIGHT, domains))
}

fn strip_scheme(text: &str) -> Option<&str> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let start = text.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    })
}

/// Returns the number of bytes of the longest domain at the start of a text.
fn domain_bytes(text: &str, domains: Option<&TopLevelDomains>) -> Option<usize> {
    let is_part = |character: char| is_domain_char(character) || matches!(character, '-' | '_' | '.');
    let run = text.char_indices().take(MAX_DOMAIN_CHARS).take_while(|(_, character)| is_part(*character));
    let end = run.last().map_or(0, |(at, character)| at + character.len_utf8());
    let (mut found, mut start, mut is_name_before) = (None, 0, false);
    for label in text[..end].split('.') {
        if is_name_before && let Some(bytes) = top_level_bytes(&text[start..], label, domains) {
            found = Some(start + bytes);
        }
        if !label.starts_with(is_domain_char) || !label.ends_with(is_domain_char) || label.chars().count() > MAX_LABEL_CHARS {
            break;
        }
        // An underscore is allowed in subdomains only.
        is_name_before = !label.contains('_');
        start += label.len() + 1;
    }
    found
}

/// Returns the number of bytes of a top-level domain at the start of a label; other writing may follow it (`example.comです`).
fn top_level_bytes(text: &str, label: &str, domains: Option<&TopLevelDomains>) -> Option<usize> {
    let ascii = label.find(|character: char| !(character.is_ascii_alphanumeric() || character == '-')).unwrap_or(label.len());
    let is_known = |name: &str| match domains {
        Some(domains) => domains.contain(name),
        None => name.starts_with("xn--") || name.chars().count() >= 2 && name.chars().all(char::is_alphabetic),
    };
    let ends = |bytes: usize| !text[bytes..].starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '@' | '+' | '-'));
    [ascii, label.len()].into_iter().find(|bytes| *bytes > 0 && ends(*bytes) && is_known(&label[..*bytes]))
}

/// Returns the number of bytes of the code of a `t.co` address, with its query; `None` if the code is too long.
fn short_link(text: &str) -> Option<usize> {
    let Some(code) = text.strip_prefix('/') else { return Some(0) };
    let bytes = code.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(code.len());
    match bytes {
        0 => Some(0),
        1..=MAX_TCO_CHARS => Some(1 + bytes + query(&code[bytes..])),
        _ => None,
    }
}

fn port_path_and_query(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |port| port.bytes().take_while(u8::is_ascii_digit).count());
    let port = if digits == 0 { 0 } else { digits + 1 };
    port + path_and_query(&text[port..])
}

fn path_and_query(text: &str) -> usize {
    let path = path(text);
    path + query(&text[path..])
}

/// A path does not end with punctuation, and contains parentheses only in pairs.
fn path(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(character) = text[at..].chars().next() {
        if character == '(' {
            let Some(bytes) = parentheses(&text[at..], 1) else { break };
            at += bytes;
            end = at;
        } else if is_path_char(character) {
            at += character.len_utf8();
            if is_path_end(character) {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// Returns the number of bytes of a pair of parentheses with something in it, and at most `depth` levels of further ones.
fn parentheses(text: &str, depth: usize) -> Option<usize> {
    let mut at = 1;
    loop {
        let character = text[at..].chars().next()?;
        match character {
            ')' if at > 1 => return Some(at + 1),
            '(' if depth > 0 => at += parentheses(&text[at..], depth - 1)?,
            character if is_path_char(character) => at += character.len_utf8(),
            _ => return None,
        }
    }
}

fn query(text: &str) -> usize {
    let is_query = |character: char| character.is_ascii_alphanumeric() || "!?*'@();:&=+$/%#[]-_.,~|".contains(character);
    let is_end = |character: char| character.is_ascii_alphanumeric() || "-_&=#/".contains(character);
    if !text.starts_with('?') {
        return 0;
    }
    let all = &text[..text.find(|character| !is_query(character)).unwrap_or(text.len())];
    match all.trim_end_matches(|character| !is_end(character)) {
        "" => 0,
        query => query.len(),
    }
}

fn is_path_char(character: char) -> bool {
    is_latin(character) || matches!(character, '\u{400}'..='\u{4FF}' | '–') || "!*';:=+,.$/%#[]-_~@|&".contains(character)
}

fn is_path_end(character: char) -> bool {
    is_latin(character) || matches!(character, '\u{400}'..='\u{4FF}') || "+-=_#/".contains(character)
}

/// ASCII letters and digits, and accented Latin letters.
const fn is_latin(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
}

/// All but punctuation and spaces.
fn is_domain_char(character: char) -> bool {
    let is_mark = matches!(character, '\u{FEFF}' | '\u{202A}'..='\u{202E}' | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}');
    !(is_mark || character.is_ascii_punctuation() || character.is_whitespace() || character.is_control())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts with the length that twitter-text 3.1.0 returns (`parseTweet(text).weightedLength`).
    fn examples() -> Vec<(String, usize)> {
        serde_json::from_str(include_str!("x_length_examples.json")).expect("pairs")
    }

    #[test]
    fn top_level_domains_are_sorted() {
        assert!(TopLevelDomains::all().names.is_sorted());
    }

    #[test]
    fn length_is_that_of_twitter_text() {
        let wrong: Vec<_> = examples()
            .into_iter()
            .map(|(text, expected)| (x_length(&text, Some(TopLevelDomains::all())), expected, text))
            .filter(|(length, expected, _)| length != expected)
            .collect();
        assert!(wrong.is_empty(), "{} differ: {wrong:#?}", wrong.len());
    }

    #[test]
    fn length_without_top_level_domains_is_not_less() {
        let others = ["https://server.internal/a/very/long/path/that/is/no/address", "a.xn--p1ai", "a.b.c.example.technology"];
        let others = others.map(|text| (text.to_owned(), x_length(text, Some(TopLevelDomains::all()))));
        for (text, expected) in examples().into_iter().chain(others) {
            assert!(x_length(&text, None) >= expected, "{text:?}");
        }
    }

    #[test]
    fn joined_emoji_are_one_character() {
        for emoji in ["👨‍👩‍👧‍👦", "🧑‍🚒", "👩🏾‍🚀", "🏳️‍🌈", "🏴‍☠️", "🐈‍⬛", "❤️‍🔥", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "#️⃣", "🇺🇦", "👁️‍🗨️", "🫱🏻‍🫲🏿"]
        {
            assert_eq!(x_length(emoji, None), 2, "{emoji}");
        }
    }

    proptest! {
        #[test]
        fn length_of_any_text_is_at_most_twice_its_characters_and_addresses(text in "\\PC*") {
            let length = x_length(&text, Some(TopLevelDomains::all()));
            prop_assert!(length <= 2 * text.chars().count() + URL_WEIGHT * text.matches('.').count());
        }

        // Without accented letters in the second part: where they stand at the start of a text, the address begins after them.
        #[test]
        fn text_that_follows_a_space_adds_its_own_length(before in "[a-zé日 😀]*", after in "[a-z日 .😀]*") {
            let domains = Some(TopLevelDomains::all());
            let both = format!("{before} {after}");
            prop_assert_eq!(x_length(&both, domains), x_length(&before, domains) + 1 + x_length(&after, domains));
        }
    }
}
