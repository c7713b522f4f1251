//! 18 WebSocket：浏览器也能进来的聊天室。
//! 18 WebSocket: a chat room that browsers can join.
//!
//! 第一个终端当服务器，以后的当客户端；书里这一页也是客户端。
//! The first terminal is the server, later ones are clients; so is the page of the book.
//!
//!     cargo run --example 18_websocket
//!
//! 这个文件接待连接。旁边的 `handshake.rs` 是握手，`frame.rs` 是帧，`message.rs` 把帧拼成消息，
//! `incoming.rs` 读，`outgoing.rs` 写，`guest.rs` 是一位客人，`client.rs` 是终端里的客户端。房间是 03 的，
//! 首部和期限是 16 的。
//! This file accepts. Beside it, `handshake.rs` has the handshake, `frame.rs` frames, `message.rs`
//! makes messages of frames, `incoming.rs` reads, `outgoing.rs` writes, `guest.rs` is a guest,
//! `client.rs` the client in a terminal. The room is that of 03, header fields and deadlines are
//! those of 16.
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use anyhow::Result;
use common::{Role, explain, say};
use guest::guest;
use options::Options;
use room::Room;

mod client;
#[path = "../16_http/fields.rs"]
mod fields;
mod frame;
mod guest;
mod handshake;
mod incoming;
mod message;
mod options;
mod outgoing;
#[path = "../03_threaded_server/room.rs"]
mod room;
#[allow(dead_code, reason = "16_http reads bodies, too")]
#[path = "../16_http/wire.rs"]
mod wire;

const ADDRESS: &str = "127.0.0.1:8818";
// ANCHOR: bounds
// 凡是别人能撑大的，都有上限：一条消息的字节，等着送给一位客人的行。
// What others can make grow has a bound: the bytes of a message, the lines that wait for one guest.
const LINE: usize = 4096;
const QUEUE: usize = 64;
// 凡是可能一直等的，都有期限：握手，开了头的消息，写出去，对方也关。
// What could wait forever has a deadline: the handshake, a message once begun, a write, the peer's
// own close.
const HANDSHAKE: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);
const DEADLINE: Duration = Duration::from_secs(5);
const GRACE: Duration = Duration::from_secs(2);
// ANCHOR_END: bounds

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, options::HELP);
    let options = Options::read(start.role, &start.rest);
    if start.role == Some(Role::Client) {
        return client::client(start.address, &options);
    }
    match TcpListener::bind(start.address) {
        Ok(listener) => serve(listener, options).map_err(|error| explain(error, start.address)),
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            client::client(start.address, &options)
        }
        Err(error) => Err(explain(error, start.address)),
    }
}

fn serve(listener: TcpListener, options: Options) -> io::Result<()> {
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    // 屏幕停住（Ctrl-S）时，聊天不该跟着停：写屏幕是另一个线程的事。
    // While the screen stands still (Ctrl-S) the chat must go on: another thread writes to it.
    let (screen, lines) = mpsc::sync_channel(1024);
    let writer = thread::spawn(move || {
        for line in lines {
            say(line);
        }
    });
    let room = Arc::new(Room::default());
    room.screen(screen);
    // 每个线程拿着它的一份，结束时放手；份数减 2，就是现在有几位客人。
    // Each thread holds a copy and drops it at its end: the copies, less two, count the guests.
    let threads = Arc::new(());
    let (doorman, counted) = (Arc::clone(&room), Arc::clone(&threads));
    Builder::new().spawn(move || accept(&listener, &doorman, &Arc::new(options), &counted))?;

    let mut line = String::new();
    while io::stdin().read_line(&mut line).is_ok_and(|n| n > 0) && line.trim() != "/quit" {
        room.show("/quit：关掉聊天室 closes the room");
        line.clear();
    }
    room.close();
    // 客人的线程各自说完 Close；都有期限，所以这里也有。
    // The guests' threads say Close, each within its deadline; so there is one here, too.
    let end = Instant::now() + 2 * DEADLINE;
    while Arc::strong_count(&threads) > 2 && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
    let _ = writer.join();
    say("聊天室关了 the room is closed");
    Ok(())
}

// ANCHOR: accept
fn accept(listener: &TcpListener, room: &Arc<Room>, options: &Arc<Options>, threads: &Arc<()>) {
    for stream in listener.incoming() {
        // 握手要时间，没有握手的连接也占一个线程：所以线程也有上限，比座位多 64 个。
        // A handshake takes time, and until then a connection takes a thread, too: so threads are
        // bounded as well, 64 more than seats.
        let busy = Arc::strong_count(threads) > options.max + 64 + 2;
        let started = match stream {
            Ok(_) if busy || room.closed_for().is_some() => continue,
            Ok(stream) => start_guest(room, options, threads, stream),
            Err(error) => Err(error),
        };
        // 描述符用完（EMFILE）：歇一下再试，不空转，也不退出。
        // Out of descriptors (EMFILE): rest, then try again. No spin, no exit.
        if let Err(error) = started {
            room.show(&format!(
                "! 接不了客人，稍后再试 cannot accept, trying again: {error}"
            ));
            thread::sleep(Duration::from_millis(500));
        }
    }
}
// ANCHOR_END: accept

fn start_guest(
    room: &Arc<Room>,
    options: &Arc<Options>,
    threads: &Arc<()>,
    stream: TcpStream,
) -> io::Result<()> {
    let (room, options, counted) = (Arc::clone(room), Arc::clone(options), Arc::clone(threads));
    Builder::new().spawn(move || {
        guest(&room, &options, &Arc::new(stream));
        drop(counted);
    })?;
    Ok(())
}
