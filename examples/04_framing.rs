//! 04 成帧：一条连接上送三条消息，接收方怎样知道每一条到哪里结束？
//! 04 Framing: three messages on one connection. How does the receiver know where each one ends?
//!
//! 两个终端里运行同一条命令：先到的当服务器，后到的当客户端。服务器一直开着，按 Ctrl-C 结束。
//! Run the same command in two terminals: the first is the server, the second the client. The server
//! stays; Ctrl-C ends it.
//!
//!     cargo run --example 04_framing
//!
//! 这个文件管连接：谁听，谁送。旁边的 `frames.rs` 是几种约定；`message.rs` 和 `game.rs` 是一个自己
//! 设计的协议（`--game`）；`timed.rs` 管期限。
//! This file has the connections: who listens, who sends. Beside it, `frames.rs` has the agreements;
//! `message.rs` and `game.rs` are a protocol of our own (`--game`); `timed.rs` has the deadline.
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::{process::ExitCode, thread, time::Duration};

use anyhow::{Context, Result};
use colored::Colorize;
use common::{Role, explain, say, usage};
use frames::{By, by_end, by_length, by_line, framed, one_recv};
use options::{HELP, Options, options};
use screen::{shown, told};
use timed::Timed;

#[path = "04_framing/frames.rs"]
mod frames;
#[path = "04_framing/game.rs"]
mod game;
#[path = "04_framing/message.rs"]
mod message;
#[path = "04_framing/options.rs"]
mod options;
#[path = "04_framing/screen.rs"]
mod screen;
#[path = "04_framing/timed.rs"]
mod timed;

const ADDRESS: &str = "127.0.0.1:8804";
// 对方能让我们等，所以要有期限：一条消息最多等这么久，不管它分几次来。
// The peer can make us wait, so there is a deadline: for one message, in however many pieces it
// comes.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    // 两边用不用同一种约定，TCP 不管，也不会说：各用各的，读出来的就是另一些话。
    // Whether both sides use the same agreement is no matter of TCP, and it will not tell: if they
    // differ, what is read is not what was said.
    let start = common::start(ADDRESS, HELP);
    let options = options(start.rest).unwrap_or_else(|words| usage(words));
    if start.role == Some(Role::Client) {
        return client(start.address, &options);
    }
    match TcpListener::bind(start.address) {
        Ok(listener) => server(&listener, &options),
        // 没说当谁，地址又有人用：先到的是服务器，我们当客户端。
        // No role was named and the address is in use: the server came first, we are the client.
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            client(start.address, &options)
        }
        Err(error) => Err(explain(error, start.address)),
    }
}

fn server(listener: &TcpListener, options: &Options) -> Result<()> {
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    let mut number = 0;
    loop {
        // 一个一个接待。后来的连接已由内核建立，在队列里等；按结束分消息时，每条消息是一条连接，
        // 所以这个队列也就是消息的次序。
        // One after another. The kernel has made the next connection already, and it waits in the
        // queue; by end of input each message is a connection, so that queue is their order.
        let (stream, peer) = listener.accept().context("accept")?;
        let result = if options.game {
            game::host(stream, options.secret)
        } else {
            hear(stream, options.by, &mut number)
        };
        // 长度不对、断在中间、等得太久：这条连接上后面的字节再也对不齐，只能关闭。别的客户端
        // 没有错，接着接待。
        // A bad length, a cut, a wait too long: the bytes that follow on this connection can never be
        // in step again, and all we can do is close it. Other clients did no wrong: serve the next.
        if let Err(error) = result {
            let (label, words) = ("错误 error:".red(), told(error, peer));
            say(format_args!("{label} {words:#}"));
        }
    }
}

