//! 07 选项：套接字生来是什么样，你设了什么，内核记下了什么。
//! 07 Options: what a socket is born with, what you set, and what the kernel made of it.
//!
//! 一个终端就能看：
//! One terminal is enough to see:
//!
//!     cargo run --example 07_options
//!
//! 要看选项对连接做了什么，就开两个终端：`-- server …` 和 `-- client …`，参数见 `-- --help`。
//! To see what options do to a connection, open two terminals: `-- server …` and `-- client …`;
//! the arguments are in `-- --help`.
//!
//! 旁边的 `knobs.rs` 设选项、读选项；`transfer.rs` 在期限内发和收；`arguments.rs` 读命令行。
//! Beside it, `knobs.rs` sets and reads options; `transfer.rs` sends and receives within a deadline;
//! `arguments.rs` reads the command line.
use std::io::{self, BufRead};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use arguments::{Asks, HELP};
use colored::Colorize;
use common::{Role, explain, say, usage};
use knobs::{Knob, Knobs};
use socket2::{Domain, SockRef, Socket, Type};

mod arguments;
mod knobs;
mod transfer;

const ADDRESS: &str = "127.0.0.1:8807";
// 连接等 5 秒；对方读得慢，发送一共等 10 秒。
// Connecting may take 5 seconds; if the peer reads slowly, sending may take 10 in all.
const TO_CONNECT: Duration = Duration::from_secs(5);
const TO_SEND: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let start = common::start(ADDRESS, HELP);
    let asks = Asks::read(start.role, &start.rest);
    let asks = asks.unwrap_or_else(|error| usage(format_args!("{error:#}")));
    // 77：“这台机器上看不到”，和“试了，不行”是两回事。检查程序见到它就跳过。
    // 77 says "this machine cannot show it", which is not "tried and failed". Checks skip on it.
    if start.address.is_ipv6() && Socket::new(Domain::IPV6, Type::STREAM, None).is_err() {
        say("这台机器没有 IPv6 no IPv6 on this machine");
        return ExitCode::from(77);
    }
    common::finish(match start.role {
        None => born_with().and_then(|()| read_back()),
        Some(Role::Server) => server(start.address, &asks),
        Some(Role::Client) => client(start.address, &asks),
    })
}

// ANCHOR: born_with
fn born_with() -> Result<()> {
    // 新的，什么也没做过。标准库的 TCP 套接字生来就在监听，或者已经连上，所以这一个由 socket2 造。
    // A new one, with nothing done to it. The standard library's are born listening or connected, so
    // this one comes from socket2.
    let fresh = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // 标准库的另外三个。
    // The other three are the standard library's.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let connected = TcpStream::connect_timeout(&listener.local_addr()?, TO_CONNECT)?;
    let (accepted, _) = listener.accept()?;
    say("                新的 fresh  监听 listener  接来的 accepted  连接的 connected");
    // 每个数都问自内核（getsockopt）。监听的和新的不同，就是标准库自己设过。
    // Each number is the kernel's answer (getsockopt). Where the listener differs from the new one,
    // the standard library has set something by itself.
    for knob in &Knob::OF_EVERY_SOCKET {
        let name = knob.name;
        let (fresh, listener) = (knob.read(&fresh), knob.read(&SockRef::from(&listener)));
        let accepted = knob.read(&SockRef::from(&accepted));
        let connected = knob.read(&SockRef::from(&connected));
        say(format_args!(
            "{name:<16}{fresh:<12}{listener:<15}{accepted:<17}{connected}"
        ));
    }
    Ok(())
}
// ANCHOR_END: born_with

// ANCHOR: read_back
fn read_back() -> Result<()> {
    say("设了多少 → 读回多少 what is set → what is read back");
    // setsockopt 成功，不等于照你的数办：Linux 记下两倍，太小的换成下限，太大的换成上限
    // （socket(7)）。想知道得到了多少，就读回来。
    // setsockopt may succeed and use another number: Linux keeps twice as much, raises what is too
    // small and cuts what is too large (socket(7)). To know what you got, read it back.
    for bytes in [1, 20_000, 1_000_000_000] {
        let knobs = Knobs {
            receive: Some(bytes),
            send: Some(bytes),
            ..Knobs::default()
        };
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // 系统若不答应，就说出来，接着试下一个。
        // If the system refuses, say so and try the next.
        match knobs.set(&socket) {
            Ok(()) => knobs.report(&socket),
            Err(error) => say(format_args!("  {bytes}: {error}")),
        }
    }
    Ok(())
}
// ANCHOR_END: read_back

