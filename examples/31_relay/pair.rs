//! 一个客户端的两条连接：一条到它，一条到服务器；每条一读一写，共四个线程。
//! The two connections of one client: to it, and to the server; each is read by one thread and
//! written by another, four in all.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::say;
use socket2::SockRef;

use crate::Plan;
use crate::chain::Chain;
use crate::piece::What;
use crate::pump::{Label, pump};

/// 连不上服务器，5 秒就放弃。
/// Gives up connecting to the server after 5 seconds.
const CONNECT: Duration = Duration::from_secs(5);
/// 停在 read 或 write 里的线程，隔这么久看一眼：连接断了没有。
/// A thread that waits in read or write looks up this often: is the connection broken?
const LOOK_UP: Duration = Duration::from_millis(500);

/// 一个客户端的两条连接。
/// The two connections of one client.
pub(crate) struct Pair {
    client: TcpStream,
    server: TcpStream,
    broken: AtomicBool,
    /// 最近一次有字节经过的时刻。
    /// The last time that bytes have passed.
    moved: Mutex<Instant>,
    idle: Duration,
}

impl Pair {
    pub(crate) fn connect(
        client: TcpStream,
        target: SocketAddr,
        idle: Duration,
    ) -> io::Result<Self> {
        let server = match TcpStream::connect_timeout(&target, CONNECT) {
            Ok(server) => server,
            // 客户端的连接早已建立，不能再说“拒绝”；RST 是最接近的。
            // The client's connection is established, too late to refuse it; RST comes closest.
            Err(error) => {
                let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
                return Err(error);
            }
        };
        for stream in [&client, &server] {
            // 写一片就发一片：内核不要等着攒成大段（Nagle 算法，RFC 896）。
            // Each piece leaves when written: no waiting to fill a segment (Nagle, RFC 896).
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(LOOK_UP))?;
            stream.set_write_timeout(Some(LOOK_UP))?;
        }
        Ok(Self {
            client,
            server,
            broken: AtomicBool::new(false),
            moved: Mutex::new(Instant::now()),
            idle,
        })
    }

    pub(crate) fn relay(&self, plan: &Plan, number: u64) {
        say(format_args!("{number} 连上了 connected"));
        thread::scope(|scope| {
            for to_server in [true, false] {
                let (from, to) = match to_server {
                    true => (&self.client, &self.server),
                    false => (&self.server, &self.client),
                };
                let chain = plan.chain(to_server);
                // 中间只放一块：写得慢，读就得等，不会越积越多。
                // One block in between: if writing is slow, reading waits, and nothing piles up.
                let (pass, coming) = sync_channel(1);
                let label = Label { number, to_server };
                let thread = thread::Builder::new;
                let reads = thread().spawn_scoped(scope, move || self.read(from, &pass));
                let writes = move || self.write(&coming, chain, label, to);
                let writes = thread().spawn_scoped(scope, writes);
                // 线程用完了：这一对只好断开，别的照常。
                // Threads have run out: this pair must break, the others go on.
                if reads.is_err() || writes.is_err() {
                    self.reset();
                }
            }
        });
        say(match self.broken.load(Ordering::Acquire) {
            true => format!("{number} 断了 broken"),
            false => format!("{number} 两边都说完了 both are done"),
        });
    }

    // ANCHOR: read
    /// 读到的，连同读到的时刻，交给另一个线程。
    /// What is read goes to the other thread, with the time at which it came.
    fn read(&self, mut from: &TcpStream, pass: &SyncSender<(Instant, What)>) {
        let mut buffer = [0; 4096];
        while !self.is_over() {
            let what = match from.read(&mut buffer) {
                Ok(0) => What::End,
                Ok(n) => What::Bytes(buffer[..n].to_vec()),
                Err(error) if is_pause(&error) => continue,
                Err(_) => What::Reset,
            };
            // 是 `reset` 叫醒的：这个 0 不是对方说的。
            // `reset` woke us: this 0 does not come from the peer.
            if self.is_over() {
                return;
            }
            let last = !matches!(what, What::Bytes(_));
            *self.moved() = Instant::now();
            if pass.send((Instant::now(), what)).is_err() || last {
                return;
            }
        }
    }
    // ANCHOR_END: read

    // ANCHOR: write
    fn write(
        &self,
        coming: &Receiver<(Instant, What)>,
        chain: Chain,
        label: Label,
        to: &TcpStream,
    ) {
        pump(coming, chain, label, |what| match what {
            _ if self.is_over() => false,
            What::Bytes(bytes) => self.write_all(to, bytes).is_ok(),
            // 只关这个方向：对方读到 0，还可以继续说（半关闭）。
            // Closes this direction only: the peer reads 0, and may still speak (half-close).
            What::End => {
                let _ = to.shutdown(Shutdown::Write);
                true
            }
            What::Reset | What::Datagram(..) | What::Lost(..) => {
                self.reset();
                false
            }
        });
    }
    // ANCHOR_END: write

    /// 一次写完，但每半秒看一眼：对方一直不读，这里就一直等。
    /// Writes everything, and looks up every half second: while the peer does not read, this waits.
    fn write_all(&self, mut to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.is_over() {
                return Err(ErrorKind::TimedOut.into());
            }
            match to.write(bytes) {
                Ok(n) => {
                    *self.moved() = Instant::now();
                    bytes = &bytes[n..];
                }
                Err(error) if is_pause(&error) => {}
                // 这边断了，那边也该知道。
                // This side has gone: the other one must hear of it.
                Err(error) => {
                    self.reset();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    // ANCHOR: reset
    /// 两条连接都断掉：等待时间为零的 SO_LINGER，让 close 发 RST，不发 FIN（socket(7)）。
    /// Breaks both connections: SO_LINGER with a time of zero makes close send RST, not FIN
    /// (socket(7)).
    fn reset(&self) {
        self.broken.store(true, Ordering::Release);
        for stream in [&self.client, &self.server] {
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
            // 叫醒停在 read 里的线程。都回来了，套接字才关闭。
            // Wakes the thread that waits in read. The sockets close when all have come back.
            let _ = stream.shutdown(Shutdown::Read);
        }
    }
    // ANCHOR_END: reset

    fn moved(&self) -> MutexGuard<'_, Instant> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 断了；太久没有动静，也断掉。
    /// It is broken, or nothing has passed for too long.
    fn is_over(&self) -> bool {
        if self.moved().elapsed() > self.idle {
            self.reset();
        }
        self.broken.load(Ordering::Acquire)
    }
}

/// 期限到了（Unix 叫 WouldBlock，Windows 叫 TimedOut），或者等待被信号打断（signal(7)）。
/// The deadline has passed (WouldBlock on Unix, TimedOut on Windows), or a signal interrupted the
/// wait (signal(7)).
fn is_pause(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}
