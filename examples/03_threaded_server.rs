//! 03 聊天室：一位客人一个线程，谁都可以随时说话。
//! 03 Chat room: one thread per guest, and everyone may speak at any time.
//!
//! 第一个终端当服务器，以后的当客户端；`nc` 和 `telnet` 也是客户端。
//! The first terminal is the server, later ones are clients; so are `nc` and `telnet`.
//!
//!     cargo run --example 03_threaded_server
//!
//! 这个文件管服务器的线程；旁边的 `room.rs` 管房间：谁在、说给谁听；`wire.rs` 管一行怎样读、
//! 怎样写；`client.rs` 是客户端。
//! This file has the server's threads. Beside it, `room.rs` has the guests and who hears what,
//! `wire.rs` reads and writes lines, and `client.rs` is the client.
use std::io::{self, BufReader, ErrorKind, Read};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::thread::{self, Builder, Scope};
use std::time::{Duration, Instant};

use client::client;
use common::{Role, Start, explain, say, usage};
use room::Room;
use wire::{read_line, write_lines};

#[path = "03_threaded_server/client.rs"]
mod client;
#[path = "03_threaded_server/room.rs"]
mod room;
#[path = "03_threaded_server/wire.rs"]
mod wire;

const ADDRESS: &str = "127.0.0.1:7777";
const HELP: &str = "\
例 examples:
  cargo run --example 03_threaded_server             先到当服务器 first come: server
  cargo run --example 03_threaded_server -- client 127.0.0.1:7777
用法 usage: [server [ADDR] [--max-clients N] | client [ADDR]]    ADDR = IP:PORT
聊天 chat: /name NEW · /who · /quit    服务器 server: /quit
状态 status: 0 正常结束 ended in order · 1 网络出错 network error · 2 参数有错 bad argument";
// ANCHOR: bounds
// 凡是别人能撑大的，都有上限：一行的字节，等着送给一位客人的行。
// What others can make grow has a bound: the bytes of a line, the lines that wait for one guest.
const LINE: usize = 4096;
const QUEUE: usize = 64;
// 凡是可能一直等的，都有期限：等对方也关（FIN），等对方读走我们写的。
// What could wait forever has a deadline: for the peer to close too (FIN), for it to read what we
// write.
const GRACE: Duration = Duration::from_secs(2);
const DEADLINE: Duration = Duration::from_secs(5);
// ANCHOR_END: bounds

fn main() -> ExitCode {
    let start = common::start(ADDRESS, HELP);
    let words: Vec<&str> = start.rest.iter().map(String::as_str).collect();
    let max = match (start.role, &words[..]) {
        (_, []) => 64,
        (None | Some(Role::Server), ["--max-clients", n]) => n.parse().unwrap_or(0),
        _ => 0,
    };
    if max == 0 {
        usage(format_args!("看不懂 not understood: {}", words.join(" ")));
    }
    common::finish(run(&start, max).map_err(|error| explain(error, start.address)))
}

fn run(start: &Start, max: usize) -> io::Result<()> {
    if start.role == Some(Role::Client) {
        return client(start.address);
    }
    match TcpListener::bind(start.address) {
        Ok(listener) => serve(listener, max),
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            client(start.address)
        }
        Err(error) => Err(error),
    }
}

// ANCHOR: serve
fn serve(listener: TcpListener, max: usize) -> io::Result<()> {
    let address = listener.local_addr()?;
    // bind 已经做了 listen：从现在起内核接受握手，还没有人调用 accept，连接先排队。
    // bind has called listen, too: from now on the kernel takes handshakes, and connections queue
    // until somebody calls accept.
    say(format_args!("监听 listening on {address}"));
    // 屏幕停住（Ctrl-S）时，say 也停住；聊天不该跟着停。所以写屏幕是另一个线程的事，
    // 别的线程只把行放进队列。
    // While the screen stands still (Ctrl-S), so does say, and the chat must go on. So another
    // thread writes to the screen; the others only put lines into its queue.
    let (screen, lines) = mpsc::sync_channel(1024);
    let room = Room::default();
    room.screen(screen);
    // 客人的线程都借用 `room`，所以它要活得比它们久：scope 等里面的线程全部结束，才往下走。
    // The guests' threads borrow `room`, so it must outlive them: a scope goes on only when all
    // threads in it have ended.
    thread::scope(|scope| {
        scope.spawn(move || {
            for line in lines {
                say(line);
            }
        });
        scope.spawn(|| keyboard(&room, address));
        accept(scope, listener, &room, max);
    });
    say("聊天室关了 the room is closed");
    Ok(())
}
// ANCHOR_END: serve

// ANCHOR: accept
fn accept<'s>(scope: &'s Scope<'s, '_>, listener: TcpListener, room: &'s Room, max: usize) {
    // 每个线程拿着它的一份，结束时放手；份数减 1，就是现在有几个线程。
    // Each thread holds a copy and drops it at its end: the copies, less one, count the threads.
    let threads = Arc::new(());
    // 一次循环是一次 accept：从内核的队列里取一条建立好的连接，队列空着就等。
    // Each turn of the loop is one accept: it takes an established connection from the kernel's
    // queue, and waits while the queue is empty.
    for stream in listener.incoming() {
        if room.closed_for().is_some() {
            break;
        }
        let started = match stream {
            // 满员时，多出的人也要一个线程，好听完一句告别；这些线程同样有上限。再多，就直接关闭。
            // In a full room, one more guest needs a thread to hear a goodbye; they are bounded,
            // too. Beyond that, the connection is closed at once.
            Ok(_) if Arc::strong_count(&threads) > max.saturating_add(64) => continue,
            Ok(stream) => start_guest(scope, room, max, stream, Arc::clone(&threads)),
            Err(error) => Err(error),
        };
        // 描述符用完（EMFILE）时 accept 立刻失败，连接还在内核的队列里：歇一下再试，不空转，也不退出。
        // Out of descriptors (EMFILE) accept fails at once, and the connection stays in the kernel's
        // queue: rest, then try again. No spin, no exit.
        if let Err(error) = started {
            room.show(&format!(
                "! 接不了客人，稍后再试 cannot accept, trying again: {error}"
            ));
            thread::sleep(Duration::from_millis(500));
        }
    }
    // 函数返回，listener 随之关闭：还在排队的连接得到 RST，以后来的被拒绝。
    // On return the listener closes: connections still in its queue get RST, later ones are refused.
}
// ANCHOR_END: accept

