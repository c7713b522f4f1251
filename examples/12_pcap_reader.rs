//! 读抓包文件：每个包一行，像 tcpdump；加 `-v`，每个首部的每个字段。
//! Reads capture files: a line per packet, as tcpdump does; with `-v`, each field of each header.
//!
//!     cargo run --example 12_pcap_reader -- book/captures/one_shot.pcapng 1 -v
//!
//! 这个文件拆包。`12_pcap_reader/` 里：file.rs 读文件，headers.rs 是首部的表，sense.rs 看哪些字节
//! 说不通，line.rs 和 screen.rs 写屏幕。
//! This file takes packets apart. In `12_pcap_reader/`: file.rs reads the file, headers.rs has the
//! tables of the headers, sense.rs looks for invalid bytes, line.rs and screen.rs write the screen.
#![allow(missing_docs, reason = "the names of the fields say it")]
use colored::Colorize;
use file::Record;
use headers::{Header, Kind, Packet};
use std::io::{self, Write};
use std::{env, process::ExitCode};

#[path = "12_pcap_reader/checksum.rs"]
pub mod checksum;
#[path = "12_pcap_reader/data.rs"]
pub mod data;
#[path = "12_pcap_reader/file.rs"]
pub mod file;
#[path = "common/foreign.rs"]
#[allow(dead_code, reason = "the other examples use all of it")]
pub mod foreign;
#[path = "12_pcap_reader/headers.rs"]
pub mod headers;
#[path = "12_pcap_reader/icmpv6.rs"]
pub mod icmpv6;
#[path = "12_pcap_reader/line.rs"]
pub mod line;
#[path = "12_pcap_reader/link.rs"]
pub mod link;
#[path = "12_pcap_reader/options.rs"]
pub mod options;
#[path = "12_pcap_reader/packets.rs"]
pub mod packets;
#[path = "12_pcap_reader/screen.rs"]
pub mod screen;
#[path = "12_pcap_reader/sense.rs"]
pub mod sense;
#[path = "12_pcap_reader/tcp.rs"]
pub mod tcp;
#[path = "12_pcap_reader/wire.rs"]
pub mod wire;

// ANCHOR: dissect
/// 从外往里拆：每个首部说出里面是谁，直到里面没有首部。剩下的就是数据。
/// From the outside in: each header tells what is inside, until that is no header. The rest is data.
pub fn dissect(link: u64, record: &Record) -> Packet<'_> {
    let mut packet = Packet::new(&record.bytes, record.original);
    let (mut at, mut quoted) = (0, false);
    // 链路类型 1 是以太网；别的见 link.rs。
    // Link type 1 is Ethernet; link.rs has the others.
    let mut next = link::first(link, &record.bytes);
    while let Some(kind) = next {
        // 有几个字节看几个：可能没有抓全，ICMP 也只引用开头。
        // Look at the bytes that are there: a capture may keep only some, ICMP cites only some.
        let have = packet.end.min(packet.bytes.len()).saturating_sub(at);
        let whole = have >= sense::least(kind);
        if whole && let Some(trouble) = sense::nonsense(&packet, kind, at) {
            packet.trouble.get_or_insert(trouble);
            break;
        }
        let size = if whole {
            size(&packet, kind, at)
        } else {
            sense::least(kind)
        };
        packet.headers.push(Header {
            kind,
            at,
            size: size.min(have),
            quoted,
        });
        if size > have {
            // ICMP 只引用开头，不完整不算错。
            // ICMP cites only the beginning: there it is no fault.
            if !quoted {
                let cut = (at + have, "首部不完整 header cut off");
                packet.trouble.get_or_insert(cut);
            }
            break;
        }
        // 长度可以说假话：最多信到外面一层给的范围。
        // A length may lie: we believe it no further than the layer outside allows.
        let (end, field) = end(&packet, kind, at);
        if end > packet.end && !quoted {
            let why = "长度超出了包 length goes beyond the packet";
            packet.trouble.get_or_insert((at + field, why));
        }
        packet.end = packet.end.min(end);
        next = inside(&packet, kind, at);
        quoted |= matches!(kind, Kind::Icmp | Kind::Icmpv6);
        at += size;
    }
    packet
}

// ANCHOR_END: dissect

// ANCHOR: questions
/// 每个首部回答三个问题。一：我有多长？IP 和 TCP 后面可能有选项，首部里写着有几个 4 字节。
/// Each header answers three questions. One: how long am I? IP and TCP may have options, so they
/// say how many times 4 bytes they have.
fn size(packet: &Packet<'_>, kind: Kind, at: usize) -> usize {
    match kind {
        Kind::Ipv4 => packet.number(at, 1) % 16 * 4,
        Kind::Tcp => packet.number(at + 12, 1) / 16 * 4,
        Kind::Icmpv6 => icmpv6::size(packet.number(at, 1)),
        _ => sense::least(kind),
    }
}

