//! The sockets under the answers: how many, how long each may take, and an end in time.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::{Extension, Router};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Sleep, sleep, timeout};

use super::host_check::Here;
use super::{Now, Shared, app};

/// Number of connections at once. One more takes the place of the one that has been silent for
/// longest; only where all are being answered it waits in the kernel's queue.
const CONNECTIONS_MAX: usize = 128;

/// Number of connections in the kernel's queue: one that does not fit there tries again only after
/// a second.
const ACCEPT_QUEUE_LENGTH: i32 = 1024;

/// Number of bytes that a peer which does not read them leaves in the kernel; accepted sockets
/// inherit it.
const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// How often to look for a connection that has fallen silent.
const IDLE_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How long a server waits for its peers.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For the whole head of a request; also between requests.
    pub head: Duration,
    /// For a peer that does not read its answer.
    pub answer: Duration,
    /// For open answers once the server ends.
    pub end: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            head: Duration::from_secs(10),
            answer: Duration::from_secs(10),
            end: Duration::from_millis(400),
        }
    }
}

/// Answers until [`Shared::end`].
pub async fn serve(listener: TcpListener, shared: Shared, timeouts: Timeouts) {
    // The system may refuse, and then the queue is as short as it was.
    let socket = SockRef::from(&listener);
    let _ = socket.listen(ACCEPT_QUEUE_LENGTH);
    let _ = socket.set_send_buffer_size(SEND_BUFFER_BYTES);
    let port = listener.local_addr().map(|address| address.port());
    let app = app(shared.clone()).layer(Extension(Here(port.ok())));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut silent = Silent::default();
    let mut ending = shared.now.subscribe();
    loop {
        let accepted = either(ended(&mut ending), next(&listener, &places, &mut silent)).await;
        let Some((stream, place)) = accepted else {
            break;
        };
        let seat = silent.sit();
        let service = Answering {
            app: TowerToHyperService::new(app.clone()),
            seat: seat.clone(),
        };
        let stream = TokioIo::new(WithTimeout {
            stream,
            limit: timeouts.answer,
            waiting: None,
            seat: seat.clone(),
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.head)
            .max_buf_size(32 * 1024);
        let mut ending = shared.now.subscribe();
        tokio::spawn(async move {
            let connection = async {
                let connection = builder.serve_connection(stream, service);
                let mut connection = std::pin::pin!(connection);
                if either(ended(&mut ending), connection.as_mut())
                    .await
                    .is_none()
                {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            };
            either(seat.asked_to_leave(), connection).await;
            drop(place);
        });
        // A connection that was accepted may send before the next one, which could take its place.
        tokio::task::yield_now().await;
    }
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    let _ = timeout(timeouts.end, places.acquire_many(all)).await;
}

/// Waits until the server is to end.
async fn ended(now: &mut watch::Receiver<Now>) {
    let _ = now.wait_for(|now| now.ending).await;
}

/// A connection, once there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    silent: &mut Silent,
) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Out of descriptors, or the peer has gone already: the next one may succeed.
            Err(_) => {
                silent.leave();
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        loop {
            if places.available_permits() == 0 {
                silent.leave();
            }
            // Where no connection could be closed, one may fall silent meanwhile.
            match timeout(IDLE_POLL_INTERVAL, places.clone().acquire_owned()).await {
                Ok(Ok(place)) => return (stream, place),
                Ok(Err(_)) => std::future::pending().await,
                Err(_) => {}
            }
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

/// The connections in the order in which they came, to find the one to close.
#[derive(Default)]
struct Silent(VecDeque<Arc<Seat>>);

/// What is known of a connection.
#[derive(Default)]
struct Seat {
    /// Number of requests whose answers are being made or handed over.
    answers: AtomicUsize,
    /// Whether bytes of an answer wait for a peer that does not take them.
    stalled: AtomicBool,
    gone: AtomicBool,
    leave: Notify,
}

impl Silent {
    fn sit(&mut self) -> Arc<Seat> {
        self.0.retain(|seat| Arc::strong_count(seat) > 1);
        let seat = Arc::<Seat>::default();
        self.0.push_back(seat.clone());
        seat
    }

    /// Asks the oldest that has no request to leave; where there is none, the oldest that does not
    /// take its answer.
    fn leave(&mut self) {
        let is_here = |seat: &&Arc<Seat>| !seat.gone.load(Ordering::Relaxed);
        let is_silent = |seat: &&Arc<Seat>| seat.answers.load(Ordering::Relaxed) == 0;
        let stalls = |seat: &&Arc<Seat>| seat.stalled.load(Ordering::Relaxed);
        let mut here = self.0.iter().filter(is_here);
        let idle = here.clone().find(|seat| is_silent(seat) && !stalls(seat));
        if let Some(seat) = idle.or_else(|| here.find(stalls)) {
            seat.gone.store(true, Ordering::Relaxed);
            seat.leave.notify_one();
        }
    }
}

impl Seat {
    async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }
}

/// The answers of one connection, counted until hyper has taken the last byte.
struct Answering {
    app: TowerToHyperService<Router>,
    seat: Arc<Seat>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let count = Count::new(&self.seat);
        let answer = self.app.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok(answer.map(|body| Answer {
                body,
                _count: count,
            }))
        })
    }
}

/// One answer more, until it is dropped.
struct Count(Arc<Seat>);

impl Count {
    fn new(seat: &Arc<Seat>) -> Count {
        seat.answers.fetch_add(1, Ordering::Relaxed);
        Count(seat.clone())
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.answers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer, which counts while hyper holds it.
struct Answer {
    body: Body,
    _count: Count,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that gives up on a peer that does not take what is written.
struct WithTimeout {
    stream: TcpStream,
    limit: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    seat: Arc<Seat>,
}

impl WithTimeout {
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.seat
            .stalled
            .store(poll.is_pending(), Ordering::Relaxed);
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

impl AsyncRead for WithTimeout {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WithTimeout {
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
