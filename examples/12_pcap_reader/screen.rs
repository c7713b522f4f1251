//! 屏幕：每个字段怎样说成人话，每个字节用它那一层的颜色。
//! The screen: each field in words, each byte in the color of its layer.
use super::data::hex;
pub use super::data::{data, data_text};
use super::file::Record;
use super::headers::{Header, Packet, Show, about};
use super::options::options;
use colored::{Color::*, Colorize};
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

pub const HELP: &str = "\
例 examples:
  cargo run --example 12_pcap_reader -- book/captures/one_shot.pcapng
  cargo run --example 12_pcap_reader -- book/captures/one_shot.pcapng 1 2 -v
  tcpdump -i lo -U -w - | cargo run --example 12_pcap_reader -- -
用法 usage: FILE [N…] [-v] [--wire]
  FILE  pcap 或 pcapng，- 是标准输入 pcap or pcapng, - is standard input
  N     只看第 N 个包 only packet N
  -v    每个首部的每个字段 each field of each header
  --wire  网卡还会加什么，要多久 what the card adds, and how long it takes
状态 status: 0 成功 done · 1 文件有错 bad file · 2 参数有错 bad argument
";

/// 读我们输出的一方（如 `head`）可能已经走了：那就不用再写。
/// The program that reads our output (say `head`) may have gone: then there is no need to write on.
pub fn print(text: &str) -> bool {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .is_ok()
}
/// 编号、从第一个包算起的秒数、哪条线、那一行。
/// Number, seconds since the first packet, which wire, the line.
pub fn first_line(count: u64, since: Option<i128>, wire: Option<&str>, line: &str) -> String {
    let since = since.map_or_else(|| "-".to_owned(), |nanos| seconds(nanos, 6));
    let wire = wire.map_or_else(String::new, |name| format!("  {name}"));
    format!("{count:>4} {since:>10}{wire}  {line}\n")
}

fn seconds(nanos: i128, digits: usize) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, part) = (nanos.abs() / 1_000_000_000, nanos.abs() % 1_000_000_000);
    format!("{sign}{whole}.{}", &format!("{part:09}")[..digits])
}

/// 每个首部的每个字段，然后是整个包的字节。
/// Each field of each header, then all bytes of the packet.
pub fn details(packet: &Packet<'_>, record: &Record) -> String {
    let mut out = String::new();
    for line in record.comment.lines() {
        out += &format!("     # {line}\n");
    }
    if let Some(nanos) = record.nanos {
        out += &format!("     时间 time = {}\n", seconds(nanos, 9));
    }
    if record.bytes.len() < record.original {
        out += &format!(
            "     只抓到 kept {} / {} B\n",
            record.bytes.len(),
            record.original
        );
    }
    for header in &packet.headers {
        out += &one_header(packet, *header);
    }
    if let Some(text) = data_text(packet) {
        let data = data(packet);
        out += &paint(
            7,
            &format!("  7 应用层 application · 数据 data {} B\n", data.len()),
        );
        out += &format!("    {:>4}  {text}\n", data.start);
    }
    out + &hex(packet)
}

/// 一个字段：从第几个字节起，名字，值。
/// A field: from which byte, its name, its value.
pub struct Field {
    pub at: usize,
    pub name: String,
    pub value: String,
}

fn one_header(packet: &Packet<'_>, header: Header) -> String {
    let (layer, name, source, _) = about(packet, header);
    let quoted = if header.quoted {
        " 引用的 cited"
    } else {
        ""
    };
    let title = format!(
        "  {layer} {} · {name} {} B{quoted}",
        LAYERS[usize::from(layer)],
        header.size
    );
    let mut out = format!("{}  [{source}]\n", paint(layer, &title));
    for Field { at, name, value } in fields(packet, header) {
        let equals = if value.is_empty() { "" } else { " = " };
        out += &format!("    {at:>4}  {name}{equals}{value}\n");
    }
    out
}

/// 照表从左到右读；表读完了首部还没完，剩下的是选项。
/// Read by the table from left to right; what the header has beyond the table are options.
pub fn fields(packet: &Packet<'_>, header: Header) -> Vec<Field> {
    let (mut bit, mut fields) = (0, Vec::new());
    let (_, _, _, table) = about(packet, header);
    for (bits, zh, en, show) in table {
        let (at, last) = (header.at + bit / 8, header.at + (bit + bits).div_ceil(8));
        // 首部没有抓全：只有完整的字段才有值。
        // A header cut off: only whole fields have a value.
        if last > header.at + header.size {
            return fields;
        }
        let value = display(packet, header, *show, at, bit % 8, *bits);
        fields.push(Field {
            at,
            name: format!("{zh} {en}"),
            value,
        });
        bit += bits;
    }
    fields.extend(options(packet, header, header.at + bit / 8));
    fields
}

fn display(
    packet: &Packet<'_>,
    header: Header,
    show: Show,
    at: usize,
    skip: usize,
    bits: usize,
) -> String {
    // 字段可以从一个字节的中间开始：取出它占的字节，右移，去掉高位。
    // A field may begin inside a byte: take its bytes, shift right, drop what is above.
    let size = (skip + bits).div_ceil(8).min(8);
    let value = packet.number(at, size) >> ((size * 8).saturating_sub(skip + bits));
    let value = value & ((1_u128 << bits.min(64)) - 1) as usize;
    match show {
        Show::Decimal => value.to_string(),
        Show::Hex => format!("0x{value:0width$x}", width = bits / 4),
        Show::Mac => mac(packet, at),
        Show::Ip => ip(packet, at, bits / 8),
        Show::Family => {
            let family = super::link::family(packet, at);
            let name = match super::link::carried(family) {
                0x0800 => " IPv4",
                0x86dd => " IPv6",
                _ => "",
            };
            format!("{family}{name}")
        }
        Show::Checksum => format!(
            "0x{value:04x} {}",
            super::checksum::verdict(packet, header, value)
        ),
        Show::Flags(names) => {
            let mut set = Vec::new();
            for (bit, name) in names.iter().enumerate() {
                if value >> bit & 1 == 1 {
                    set.push(*name);
                }
            }
            if set.is_empty() {
                set.push("无 none");
            }
            set.join(" ")
        }
        Show::Named(names) => {
            let number = if bits == 16 && value > 0xff {
                format!("0x{value:04x}")
            } else {
                value.to_string()
            };
            match names.iter().find(|(known, _)| *known == value) {
                Some((_, name)) => format!("{number} {name}"),
                None => number,
            }
        }
    }
}

pub fn mac(packet: &Packet<'_>, at: usize) -> String {
    let bytes = (at..at + 6).map(|at| format!("{:02x}", packet.number(at, 1)));
    Vec::from_iter(bytes).join(":")
}

pub fn ip(packet: &Packet<'_>, at: usize, size: usize) -> String {
    if size == 4 {
        return Ipv4Addr::from(packet.number(at, 4) as u32).to_string();
    }
    let half = |at| packet.number(at, 8) as u128;
    Ipv6Addr::from(half(at) << 64 | half(at + 8)).to_string()
}

const LAYERS: [&str; 8] = [
    "",
    "物理层 physical",
    "数据链路层 data link",
    "网络层 network",
    "传输层 transport",
    "会话层 session",
    "表示层 presentation",
    "应用层 application",
];

pub fn paint(layer: u8, text: &str) -> String {
    let colors = [Red, Yellow, Green, Blue, BrightYellow, Cyan, Magenta];
    text.color(colors[usize::from(layer) - 1]).to_string()
}
