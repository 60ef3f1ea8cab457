//! Telegrams from anything that can be read.

use std::io::{self, ErrorKind, Read};

use crate::{Event, Stream};

/// An iterator over the telegrams and refusals in a file, a socket or a serial port.
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
        loop {
            if let Some(event) = self.stream.next_event() {
                return Some(Ok(event));
            }
            if self.ended {
                return self.stream.finish().map(Ok);
            }
            if let Err(error) = self.read() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}
