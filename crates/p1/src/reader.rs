//! Telegrams from anything that can be read.

use std::io::{self, ErrorKind, Read};

use crate::stream::Place;
use crate::{Event, Refusal, Stream, Telegram};

/// The telegrams and refusals in a file, a socket or a serial port: borrowed, by
/// [`next_telegram`](Self::next_telegram), or as an iterator over [`Event`]s that own their bytes.
///
/// ```
/// let file = &b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.7.0(0001.01*kW)\r\n!\r\n"[..];
/// assert_eq!(p1::Telegrams::new(file).count(), 1);
/// ```
#[derive(Debug)]
pub struct Telegrams<R> {
    source: R,
    stream: Stream,
    ended: bool,
}

impl<R: Read> Telegrams<R> {
    /// Reads `source` with a stream that refuses wrong checksums.
    pub fn new(source: R) -> Self {
        Self::with_stream(source, Stream::new())
    }

    /// Reads `source` with this stream.
    pub fn with_stream(source: R, stream: Stream) -> Self {
        Self {
            source,
            stream,
            ended: false,
        }
    }

    /// The stream, for its counters.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The next telegram or refusal; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the source cannot be read. What had been read before is judged by the next call.
    pub fn next_telegram(&mut self) -> io::Result<Option<Result<Telegram<'_>, Refusal>>> {
        let next = self.next_place()?;
        Ok(next.map(|next| next.map(|place| self.stream.at(&place))))
    }

    fn next_place(&mut self) -> io::Result<Option<Result<Place, Refusal>>> {
        loop {
            if let Some(next) = self.stream.next_place(self.ended) {
                return Ok(Some(next));
            }
            if self.ended {
                return Ok(None);
            }
            if let Err(error) = self.read() {
                self.ended = true;
                return Err(error);
            }
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let mut chunk = [0; 4096];
        let length = match self.source.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            result => result?,
        };
        self.ended = length == 0;
        self.stream.push(chunk.get(..length).unwrap_or_default());
        Ok(())
    }
}

impl<R: Read> Iterator for Telegrams<R> {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<io::Result<Event>> {
        let next = self.next_telegram().transpose()?;
        Some(next.map(Event::from))
    }
}
