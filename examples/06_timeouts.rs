//! 06 期限：连接、一次读、一次写、整个请求，各等多久。
//! 06 Timeouts: how long to wait for a connection, for a read, for a write, for the whole request.
//!
//! 第一个终端是每秒只回一个字节的服务器，第二个终端是客户端：
//! The first terminal has a server that answers with one byte a second, the second the client:
//!
//!     cargo run --example 06_timeouts -- server --dribble
//!     cargo run --example 06_timeouts -- client
//!
//! 这个文件里是一问一答。旁边的 `patience.rs` 是期限，和守期限的读写；`long.rs` 是写不完的长消息；
//! `kinds.rs` 看超时在这台机器上叫什么错误。
//! This file has the question and the answer. Beside it, `patience.rs` has the deadlines, and the
//! reads and writes that keep them; `long.rs` the long message that cannot be written to its end;
//! `kinds.rs` shows what a timeout is called on this machine.
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::{process::ExitCode, thread, time::Duration};

use anyhow::{Context, Result, bail};
use common::{Role, Start, explain, printable, say, usage};
use patience::{LINE_MAX, Lines, Patience};

#[path = "06_timeouts/kinds.rs"]
mod kinds;
#[path = "06_timeouts/long.rs"]
mod long;
#[path = "06_timeouts/patience.rs"]
mod patience;

const ADDRESS: &str = "127.0.0.1:8806";
// 客户端：一次等待 3 秒，整个请求 5 秒。服务器对每个请求等 10 秒。
// The client: 3 s for one wait, 5 s for the whole request. The server waits 10 s for each request.
const ONE_WAIT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(5);
const SERVER_WAITS: Duration = Duration::from_secs(10);

const HELP: &str = "\
例 examples:
  cargo run --example 06_timeouts                      先到当服务器 first come: server
  cargo run --example 06_timeouts -- server --dribble  每秒回一个字节 one byte a second
  cargo run --example 06_timeouts -- server --deaf     接受，不读 accepts, does not read
  cargo run --example 06_timeouts -- client 127.0.0.1:8806 你好
  cargo run --example 06_timeouts -- client --each     只有每次等待的期限 no deadline for the whole
  cargo run --example 06_timeouts -- client --long     16 MB，给 for --deaf
  cargo run --example 06_timeouts -- client --long --retry  （错 wrong）
  cargo run --example 06_timeouts -- kinds             超时叫什么错误 what a timeout is called
用法 usage: [server [ADDR] [--dribble | --deaf] | client [ADDR] [--each] [QUESTION…]
  | client [ADDR] --long [--retry] | kinds]   ADDR = IP:PORT
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

/// 服务器待人的样子：马上回答；每秒回一个字节；接受了，却不读，像停住的程序。
/// How the server treats its client: it answers at once; it answers with one byte a second; or it
/// accepts and does not read, like a program that is stuck.
#[derive(Clone, Copy)]
enum Manner {
    Prompt,
    Dribble,
    Deaf,
}

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, HELP);
    let words: Vec<&str> = start.rest.iter().map(String::as_str).collect();
    // 有整个请求的期限是平常的样子，`--each` 拿掉它，给你比一比。
    // A deadline for the whole is the normal case; `--each` takes it away, to compare.
    match (start.role, words.as_slice()) {
        (None, ["kinds"]) => kinds::show(),
        (Some(Role::Client), ["--long"]) => long::send(start.address, false),
        (Some(Role::Client), ["--long", "--retry"]) => long::send(start.address, true),
        (Some(Role::Client), ["--each", words @ ..]) => ask(start.address, words, None),
        (Some(Role::Client), words) => ask(start.address, words, Some(WHOLE)),
        (_, []) => server(&start, Manner::Prompt),
        (Some(Role::Server), ["--dribble"]) => server(&start, Manner::Dribble),
        (Some(Role::Server), ["--deaf"]) => server(&start, Manner::Deaf),
        (_, [word, ..]) => usage(format_args!("不认识的参数 unknown argument: {word}")),
    }
}

fn server(start: &Start, manner: Manner) -> Result<()> {
    let listener = match TcpListener::bind(start.address) {
        Ok(listener) => listener,
        // 没说当谁，地址又有人用：先到的是服务器，我们当客户端。
        // No role was named and the address is in use: the server came first, we are the client.
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            return ask(start.address, &[], Some(WHOLE));
        }
        Err(error) => return Err(explain(error, start.address)),
    };
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    // 等客户端来没有期限：人在旁边，按 Ctrl-C 就结束。接来的连接才要期限，对方不受我们管。
    // There is no deadline for a client to come: somebody is at the keyboard, and Ctrl-C ends the
    // wait. The accepted connection needs one: nobody here controls the peer.
    let (stream, peer) = listener.accept().context("accept")?;
    match manner {
        Manner::Deaf => long::receive(&stream, peer),
        _ => answer(&stream, manner).map_err(|error| explain(error, peer)),
    }
}