// ANCHOR: hear
fn hear(stream: TcpStream, by: By, number: &mut u64) -> Result<()> {
    // 一次 read 可能拿到好几条消息的字节。BufReader 留着还没用的，下一条从那里接着读；每条换一个
    // 新的，留着的字节就丢了。
    // One read may bring the bytes of several messages. BufReader keeps those not used yet, and the
    // next message begins there; with a new one for each message, they would be lost.
    let mut reader = BufReader::new(Timed::new(stream));
    loop {
        reader.get_mut().wait(PATIENCE);
        // 错的那一种直接读套接字：一次系统调用给它什么，它就当作一条消息。
        // The wrong one reads the socket itself: what one system call gives passes for one message.
        let message = match by {
            By::Recv => one_recv(reader.get_mut())?,
            By::Line => by_line(&mut reader)?,
            By::Length => by_length(&mut reader)?,
            By::End => by_end(&mut reader)?,
        };
        // 在两条消息之间结束，是正常的结束；断在中间的，上面已经是错误。
        // An end between two messages is a proper end; inside one, it was an error above.
        let Some(message) = message else { break };
        *number += 1;
        // 整条都在，才解码：没有断在中间的字。错的那种约定做不到。
        // The whole message is here, so decode now: no character is cut. The wrong agreement has no
        // such moment.
        let (text, bytes) = (shown(&message), message.len());
        say(format_args!(
            "第 {number} 条 message {number}: {text}（{bytes} 字节 bytes）"
        ));
        // 读到结束才有这条消息，所以后面不会再有。
        // This message came with the end, so nothing can follow.
        if by == By::End {
            break;
        }
    }
    say("连接结束 the connection has ended");
    Ok(())
}
// ANCHOR_END: hear

// ANCHOR: client
fn client(address: SocketAddr, options: &Options) -> Result<()> {
    if options.game {
        return game::play(connect(address)?);
    }
    // 先装好每一条，再连接：有一条装不了，就一条也不送。
    // Frame every message before connecting: if one cannot be framed, none is sent.
    let mut frames = Vec::new();
    for message in &options.messages {
        frames.push(framed(options.by, message.as_bytes())?);
    }
    // 按结束：一条消息一条连接，每一条都要重新握手。别的约定只要一条连接。
    // By end: a connection for each message, and a handshake for each. Otherwise one connection will do.
    let connections = match options.by {
        By::End => frames.chunks(1),
        _ => frames.chunks(frames.len()),
    };
    for group in connections {
        let mut stream = connect(address)?;
        for (index, frame) in group.iter().enumerate() {
            if index > 0 {
                thread::sleep(options.pause);
            }
            // 一条消息一次 write。写几次、写多快，都不会告诉对方：它收到的只是字节。
            // One write for each message. How often we write, and how fast, the peer is not told: it
            // receives bytes.
            let written = stream.write_all(frame);
            written.map_err(|error| explain(error, address))?;
        }
        goodbye(&stream).map_err(|error| explain(error, address))?;
    }
    let (messages, bytes) = (frames.len(), frames.concat().len());
    say(format_args!(
        "已发送 {messages} 条，{bytes} 字节 messages sent: {messages}, {bytes} bytes"
    ));
    Ok(())
}
// ANCHOR_END: client

/// 发出 FIN，再等对方的 FIN。按结束分消息时，这样才知道上一条已经处理完，可以送下一条；
/// 服务器不满意就会早早关闭，我们在这里得到错误，而不是以为一切都好。
/// Sends FIN, then waits for the peer's. By end of input, this is how we know that the last message is
/// dealt with and the next may go. A server that is not content closes early, and here we get the
/// error instead of believing that all is well.
fn goodbye(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    // 按约定，服务器不说话：读到的只会是结束。
    // The server says nothing, by agreement: all that can come is the end.
    match stream.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(io::Error::other(
            "服务器不该说话 the server should not speak",
        )),
    }
}

fn connect(address: SocketAddr) -> Result<TcpStream> {
    // 没有回答时，内核会重发 SYN，很久才放弃；我们只等 5 秒。
    // Without an answer the kernel sends the SYN again, and gives up late; we wait 5 s.
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5));
    let stream = stream.map_err(|error| explain(error, address))?;
    // 对方一直不读，它的窗口就关上，我们的发送缓冲区跟着满，write 停在那里：也要有期限。
    // If the peer never reads, its window closes, our send buffer fills, and write waits: a deadline
    // here, too.
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    say(format_args!("已连接 connected to {address}"));
    Ok(stream)
}
