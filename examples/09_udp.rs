//! 09 UDP：一个数据报读一次，丢了、来了两次都没有人说；在它上面做停止等待。
//! 09 UDP: one datagram, one read; nobody tells what is lost or comes twice. Stop-and-wait on top.
//!
//! 一个终端：看数据报的五件事。两个终端：服务器和客户端，一条一条地送到。
//! One terminal: five facts about datagrams. Two: server and client, and every message arrives.
//!
//!     cargo run --example 09_udp
//!     cargo run --example 09_udp -- server
//!     cargo run --example 09_udp -- client
//!
//! 这个文件管命令行和服务器。旁边：`send.rs` 是客户端，`facts.rs` 是那五件事，`message.rs` 写、读消息的
//! 字节，`heard.rs` 认出来过的消息。
//! This file has the command line and the server. Beside it: `send.rs` is the client, `facts.rs` has
//! the five facts, `message.rs` the bytes of a message, and `heard.rs` recognizes what has come
//! before.
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use anyhow::{Context, Result};
use colored::Colorize;
use common::{Role, explain, printable, say, usage};
use heard::{Heard, Turn};
use message::{Kind, Message};

#[path = "09_udp/facts.rs"]
mod facts;
#[path = "09_udp/heard.rs"]
mod heard;
#[path = "09_udp/message.rs"]
mod message;
#[path = "09_udp/send.rs"]
mod send;

const ADDRESS: &str = "127.0.0.1:8809";
// 装得下任何一个 UDP 数据报：太长的也看得出来，不会被悄悄截断。
// Holds any UDP datagram: one that is too long is seen as such, and not cut silently.
const LARGEST: usize = 65_536;

const HELP: &str = "\
例 examples:
  cargo run --example 09_udp                         五件事 five facts
  cargo run --example 09_udp -- server
  cargo run --example 09_udp -- client
  cargo run --example 09_udp -- client 127.0.0.1:8809 你好 再见
用法 usage: [server [ADDR] | client [ADDR] [MESSAGE…]]   ADDR = IP:PORT
  一个 MESSAGE 是一个数据报 each MESSAGE is one datagram
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, HELP);
    match (start.role, start.rest.first()) {
        // 一个词一个数据报。
        // Each word is one datagram.
        (Some(Role::Client), _) => send::client(start.address, &start.rest),
        (_, Some(word)) => usage(format_args!("不认识的参数 unknown argument: {word}")),
        (Some(Role::Server), None) => server(start.address),
        (None, None) => facts::show().context("本机的数据报 datagrams on this machine"),
    }
}

// ANCHOR: server
fn server(address: SocketAddr) -> Result<()> {
    // 没有 listen，没有 accept：一个套接字收所有人的数据报。bind 占下端口，内核就开始替我们排队；队满了，
    // 后来的丢掉，谁也不通知。
    // No listen, no accept: one socket gets everybody's datagrams. From bind on, the kernel queues
    // them for us; when the queue is full it drops what comes, and tells nobody.
    let socket = UdpSocket::bind(address).map_err(|error| explain(error, address))?;
    let address = socket.local_addr()?;
    say(format_args!("等数据报 waiting for datagrams on {address}"));
    let (mut heard, mut strays, mut buffer) = (Heard::default(), 0, [0; LARGEST]);
    loop {
        // 一次 recv_from 正好取出一个数据报，还说是谁发的；那个地址可以是冒充的。等多久都行：人在旁边，
        // 按 Ctrl-C 就能结束。
        // One recv_from takes exactly one datagram, and says whose it is; that address may be forged.
        // There is no deadline for one to come: somebody is at the keyboard, and Ctrl-C ends it.
        let (length, peer) = match socket.recv_from(&mut buffer) {
            // Windows 在这里报告：上一个确认没有人收（ICMP）。不关下一个数据报的事。
            // Windows reports here that nobody took our last ACK (ICMP). The next one is fine.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => continue,
            received => received.map_err(|error| explain(error, address))?,
        };
        if let Some(ack) = take(&mut heard, peer, &buffer[..length]) {
            // 确认也是一个会丢的数据报。没有人确认它，丢了我们也不知道：客户端会再发一次。
            // The ACK is a datagram, too, and may be lost. Nobody acknowledges it, so we never know:
            // the client will send its message again.
            let _ = socket.send_to(&ack.to_bytes(), peer);
            continue;
        }
        // 谁都能发来任何东西。不答；也只说三次：灌水的人不能刷满我们的屏幕。
        // Anyone may send anything. No answer, and only three lines: a flood must not fill our screen.
        strays += 1;
        if strays <= 3 {
            say(format_args!(
                "{peer} 不是下一条，不理 not the next one, ignored"
            ));
        }
    }
}

fn take(heard: &mut Heard, peer: SocketAddr, datagram: &[u8]) -> Option<Message<'static>> {
    // 数据报的边界就是消息的边界：要么整条都在，要么一点也没有来。
    // The boundary of the datagram is that of the message: all of it is here, or nothing has come.
    let message = Message::parse(datagram).filter(|message| message.kind == Kind::Data)?;
    let number = message.number;
    match heard.turn(peer, message.conversation, number) {
        Turn::New => {
            // 对方的换行会冒充我们的下一行。
            // A line end of the peer would pass for a line of ours.
            let text = printable(&String::from_utf8_lossy(message.text)).replace('\n', " ");
            say(format_args!(
                "{peer} {}",
                format!("#{number} {text}").cyan()
            ));
        }
        // 来过的不再打印，但要确认：对方再发，正是因为没有收到上一个确认。
        // What has come before is not shown again, but acknowledged: the peer sends it again because
        // our last ACK has not come.
        Turn::Again => say(format_args!(
            "{peer} #{number} 又来一次，只确认 again, only acknowledged"
        )),
        // 停止等待的客户端不会抢先：它是冒充的，或者我们忘了前面的。
        // A client that stops and waits is never ahead: it is forged, or we have forgotten the rest.
        Turn::Ahead => return None,
    }
    Some(message.acknowledgment())
}
// ANCHOR_END: server
