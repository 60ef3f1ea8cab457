//! Telegrams in bytes that are all there.

use crate::frame::{self, Found, What};
use crate::{Refusal, Telegram};

/// The telegrams and refusals in bytes of which no more will come: a file, a buffer. As with
/// [`Telegram::is_doubled`], what comes several times comes out once. Copies and allocates nothing;
/// encrypted telegrams are refused, since there is no place to open them in.
///
/// ```
/// let file = b"noise /ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n";
/// let telegram = p1::Scan::new(file).next().expect("one telegram")?;
/// assert_eq!(telegram.objects().count(), 1);
/// # Ok::<(), p1::Refusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    rest: &'a [u8],
    within_line: bool,
    /// The telegram that came last.
    last: &'a [u8],
}

impl<'a> Scan<'a> {
    /// Looks for telegrams in `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            within_line: false,
            last: &[],
        }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, &[]));
        self.rest = rest;
        self.within_line = !frame::is_fresh_after(taken, !self.within_line);
        taken
    }

    /// Whether it is the one that came last; it is from now on.
    fn is_doubled(&mut self, telegram: &Telegram<'a>) -> bool {
        let sent = telegram.bytes().trim_ascii_end();
        let last = core::mem::replace(&mut self.last, sent);
        last == sent && telegram.has_a_time_of_its_own()
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Result<Telegram<'a>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Found { noise, what } = frame::find(self.rest, !self.within_line, true);
            self.take(noise);
            match what {
                What::Unfinished => return None,
                What::Telegram { length, end } => {
                    let telegram = Telegram::divided(self.take(length), end);
                    match telegram.check() {
                        Ok(()) if self.is_doubled(&telegram) => {}
                        verdict => return Some(verdict.map(|()| telegram)),
                    }
                }
                What::Sealed { length } => {
                    self.take(length);
                    return Some(Err(Refusal::Encrypted));
                }
                What::Cut { length } if frame::says_something(self.take(length)) => {
                    return Some(Err(Refusal::Cut));
                }
                What::Cut { .. } => {}
                What::TooLong { length } => {
                    self.take(length);
                    return Some(Err(Refusal::TooLong));
                }
            }
        }
    }
}
