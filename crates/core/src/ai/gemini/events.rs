//! Server-sent events, as far as Gemini uses them (html.spec.whatwg.org, "Interpreting an event stream"): only their data matters. The crates
//! that read them are either without releases for years, or have one.

/// Bytes. No event that we are sent comes near it.
const LARGEST: usize = 1024 * 1024;

/// Reads events out of bytes that come in any pieces.
#[derive(Debug, Default)]
pub struct EventReader {
    /// A line that has not ended.
    line: Vec<u8>,
    /// Whether the byte before ended a line as a carriage return: a line feed after it belongs to it.
    after_return: bool,
    /// Whether the stream's first line was seen.
    has_begun: bool,
    /// Of the event that has not ended.
    data: String,
    has_data: bool,
}

/// An event is larger than we read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than {LARGEST} bytes")]
pub struct TooLarge;

impl EventReader {
    /// The data of the events that end in `bytes`.
    ///
    /// # Errors
    /// [`TooLarge`]; the stream cannot be read on then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLarge> {
        let mut events = Vec::new();
        for byte in bytes {
            let follows_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    events.extend(self.end_line());
                }
                _ if self.line.len() + self.data.len() >= LARGEST => return Err(TooLarge),
                byte => self.line.push(*byte),
            }
        }
        Ok(events)
    }

    /// Takes a line in. An empty one ends an event.
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

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = EventReader::default();
        pieces.iter().flat_map(|piece| reader.push(piece).expect("not too large")).collect()
    }

    #[test]
    fn only_data_matters() {
        let stream =
            "\u{feff}: hello\nevent: x\ndata: {\"a\":1}\nid: 7\n\ndata:two\ndata: lines\r\n\r\ndata\r\rid: 8\n\nretry: 1\ndata: not ended";
        assert_eq!(read(&[stream.as_bytes()]), ["{\"a\":1}", "two\nlines", ""]);
    }

    #[test]
    fn what_does_not_end_is_not_kept_for_ever() {
        let mut reader = EventReader::default();
        assert_eq!(reader.push(&vec![b'x'; LARGEST + 1]), Err(TooLarge));
        let mut reader = EventReader::default();
        let line = format!("data: {}\n", "x".repeat(100_000));
        assert!((0..20).any(|_| reader.push(line.as_bytes()).is_err()), "in many lines");
    }

    /// Events with all that their data can hold, and the bytes of them with any line ends.
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
        fn however_the_bytes_are_split((events, bytes) in stream(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&pieces), events.clone());
            let single: Vec<_> = bytes.chunks(1).collect();
            prop_assert_eq!(read(&single), events);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(EventReader::default().push(&bytes).is_ok());
        }
    }
}
