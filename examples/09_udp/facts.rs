//! 数据报的五件事，在本机的两个套接字之间。
//! Five facts about datagrams, between two sockets of this machine.
use std::io;
use std::net::UdpSocket;
use std::time::Duration;

use anyhow::{Context, Result};
use common::say;

// ANCHOR: facts
pub(crate) fn show() -> Result<()> {
    let (sender, receiver) = pair().context("bind")?;
    let mut buffer = [0; 2000];
    let (hello, bye) = ("你好".as_bytes(), "再见了".as_bytes());

    // 两次 send 是两个数据报：不粘在一起，也不分开。
    // Two sends are two datagrams: never glued, never split.
    let sent = [sender.send(hello)?, sender.send(bye)?];
    let got = [receiver.recv(&mut buffer)?, receiver.recv(&mut buffer)?];
    say(format_args!(
        "1 边界 boundaries: send {sent:?} → recv {got:?}"
    ));

    // 空的数据报也是数据报。UDP 没有 FIN，recv 得到 0 不是结束。
    // An empty datagram is a datagram. UDP has no FIN: a recv of 0 is not the end.
    let sent = [sender.send(b"")?, sender.send(hello)?];
    let got = [receiver.recv(&mut buffer)?, receiver.recv(&mut buffer)?];
    say(format_args!("2 空的 empty: send {sent:?} → recv {got:?}"));

    // 缓冲区只有 4 字节：POSIX 说多的丢掉；Windows 还报错误 10040。下一次 recv 是下一个数据报。
    // A buffer of 4 bytes: POSIX drops the rest; Windows reports error 10040 as well. The next recv
    // is the next datagram.
    let sent = [sender.send(bye)?, sender.send(hello)?];
    let cut = outcome(receiver.recv(&mut buffer[..4]));
    let next = receiver.recv(&mut buffer)?;
    say(format_args!(
        "3 缓冲区 a buffer of 4: send {sent:?} → recv {cut}, {next}"
    ));

    // 关掉收的一方：send 照样成功，对方的内核回 ICMP，下一次调用才得到错误。
    // The receiver closes: send still works, that kernel answers with ICMP, and the next call fails.
    drop(receiver);
    let sent = sender.send(hello)?;
    let late = outcome(sender.recv(&mut buffer));
    say(format_args!(
        "4 没有人收 nobody receives: send {sent} → recv {late}"
    ));

    // 收的一方不读：接收缓冲区满了，后来的丢掉。每次 send 都成功。
    // The receiver does not read: its buffer is full, what comes later is dropped. Every send works.
    let (sender, receiver) = pair().context("bind")?;
    let sent = (0..1000)
        .take_while(|_| sender.send(&[b'x'; 1000]).is_ok())
        .count();
    receiver.set_nonblocking(true)?;
    let got = (0..1000)
        .take_while(|_| receiver.recv(&mut buffer).is_ok())
        .count();
    say(format_args!(
        "5 来不及读 too slow: send {sent} 次 times → recv {got} 次 times"
    ));
    Ok(())
}
// ANCHOR_END: facts

/// 只在本机；什么也不来，也只等 1 秒。
/// On this machine only, and where nothing comes, the wait is 1 second.
fn pair() -> io::Result<(UdpSocket, UdpSocket)> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    sender.connect(receiver.local_addr()?)?;
    for socket in [&sender, &receiver] {
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        socket.set_write_timeout(Some(Duration::from_secs(1)))?;
    }
    Ok((sender, receiver))
}

fn outcome(received: io::Result<usize>) -> String {
    match received {
        Ok(length) => length.to_string(),
        Err(error) => format!("错误 error: {error}"),
    }
}
