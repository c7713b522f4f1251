//! 02 双向通信：两边随时都能说，谁也不用等谁。
//! 02 Duplex: both sides may speak at any time, and nobody waits for a turn.
//!
//! 两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
//! Run the same command in two terminals: the first is the server, the second the client.
//!
//!     cargo run --example 02_duplex
//!
//! 这个文件管连接、线程和键盘。旁边的 `receive.rs` 把收到的字节变成屏幕上的字；
//! `turns.rs` 是轮流说（`--turns`），给你比一比。
//! This file has the connection, the threads and the keyboard. Beside it, `receive.rs` makes text
//! on the screen of the bytes that come in; `turns.rs` takes turns (`--turns`), to compare.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::{thread, time::Duration};

use common::{Role, Start, explain, say, usage};
use receive::{receive, watch};

#[path = "02_duplex/receive.rs"]
mod receive;
#[path = "02_duplex/turns.rs"]
mod turns;

const ADDRESS: &str = "127.0.0.1:8888";
const HELP: &str = "\
例 examples:
  cargo run --example 02_duplex                      先到当服务器 first come: server
  cargo run --example 02_duplex -- --turns           轮流说 take turns
用法 usage: [server [ADDR] | client [ADDR]] [--turns]    ADDR = IP:PORT
结束 end: Ctrl-D（Windows: Ctrl-Z, Enter）
状态 status: 0 都说完了 both done · 1 网络出错 network error · 2 参数有错 bad argument";

/// 屏幕上两边的名字。
/// The names of the two sides on the screen.
#[derive(Clone, Copy)]
struct Names {
    ours: &'static str,
    theirs: &'static str,
}
const SERVER: &str = "服务器 server: ";
const CLIENT: &str = "客户端 client: ";

fn main() -> ExitCode {
    let start = common::start(ADDRESS, HELP);
    let in_turns = start.rest == ["--turns"];
    if !in_turns && let Some(word) = start.rest.first() {
        usage(format_args!("不认识的参数 unknown argument: {word}"));
    }
    common::finish(run(&start, in_turns).map_err(|error| explain(error, start.address)))
}

fn run(start: &Start, in_turns: bool) -> io::Result<()> {
    let (stream, names) = match start.role {
        Some(Role::Client) => connect(start)?,
        _ => accept(start)?,
    };
    // 对方的程序一直不读，它的接收缓冲区就会满，内核通知窗口为零；我们的发送缓冲区跟着满，
    // write 就停在那里（RFC 9293 §3.8.6.1）。每次最多等 10 秒。
    // If the peer's program never reads, its receive buffer fills and its kernel announces a window
    // of zero; our send buffer fills too, and each write waits (RFC 9293 §3.8.6.1), 10 s at most.
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    if in_turns {
        turns::take_turns(stream, names)
    } else {
        both_ways(stream, names)
    }
}

// ANCHOR: accept
fn accept(start: &Start) -> io::Result<(TcpStream, Names)> {
    let listener = match TcpListener::bind(start.address) {
        Ok(listener) => listener,
        // 没说当谁，地址又有人用：先到的是服务器，我们当客户端。
        // No role was named and the address is in use: the server came first, we are the client.
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            return connect(start);
        }
        Err(error) => return Err(error),
    };
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    // accept 从内核的队列里取一条连接；握手早已由内核做完。
    // accept takes a connection from the kernel's queue; the kernel has done the handshake already.
    let (stream, _) = listener.accept()?;
    let (ours, theirs) = (SERVER, CLIENT);
    // 只接一位。函数返回，`listener` 就关闭，接好的连接不受影响：后来的人的 SYN 得到 RST，
    // 马上知道被拒绝，不会空等。
    // One client only. On return `listener` closes, and the accepted connection lives on. A later
    // client's SYN is answered with RST: it is refused at once, and not kept waiting.
    Ok((stream, Names { ours, theirs }))
}
// ANCHOR_END: accept

