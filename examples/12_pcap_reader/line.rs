//! 一个包写成一行，像 tcpdump。
//! A packet in one line, as tcpdump writes it.
use super::headers::{Header, Kind, Packet};
use super::icmpv6;
use super::link::family;
use super::screen::{data_text, ip, mac, paint};
use super::sense::least;
pub use super::tcp::Talks;
use super::tcp::tcp;

/// 最里面的一个首部决定这一行写什么。
/// The innermost header decides what the line says.
pub fn line(packet: &Packet<'_>, talks: &mut Talks) -> String {
    let own = packet.headers.iter().filter(|header| !header.quoted);
    let mut line = match own.copied().last() {
        None => format!("未知的链路 unknown link, {}", length(packet, 0)),
        Some(last) if last.size < least(last.kind) => cut(packet),
        Some(last) => match last.kind {
            Kind::Ethernet | Kind::Vlan | Kind::Cooked | Kind::Cooked2 | Kind::Loopback => {
                link(packet, last)
            }
            Kind::Arp => arp(packet, last.at),
            Kind::Ipv4 | Kind::Ipv6 => network(packet, last),
            Kind::Icmp => between(packet, None) + &icmp(packet, last.at),
            Kind::Icmpv6 => between(packet, None) + &icmpv6::words(packet, last.at),
            Kind::Udp => between(packet, Some(last.at)) + &udp(packet, last.at),
            Kind::Tcp => between(packet, Some(last.at)) + &tcp(packet, last, talks),
        },
    };
    line.insert_str(0, &direction(packet));
    // 数据是文字，就给开头几个字；哪里说不通，写在最后。
    // If the data is text, its first characters; what is invalid comes last.
    if let Some(text) = data_text(packet) {
        line += &format!("  {}", paint(7, &text));
    }
    if let Some((at, why)) = packet.trouble {
        line += &paint(1, &format!("  偏移 offset {at}: {why}"));
    }
    line
}

/// 里面的协议我们不认识：写链路层知道的，MAC 地址和类型。
/// An unknown protocol inside: write what the link layer knows, MAC addresses and type.
fn link(packet: &Packet<'_>, last: Header) -> String {
    let kind = match last.kind {
        Kind::Loopback => format!("family {}", family(packet, last.at)),
        Kind::Cooked => format!("EtherType 0x{:04x}", packet.number(last.at + 14, 2)),
        Kind::Cooked2 => format!("EtherType 0x{:04x}", packet.number(last.at, 2)),
        // 以太网或者它的标签：类型在最后 2 个字节。
        // Ethernet, or a tag of it: the type is in the last 2 bytes.
        _ => format!(
            "EtherType 0x{:04x}",
            packet.number(last.at + last.size - 2, 2)
        ),
    };
    // 以太网的目的地址在第 0 字节，源在第 6 字节；cooked 首部只有源。
    // Ethernet has the destination at byte 0 and the source at 6; a cooked header has the source.
    let [first, second] = [0, 6].map(|at| paint(2, &mac(packet, at)));
    let who = match packet.headers[0].kind {
        Kind::Ethernet => format!("{second} > {first}: "),
        Kind::Cooked => format!("{second}: "),
        Kind::Cooked2 => format!("{}: ", paint(2, &mac(packet, 12))),
        _ => String::new(),
    };
    format!("{who}{}, {}", paint(2, &kind), length(packet, 0))
}

/// `-i any` 把同一个包抓到两次，出去一次，进来一次：写上方向，和 tcpdump 的字母一样。
/// `-i any` sees one packet twice, going out and coming in: the direction, in tcpdump's letters.
fn direction(packet: &Packet<'_>) -> String {
    let Some(first) = packet.headers.first() else {
        return String::new();
    };
    if first.size < least(first.kind) {
        return String::new();
    }
    let (interface, number) = match first.kind {
        Kind::Cooked => (String::new(), packet.number(0, 2)),
        Kind::Cooked2 => (format!("if{} ", packet.number(4, 4)), packet.number(10, 1)),
        _ => return String::new(),
    };
    match ["In", "B", "M", "P", "Out"].get(number) {
        Some(word) => format!("{interface}{word} "),
        None => interface,
    }
}

/// ARP：发送方的 MAC 和 IP 在第 8、14 字节，目标的在第 18、24 字节（RFC 826）。
/// ARP: MAC and IP of the sender are at bytes 8 and 14, those of the target at 18 and 24 (RFC 826).
fn arp(packet: &Packet<'_>, at: usize) -> String {
    let [asks, about] = [at + 14, at + 24].map(|at| paint(3, &ip(packet, at, 4)));
    let [from, to] = [at + 8, at + 18].map(|at| paint(2, &mac(packet, at)));
    let words = match packet.number(at + 6, 2) {
        // 请求里，要找的 MAC 填 0；填了别的，是想确认老朋友还在。
        // A request has zeros for the MAC it looks for; others check that an old friend is there.
        1 if packet.number(at + 18, 6) == 0 => format!("Request who-has {about} tell {asks}"),
        1 => format!("Request who-has {about} ({to}) tell {asks}"),
        2 => format!("Reply {asks} is-at {from}"),
        other => format!("operation {other}"),
    };
    // tcpdump 把补的零也算进长度。
    // tcpdump counts the zeros at the end of the frame too.
    let length = packet.original.saturating_sub(at);
    format!("{}, {words}, length {length}", paint(2, "ARP"))
}

