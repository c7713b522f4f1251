//! 练习 parse_headers 的一种解法。
//! A solution of the exercise parse_headers.
use std::io;
use std::net::Ipv4Addr;

fn main() -> io::Result<()> {
    // 一行一个帧，互不相干：坏的一行，不影响下一行。
    // One frame a line, each by itself: a bad line does not concern the next one.
    for line in io::stdin().lines() {
        match bytes(&line?) {
            // 每一层认识的字段先打印；走不下去，最后一行说在哪一层、为什么。
            // What each layer knows is printed first; where it ends, the last line says why.
            Some(frame) => {
                if let Err(last) = ethernet(&frame) {
                    println!("{last}");
                }
            }
            None => println!("bad hex"),
        }
    }
    Ok(())
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    // 一个字符一个字符地看：按字节位置切，切在汉字中间会崩溃。
    // Look at characters: a slice at byte positions panics in the middle of a 汉字.
    let digits = line.chars().filter(|c| !c.is_ascii_whitespace());
    let digits: Option<Vec<u32>> = digits.map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks(2);
    Some(pairs.map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

/// 走不下去时的最后一行。 The last line, where there is no going on.
type Step<T> = Result<T, String>;

fn ethernet(frame: &[u8]) -> Step<()> {
    // 目的地址在前：交换机读到第 6 个字节就知道往哪送。
    // The destination comes first: after 6 bytes a switch knows where to send it.
    let header = front(frame, 14, "eth")?;
    let kind = two(header, 12);
    println!(
        "eth {} > {} type {kind:04x}",
        mac(&header[6..12]),
        mac(&header[..6])
    );
    match kind {
        // 这种以太网首部（Ethernet II）没有长度：后面的都交上去，数据到哪里为止由 IP 说。
        // This Ethernet header (Ethernet II) has no length: all the rest goes up, and IP says where
        // data ends.
        0x0800 => ipv4(&frame[14..]),
        // ARP、IPv6、VLAN 标签：不认识的说出类型，不猜。
        // ARP, IPv6, a VLAN tag: what is unknown is named by its type, with no guess.
        _ => Err(format!("other {kind:04x}")),
    }
}

/// `bytes` 从 IP 首部开始，到帧的末尾。 From the IP header to the end of the frame.
fn ipv4(bytes: &[u8]) -> Step<()> {
    let fixed = front(bytes, 20, "ip")?;
    // 首部多长，由首部自己说：低 4 位，单位是 4 字节；多出 20 的是选项。
    // The header says how long it is: the low 4 bits, in units of 4; beyond 20 are options.
    let (header, total) = (usize::from(fixed[0] & 15) * 4, usize::from(two(fixed, 2)));
    // 说不通的首部，别的字段也不能信：到此为止。
    // In a header with an invalid field, no other field is believed: stop here.
    if fixed[0] >> 4 != 4 || header < 20 || total < header {
        return Err("bad at ip".to_owned());
    }
    // 总长度是对方写的：先看有没有这么多。帧里多出来的是填充，不是数据。
    // The peer wrote the total length: see if it is there. What the frame has beyond is padding.
    // 首部不比总长度长，上面查过了：所以后面的切片一定切得开。
    // The header is not longer than the total length, as seen above: so the slice exists.
    let data = &front(bytes, total, "ip")?[header..];
    // 16 位里有 3 个标志，其余 13 位是片偏移，单位是 8 字节。
    // These 16 bits are 3 flags and 13 bits of fragment offset, in units of 8 bytes.
    let fragment = two(fixed, 6);
    let (more, offset) = (fragment & 0x2000 != 0, (fragment & 0x1fff) * 8);
    println!(
        "ip {} > {} ttl {} protocol {} header {header} data {} at {offset}{}",
        address(&fixed[12..16]),
        address(&fixed[16..20]),
        fixed[8],
        fixed[9],
        data.len(),
        if more { " more" } else { "" }
    );
    match fixed[9] {
        // 后面的分片从数据中间开始：那里没有 TCP 首部。
        // A later fragment begins in the middle of the data: no TCP header there.
        _ if offset > 0 => Err("fragment".to_owned()),
        // 第一片里有 TCP 首部，哪怕后面还有别的片。
        // The first fragment has a TCP header, even if others follow.
        6 => tcp(data),
        protocol => Err(format!("other protocol {protocol}")),
    }
}

fn tcp(segment: &[u8]) -> Step<()> {
    let fixed = front(segment, 20, "tcp")?;
    // 和 IP 一样：首部说自己多长，信它之前先看看。
    // As in IP: the header says how long it is, and we look before we believe it.
    let header = usize::from(fixed[12] >> 4) * 4;
    if header < 20 {
        return Err("bad at tcp".to_owned());
    }
    // 20 字节以后是选项。这里不读它们，只要它们真的在。
    // Behind 20 bytes are options. They are not read here, but they must be there.
    front(segment, header, "tcp")?;
    println!(
        "tcp {} > {} seq {} ack {} flags {} header {header} data {}",
        two(fixed, 0),
        two(fixed, 2),
        four(fixed, 4),
        four(fixed, 8),
        flags(fixed[13]),
        // TCP 首部不说段有多长：是 IP 的数据减去首部。
        // A TCP header does not tell the length of the segment: it is IP's data minus the header.
        segment.len() - header
    );
    Ok(())
}

/// 每一位是一个开关，可以同时开几个。 Each bit is a switch, and several may be on.
fn flags(bits: u8) -> String {
    // 高两位（CWR、ECE）是拥塞控制用的，这里总是 0。
    // The two high bits (CWR, ECE) serve congestion control and are always 0 here.
    let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];
    let on = (0..names.len()).filter(|bit| bits >> bit & 1 == 1);
    let on: Vec<&str> = on.map(|bit| names[bit]).collect();
    if on.is_empty() {
        "-".to_owned()
    } else {
        on.join(",")
    }
}

/// 前 `length` 个字节；没有这么多，就说短在哪一层。
/// The first `length` bytes; where there are fewer, at which layer it is short.
fn front<'a>(bytes: &'a [u8], length: usize, layer: &str) -> Step<&'a [u8]> {
    // 所有的切片都从这里来：get 给不出就是 None，不会崩溃。
    // All slices come from here: where get cannot give one, it is None, and no panic.
    bytes
        .get(..length)
        .ok_or_else(|| format!("short at {layer}"))
}

// 线上高位字节在前，和自己的电脑是哪种无关。
// The high byte comes first on the wire, whatever the order of this machine is.
fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from(bytes[at]) << 8 | u16::from(bytes[at + 1])
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from(two(bytes, at)) << 16 | u32::from(two(bytes, at + 2))
}

fn mac(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

fn address(bytes: &[u8]) -> Ipv4Addr {
    Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3])
}
