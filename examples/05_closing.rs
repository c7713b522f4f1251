//! 05 怎样结束：键盘上一行是一个调用，看它返回什么，再看对方读到什么。
//! 05 Closing: each line that you type is one call; see what it returns, and what the peer then reads.
//!
//! 两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
//! Run the same command in two terminals: the first is the server, the second the client.
//!
//!     cargo run --example 05_closing
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use common::{Role, Start, explain, printable, say, usage};

const ADDRESS: &str = "127.0.0.1:8805";
// 对方可能什么也不说，也可能说个没完：一次 read 等 2 秒，告别最多 10 秒、1 MiB。
// The peer may say nothing, or never stop: a read waits 2 s; a goodbye takes 10 s and 1 MiB at most.
const PATIENCE: Duration = Duration::from_secs(2);
const GOODBYE: Duration = Duration::from_secs(10);
const BLOCK: usize = 4096;
const LIMIT: usize = 1024 * 1024;

const CALLS: &str = "send TEXT · read [N] · shutdown · clone · close · finish";
const HELP: &str = "\
例 examples:
  cargo run --example 05_closing                     先到当服务器 first come: server
  cargo run --example 05_closing -- client 127.0.0.1:8805
用法 usage: [server [ADDR] | client [ADDR]]              ADDR = IP:PORT
每行一个调用 one call per line:
  send TEXT   write，一次 once
  read [N]    read，最多 N 字节，最多等 2 秒 at most N bytes, for at most 2 s
  shutdown    shutdown(Write)
  clone       try_clone：再要一个描述符 one more descriptor
  close       drop：关掉一个描述符 closes one descriptor
  finish      shutdown，读到 0，再关闭 shutdown, read up to 0, close
结束 end: Ctrl-D（Windows: Ctrl-Z, Enter）
状态 status: 0 结束 ended · 1 网络出错 network error · 2 参数有错 bad argument";

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, HELP);
    if let Some(word) = start.rest.first() {
        usage(format_args!("不认识的参数 unknown argument: {word}"));
    }
    let connected = match start.role {
        Some(Role::Client) => connect(start.address),
        _ => accept(&start),
    };
    let stream = connected.map_err(|error| explain(error, start.address))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // 同一个套接字的描述符都在这里。内核数着它们：最后一个关掉，才开始关闭连接。
    // The descriptors of one socket. The kernel counts them: when the last is closed, it begins to
    // close the connection.
    let mut descriptors = vec![stream];
    for line in io::stdin().lines() {
        let line = line.context("读键盘 reading the keyboard")?;
        let (call, argument) = line.split_once(' ').unwrap_or((&line, ""));
        match make(call, argument, &mut descriptors) {
            Ok(words) => say(format_args!("{call} {words}")),
            // 期限到了，Unix 叫 WouldBlock，Windows 叫 TimedOut。连接还好好的。
            // A deadline has passed: WouldBlock on Unix, TimedOut on Windows. The connection lives.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                say(format_args!("{call} 等得太久 waited too long"));
            }
            // 不在这里结束：出错以后再调用一次，得到的又不一样。
            // This is no reason to end: the call after an error gives something else again.
            Err(error) => say(format_args!("{call} 错误 error: {:?}", error.kind())),
        }
    }
    // 键盘结束，main 返回，还开着的描述符由 Rust 关掉。进程若被杀死，就由内核关。
    // End of input: main returns, and Rust closes what is open. If the process is killed, its kernel
    // does that.
    Ok(())
}