/// 二：我管的字节到哪里为止？后面可能有以太网补的零。也说出长度写在首部的第几个字节。
/// Two: where do my bytes end? Ethernet may have added zeros. Also: in which byte that is written.
fn end(packet: &Packet<'_>, kind: Kind, at: usize) -> (usize, usize) {
    match kind {
        Kind::Arp => (at + 28, 0),
        Kind::Ipv4 => (at + packet.number(at + 2, 2), 2),
        Kind::Ipv6 => (at + 40 + packet.number(at + 4, 2), 4),
        // 分片的 UDP：长度说的是整个数据报，不只这一片。
        // UDP in fragments: the length is that of the whole datagram, not of this fragment.
        Kind::Udp if !packet.fragment() => (at + packet.number(at + 4, 2), 4),
        _ => (packet.end, 0),
    }
}

/// 三：里面是谁？
/// Three: what is inside?
fn inside(packet: &Packet<'_>, kind: Kind, at: usize) -> Option<Kind> {
    let number = match kind {
        Kind::Ethernet => packet.number(at + 12, 2),
        // 标签插在 MAC 地址后面：原来的类型排到了它后面（IEEE 802.1Q）。
        // A tag stands behind the MAC addresses: the EtherType has moved behind it (IEEE 802.1Q).
        Kind::Vlan => packet.number(at + 2, 2),
        Kind::Cooked => packet.number(at + 14, 2),
        Kind::Cooked2 => packet.number(at, 2),
        Kind::Loopback => link::carried(link::family(packet, at)),
        // 只有第一片里有 TCP、UDP 或 ICMP 的首部。
        // Only the first fragment has the header of TCP, UDP or ICMP.
        Kind::Ipv4 if packet.number(at + 6, 2) & 0x1fff != 0 => return None,
        Kind::Ipv4 => packet.number(at + 9, 1),
        Kind::Ipv6 => packet.number(at + 6, 1),
        // ICMP 的差错报文引用出错的那个包：IP 首部和后面至少 8 个字节（RFC 1122 §3.2.2）。
        // An ICMP error cites the packet it is about: IP header and 8 bytes or more (RFC 1122
        // §3.2.2).
        Kind::Icmp | Kind::Icmpv6 => packet.number(at, 1),
        _ => return None,
    };
    match (kind, number) {
        (Kind::Icmp, 3 | 4 | 5 | 11 | 12) => Some(Kind::Ipv4),
        (Kind::Icmpv6, 1..=4) => Some(Kind::Ipv6),
        (Kind::Ipv4, 1) => Some(Kind::Icmp),
        (Kind::Ipv6, 58) => Some(Kind::Icmpv6),
        (Kind::Ipv4 | Kind::Ipv6, 6) => Some(Kind::Tcp),
        (Kind::Ipv4 | Kind::Ipv6, 17) => Some(Kind::Udp),
        // 链路层用的是同一张表。
        // The link layer has one table for all.
        (Kind::Ipv4 | Kind::Ipv6 | Kind::Icmp | Kind::Icmpv6, _) => None,
        (_, 0x0800) => Some(Kind::Ipv4),
        (_, 0x0806) => Some(Kind::Arp),
        (_, 0x86dd) => Some(Kind::Ipv6),
        (_, 0x8100 | 0x88a8 | 0x9100) => Some(Kind::Vlan),
        _ => None,
    }
}
// ANCHOR_END: questions

fn main() -> ExitCode {
    let args = env::args_os().skip(1);
    let args = args.map(|arg| arg.to_string_lossy().into_owned());
    let (flags, words): (Vec<_>, Vec<_>) =
        args.partition(|arg| arg.len() > 1 && arg.starts_with('-'));
    if flags.iter().any(|flag| flag == "--help" || flag == "-h") {
        screen::print(screen::HELP);
        return ExitCode::SUCCESS;
    }
    let mut numbers = Vec::new();
    let mut known = flags.iter().all(|flag| flag == "-v" || flag == "--wire");
    for word in words.iter().skip(1) {
        match word.parse::<u64>() {
            Ok(number) => numbers.push(number),
            Err(_) => known = false,
        }
    }
    let (Some(path), true) = (words.first(), known) else {
        let _ = writeln!(
            io::stderr(),
            "{}\n{}",
            "参数有错 bad arguments".red(),
            screen::HELP.trim_end()
        );
        return ExitCode::from(2);
    };
    match packets::open(path).and_then(|input| packets::show(input, &numbers, &flags)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{} {path}: {error:#}", "错误 error:".red());
            ExitCode::FAILURE
        }
    }
}