fn connect(start: &Start) -> io::Result<(TcpStream, Names)> {
    // 对方主机不回答时，内核会重发 SYN，很久才放弃；我们只等 5 秒。
    // If the other host does not answer, the kernel sends the SYN again for long; we wait 5 s.
    let stream = TcpStream::connect_timeout(&start.address, Duration::from_secs(5))?;
    say(format_args!("已连接 connected to {}", start.address));
    let (ours, theirs) = (CLIENT, SERVER);
    Ok((stream, Names { ours, theirs }))
}

// ANCHOR: both_ways
/// 一个线程告诉 main 的：这个方向说完了，屏幕上该写什么；或者出了什么错。
/// What a thread tells main: its direction is done, and what to say; or what went wrong.
type News = io::Result<&'static str>;

fn both_ways(stream: TcpStream, names: Names) -> io::Result<()> {
    // 等键盘是 read，等对方也是 read。线程停在一个 read 里，就听不见另一个，所以要两个线程。
    // 一条 TCP 连接的两个方向互不相干，两个线程可以同时用同一个套接字，一个读，一个写。
    // Waiting for the keyboard is a read, waiting for the peer is another. A thread that is stopped
    // in one is deaf to the other: so use two. The two directions of a TCP connection are separate,
    // so both threads may use one socket at the same time, one reading, one writing.
    let stream = Arc::new(stream);
    let (tell, news) = mpsc::channel();
    let stream_to_peer = Arc::clone(&stream);
    let tell_sent = tell.clone();
    thread::spawn(move || {
        if let Err(error) = send_keyboard(&stream_to_peer, &tell_sent) {
            let _ = tell_sent.send(Err(error));
        }
    });
    thread::spawn(move || {
        let _ = tell.send(receive(&stream, names));
        // 对方说完了，我们可能还在说。连接若在这时出错（例如对方的内核回 RST），由 watch 报告。
        // The peer is done, and we may still speak. If the connection fails now (say its kernel
        // answers RST), watch reports it.
        let _ = tell.send(Err(watch(&stream)));
    });
    // 两个方向各报告一次，次序不定。出了错就返回：main 一返回，进程就结束，内核关闭套接字，
    // 哪怕键盘线程还停在 read 里。
    // Each direction reports once, in either order. On an error we return: when main returns, the
    // process ends and the kernel closes the socket, though a thread may still wait for the keyboard.
    say(next(&news)?);
    next(&news)?;
    say("两边都说完了 both are done");
    Ok(())
}

/// 等一个消息。线程都没了，也就不会再有消息。
/// Waits for one piece of news. If all threads have gone, there will be none.
fn next(news: &mpsc::Receiver<News>) -> News {
    match news.recv() {
        Ok(end) => end,
        Err(no_thread_left) => Err(io::Error::other(no_thread_left)),
    }
}
// ANCHOR_END: both_ways

// ANCHOR: keyboard
fn send_keyboard(mut stream: &TcpStream, tell: &mpsc::Sender<News>) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        // 终端按行给：按下回车，read 才返回。行末的换行也发走：TCP 不记得我们写了几次，
        // 少了换行，两句快话到了对方就分不开。
        // A terminal gives whole lines: read returns when Enter is pressed. The line end goes too:
        // TCP does not remember how often we wrote, and without it two quick lines would be one.
        let n = io::stdin().read(&mut buffer)?;
        if n == 0 {
            break;
        }
        // 字节进了本机内核的发送缓冲区，就算写完；何时发出去、分成几段，由 TCP 决定。
        // Written means: in our kernel's send buffer. TCP decides when the bytes leave, and in how
        // many segments.
        stream.write_all(&buffer[..n])?;
    }
    // ANCHOR: half_close
    // 键盘结束（Ctrl-D）：先报告，再只关我们的方向。内核发出 FIN，对方读到 0；反方向还开着，
    // 我们照样能收。若在这里关闭整个套接字，对方还没说完的话就收不到了。
    // End of input (Ctrl-D): report, then close our direction only. The kernel sends FIN and the
    // peer reads 0. The other direction stays open and we still receive; had we closed the whole
    // socket here, we would lose what the peer has yet to say.
    let _ = tell.send(Ok("我说完了，还在听 I am done, still listening"));
    stream.shutdown(Shutdown::Write)
    // ANCHOR_END: half_close
}
// ANCHOR_END: keyboard
