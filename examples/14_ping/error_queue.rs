//! Linux 的错误队列：哪个 ICMP 错误、谁发来的（ip(7) 的 IP_RECVERR）。
//! The error queue of Linux: which ICMP error came, and from which host (IP_RECVERR in ip(7)).
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::socket::sockopt::Ipv4RecvErr;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt};

// ANCHOR: error_queue
/// 不说要，内核就把“TTL 用完”这类错误悄悄丢掉。
/// Unless we ask for them, the kernel silently drops errors such as "TTL exceeded".
pub(crate) fn ask(socket: &UdpSocket) -> io::Result<()> {
    Ok(setsockopt(socket, Ipv4RecvErr, &true)?)
}

pub(crate) fn read(socket: &UdpSocket) -> Option<(u16, IpAddr, u8, u8)> {
    // 队列里是出错的那个请求，外加一条控制消息：谁、类型、代码。空了就返回 None，不等。
    // The queue has the request that failed, and a control message: sender, type, code. If it is
    // empty, this gives None and does not wait.
    let (mut request, mut control) = ([0; 64], [0; 512]);
    let mut parts = [IoSliceMut::new(&mut request)];
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let control = Some(&mut control[..]);
    let message = recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut parts, control, flags).ok()?;
    let found = message.cmsgs().ok()?.find_map(|item| match item {
        ControlMessageOwned::Ipv4RecvErr(error, Some(from)) => {
            let from = Ipv4Addr::from(u32::from_be(from.sin_addr.s_addr));
            Some((from.into(), error.ee_type, error.ee_code))
        }
        _ => None,
    });
    // 迟到的错误说的是更早的请求，所以连序号一起交出去。
    // A late error is about an earlier request, so the sequence number goes along.
    let seq = u16::from_be_bytes([request[6], request[7]]);
    found.map(|(from, kind, code)| (seq, from, kind, code))
}
// ANCHOR_END: error_queue
