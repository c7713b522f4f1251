//! 套接字选项：设，再读回来。
//! Socket options: set them, and read them back.
use std::io;
use std::time::Duration;

use common::say;
use socket2::{Socket, TcpKeepalive};

// ANCHOR: set
/// 命令行要设的；没说的不碰，留着系统的默认值。
/// What the command line wants set. What it does not name stays at the system's default.
#[derive(Default)]
pub(crate) struct Knobs {
    pub(crate) no_delay: bool,
    /// 空闲几秒、隔几秒、几次。 Seconds idle, seconds between, how many.
    pub(crate) keepalive: Option<[u32; 3]>,
    pub(crate) receive: Option<u32>,
    pub(crate) send: Option<u32>,
    pub(crate) only_v6: Option<bool>,
}

impl Knobs {
    pub(crate) fn set(&self, socket: &Socket) -> io::Result<()> {
        if self.no_delay {
            socket.set_tcp_nodelay(true)?;
        }
        if let Some([idle, interval, count]) = self.keepalive {
            let seconds = |n| Duration::from_secs(u64::from(n));
            let probes = TcpKeepalive::new()
                .with_time(seconds(idle))
                .with_interval(seconds(interval))
                .with_retries(count);
            // 三个数，连同开关 SO_KEEPALIVE。
            // The three numbers, and the switch SO_KEEPALIVE.
            socket.set_tcp_keepalive(&probes)?;
        }
        if let Some(bytes) = self.receive {
            socket.set_recv_buffer_size(bytes as usize)?;
        }
        if let Some(bytes) = self.send {
            socket.set_send_buffer_size(bytes as usize)?;
        }
        if let Some(only) = self.only_v6 {
            socket.set_only_v6(only)?;
        }
        Ok(())
    }
    // ANCHOR_END: set

    /// 每个设过的选项一行：设了多少 → 内核说多少。
    /// A line for each option that was set: what we asked for → what the kernel says.
    pub(crate) fn report(&self, socket: &Socket) {
        let [idle, interval, count] = match self.keepalive {
            Some(three) => three.map(Some),
            None => [None; 3],
        };
        for (knob, asked) in [
            (Knob::NO_DELAY, self.no_delay.then_some(1)),
            (Knob::KEEPALIVE, self.keepalive.map(|_| 1)),
            (Knob::IDLE, idle),
            (Knob::INTERVAL, interval),
            (Knob::COUNT, count),
            (Knob::RECEIVE, self.receive),
            (Knob::SEND, self.send),
            (Knob::ONLY_V6, self.only_v6.map(u32::from)),
        ] {
            if let Some(asked) = asked {
                say(format_args!(
                    "  {} {asked} → {}",
                    knob.name,
                    knob.read(socket)
                ));
            }
        }
    }
}

// ANCHOR: knob
/// 一个选项：它的名字，问内核的办法。
/// One option: its name, and how to ask the kernel for it.
pub(crate) struct Knob {
    pub(crate) name: &'static str,
    ask: fn(&Socket) -> io::Result<usize>,
}

impl Knob {
    const REUSE: Self = Self::new("SO_REUSEADDR", |socket| Ok(socket.reuse_address()?.into()));
    const NO_DELAY: Self = Self::new("TCP_NODELAY", |socket| Ok(socket.tcp_nodelay()?.into()));
    const KEEPALIVE: Self = Self::new("SO_KEEPALIVE", |socket| Ok(socket.keepalive()?.into()));
    const IDLE: Self = Self::new("TCP_KEEPIDLE", |socket| seconds(idle(socket)));
    const INTERVAL: Self = Self::new("TCP_KEEPINTVL", |socket| seconds(interval(socket)));
    const COUNT: Self = Self::new("TCP_KEEPCNT", |socket| {
        Ok(socket.tcp_keepalive_retries()? as usize)
    });
    const RECEIVE: Self = Self::new("SO_RCVBUF", Socket::recv_buffer_size);
    const SEND: Self = Self::new("SO_SNDBUF", Socket::send_buffer_size);
    const ONLY_V6: Self = Self::new("IPV6_V6ONLY", |socket| Ok(socket.only_v6()?.into()));

    pub(crate) const OF_EVERY_SOCKET: [Self; 8] = [
        Self::REUSE,
        Self::NO_DELAY,
        Self::KEEPALIVE,
        Self::IDLE,
        Self::INTERVAL,
        Self::COUNT,
        Self::RECEIVE,
        Self::SEND,
    ];

    const fn new(name: &'static str, ask: fn(&Socket) -> io::Result<usize>) -> Self {
        Self { name, ask }
    }

    pub(crate) fn read(&self, socket: &Socket) -> String {
        match (self.ask)(socket) {
            Ok(value) => value.to_string(),
            Err(_) => "?".to_owned(),
        }
    }
}
// ANCHOR_END: knob

fn seconds(time: io::Result<Duration>) -> io::Result<usize> {
    Ok(time?.as_secs() as usize)
}

// macOS 的名字是 TCP_KEEPALIVE，socket2 替我们换。在 Windows 上 socket2 只会设，不会读。
// On macOS the name is TCP_KEEPALIVE, which socket2 knows. On Windows it can set these, not read.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn idle(socket: &Socket) -> io::Result<Duration> {
    socket.tcp_keepalive_time()
}
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn interval(socket: &Socket) -> io::Result<Duration> {
    socket.tcp_keepalive_interval()
}
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn idle(_: &Socket) -> io::Result<Duration> {
    Err(io::ErrorKind::Unsupported.into())
}
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn interval(_: &Socket) -> io::Result<Duration> {
    Err(io::ErrorKind::Unsupported.into())
}
