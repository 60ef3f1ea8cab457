//! A connection whose other end has to read on.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Sleep, sleep},
};

use crate::connections::Place;

/// So long what is written waits for the other end to take [`LEAST`] of it, or all that there is.
pub const READING: Duration = Duration::from_secs(30);

/// Bytes that the other end takes in each [`READING`] while more waits for it: 70 kbit/s.
pub const LEAST: usize = 256 << 10;

/// A connection that gives its room back when it closes, and that closes when the other end hardly reads what it asked
/// for.
#[derive(Debug)]
pub struct Held<S = TcpStream> {
    stream: S,
    /// While something waits for the other end.
    waits: Option<Waiting>,
    _room: Option<OwnedSemaphorePermit>,
    _place: Option<Place>,
}

/// What waits for the other end, and for how much longer.
#[derive(Debug)]
struct Waiting {
    ends: Pin<Box<Sleep>>,
    /// Bytes taken since it began.
    taken: usize,
}

impl<S> Held<S> {
    pub(crate) fn new(stream: S, room: Option<OwnedSemaphorePermit>, place: Option<Place>) -> Self {
        Self {
            stream,
            waits: None,
            _room: room,
            _place: place,
        }
    }

    /// What a write came to, unless the other end has taken too little for too long.
    fn in_time(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = written {
            self.took(written.as_ref().copied().unwrap_or_default());
            return Poll::Ready(written);
        }
        let waits = self.waits.get_or_insert_with(|| Waiting {
            ends: Box::pin(sleep(READING)),
            taken: 0,
        });
        let over = waits.ends.as_mut().poll(cx);
        over.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// A few bytes end no wait: who takes an answer in drops would keep it, and its share of the memory, for hours.
    fn took(&mut self, bytes: usize) {
        let enough = self.waits.as_mut().is_some_and(|waits| {
            waits.taken = waits.taken.saturating_add(bytes);
            waits.taken >= LEAST
        });
        if enough {
            self.waits = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Held<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Held<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.in_time(written, cx)
    }

    /// Whoever writes flushes once everything is handed over: then nothing waits, however little it was.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.waits = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.in_time(written, cx)
    }
}
