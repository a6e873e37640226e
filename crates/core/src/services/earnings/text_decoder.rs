//! Makes what is uploaded uniform: UTF-16 becomes UTF-8, and every line ends with a line feed. Which of the 8-bit encodings the rest is in is decided
//! for each cell (`row_stream`).

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

/// Decodes a file piece by piece.
#[derive(Default)]
pub(super) struct TextDecoder {
    utf16: Option<Decoder>,
    has_begun: bool,
    is_after_return: bool,
}

impl TextDecoder {
    /// Decodes the next piece of the file; the first has at least two bytes, if the file has.
    pub fn decode(&mut self, bytes: &[u8], is_last: bool) -> Vec<u8> {
        if !std::mem::replace(&mut self.has_begun, true) {
            let encoding = match bytes {
                [0xff, 0xfe, ..] => Some(UTF_16LE),
                [0xfe, 0xff, ..] => Some(UTF_16BE),
                _ => None,
            };
            self.utf16 = encoding.map(encoding_rs::Encoding::new_decoder);
        }
        match &mut self.utf16 {
            Some(decoder) => {
                let text = decode_all(decoder, bytes, is_last);
                self.unify_line_ends(text.as_bytes())
            }
            None => self.unify_line_ends(bytes),
        }
    }

    /// A line ends with CR, LF or both.
    fn unify_line_ends(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut lines = Vec::with_capacity(bytes.len());
        for byte in bytes {
            let follows_return = std::mem::replace(&mut self.is_after_return, *byte == b'\r');
            match byte {
                b'\r' => lines.push(b'\n'),
                b'\n' if follows_return => {}
                other => lines.push(*other),
            }
        }
        lines
    }
}

fn decode_all(decoder: &mut Decoder, mut bytes: &[u8], is_last: bool) -> String {
    let mut text = String::new();
    loop {
        text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()));
        let (result, read, _) = decoder.decode_to_string(bytes, &mut text, is_last);
        bytes = &bytes[read..];
        if result == CoderResult::InputEmpty {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(file: &[u8], cut: usize) -> Vec<u8> {
        let mut decoder = TextDecoder::default();
        let (first, rest) = file.split_at(cut.clamp(2.min(file.len()), file.len()));
        [decoder.decode(first, false), decoder.decode(rest, true)].concat()
    }

    proptest! {
        #[test]
        fn text_is_the_same_however_it_is_encoded_and_cut(lines in prop::collection::vec("[^\r\n]{0,20}", 0..8), cut in 0..200_usize) {
            let expected = lines.join("\n");
            for end in ["\n", "\r\n", "\r"] {
                // An empty line between CR and LF would be one end.
                let text = lines.join(end);
                prop_assert_eq!(decoded(text.as_bytes(), cut), expected.as_bytes());
                let units: Vec<u16> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).collect();
                let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
                prop_assert_eq!(decoded(&little, cut), expected.as_bytes());
                prop_assert_eq!(decoded(&big, cut), expected.as_bytes());
            }
        }
    }
}