// ANCHOR: listen
fn listen(address: SocketAddr, asks: &Asks) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // TcpListener::bind 会替我们设；自己造的套接字，要自己设。在 Windows 上不要设：那里它允许
    // 另一个程序强占正在使用的端口。
    // TcpListener::bind does this for us; a socket that we make has to be told. Not on Windows, where
    // it lets another program take over a port that is in use.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    // 都在 listen 以前设：SYN 一来，内核就替我们回答，窗口按那时的接收缓冲区报。
    // All of it before listen: when a SYN comes the kernel answers for us, with a window that fits the
    // receive buffer as it is then.
    asks.knobs.set(&socket)?;
    socket.bind(&address.into())?;
    // backlog：已经建立、还没有 accept 的连接，最多让几条排队。满了，Linux 不理新的 SYN。
    // The backlog: how many connections may be established and wait for accept. When that many wait,
    // Linux ignores a new SYN.
    socket.listen(asks.backlog)?;
    Ok(socket.into())
}
// ANCHOR_END: listen

// ANCHOR: server
fn server(address: SocketAddr, asks: &Asks) -> Result<()> {
    let listener = listen(address, asks).map_err(|error| explain(error, address))?;
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    asks.knobs.report(&SockRef::from(&listener));
    for _ in 0..asks.clients {
        // 程序停在键盘上，不 accept，也不读写。握手、探测、窗口，这时都由内核应付。
        // We wait at the keyboard; we do not accept, read or write. Handshakes, probes and windows are
        // all the kernel's work now.
        say("按回车接受一个 Enter accepts one");
        if io::stdin().lock().read_until(b'\n', &mut Vec::new())? == 0 {
            break;
        }
        // 一个客户端出错，不关下一个的事。
        // If one client fails, that is no concern of the next.
        if let Err(error) = serve(&listener, asks) {
            say(format_args!("{} {error:#}", "错误 error:".red()));
        }
    }
    Ok(())
}

fn serve(listener: &TcpListener, asks: &Asks) -> Result<()> {
    let (stream, peer) = listener.accept().context("accept")?;
    say(format_args!("接受 accepted: {peer}"));
    // 接来的套接字，选项从监听的那个抄来（在 Linux 上试过）。
    // An accepted socket gets its options from the listening one (tried on Linux).
    asks.knobs.report(&SockRef::from(&stream));
    let (start, bytes) = (Instant::now(), asks.bytes);
    let sent = transfer::send(&stream, bytes, start + TO_SEND);
    sent.map_err(|error| explain(error, peer))?;
    // 发送缓冲区放得下，就马上返回；放不下，就等对方确认，腾出地方。
    // If the send buffer has room, this took no time; if not, we waited for acknowledgments to make
    // room.
    let ms = start.elapsed().as_millis();
    say(format_args!(
        "交给内核 handed to the kernel: {bytes} 字节 bytes, {ms} ms"
    ));
    Ok(())
}
// ANCHOR_END: server

// ANCHOR: client
fn client(address: SocketAddr, asks: &Asks) -> Result<()> {
    let failed = |error| explain(error, address);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).map_err(failed)?;
    // 在 connect 以前设：SYN 里的窗口，就按这时的接收缓冲区报。
    // Before connect: the window in the SYN fits the receive buffer as it is now.
    asks.knobs.set(&socket).map_err(failed)?;
    let connected = socket.connect_timeout(&address.into(), TO_CONNECT);
    connected.map_err(failed)?;
    say(format_args!("已连接 connected to {address}"));
    asks.knobs.report(&socket);
    // 现在只是等，连接空闲着。设了 keepalive，内核就隔一会儿探测一次；有人答，我们什么也不知道；
    // 一直没有人答，内核就放弃连接，read 得到一个错误。
    // Now we only wait, and the connection is idle. With keepalive the kernel probes now and then. If
    // the probes are answered we hear nothing of it; if none is, the kernel gives the connection up,
    // and read gets an error.
    transfer::receive(&socket.into(), address, Instant::now() + asks.wait)
}
// ANCHOR_END: client
