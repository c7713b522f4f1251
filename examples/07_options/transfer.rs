//! 发和收，都有期限，也都有上限。
//! Sending and receiving, each with a deadline and a bound.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use common::{explain, say};

// 我们只数，不存；可是对方能发个不停。
// We only count, and keep nothing; but the peer could send without end.
const LIMIT: usize = 64 * 1024 * 1024;
// 在 Windows 上，探测没有人答是这个错误：WSAENETRESET。
// On Windows this error says that probes were not answered: WSAENETRESET.
const NET_RESET: Option<i32> = Some(10052);

// ANCHOR: send
pub(crate) fn send(mut stream: &TcpStream, mut bytes: usize, end: Instant) -> io::Result<()> {
    let block = [b'.'; 4096];
    while bytes > 0 {
        // 期限管全部，不管一次：对方一点一点地读，也拖不过去。
        // The deadline is for everything, not for one write: reading bit by bit does not stretch it.
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(&block[..bytes.min(block.len())]) {
            Ok(sent) => bytes -= sent,
            // Ctrl-Z 以后再 fg，等待会被打断（signal(7)）：接着等。
            // After Ctrl-Z and fg, the wait is interrupted (signal(7)): wait on.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
// ANCHOR_END: send

// ANCHOR: receive
pub(crate) fn receive(mut stream: &TcpStream, address: SocketAddr, end: Instant) -> Result<()> {
    let (mut bytes, mut first) = (0, None);
    let mut buffer = [0; 4096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let place = format!("{address}，已收到 {bytes} 字节 after {bytes} bytes");
            return Err(explain(ErrorKind::TimedOut.into(), place));
        }
        stream.set_read_timeout(Some(left))?;
        let error = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                bytes += n;
                ensure!(bytes <= LIMIT, "超过 64 MiB，不收了 over 64 MiB, refused");
                // 从第一批字节起计时：在那以前，等的是对方的键盘。
                // The clock starts with the first bytes: before them we waited for the peer's keyboard.
                first.get_or_insert_with(Instant::now);
                continue;
            }
            Err(error) => error,
        };
        // 两种“超时”。我们自己的期限到了：在 Unix 上叫 WouldBlock，在 Windows 上叫 TimedOut。
        // 内核的探测没有人答：在 Unix 上叫 TimedOut。
        // Two kinds of timeout. Our own deadline has passed: WouldBlock on Unix, TimedOut on Windows.
        // The kernel's probes were not answered: TimedOut on Unix.
        let kind = error.kind();
        let ours = kind == ErrorKind::WouldBlock || cfg!(windows) && kind == ErrorKind::TimedOut;
        if ours || kind == ErrorKind::Interrupted {
            continue;
        }
        if kind == ErrorKind::TimedOut || cfg!(windows) && error.raw_os_error() == NET_RESET {
            bail!("内核放弃了连接 the kernel gave the connection up: {address}: {error}");
        }
        return Err(explain(error, address));
    }
    let ms = first.map_or(0, |first| first.elapsed().as_millis());
    say(format_args!("收到 received: {bytes} 字节 bytes, {ms} ms"));
    Ok(())
}
// ANCHOR_END: receive
