//! 名字、颜色和屏幕：把一帧的字节说成人话。
//! Names, colors and the screen: the bytes of a frame told in words.
use colored::{Color::*, Colorize};
use std::{net::Ipv4Addr, ops::Range};

use super::text::{hex, text};
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
pub(crate) fn layers(frame: &[u8], tcp: usize, data: usize, stop: usize) -> Vec<Layer> {
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
    let mut fields = Vec::new();
    for &(bits, zh, en, ref show) in table {
        let (name, value) = ((zh, en), display(show, number(frame, at, bits)));
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

/// 从第 `at` 个比特起的 `bits` 个比特，高位在前。
/// The number in `bits` bits from bit `at` on, high bit first.
fn number(frame: &[u8], at: usize, bits: usize) -> u64 {
    let mut number = 0;
    for at in at..at + bits {
        let bit = frame[at / 8] >> (7 - at % 8) & 1;
        number = number << 1 | u64::from(bit);
    }
    number
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

fn display(show: &Show, number: u64) -> String {
    match show {
        Show::Decimal => number.to_string(),
        Show::Hex => format!("{number:#06x}"),
        Show::Ip => Ipv4Addr::from(number as u32).to_string(),
        Show::Mac => hex(&number.to_be_bytes()[2..]).replace(' ', ":"),
        Show::Flags(names) => {
            let mut set = Vec::new();
            for (bit, name) in names.iter().enumerate() {
                if number >> bit & 1 == 1 {
                    set.push(*name);
                }
            }
            set.join(" ")
        }
    }
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
        for start in layer.range.clone().step_by(16) {
            let mut row = Vec::new();
            for at in start..layer.range.end.min(start + 16) {
                row.push(paint(layer_of(layers, at), &hex(&frame[at..=at])));
            }
            out += &format!("      | {}\n", row.join(" "));
        }
    }
    out
}

/// 第 `at` 个字节归哪一层：装着它的单元里最里面的那个。
/// The layer that byte `at` belongs to: the innermost of the units that hold it.
fn layer_of(layers: &[Layer], at: usize) -> u8 {
    let mut innermost = 2;
    for layer in layers {
        if layer.range.contains(&at) {
            innermost = innermost.max(layer.number);
        }
    }
    innermost
}

fn paint(layer: u8, text: &str) -> String {
    let colors = [Red, Yellow, Green, Blue, BrightYellow, Cyan, Magenta];
    text.color(colors[usize::from(layer) - 1]).to_string()
}