/// 一位客人一个新线程。线程也可能要不到（EAGAIN），所以用会报错的 Builder，不用会 panic 的 spawn。
/// A new thread for a guest. There may be none left (EAGAIN): Builder returns that error, where
/// spawn would panic.
fn start_guest<'s>(
    scope: &'s Scope<'s, '_>,
    room: &'s Room,
    max: usize,
    stream: TcpStream,
    counted: Arc<()>,
) -> io::Result<()> {
    Builder::new().spawn_scoped(scope, move || {
        guest(room, max, &Arc::new(stream));
        drop(counted);
    })?;
    Ok(())
}

// ANCHOR: guest
fn guest(room: &Room, max: usize, stream: &Arc<TcpStream>) {
    // 房间把行放进 `queue`，写线程从 `lines` 里取。房间放手，写线程就知道没有下文了。
    // The room puts lines into `queue`, the writer takes them from `lines`. When the room lets go,
    // the writer knows that there will be no more.
    let (queue, lines) = mpsc::sync_channel(QUEUE);
    // 不传消息：读线程放开 `here`，写线程的 `gone` 就知道对方也关了。
    // It carries no message: when the reader drops `here`, the writer's `gone` tells that the peer
    // has closed too.
    let (here, gone) = mpsc::channel::<()>();
    let crlf = AtomicBool::new(false);
    let mut socket: &TcpStream = stream;
    thread::scope(|scope| {
        // 读会等，写也会等，各用一个线程。客人读得慢，他的接收缓冲区先满，我们的发送缓冲区再满，
        // write 就停下：停下的只是他的写线程，别人照样说话。
        // Reading waits, writing waits: a thread each. If a guest reads slowly, its receive buffer
        // fills, then our send buffer, and write waits: only its own writer does, others talk on.
        let writer = || write_lines(room, stream, lines, &crlf, gone);
        if Builder::new().spawn_scoped(scope, writer).is_err() {
            return;
        }
        if let Some(id) = room.join(max, queue, Arc::clone(stream)) {
            let mut reader = BufReader::new(socket);
            // 读没有期限：只听不说的客人没有错。TCP 自己不怕安静；路上的 NAT 和防火墙会忘掉
            // 久不说话的连接（RFC 5382 §5），本机上没有它们。
            // No deadline here: a guest may only listen. TCP itself does not mind silence. NAT and
            // firewalls on the path forget idle connections (RFC 5382 §5); on loopback there are
            // none.
            loop {
                let line = read_line(&mut reader, LINE, &crlf);
                if !room.hear(id, line) {
                    break;
                }
            }
            room.leave(id);
        }
        // 把剩下的读完。还有数据没读就关闭，内核会发 RST（RFC 2525 §2.17），发送缓冲区里还有的
        // 也不送了：最后那句话可能到不了。
        // Read what is left: if we close with unread data, the kernel sends RST (RFC 2525 §2.17) and
        // drops what is still in the send buffer: our last words may get lost.
        // 他说个没完，也只听 5 秒。
        // A guest that never ends is heard for 5 s more.
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end && socket.read(&mut [0; LINE]).is_ok_and(|n| n > 0) {}
        // 对方也关了：放手，写线程里的 `gone` 就不用再等。
        // The peer has closed as well: let go, and `gone` in the writer need not wait any longer.
        drop(here);
    });
}
// ANCHOR_END: guest

// ANCHOR: wake
fn keyboard(room: &Room, mut door: SocketAddr) {
    let mut input = io::stdin().lock();
    while let Ok(Some(line)) = read_line(&mut input, LINE, &AtomicBool::new(false)) {
        if line.trim() == "/quit" {
            break;
        }
        say("/quit：关掉聊天室 closes the room");
    }
    room.close();
    // accept 还停在内核里，std 没有办法打断它。所以自己连自己一次：握手一完成，队列里有了连接，
    // accept 就带着它返回，accept 的循环看见房间关了，也就结束。
    // accept still waits in the kernel, and std cannot interrupt it. So we connect to ourselves:
    // after the handshake there is a connection in the queue, accept returns with it, and its loop
    // sees that the room is closed, and ends.
    // 0.0.0.0 是“本机的所有地址”，只能用来监听：去连，就写环回地址。
    // 0.0.0.0 means every address of this host, and is for listening: to connect, take loopback.
    if door.ip().is_unspecified() {
        match door {
            SocketAddr::V4(_) => door.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(_) => door.set_ip(Ipv6Addr::LOCALHOST.into()),
        }
    }
    loop {
        match TcpStream::connect_timeout(&door, GRACE) {
            Ok(_) => return,
            // 被拒绝：listener 已经关了，accept 不再等。
            // Refused: the listener has closed, and accept waits no more.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return,
            // 描述符可能正用完：歇一下再试。
            // We may be out of descriptors: rest, then try again.
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}
// ANCHOR_END: wake
