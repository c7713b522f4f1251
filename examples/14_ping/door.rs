//! 打开一个能收发 ICMP 的套接字：先试不要特权的，再试要特权的。
//! Opens a socket for ICMP: first the kind without privileges, then the kind with them.
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

pub(crate) const HOW_TO_PERMIT: &str = "\
系统不让这个用户收发 ICMP this user may not use ICMP
  Linux:   sudo sysctl net.ipv4.ping_group_range='0 2147483647'，或者用 root or run as root
  Windows: 以管理员运行 run as administrator";

pub(crate) struct Door {
    socket: UdpSocket,
    kind: Kind,
    pub(crate) id: u16,
}
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Datagram,
    Raw,
}

// ANCHOR: open
impl Door {
    pub(crate) fn open(ttl: u32) -> io::Result<Self> {
        // 原始套接字能伪造任何 IP 包，所以要特权。ICMP 数据报套接字只能发回显请求，
        // 内核替它管编号，普通用户也能用：Linux 看 ping_group_range（icmp(7)），macOS 都可以。
        // A raw socket can forge any packet, so it needs privileges. An ICMP datagram socket only
        // sends echo requests, under an id that the kernel picks: Linux asks ping_group_range
        // (icmp(7)), macOS permits it to all.
        let icmp = Some(Protocol::ICMPV4);
        let (socket, kind) = match Socket::new(Domain::IPV4, Type::DGRAM, icmp) {
            Ok(socket) => (socket, Kind::Datagram),
            Err(_) => (Socket::new(Domain::IPV4, Type::RAW, icmp)?, Kind::Raw),
        };
        // 地址和端口都是 0：由内核选。数据报套接字的“端口”就是 ICMP 的编号。
        // Address and port 0: the kernel picks. A datagram socket's "port" is the ICMP id.
        socket.bind(&SocketAddr::from(([0; 4], 0)).into())?;
        socket.set_ttl_v4(ttl)?;
        // 收发的办法和 UDP 一样，所以借用 std 的 UdpSocket，不用自己写 unsafe。
        // It sends and receives as UDP does, so std's UdpSocket serves, and no `unsafe` is ours.
        let socket = UdpSocket::from(socket);
        #[cfg(target_os = "linux")]
        if kind == Kind::Datagram {
            crate::error_queue::ask(&socket)?;
        }
        let id = match (kind, socket.local_addr()) {
            (Kind::Datagram, Ok(address)) if address.port() != 0 => address.port(),
            _ => RandomState::new().build_hasher().finish() as u16,
        };
        Ok(Self { socket, kind, id })
    }
    // ANCHOR_END: open

    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Datagram => "数据报套接字 datagram socket",
            Kind::Raw => "原始套接字 raw socket",
        }
    }

    pub(crate) fn send(&self, message: &[u8], to: Ipv4Addr) -> io::Result<usize> {
        // 内核会借发送报告以前的错误，什么也不发：取走它，再发，不会没完没了。
        // The kernel may report earlier errors here, and send nothing: take them, send again.
        for _ in 0..8 {
            match self.socket.send_to(message, (to, 0)) {
                Err(_) if self.error().is_some() => {}
                sent => return sent,
            }
        }
        self.socket.send_to(message, (to, 0))
    }

    pub(crate) fn receive(&self, buffer: &mut [u8], wait: Duration) -> io::Result<(usize, IpAddr)> {
        self.socket.set_read_timeout(Some(wait))?;
        let (length, from) = self.socket.recv_from(buffer)?;
        Ok((length, from.ip()))
    }

    /// 一个 ICMP 错误：对第几次请求、谁说的、类型、代码。
    /// An ICMP error: for which request, from which host, its type, its code.
    pub(crate) fn error(&self) -> Option<(u16, IpAddr, u8, u8)> {
        #[cfg(target_os = "linux")]
        if self.kind == Kind::Datagram {
            return crate::error_queue::read(&self.socket);
        }
        None
    }
}

/// 超时在 Unix 上叫 WouldBlock，在 Windows 上叫 TimedOut。
/// A timeout is WouldBlock on Unix, TimedOut on Windows.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
