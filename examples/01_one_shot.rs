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
    // 一个地址和端口，内核只给一个监听的套接字：bind 成功就是先到；
    // “地址被占用”（EADDRINUSE）就是后到，先到的正在监听。
    // The kernel gives one address and port to one listening socket: if bind works, we came first;
    // "address in use" (EADDRINUSE) means that we came second, and the first is listening.
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
    // 握手由内核完成；accept 取出一条建立好的连接。还没有，它就一直等：等客户端没有期限，
    // 人在旁边，按 Ctrl-C 就能结束。
    // The kernel does the handshake; accept takes one connection that is established. While there
    // is none, it waits. There is no deadline for a client to come: somebody is at the keyboard,
    // and Ctrl-C ends the wait.
    let (stream, peer) = listener.accept().context("accept")?;
    let message = read_message(&stream, peer)?;
    // 收齐了才解码：TCP 只认字节，一个字的几个字节可能断在两次 read 之间。
    // 解不开的字节显示成 U+FFFD：一条坏消息不该让服务器崩溃，也不该摆布屏幕。
    // Decode when all is here: TCP knows bytes only, and the bytes of one character may be cut
    // between two reads. What cannot be decoded appears as U+FFFD: a bad message must not crash a
    // server, nor drive its screen.
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
    // 一次 read 拿走接收缓冲区里现有的字节：对方一次写的，可能分几次读到；几次写的，也可能
    // 一次读到。所以一直读，直到读到 0：对方发来了 FIN，前面的字节也都读完了。
    // read_to_end 替我们循环。多读 1 字节，才分得清“刚好 1 MiB”和“超过 1 MiB”。
    // One read takes the bytes that are in the receive buffer now: what the peer wrote at once may
    // come in several reads, and several writes may come in one. So read on until a read gives 0:
    // the peer has sent FIN, and all bytes before it have been read. read_to_end is this loop. One
    // byte more than the limit tells "exactly 1 MiB" from "over".
    let end = stream.take(LIMIT as u64 + 1).read_to_end(&mut message);
    let place = format!("{peer}，已收到 {0} 字节 after {0} bytes", message.len());
    end.map_err(|error| explain(error, place))?;
    // 还有字节没读就关闭，内核发的是 RST，不是 FIN（RFC 2525 §2.17）：客户端若还在写，
    // 会得到“连接断了”。
    // If we close while bytes are still unread, the kernel sends RST instead of FIN (RFC 2525
    // §2.17): a client that is still writing gets "connection lost".
    ensure!(
        message.len() <= LIMIT,
        "消息超过 1 MiB，拒收 message over 1 MiB, refused: {peer}"
    );
    Ok(message)
}
// ANCHOR_END: read_to_end

// ANCHOR: client
fn client(address: SocketAddr, words: &[String]) -> Result<()> {
    // 先备好消息再连接：服务器每次读最多等 10 秒，不能花在等我们的键盘上。
    // The message is ready before we connect: each read of the server waits for 10 seconds at most,
    // and that is no time to wait for our keyboard.
    let message = message(words)?;
    // 内核发出 SYN。对方主机上没有套接字监听这个端口，就回 RST，我们马上得到“拒绝”；
    // 没有回答时，内核会重发 SYN，默认要两分多钟才放弃（tcp(7) 的 tcp_syn_retries）；我们只等 5 秒。
    // The kernel sends a SYN. If no socket listens on that port, the other host answers RST, and we
    // are refused at once. If no answer comes, the kernel sends the SYN again, by default for more
    // than two minutes (tcp_syn_retries in tcp(7)); we wait 5 seconds.
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))
        .map_err(|error| explain(error, address))?;
    say(format_args!("已连接 connected to {address}"));
    stream.set_write_timeout(Some(PATIENCE))?;
    // write 把字节放进内核的发送缓冲区，放不下就等，也可能只收下一部分；write_all 写到一个不剩。
    // 分块写：期限管的是每一次 write，块小，对方不读就发现得早。
    // write puts bytes into the kernel's send buffer; it waits while that is full, and may take only
    // a part. write_all goes on until nothing is left. We write in small blocks: the deadline is for
    // each write, so a peer that does not read shows early.
    for block in message.chunks(4096) {
        let sent = stream.write_all(block);
        sent.map_err(|error| explain(error, address))?;
    }
    // 写完只说明字节进了本机内核，不说明对方收到了，更不说明对方的程序读过了。
    // Written means: in our kernel's buffer. It does not mean that the peer has received it, much
    // less that its program has read it.
    say(format_args!(
        "已发送 {0} 字节 sent {0} bytes",
        message.len()
    ));
    // 离开作用域，套接字关闭。缓冲区里还有的，内核接着送完，最后发 FIN：“我说完了。”
    // 程序这时可以已经结束。
    // The stream goes out of scope and the socket closes. The kernel still delivers what is in the
    // buffer, and then sends FIN: "that was all". By then our program may have ended.
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
