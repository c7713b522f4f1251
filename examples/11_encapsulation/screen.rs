//! 名字、颜色和屏幕：把一帧的字节说成人话，也把十六进制读成字节。
//! Names, colors and the screen: bytes told in words, and hexadecimal text read as bytes.
use anyhow::{Context, Result, ensure};
use colored::{Color::*, Colorize};
use std::{net::Ipv4Addr, ops::Range};

use super::{ETHERNET, IPV4, Row, TCP};

/// 中文，英文。
/// Chinese, English.
pub(crate) type Pair = (&'static str, &'static str);

/// 一层：`range` 是它在帧里的整个单元，`fields` 只说它自己加的字节。
/// A layer: `range` is its whole unit in the frame, `fields` only what it added itself.
pub struct Layer {
    pub number: u8,
    pub name: Pair,
    pub unit: Pair,
    pub range: Range<usize>,
    pub fields: Vec<Field>,
}

/// 一个字段；不满一字节的，与邻居共用字节。
/// A field; those narrower than a byte share it with their neighbors.
pub struct Field {
    pub name: Pair,
    pub bits: usize,
    pub range: Range<usize>,
    pub value: String,
    pub source: &'static str,
}

/// 一个字段的值怎样显示。
/// How the value of a field is shown.
pub(crate) enum Show {
    Decimal,
    Hex,
    Ip,
    Mac,
    Flags(&'static [&'static str]),
}

pub(crate) const HELP: &str = "\
用法 usage: cargo run --example 11_encapsulation -- …
  句子 SENTENCE    1–1460 字节 bytes (UTF-8)
  --hex HEX        解释一帧，不带 FCS explain a frame, without its FCS
  --hex -          从标准输入读 from standard input
";

pub(crate) const PHYSICAL: &str = "\
1 物理层 physical · 比特 bits：网卡再加前导码和 FCS the card adds preamble and FCS
一层层拆开 taken apart again:
";

/// 检查过的一帧，从第 2 层到第 7 层。
/// A frame that has been checked, from layer 2 up to 7.
pub(crate) fn layers(frame: &[u8], [tcp, data, stop]: [usize; 3]) -> Vec<Layer> {
    let end = frame.len();
    let mut ethernet = fields(&ETHERNET, "RFC 894", frame, 0..14);
    let zeros = rest(
        ("填充", "padding"),
        "RFC 894",
        stop..end,
        hex(&frame[stop..]),
    );
    ethernet.extend(zeros);
    let ip = fields(&IPV4, "RFC 791 §3.1", frame, 14..tcp);
    let header = fields(&TCP, "RFC 9293 §3.1", frame, tcp..data);
    let words = rest(
        ("数据", "data"),
        "RFC 3629",
        data..stop,
        text(&frame[data..stop]),
    );
    let (link, network) = (("数据链路层", "data link"), ("网络层", "network"));
    let (transport, application) = (("传输层", "transport"), ("应用层", "application"));
    vec![
        layer(2, link, ("帧", "frame"), 0..end, ethernet),
        layer(3, network, ("包", "packet"), 14..stop, ip),
        layer(4, transport, ("段", "segment"), tcp..stop, header),
        layer(
            7,
            application,
            ("数据", "data"),
            data..stop,
            Vec::from_iter(words),
        ),
    ]
}

fn layer(number: u8, name: Pair, unit: Pair, range: Range<usize>, fields: Vec<Field>) -> Layer {
    Layer {
        number,
        name,
        unit,
        range,
        fields,
    }
}

// 照表从左到右读；表读完了首部还没完，剩下的是选项。
// Read by the table, left to right; what the header has beyond the table are options.
fn fields(table: &[Row], source: &'static str, frame: &[u8], header: Range<usize>) -> Vec<Field> {
    let mut at = header.start * 8;
    let bit = |v, at: usize| v << 1 | u64::from(frame[at / 8] >> (7 - at % 8) & 1);
    let mut fields = Vec::new();
    for &(bits, zh, en, ref show) in table {
        let (name, value) = ((zh, en), display(show, (at..at + bits).fold(0, bit)));
        let range = at / 8..(at + bits).div_ceil(8);
        fields.push(Field {
            name,
            bits,
            range,
            value,
            source,
        });
        at += bits;
    }
    let options = at / 8..header.end;
    let value = hex(&frame[options.clone()]);
    fields.extend(rest(("选项", "options"), source, options, value));
    fields
}

