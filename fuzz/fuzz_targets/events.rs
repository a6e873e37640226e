//! Fuzzes the SSE decoder: arbitrary bytes never panic, and the decoded events do not depend on how the input is split into chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/core/src/ai/gemini/sse.rs"]
mod sse;

use sse::SseDecoder;

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = SseDecoder::default().push(bytes);
    let mut decoder = SseDecoder::default();
    let mut pieces = Vec::new();
    for piece in bytes.chunks(usize::from(size).max(1)) {
        match decoder.push(piece) {
            Ok(events) => pieces.extend(events),
            Err(_) => return assert!(whole.is_err()),
        }
    }
    assert_eq!(whole.as_ref(), Ok(&pieces));
});
