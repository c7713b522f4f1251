//! 03 聊天室：一位客人一个线程，谁都可以随时说话。
//! 03 Chat room: one thread per guest, and everyone may speak at any time.
//!
//! 第一个终端当服务器，以后的当客户端；`nc` 和 `telnet` 也是客户端。
//! The first terminal is the server, later ones are clients; so are `nc` and `telnet`.
//!
//!     cargo run --example 03_threaded_server
//!
//! 这个文件管线程；旁边的 `room.rs` 管房间：谁在、说给谁听；`wire.rs` 管一行怎样读、怎样写。
//! This file has the threads; beside it, `room.rs` has who hears whom, `wire.rs` reads and writes.
use std::io::{self, BufReader, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::thread::{self, Builder, Scope};
use std::{process::ExitCode, time::Duration};

use common::{Role, explain, say, usage};
use room::Room;
use wire::{read_line, write_lines};

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
// 凡是别人能撑大的，都有上限；凡是可能一直等的，都有期限。
// What others can make grow has a bound; what could wait forever has a deadline.
const LINE: usize = 4096;
const QUEUE: usize = 64;
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
    let result = match start.role {
        Some(Role::Client) => client(start.address),
        role => match TcpListener::bind(start.address) {
            Err(error) if role.is_none() && error.kind() == ErrorKind::AddrInUse => {
                say("地址有人用，我当客户端 address in use, so I am the client");
                client(start.address)
            }
            bound => bound.and_then(|listener| serve(listener, max)),
        },
    };
    common::finish(result.map_err(|error| explain(error, start.address)))
}

// ANCHOR: serve
fn serve(listener: TcpListener, max: usize) -> io::Result<()> {
    let address = listener.local_addr()?;
    say(format_args!("监听 listening on {address}"));
    let (screen, lines) = mpsc::sync_channel(1024);
    let room = Room::default();
    room.screen(screen);
    // scope 要等里面的线程全部结束，才往下走。
    // A scope goes on only when all threads in it have ended.
    thread::scope(|scope| {
        scope.spawn(move || lines.iter().for_each(say));
        scope.spawn(|| keyboard(&room, address));
        accept(scope, listener, &room, max);
    });
    say("聊天室关了 the room is closed");
    Ok(())
}
// ANCHOR_END: serve

// ANCHOR: accept
fn accept<'s>(scope: &'s Scope<'s, '_>, listener: TcpListener, room: &'s Room, max: usize) {
    let threads = Arc::new(());
    for stream in listener.incoming() {
        if room.closed_for().is_some() {
            break;
        }
        // 满员时，多出的人也要一个线程，好听完一句告别；这些线程同样有上限。
        // In a full room, one more guest needs a thread to hear a goodbye; they are bounded, too.
        if Arc::strong_count(&threads) > max + 64 {
            continue;
        }
        let thread = Arc::clone(&threads);
        let start = |stream| {
            let guest = move || drop((guest(room, max, &Arc::new(stream)), thread));
            Builder::new().spawn_scoped(scope, guest)
        };
        // 描述符用完（EMFILE）时 accept 立刻失败，连接还在排队：歇一下再试，不空转，也不退出。
        // Out of descriptors (EMFILE) accept fails at once: rest, then try again. No spin, no exit.
        if let Err(error) = stream.and_then(start) {
            room.show(&format!(
                "! 接不了客人，稍后再试 cannot accept, trying again: {error}"
            ));
            thread::sleep(Duration::from_millis(500));
        }
    }
    // 函数返回，listener 随之关闭：还在排队的、以后来的，都被拒绝。
    // On return the listener closes: who waits in line, and who comes later, is refused.
}
// ANCHOR_END: accept

// ANCHOR: guest
fn guest(room: &Room, max: usize, stream: &Arc<TcpStream>) {
    let (queue, lines) = mpsc::sync_channel(QUEUE);
    let (here, gone) = mpsc::channel();
    let crlf = AtomicBool::new(false);
    thread::scope(|scope| {
        // 读会等，写也会等，各用一个线程：写给慢客人的线程在等，说话的人不用等。
        // Reading waits, writing waits: a thread each. Who speaks never waits for who is slow.
        let writer = || write_lines(room, stream, lines, &crlf, gone);
        if Builder::new().spawn_scoped(scope, writer).is_err() {
            return;
        }
        if let Some(id) = room.join(max, queue, Arc::clone(stream)) {
            let mut reader = BufReader::new(&**stream);
            // 读没有期限：只听不说的客人没有错，TCP 连接安静多久都行。
            // No deadline here: a guest may only listen. A TCP connection may be silent for days.
            while room.hear(id, read_line(&mut reader, LINE, &crlf)) {}
            room.leave(id);
        }
        // 把剩下的读完。带着没读的数据关闭，内核会发 RST，最后那句话可能到不了。
        // Read what is left: closing with unread data sends RST, and our last words may get lost.
        let _ = io::copy(&mut &**stream, &mut io::sink());
        drop::<mpsc::Sender<()>>(here);
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
    // accept 还卡着，std 没有办法打断它；所以自己连自己一次，它就醒了。
    // accept still waits, and std cannot interrupt it: connect to ourselves, and it wakes up.
    // 0.0.0.0 是“所有地址”，不是能去的地方：敲环回地址的门。
    // 0.0.0.0 means every address; it is no place to go to: knock at loopback.
    match door {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => door.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => door.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    // 描述符可能正用完，所以连不上就再试；被拒绝，说明 listener 已经关了。
    // We may be out of descriptors, so try again; refused means that the listener has closed.
    let failed = |error: io::Error| error.kind() != ErrorKind::ConnectionRefused;
    while TcpStream::connect_timeout(&door, GRACE).is_err_and(failed) {
        thread::sleep(Duration::from_millis(50));
    }
}
// ANCHOR_END: wake

// ANCHOR: client
fn client(address: SocketAddr) -> io::Result<()> {
    let stream = Arc::new(TcpStream::connect_timeout(&address, DEADLINE)?);
    stream.set_write_timeout(Some(DEADLINE))?;
    say(format_args!("已连接 connected to {address}"));
    let ours = Arc::clone(&stream);
    thread::spawn(move || {
        // 键盘结束就发 FIN：服务器明白我们要走，送完剩下的话再关。
        // End of input sends FIN: the server sees us leave, delivers the rest and closes.
        let sent = io::copy(&mut io::stdin(), &mut &*ours);
        ours.shutdown(if sent.is_ok() {
            Shutdown::Write
        } else {
            Shutdown::Both
        })
    });
    // 服务器一关，主线程就返回，进程结束，不管键盘线程还在不在等。
    // When the server closes, the main thread returns: the process ends, keyboard or not.
    let (mut reader, crlf) = (BufReader::new(&*stream), AtomicBool::new(false));
    while let Some(line) = read_line(&mut reader, 1 << 16, &crlf)? {
        say(line);
    }
    say("聊天结束 the chat is over");
    Ok(())
}
// ANCHOR_END: client
