//! Decoder for server-sent events (html.spec.whatwg.org, "Interpreting an event stream"). Only the data field is kept, which is all that
//! Gemini uses. The existing crates either have had no release for years, or have only a single one.

/// Maximum size of an event in bytes; far above what Gemini sends.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Incremental decoder: events may be split across chunks at any byte.
#[derive(Debug, Default)]
pub struct SseDecoder {
    /// Bytes of the line that has not ended yet.
    line: Vec<u8>,
    /// Whether the previous byte was a carriage return; a line feed directly after it belongs to the same line ending.
    after_return: bool,
    /// Whether the first line has been read; only that line may start with a byte order mark.
    has_begun: bool,
    /// Data of the event that has not ended yet.
    data: String,
    has_data: bool,
}

/// An event exceeds the maximum size.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("event exceeds {MAX_EVENT_BYTES} bytes")]
pub struct EventTooLarge;

impl SseDecoder {
    /// Decodes a chunk. Returns the data of all events that end in it.
    ///
    /// # Errors
    /// [`EventTooLarge`]; the decoder must not be used afterwards.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, EventTooLarge> {
        let mut events = Vec::new();
        for byte in bytes {
            let follows_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    events.extend(self.end_line());
                }
                _ if self.line.len() + self.data.len() >= MAX_EVENT_BYTES => return Err(EventTooLarge),
                byte => self.line.push(*byte),
            }
        }
        Ok(events)
    }

    /// Processes a complete line. An empty line ends the event and returns its data, if there is any.
    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = if std::mem::replace(&mut self.has_begun, true) { &text } else { text.trim_start_matches('\u{feff}') };
        if text.is_empty() {
            let data = std::mem::take(&mut self.data);
            return std::mem::take(&mut self.has_data).then_some(data);
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        if field == "data" {
            if self.has_data {
                self.data.push('\n');
            }
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
            self.has_data = true;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(chunks: &[&[u8]]) -> Vec<String> {
        let mut decoder = SseDecoder::default();
        chunks.iter().flat_map(|chunk| decoder.push(chunk).expect("not too large")).collect()
    }

    #[test]
    fn decoder_keeps_only_data_fields() {
        let stream =
            "\u{feff}: hello\nevent: x\ndata: {\"a\":1}\nid: 7\n\ndata:two\ndata: lines\r\n\r\ndata\r\rid: 8\n\nretry: 1\ndata: not ended";
        assert_eq!(decode(&[stream.as_bytes()]), ["{\"a\":1}", "two\nlines", ""]);
    }

    #[test]
    fn oversized_event_is_rejected() {
        let mut decoder = SseDecoder::default();
        assert_eq!(decoder.push(&vec![b'x'; MAX_EVENT_BYTES + 1]), Err(EventTooLarge));
        let mut decoder = SseDecoder::default();
        let line = format!("data: {}\n", "x".repeat(100_000));
        assert!((0..20).any(|_| decoder.push(line.as_bytes()).is_err()), "event of many lines");
    }

    /// Generates events with arbitrary data, and their encoding with any of the three line endings.
    fn stream() -> impl Strategy<Value = (Vec<String>, Vec<u8>)> {
        let event = (proptest::collection::vec("[^\r\n]{0,12}", 1..4), prop_oneof![Just("\n"), Just("\r"), Just("\r\n")]);
        proptest::collection::vec(event, 0..5).prop_map(|events| {
            let mut bytes = Vec::new();
            for (lines, end) in &events {
                for line in lines {
                    bytes.extend_from_slice(format!("data: {line}{end}").as_bytes());
                }
                bytes.extend_from_slice(end.as_bytes());
            }
            (events.into_iter().map(|(lines, _)| lines.join("\n")).collect(), bytes)
        })
    }

    proptest! {
        #[test]
        fn any_chunking_decodes_equally((events, bytes) in stream(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&chunks), events.clone());
            let single: Vec<_> = bytes.chunks(1).collect();
            prop_assert_eq!(decode(&single), events);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(SseDecoder::default().push(&bytes).is_ok());
        }
    }
}
