//! The stepper of `layers/journey`: one sentence down the stack and up again.
//! The bytes and the names of their fields come from the example itself.

use std::fmt::Write;
use std::ops::Range;

use crate::encapsulation::{Field, Layer, encapsulate, explain};
use crate::html::{both, escape};

/// The stepper for a sentence, without a blank line; or why the example refuses it.
pub(crate) fn render(sentence: &str) -> Result<String, String> {
    let frame = encapsulate(sentence).map_err(|error| format!("{error:#}"))?;
    let mut layers = explain(&frame).map_err(|error| format!("{error:#}"))?;
    layers.sort_by_key(|layer| std::cmp::Reverse(layer.number));
    let fields = groups(&layers);
    let quoted = escape(sentence);
    let mut out = format!(
        "<figure class=\"encap\" id=\"encapsulation\">\n<figcaption>{}</figcaption>\n<ol class=\"encap-steps\">\n",
        both(
            &format!("“{quoted}”逐层封装，变成线上的比特，再逐层解封装"),
            &format!(
                "“{quoted}” is wrapped layer by layer, becomes bits on the wire, and is unwrapped again"
            )
        )
    );
    for layer in &layers {
        step(&mut out, "down", layer, &fields, &frame);
    }
    wire(&mut out, &fields, &frame);
    for layer in layers.iter().rev() {
        step(&mut out, "up", layer, &fields, &frame);
    }
    Ok(out + "</ol>\n</figure>")
}

/// Fields that share bytes are shown together.
struct Group<'a> {
    layer: u8,
    range: Range<usize>,
    fields: Vec<&'a Field>,
}

fn groups(layers: &[Layer]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for layer in layers {
        for field in &layer.fields {
            match groups.last_mut() {
                Some(last) if last.layer == layer.number && field.range.start < last.range.end => {
                    last.range.end = last.range.end.max(field.range.end);
                    last.fields.push(field);
                }
                _ => groups.push(Group {
                    layer: layer.number,
                    range: field.range.clone(),
                    fields: vec![field],
                }),
            }
        }
    }
    groups.sort_by_key(|group| group.range.start);
    groups
}

fn step(out: &mut String, way: &str, layer: &Layer, fields: &[Group<'_>], frame: &[u8]) {
    let size = layer.range.len();
    let (zh, en) = said(way, layer.number);
    let (arrow_zh, arrow_en) = match way {
        "down" => ("往下", "Down"),
        _ => ("往上", "Up"),
    };
    let stage = both(
        &format!(
            "{arrow_zh} · {} {}：{}，{size} 字节",
            layer.number, layer.name.0, layer.unit.0
        ),
        &format!(
            "{arrow_en} · {} {}: {}, {size} bytes",
            layer.number, layer.name.1, layer.unit.1
        ),
    );
    let source = layer.fields.first().map_or("", |field| field.source);
    let said = both(
        &format!("{zh}格式见 {}。", escape(source)),
        &format!("{en} Format: {}.", escape(source)),
    );
    let inside = fields
        .iter()
        .filter(|group| layer.range.contains(&group.range.start));
    let bytes = spans(inside, frame, |byte| format!("{byte:02x}"));
    item(out, way, layer.number, size, [&stage, &said, &bytes]);
}

/// Layer 1 has bits and no header.
fn wire(out: &mut String, fields: &[Group<'_>], frame: &[u8]) {
    let (size, bits) = (frame.len(), frame.len() * 8);
    let stage = both(
        &format!("线上 · 1 物理层：比特，{size} 字节 = {bits} 比特"),
        &format!("On the wire · 1 physical: bits, {size} bytes = {bits} bits"),
    );
    let said = both(
        "物理层不看内容，只把比特变成线上的信号。网卡另加的前导码和 FCS 没有画出来。",
        "The physical layer does not look inside; it turns bits into signals. The preamble and the FCS, which the network card adds, are not shown.",
    );
    let bytes = spans(fields.iter(), frame, |byte| format!("{byte:08b}"));
    item(out, "down", 1, size, [&stage, &said, &bytes]);
}

fn item(out: &mut String, way: &str, layer: u8, size: usize, parts: [&str; 3]) {
    let [stage, said, bytes] = parts;
    let _ = write!(
        out,
        "<li class=\"encap-step {way} layer-{layer}\" data-size=\"{size}\">\n\
         <p class=\"stage\">{stage}</p>\n<p class=\"said\">{said}</p>\n\
         <div class=\"bytes\">\n{bytes}\n</div>\n</li>\n"
    );
}

fn spans<'a>(
    groups: impl Iterator<Item = &'a Group<'a>>,
    frame: &[u8],
    show: fn(u8) -> String,
) -> String {
    let spans: Vec<String> = groups
        .map(|group| {
            let bytes = frame.get(group.range.clone()).unwrap_or_default();
            let bytes: Vec<String> = bytes.iter().map(|byte| show(*byte)).collect();
            let name = both(
                &group.join("、", |field| field.name.0),
                &group.join(", ", |field| field.name.1),
            );
            format!(
                "<span class=\"field layer-{}\"><code class=\"hex nohighlight\">{}</code> <span class=\"name\">{name}</span> <span class=\"value\">{}</span></span>",
                group.layer,
                bytes.join(" "),
                group.join(", ", |field| &field.value),
            )
        })
        .collect();
    spans.join("\n")
}

impl Group<'_> {
    fn join(&self, between: &str, part: impl Fn(&Field) -> &str) -> String {
        let parts: Vec<String> = self
            .fields
            .iter()
            .map(|field| escape(part(field)))
            .collect();
        parts.join(between)
    }
}