/// 里面不是 TCP、UDP、ICMP，或者是后面的一片。
/// Neither TCP nor UDP nor ICMP inside, or a later fragment.
fn network(packet: &Packet<'_>, last: Header) -> String {
    // 片偏移是 13 比特，以 8 字节为单位（RFC 791 §3.1）。
    // The fragment offset has 13 bits and counts in 8 bytes (RFC 791 §3.1).
    let offset = packet.number(last.at + 6, 2) % 0x2000 * 8;
    let inside = match (last.kind, offset) {
        (Kind::Ipv6, _) => format!("next header {}", packet.number(last.at + 6, 1)),
        (_, 0) => format!("protocol {}", packet.number(last.at + 9, 1)),
        _ => format!("fragment {} offset {offset}", packet.number(last.at + 4, 2)),
    };
    let rest = length(packet, last.at + last.size);
    between(packet, None) + &format!("{}, {rest}", paint(3, &inside))
}

/// ICMP：类型和代码说出了什么事（RFC 792）。
/// ICMP: type and code tell what happened (RFC 792).
fn icmp(packet: &Packet<'_>, at: usize) -> String {
    let [two, last] = [at + 4, at + 6].map(|at| packet.number(at, 2));
    // 引用的包：它的目的地址，和它后面的目的端口。
    // The cited packet: its destination, and the destination port behind it.
    let cited = packet.headers.iter().filter(|header| header.quoted);
    let cited = Vec::from_iter(cited.map(|header| header.at));
    let to = cited
        .first()
        .map_or_else(String::new, |at| ip(packet, at + 16, 4));
    let port = cited.get(1).map_or(0, |at| packet.number(at + 2, 2));
    let words = match (packet.number(at, 1), packet.number(at + 1, 1)) {
        (0, _) => format!("echo reply, id {two}, seq {last}"),
        (8, _) => format!("echo request, id {two}, seq {last}"),
        (3, 0) => format!("net {to} unreachable"),
        (3, 1) => format!("host {to} unreachable"),
        (3, 3) => format!(
            "{to} {} port {port} unreachable",
            if quotes_tcp(packet) { "tcp" } else { "udp" }
        ),
        (3, 4) => format!("{to} unreachable - need to frag (mtu {last})"),
        (3, 13) => format!("host {to} unreachable - admin prohibited filter"),
        (5, _) => format!("redirect {to} to {}", ip(packet, at + 4, 4)),
        (11, 0) => "time exceeded in-transit".to_owned(),
        (11, 1) => "ip reassembly time exceeded".to_owned(),
        (kind, code) => format!("type {kind} code {code}"),
    };
    format!(
        "{}, {}",
        paint(3, &format!("ICMP {words}")),
        length(packet, at)
    )
}

fn quotes_tcp(packet: &Packet<'_>) -> bool {
    packet
        .headers
        .iter()
        .any(|header| header.quoted && header.kind == Kind::Tcp)
}

/// UDP 的长度把自己的 8 字节首部也算在内（RFC 768）。
/// The length in UDP counts its own header of 8 bytes too (RFC 768).
fn udp(packet: &Packet<'_>, at: usize) -> String {
    let length = packet.number(at + 4, 2).saturating_sub(8);
    paint(4, &format!("UDP, length {length}"))
}

/// `IP 谁 > 谁: `；有端口就写在地址后面。
/// `IP who > whom: `; ports, if there are any, follow the addresses.
fn between(packet: &Packet<'_>, ports: Option<usize>) -> String {
    let (from, to, size) = addresses(packet);
    let mut from = paint(3, &ip(packet, from, size));
    let mut to = paint(3, &ip(packet, to, size));
    if let Some(at) = ports {
        from += &format!(".{}", paint(4, &packet.number(at, 2).to_string()));
        to += &format!(".{}", paint(4, &packet.number(at + 2, 2).to_string()));
    }
    let name = paint(3, if size == 4 { "IP" } else { "IP6" });
    format!("{name} {from} > {to}: ")
}

/// 源地址和目的地址在哪里，有几个字节。
/// Where the source and destination addresses are, and their size.
pub(super) fn addresses(packet: &Packet<'_>) -> (usize, usize, usize) {
    match (packet.find(Kind::Ipv4), packet.find(Kind::Ipv6)) {
        (Some(ip), _) => (ip.at + 12, ip.at + 16, 4),
        (_, Some(ip)) => (ip.at + 8, ip.at + 24, 16),
        _ => (0, 0, 0),
    }
}

/// 首部没有抓全：用还完整的那一层写。
/// A header cut off: write it with the layer that is still whole.
fn cut(packet: &Packet<'_>) -> String {
    let whole = packet
        .headers
        .iter()
        .filter(|header| header.size >= least(header.kind));
    match whole.copied().last() {
        Some(last) if matches!(last.kind, Kind::Ipv4 | Kind::Ipv6) => network(packet, last),
        Some(last) => link(packet, last),
        None => length(packet, 0),
    }
}

pub(super) fn length(packet: &Packet<'_>, from: usize) -> String {
    let end = if from == 0 {
        packet.original
    } else {
        packet.end
    };
    format!("length {}", end.saturating_sub(from))
}