fn make(call: &str, argument: &str, descriptors: &mut Vec<TcpStream>) -> io::Result<String> {
    let Some(mut stream) = descriptors.last() else {
        return Ok("没有开着的描述符 no descriptor is open".to_owned());
    };
    match call {
        // 返回的是进了本机发送缓冲区的字节数。对方走了没有，这一刻内核也许还不知道。
        // What it returns went into our send buffer. Whether the peer has gone, our kernel may not
        // know yet.
        "send" => {
            let n = stream.write(argument.as_bytes())?;
            return Ok(format!("返回 returned {n}"));
        }
        // 返回 0：对方的 FIN 到了，前面的字节都读完了。返回错误：连接断了，前面也许还有丢了的。
        // 0 means: the peer's FIN is here, and every byte before it has been read. An error means:
        // the connection is lost, and bytes may be lost with it.
        "read" => {
            let most = argument.parse().unwrap_or(BLOCK).clamp(1, BLOCK);
            let mut buffer = [0; BLOCK];
            let n = stream.read(&mut buffer[..most])?;
            return Ok(format!("返回 returned {n}{}", text(&buffer[..n])));
        }
        // 这里说完了：FIN 排在已经发送的字节后面。描述符有几个都一样，而且都还开着。
        // This direction is done: FIN goes out behind the bytes that were sent. It does not matter
        // how many descriptors there are, and all of them stay open.
        "shutdown" => stream.shutdown(Shutdown::Write)?,
        // ANCHOR: descriptors
        // 描述符多一个，套接字还是那一个。
        // One more descriptor, the same socket.
        "clone" => {
            let another = stream.try_clone()?;
            descriptors.push(another);
        }
        // Rust 的 close 就是 drop。不是最后一个：什么也不发。是最后一个：收到的都读完了，发 FIN；
        // 没有读完，Linux 发 RST（RFC 9293 §3.6.1）。没有返回值，出了错也不知道。
        // In Rust, close is drop. Not the last: nothing is sent. The last: FIN, if all that came was
        // read; if not, Linux sends RST (RFC 9293 §3.6.1). It returns nothing, not even an error.
        "close" => drop(descriptors.pop()),
        // ANCHOR_END: descriptors
        "finish" => {
            let words = finish(stream);
            descriptors.clear();
            return words;
        }
        // 标准库的 set_linger 还不稳定（Rust 1.95），也没有 fork：Python 的程序里有。
        // set_linger of the standard library is not stable yet (Rust 1.95), and there is no fork:
        // the Python program has both.
        "linger" | "fork" => {
            return Ok("用 Python 的程序 use the Python program: 05_closing.py".to_owned());
        }
        _ => return Ok(format!("没有这个调用 no such call（{CALLS}）")),
    }
    let open = descriptors.len();
    Ok(format!("成功 ok，描述符 descriptors: {open}"))
}

// ANCHOR: finish
/// 好好告别：对方在说的话有人收，就不会换回 RST，我们最后的话也到得了。
/// A proper goodbye: what the peer still says is received, so no RST comes of it, and our last words
/// arrive.
fn finish(mut stream: &TcpStream) -> io::Result<String> {
    // 一，我说完了。FIN 排在所有话的后面；还没有关闭，所以照样能收。
    // First: I am done. FIN comes behind all our words; nothing is closed, so we still receive.
    stream.shutdown(Shutdown::Write)?;
    // 二，读到对方也说完。一直说的、一直不说的，都有期限：告别不能没完没了。
    // Second: read until the peer is done, too. One that never stops meets a bound, one that is
    // silent a deadline: a goodbye must end.
    stream.set_read_timeout(Some(GOODBYE))?;
    let started = Instant::now();
    let (mut read_away, mut buffer) = (0, [0; BLOCK]);
    while read_away <= LIMIT && started.elapsed() < GOODBYE {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            // 三，两个方向都结束了，接收缓冲区是空的。现在关闭，什么也不会丢。
            // Third: both directions have ended, and the receive buffer is empty. Nothing can be
            // lost by closing now.
            return Ok(format!(
                "读掉 read away: {read_away} 字节 bytes，然后 then: 0"
            ));
        }
        read_away += n;
    }
    Ok(format!(
        "读掉 read away: {read_away} 字节 bytes，不等了 gave up"
    ))
}
// ANCHOR_END: finish

/// 读到的字节上屏幕：一个字可能断在两次 read 之间，断开的显示成 U+FFFD。
/// What was read, for the screen: a character may be cut between two reads; it appears as U+FFFD.
fn text(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    let text = printable(&String::from_utf8_lossy(bytes)).replace('\n', "⏎");
    format!(": {text}")
}

fn accept(start: &Start) -> io::Result<TcpStream> {
    let listener = match TcpListener::bind(start.address) {
        Ok(listener) => listener,
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            return connect(start.address);
        }
        Err(error) => return Err(error),
    };
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    let (stream, _) = listener.accept()?;
    say("已接受 accepted");
    Ok(stream)
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    say(format_args!("已连接 connected to {address}"));
    Ok(stream)
}