/// What a layer does on the way down or up.
fn said(way: &str, layer: u8) -> (&'static str, &'static str) {
    match (way, layer) {
        ("down", 7) => (
            "程序把句子写成 UTF-8 的字节，交给套接字。",
            "The program writes the sentence as UTF-8 bytes and gives them to the socket.",
        ),
        ("down", 4) => (
            "前面加上 TCP 首部：端口说交给哪个进程，序号说这是第几个字节，校验和用来发现损坏。",
            "A TCP header goes in front: ports name the process, the sequence number says which byte this is, and the checksum reveals damage.",
        ),
        ("down", 3) => (
            "前面加上 IP 首部：两个地址说从哪台主机到哪台主机，协议号说里面是 TCP。",
            "An IP header goes in front: two addresses name the hosts that it goes from and to, and the protocol number says that TCP is inside.",
        ),
        ("down", _) => (
            "前面加上以太网首部：两个 MAC 说这段链路上谁发给谁，类型说里面是 IPv4。",
            "An Ethernet header goes in front: two MAC addresses name the sender and the receiver on this link, and the EtherType says that IPv4 is inside.",
        ),
        (_, 2) => (
            "看目的 MAC 是不是自己，看类型知道里面是 IPv4；去掉以太网首部。",
            "It checks that the destination MAC is its own; the EtherType says IPv4. Then it removes the Ethernet header.",
        ),
        (_, 3) => (
            "核对首部校验和，看目的地址是不是自己，看协议号知道里面是 TCP；去掉 IP 首部。",
            "It verifies the header checksum and checks that the destination address is its own; the protocol number says TCP. Then it removes the IP header.",
        ),
        (_, 4) => (
            "核对校验和，按端口和地址找到连接，按序号排好；去掉 TCP 首部。",
            "It verifies the checksum, finds the connection by ports and addresses, and puts the bytes in order by sequence number. Then it removes the TCP header.",
        ),
        _ => (
            "程序从套接字读到同样的字节，按 UTF-8 解码，又是那句话。",
            "The program reads the same bytes from the socket and decodes them as UTF-8: the sentence again.",
        ),
    }
}