fn rest(name: Pair, source: &'static str, range: Range<usize>, value: String) -> Option<Field> {
    let bits = range.len() * 8;
    (bits > 0).then_some(Field {
        name,
        bits,
        range,
        value,
        source,
    })
}

fn display(show: &Show, v: u64) -> String {
    match show {
        Show::Decimal => v.to_string(),
        Show::Hex => format!("{v:#06x}"),
        Show::Ip => Ipv4Addr::from(v as u32).to_string(),
        Show::Mac => hex(&v.to_be_bytes()[2..]).replace(' ', ":"),
        Show::Flags(names) => {
            let set = |&(bit, _): &(usize, &&str)| v >> bit & 1 == 1;
            let names = names.iter().enumerate().filter(set).map(|(_, name)| *name);
            Vec::from_iter(names).join(" ")
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    Vec::from_iter(bytes.iter().map(|byte| format!("{byte:02x}"))).join(" ")
}

// 外来的控制字符会摆布你的终端：换成看得见的写法。
// Control characters from outside would drive your terminal: show them as text.
fn text(bytes: &[u8]) -> String {
    let shown = |c: char| match c.is_control() {
        true => c.escape_debug().to_string(),
        false => c.to_string(),
    };
    String::from_utf8_lossy(bytes).chars().map(shown).collect()
}

pub(crate) fn titles(layers: &[Layer]) -> String {
    layers.iter().map(title).collect()
}

fn title(layer: &Layer) -> String {
    let (number, (zh, en), size) = (layer.number, layer.name, layer.range.len());
    let title = format!(
        "{number} {zh} {en} · {} {} {size} B",
        layer.unit.0, layer.unit.1
    );
    paint(number, &title) + "\n"
}

/// 每层：字段的位置、名字、值、出处；然后是整个单元，每个字节用它那一层的颜色。
/// Each layer: place, name, value and source of its fields; then its unit, each byte in the color
/// of its own layer.
pub(crate) fn details(frame: &[u8], layers: &[Layer]) -> String {
    let mut out = String::new();
    for layer in layers {
        out += &title(layer);
        for Field {
            name: (zh, en),
            range,
            value,
            source,
            ..
        } in &layer.fields
        {
            let start = range.start;
            out += &format!("  {start:>4}  {zh} {en} = {value}  [{source}]\n");
        }
        let own = |i| layers.iter().filter(move |l| l.range.contains(&i));
        let byte = |i| {
            paint(
                own(i).map(|l| l.number).max().unwrap_or(2),
                &hex(&frame[i..=i]),
            )
        };
        for start in layer.range.clone().step_by(16) {
            let row = start..layer.range.end.min(start + 16);
            out += &format!("      | {}\n", Vec::from_iter(row.map(byte)).join(" "));
        }
    }
    out
}

fn paint(layer: u8, text: &str) -> String {
    let colors = [Red, Yellow, Green, Blue, BrightYellow, Cyan, Magenta];
    text.color(colors[usize::from(layer) - 1]).to_string()
}

/// 十六进制文字；空白和冒号不算。
/// Hexadecimal text; white space and colons do not count.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>> {
    let mut digits = Vec::new();
    for (at, c) in text.chars().enumerate() {
        if !c.is_whitespace() && c != ':' {
            let digit = c.to_digit(16).map(|digit| digit as u8);
            let at = at + 1;
            digits.push(digit.with_context(|| {
                format!("第 {at} 个字符不是十六进制 character {at} is not hexadecimal: {c:?}")
            })?);
        }
    }
    let half = "最后一个字节只有一半 only half of the last byte is there";
    ensure!(digits.len().is_multiple_of(2), half);
    Ok(digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}