// ANCHOR: answer
fn answer(stream: &TcpStream, manner: Manner) -> io::Result<()> {
    let mut lines = Lines::default();
    loop {
        // 每个请求有自己的截止时刻：从连上、或从上一次回答完算起，读完问题、送出回答都在它以内。
        // Each request has a deadline of its own, from the connection or from the last answer on:
        // reading the question and sending the answer both have to fit into it.
        let mut patience = Patience::new(SERVER_WAITS, Some(SERVER_WAITS));
        let Some(mut line) = lines.next(stream, &mut patience)? else {
            say("客户端说完了 the client is done");
            return Ok(());
        };
        let text = printable(&String::from_utf8_lossy(&line));
        say(format_args!("客户端 client: {text}"));
        line.push(b'\n');
        if let Manner::Dribble = manner {
            dribble(stream, &line)?;
        } else {
            patience.write_all(stream, &line)?;
        }
    }
}

/// 每秒一个字节：每一次 read 都等得到，一行却要等很久。
/// One byte a second: no single read waits for long, and the line takes its time.
fn dribble(stream: &TcpStream, line: &[u8]) -> io::Result<()> {
    say("每秒回一个字节 answering with one byte a second");
    for byte in line {
        thread::sleep(Duration::from_secs(1));
        // 客户端放弃以后，它的内核对下一个字节回 RST，再写一个就得到错误。
        // Once the client has given up, its kernel answers the next byte with RST, and the write
        // after that one fails.
        let mut patience = Patience::new(SERVER_WAITS, None);
        patience.write_all(stream, &[*byte])?;
    }
    Ok(())
}
// ANCHOR_END: answer

// ANCHOR: ask
fn ask(address: SocketAddr, words: &[&str], whole: Option<Duration>) -> Result<()> {
    let question = question(words);
    // 截止时刻在 connect 以前就定下：连接、写、读，用的是同一份时间。
    // The deadline is set before connect: connecting, writing and reading share one amount of time.
    let mut patience = Patience::new(ONE_WAIT, whole);
    let fails = |error| explain(error, address);
    let stream = patience.connect(address).map_err(fails)?;
    say(format_args!("已连接 connected to {address}"));
    patience.write_all(&stream, &question).map_err(fails)?;
    // 读到换行为止。对方一秒来一个字节，哪一次 read 都不会等满 3 秒；`whole` 是 None 时，
    // 只有一行的上限能让我们停下。
    // Read up to the line end. With a byte a second no read waits for 3 seconds; where `whole` is
    // None, only the bound of a line stops us.
    let mut lines = Lines::default();
    let answer = lines.next(&stream, &mut patience);
    let place = format!("{address}，已收到 {0} 字节 after {0} bytes", lines.held());
    match answer.map_err(|error| explain(error, place))? {
        Some(line) => {
            let text = printable(&String::from_utf8_lossy(&line));
            say(format_args!("回答 answer: {text}"));
            Ok(())
        }
        // 对方关闭了，一个字节也没有说：这不是超时，再等也没有用。
        // The peer closed without a word: no timeout, and waiting would be of no use.
        None => bail!("没有回答就走了 left without an answer: {address}"),
    }
    // 到期返回时 `stream` 也关闭：半个回答没有用，它剩下的字节更不能留给下一个问题。
    // When time is over we return, and `stream` closes: half an answer is of no use, and what is
    // still to come of it must not be taken for the answer to the next question.
}
// ANCHOR_END: ask

/// 问题先备好，再开始计时：期限是给网络的，不是给键盘和命令行的。
/// The question is ready before time begins to run: the deadline is for the network.
fn question(words: &[&str]) -> Vec<u8> {
    if let Some(word) = words.iter().find(|word| word.starts_with("--")) {
        usage(format_args!("不认识的参数 unknown argument: {word}"));
    }
    let text = match words {
        [] => "goodbye".to_owned(),
        words => words.join(" "),
    };
    if text.contains('\n') || text.len() > LINE_MAX {
        usage("问题是一行，最多 4096 字节 a question is one line of 4096 bytes at most");
    }
    (text + "\n").into_bytes()
}
