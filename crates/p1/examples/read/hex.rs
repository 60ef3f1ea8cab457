//! Captures of encrypted telegrams that were written down as hexadecimal text.

use std::io::{self, BufRead, Read};

/// What `source` says, decoded if it begins like hexadecimal text.
pub(crate) fn decoded<R: BufRead + 'static>(mut source: R) -> io::Result<Box<dyn Read>> {
    Ok(if is_hexadecimal(source.fill_buf()?) {
        Box::new(Decoder {
            source,
            nibble: None,
            comment: false,
        })
    } else {
        Box::new(source)
    })
}

fn is_hexadecimal(beginning: &[u8]) -> bool {
    const ENOUGH: usize = 256;
    let mut digits = 0;
    for line in beginning.split(|&byte| byte == b'\n') {
        if line.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        for byte in line.iter().take(ENOUGH) {
            match byte {
                b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => digits += 1,
                b' ' | b'\t' | b'\r' | b':' | b'-' | b',' | b'x' | b'X' => {}
                _ => return false,
            }
        }
        if digits >= ENOUGH {
            break;
        }
    }
    digits >= 32
}

/// Pairs of digits become bytes; `0x`, spaces, line ends and comments do not count.
struct Decoder<R> {
    source: R,
    nibble: Option<u8>,
    comment: bool,
}

impl<R: BufRead> Decoder<R> {
    fn accept(&mut self, character: u8) -> Option<u8> {
        match character {
            b'\n' => self.comment = false,
            b'#' => self.comment = true,
            _ if self.comment => {}
            b'x' | b'X' => self.nibble = None,
            _ => return self.accept_digit(char::from(character).to_digit(16)?),
        }
        None
    }

    fn accept_digit(&mut self, digit: u32) -> Option<u8> {
        let digit = u8::try_from(digit).ok()?;
        match self.nibble.take() {
            Some(high) => Some(high * 16 + digit),
            None => {
                self.nibble = Some(digit);
                None
            }
        }
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut room = buffer.iter_mut();
        let mut written = 0;
        while written == 0 {
            let text: Vec<u8> = self
                .source
                .fill_buf()?
                .iter()
                .take(room.len())
                .copied()
                .collect();
            if text.is_empty() {
                break;
            }
            self.source.consume(text.len());
            for byte in text
                .into_iter()
                .filter_map(|character| self.accept(character))
            {
                if let Some(place) = room.next() {
                    *place = byte;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}
