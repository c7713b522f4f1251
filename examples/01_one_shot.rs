//! 01 一次通信：客户端发一条消息就走，服务器读到结束再打印。
//! 01 One shot: the client sends one message and leaves; the server reads to the end, then prints.
//!
//! 两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
//! Run the same command in two terminals: the first is the server, the second the client.
//!
//!     cargo run --example 01_one_shot
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result, ensure};
use colored::Colorize;
use common::{Role, explain, printable, say, usage};

const ADDRESS: &str = "127.0.0.1:9999";
// 对方能让我们等、能让我们存，所以两样都要有上限。
// The peer can make us wait and make us store, so both have a bound.
const PATIENCE: Duration = Duration::from_secs(10);
const LIMIT: usize = 1024 * 1024;

const HELP: &str = "\
例 examples:
  cargo run --example 01_one_shot                    先到当服务器 first come: server
  cargo run --example 01_one_shot -- server
  cargo run --example 01_one_shot -- client
  cargo run --example 01_one_shot -- client 127.0.0.1:9999 你好
  cargo run --example 01_one_shot -- client 127.0.0.1:9999 - < letter.txt
用法 usage: [server [ADDR] | client [ADDR] [MESSAGE…]]   ADDR = IP:PORT
  MESSAGE 是 -：读标准输入 is -: read standard input
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, HELP);
    if start.role == Some(Role::Client) {
        return client(start.address, &start.rest);
    }
    if let Some(word) = start.rest.first() {
        usage(format_args!("不认识的参数 unknown argument: {word}"));
    }
    // ANCHOR: first_come
    // 一个地址只给一个程序：bind 成功就是先到，“地址被占用”就是后到。
    // One address, one program: if bind works we came first; "in use" means we came second.
    match TcpListener::bind(start.address) {
        Ok(listener) => server(&listener),
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            client(start.address, &[])
        }
        Err(error) => Err(explain(error, start.address)),
    }
    // ANCHOR_END: first_come
}

// ANCHOR: server
fn server(listener: &TcpListener) -> Result<()> {
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    // 内核已经在替我们接电话；accept 取出一个接通的连接。等多久都行，Ctrl-C 结束。
    // The kernel already takes calls for us; accept hands over one. It may wait: Ctrl-C ends it.
    let (stream, peer) = listener.accept().context("accept")?;
    let message = read_message(&stream, peer)?;
    // 收齐了才解码：一个字可能断在两次 read 之间。
    // Decode when all is here: a character may be cut between two reads.
    // 坏字节显示成 U+FFFD：一条坏消息不该让服务器崩溃。
    // Bad bytes appear as U+FFFD: a bad message must not crash a server.
    let text = printable(&String::from_utf8_lossy(&message));
    say(format_args!("{} {text}", "客户端 client:".cyan()));
    say(format_args!(
        "收到 {0} 字节 received {0} bytes",
        message.len()
    ));
    Ok(())
}
// ANCHOR_END: server

// ANCHOR: read_to_end
fn read_message(stream: &TcpStream, peer: SocketAddr) -> Result<Vec<u8>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut message = Vec::new();
    // 一次 read 给多少字节，由网络决定；只有读到 0 才是结束：对方发来了 FIN。
    // How many bytes one read gives is up to the network; only 0 is the end: the peer's FIN.
    // 所以一直读。多读 1 字节，才分得清“刚好 1 MiB”和“超过”。
    // So read on. One byte more than the limit tells "exactly 1 MiB" from "over".
    let end = stream.take(LIMIT as u64 + 1).read_to_end(&mut message);
    let place = format!("{peer}，已收到 {0} 字节 after {0} bytes", message.len());
    end.map_err(|error| explain(error, place))?;
    // 不读完就关闭，内核会回 RST：客户端若还在写，会得到“连接断了”。
    // Closing before the end makes the kernel send RST: a client still writing will see it.
    ensure!(
        message.len() <= LIMIT,
        "消息超过 1 MiB，拒收 message over 1 MiB, refused: {peer}"
    );
    Ok(message)
}
// ANCHOR_END: read_to_end

// ANCHOR: client
fn client(address: SocketAddr, words: &[String]) -> Result<()> {
    // 先备好消息再连接，服务器就不必等我们的键盘。
    // The message is ready before we connect, so the server never waits for our keyboard.
    let message = message(words)?;
    // 三次握手由内核完成；对方主机不回答，我们只等 5 秒。
    // The kernel does the handshake. If the other host does not answer, we wait 5 s.
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))
        .map_err(|error| explain(error, address))?;
    say(format_args!("已连接 connected to {address}"));
    stream.set_write_timeout(Some(PATIENCE))?;
    // write 可能只收下一部分；write_all 写到一个不剩。
    // write may take only a part; write_all goes on until nothing is left.
    // 分块写：期限管的是每一次等待，块小，对方不读就发现得早。
    // In small blocks: the deadline is for each wait, so a peer that does not read shows early.
    for block in message.chunks(4096) {
        let sent = stream.write_all(block);
        sent.map_err(|error| explain(error, address))?;
    }
    // 写完只说明字节进了本机内核，不说明对方已读。
    // Written means: in our kernel's buffer. It does not mean the peer has read it.
    say(format_args!(
        "已发送 {0} 字节 sent {0} bytes",
        message.len()
    ));
    // 离开作用域，连接关闭，内核发出 FIN：“我说完了”。
    // The stream goes out of scope and closes; the kernel sends FIN: "that was all".
    Ok(())
}
// ANCHOR_END: client

fn message(words: &[String]) -> Result<Vec<u8>> {
    if words.is_empty() {
        return Ok(b"Hello, Server".to_vec());
    }
    // `-` 读标准输入：长文章从文件里来，不用写在命令行上。
    // `-` reads standard input: a long text comes from a file, not from the command line.
    if words != ["-"] {
        return Ok(words.join(" ").into_bytes());
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("读标准输入 reading standard input")?;
    Ok(bytes)
}
