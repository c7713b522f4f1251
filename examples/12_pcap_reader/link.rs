//! 链路类型：文件用一个编号说出，每个包的第一个首部是什么。编号登记在 tcpdump.org/linktypes.html。
//! Link types: a number in the file says what the first header of each packet is. The numbers are
//! registered at tcpdump.org/linktypes.html.
use super::headers::{Kind, Packet};

// ANCHOR: first
/// 第一个首部。`None`：这种链路我们不会拆。
/// The first header. `None`: a link that we cannot take apart.
pub fn first(link: u64, bytes: &[u8]) -> Option<Kind> {
    Some(match link {
        1 => Kind::Ethernet,
        // 没有链路层首部（隧道、手机网卡）：第一个字节的高 4 位是 IP 的版本。
        // No link-layer header (tunnels, phones): the top 4 bits of byte 0 are the IP version.
        12 | 14 | 101 if bytes.first().is_some_and(|byte| byte >> 4 == 6) => Kind::Ipv6,
        12 | 14 | 101 | 228 => Kind::Ipv4,
        229 => Kind::Ipv6,
        // macOS 和 BSD 的 lo0：4 个字节说里面是哪一族地址。
        // lo0 of macOS and BSD: 4 bytes say which family of addresses is inside.
        0 | 108 => Kind::Loopback,
        // Linux 的 `tcpdump -i any`：网卡各种各样，内核写一个统一的首部（“熟食”，cooked）。
        // `tcpdump -i any` on Linux: for cards of all kinds the kernel writes one header ("cooked").
        113 => Kind::Cooked,
        276 => Kind::Cooked2,
        _ => return None,
    })
}
// ANCHOR_END: first

/// 地址族说里面是什么，换成以太网的类型编号。IPv4 到处是 2；IPv6 各系统不同。
/// What the address family says is inside, as an EtherType. IPv4 is 2 everywhere; IPv6 is not.
pub fn carried(family: usize) -> usize {
    match family {
        2 => 0x0800,
        // NetBSD、OpenBSD 和 Npcap；FreeBSD；macOS。
        // NetBSD, OpenBSD and Npcap; FreeBSD; macOS.
        24 | 28 | 30 => 0x86dd,
        _ => 0,
    }
}

/// 地址族按抓包机器的字节顺序写，文件里没有说是哪一种。它不到 256：不是 0 的那一头是低位。
/// The family is in the byte order of the machine that captured, which the file does not tell. It is
/// below 256: the end that is not 0 is the low byte.
pub fn family(packet: &Packet<'_>, at: usize) -> usize {
    let big = packet.number(at, 4);
    let little = (big as u32).swap_bytes() as usize;
    big.min(little)
}

/// 我们不会拆的链路：叫什么，怎么办。
/// A link that we cannot take apart: its name, and what to do.
pub fn advice(link: u64) -> String {
    let (name, what) = match link {
        105 | 119 | 127 | 163 => (
            "802.11",
            "无线网卡在监听模式；关掉它再抓 the wireless card was in monitor mode: capture without it",
        ),
        9 | 50 | 51 | 166 => (
            "PPP",
            "换一块网卡，或在 Linux 上用 -i any 抓 capture on another interface, or with -i any on Linux",
        ),
        149 | 258 => (
            "PKTAP",
            "指定一块网卡再抓，如 -i lo0 capture on one interface, such as -i lo0",
        ),
        187 | 201 => ("Bluetooth", WIRESHARK),
        189 | 220 | 249 => ("USB", WIRESHARK),
        253 => ("netlink", WIRESHARK),
        _ => ("", WIRESHARK),
    };
    let space = if name.is_empty() { "" } else { " " };
    format!("链路类型 link type {link}{space}{name} 这里不会拆 is not read here: {what}")
}
const WIRESHARK: &str = "用 Wireshark 打开 open it in Wireshark";
