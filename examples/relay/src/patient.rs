use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::room::Share;

const MEBIBYTE: usize = 1 << 20;

/// A connection that waits so long, and no longer, for the client to take what it is sent.
#[derive(Debug)]
pub(crate) struct Patient {
    stream: TcpStream,
    /// Time for each mebibyte begun.
    mebibyte: Duration,
    /// Since the client first kept the relay waiting, until it says something again.
    waiting: Option<Waiting>,
    /// The place among its address's connections.
    _place: Option<Share>,
}

#[derive(Debug)]
struct Waiting {
    since: Instant,
    taken: usize,
    alarm: Pin<Box<Sleep>>,
}

impl Patient {
    pub(crate) const fn new(stream: TcpStream, mebibyte: Duration, place: Option<Share>) -> Self {
        Self { stream, mebibyte, waiting: None, _place: place }
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<Result<usize>>,
    ) -> Poll<Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.taken = waiting.taken.saturating_add(count);
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                let waiting = self.waiting.get_or_insert_with(|| {
                    let since = Instant::now();
                    Waiting { since, taken: 0, alarm: Box::pin(sleep_until(since)) }
                });
                let begun = u32::try_from(waiting.taken / MEBIBYTE + 1).unwrap_or(u32::MAX);
                waiting.alarm.as_mut().reset(waiting.since + self.mebibyte.saturating_mul(begun));
                waiting.alarm.as_mut().poll(context).map(|()| Err(ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.waiting = None;
        }
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
