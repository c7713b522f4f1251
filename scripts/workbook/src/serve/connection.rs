//! The sockets under the answers: how many, how long each may take, and an end in time.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Sleep, sleep, timeout};

use super::{Now, Shared, app};

/// Connections at once, each with a request or an event stream; more wait in the kernel's queue.
const CONNECTIONS: usize = 128;

/// How long a server waits for its peers.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the whole head of a request; also between requests.
    pub head: Duration,
    /// For a peer that does not read its answer.
    pub answer: Duration,
    /// For open answers once the server ends.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            head: Duration::from_secs(10),
            answer: Duration::from_secs(10),
            end: Duration::from_millis(400),
        }
    }
}

/// Answers until [`Shared::end`].
pub async fn serve(listener: TcpListener, shared: Shared, patience: Patience) {
    let app = app(shared.clone());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut ending = shared.now.subscribe();
    loop {
        let accepted = either(ended(&mut ending), next(&listener, &places)).await;
        let Some((stream, place)) = accepted else {
            break;
        };
        let service = TowerToHyperService::new(app.clone());
        let stream = TokioIo::new(Impatient {
            stream,
            limit: patience.answer,
            waiting: None,
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(patience.head)
            .max_buf_size(32 * 1024);
        let mut ending = shared.now.subscribe();
        tokio::spawn(async move {
            let connection = builder.serve_connection(stream, service);
            let mut connection = std::pin::pin!(connection);
            if either(ended(&mut ending), connection.as_mut())
                .await
                .is_none()
            {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
            drop(place);
        });
    }
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    let _ = timeout(patience.end, places.acquire_many(all)).await;
}

/// Waits until the server is to end.
async fn ended(now: &mut watch::Receiver<Now>) {
    let _ = now.wait_for(|now| now.ending).await;
}

/// A connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, tokio::sync::OwnedSemaphorePermit) {
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            std::future::pending::<()>().await;
            continue;
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // Out of descriptors, or the peer has gone already: the next may do better.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// The result of the second, or `None` if the first was ready before.
async fn either<T>(first: impl Future<Output = ()>, second: impl Future<Output = T>) -> Option<T> {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    std::future::poll_fn(|context| {
        if first.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        second.as_mut().poll(context).map(Some)
    })
    .await
}

/// A stream that gives up on a peer that does not take what is written.
struct Impatient {
    stream: TcpStream,
    limit: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = None;
            return poll;
        }
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
        match waiting.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, poll)
    }

    // Without this, hyper would copy each answer into one buffer.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.judge(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(context, poll)
    }
}
