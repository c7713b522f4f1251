//! A page of its own for a recording: the bytes of every packet, a row for each field, and what
//! each kind of field is for. It works without scripts, and on paper.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use bilingual::html::{both, escape};
use capture::{Kind, Layer};

use crate::html::{dump, words};
use crate::{Fate, Moment, Packet, Sent, Timeline, captions, hex};

/// Number of bytes of a field that are shown: the whole packet stands above.
const FIELD_BYTES_SHOWN_MAX: usize = 16;

/// The page of the recording `name`.
pub(crate) fn page(name: &str, timeline: &Timeline) -> String {
    let (zh, en) = (&timeline.title.zh, &timeline.title.en);
    let mut out = format!(
        "<!DOCTYPE html>\n\
         <!-- Drawn from {name}.pcapng by `cargo workbook capture`. -->\n\
         <html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} · {}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"../theme/tables.css\">\n\
         <script src=\"../theme/tables.js\"></script>\n\
         </head>\n<body>\n<main>\n<h1>{}</h1>\n<p>{} <a href=\"{name}.pcapng\" download>{name}.pcapng</a></p>\n",
        escape(&plain(zh)),
        escape(&plain(en)),
        both(&words(zh), &words(en)),
        pair(
            "每个包的字节，和它的每个字段：第几个字节（点后面是第几位）、内容、名字、值、意思。录制文件：",
            "The bytes of every packet, and each of its fields: which byte (after a point, which bit), content, name, value, meaning. The recording:"
        ),
        name = escape(name),
    );
    for (moment, sent) in timeline.packets() {
        section(&mut out, timeline, moment, sent);
    }
    kinds(&mut out, timeline);
    out + "</main>\n</body>\n</html>\n"
}

/// Without the marks of code.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

fn section(out: &mut String, timeline: &Timeline, moment: &Moment, sent: &Sent) {
    let packet = &sent.packet;
    let number = packet.number;
    let _ = writeln!(
        out,
        "<section id=\"packet-{number}\">\n<h2>{} <code>{}</code></h2>\n<p>{}{} {} · {} B</p>",
        pair(&format!("包 {number}"), &format!("Packet {number}")),
        escape(&packet.label),
        pair(&packet.said.zh, &packet.said.en),
        match sent.fate {
            Fate::Lost => format!(
                " <strong>{}</strong>",
                pair("在线路上丢失了。", "Lost on the wire.")
            ),
            Fate::Arrived => String::new(),
        },
        captions::time(moment.time.unwrap_or_default()),
        packet.bytes.len(),
    );
    out.push_str("<pre>");
    dump(out, packet);
    out.push_str("</pre>\n");
    for layer in &packet.layers {
        table(out, packet, layer);
    }
    for change in timeline.states_after(moment) {
        let lane = timeline
            .lanes
            .get(change.0)
            .map_or(("", ""), |lane| lane.names());
        let _ = writeln!(
            out,
            "<p>{} <code>{}</code></p>",
            pair(
                &format!("{}的状态：", lane.0),
                &format!("state of {}:", lane.1)
            ),
            escape(change.1),
        );
    }
    out.push_str("</section>\n");
}

fn table(out: &mut String, packet: &Packet, layer: &Layer) {
    let (zh, en) = captions::layer(layer.number);
    let (protocol_zh, protocol_en) = captions::protocol(layer.protocol);
    let n = layer.number;
    let _ = writeln!(
        out,
        "<table class=layer-{n}><caption>{} · {} B</caption>",
        pair(
            &format!("{n} {zh} · {protocol_zh}"),
            &format!("{n} {en} · {protocol_en}")
        ),
        layer.bytes.len(),
    );
    // End tags that HTML does not need would double the page.
    for field in &layer.fields {
        let _ = write!(out, "<tr><td>{}<td>", place(&field.bits));
        content(out, &packet.bytes, &field.bits);
        let _ = writeln!(
            out,
            "<th><a href=#field-{}>{}</a><td>{}<td>{}",
            id(field.kind),
            pair(field.kind.name.0, field.kind.name.1),
            escape(&field.value),
            pair(&field.meaning.zh, &field.meaning.en),
        );
    }
    out.push_str("</table>\n");
}

/// Words in both languages, or once where they are the same.
fn pair(zh: &str, en: &str) -> String {
    match zh == en {
        true => escape(zh),
        false => format!(
            "<span lang=zh>{}</span> <span lang=en>{}</span>",
            escape(zh),
            escape(en)
        ),
    }
}

fn id(kind: &Kind) -> String {
    kind.id.replace('.', "-")
}

/// `34–35` for whole bytes; `14.0–3` for bits 0 to 3 of byte 14.
fn place(bits: &Range<usize>) -> String {
    let last = bits.end.saturating_sub(1).max(bits.start);
    let (from, to) = (bits.start / 8, last / 8);
    let (first_bit, last_bit) = (bits.start % 8, last % 8);
    let whole = bits.start.is_multiple_of(8) && bits.end.is_multiple_of(8);
    match (whole, from == to) {
        (true, true) => format!("{from}"),
        (true, false) => format!("{from}–{to}"),
        (false, true) if first_bit == last_bit => format!("{from}.{first_bit}"),
        (false, true) => format!("{from}.{first_bit}–{last_bit}"),
        (false, false) => format!("{from}.{first_bit}–{to}.{last_bit}"),
    }
}

/// Its bytes, or its bits where it does not fill bytes.
fn content(out: &mut String, bytes: &[u8], bits: &Range<usize>) {
    if bits.start.is_multiple_of(8) && bits.end.is_multiple_of(8) {
        let bytes = bytes.get(bits.start / 8..bits.end / 8).unwrap_or_default();
        hex::pairs(out, &bytes[..bytes.len().min(FIELD_BYTES_SHOWN_MAX)]);
        if bytes.len() > FIELD_BYTES_SHOWN_MAX {
            out.push_str(" …");
        }
        return;
    }
    for bit in bits.clone() {
        let byte = bytes.get(bit / 8).copied().unwrap_or_default();
        out.push(match byte >> (7 - bit % 8) & 1 {
            1 => '1',
            _ => '0',
        });
    }
}

/// What each kind of field is for, in the order of their names.
fn kinds(out: &mut String, timeline: &Timeline) {
    let mut kinds: BTreeMap<&str, &Kind> = BTreeMap::new();
    let layers = timeline.packets().flat_map(|(_, sent)| &sent.packet.layers);
    for field in layers.flat_map(|layer| &layer.fields) {
        kinds.insert(field.kind.id, field.kind);
    }
    let _ = writeln!(
        out,
        "<h2 id=\"fields\">{}</h2>\n<dl>",
        pair("每种字段是做什么的", "What each kind of field is for")
    );
    for kind in kinds.values() {
        let _ = writeln!(
            out,
            "<dt id=\"field-{}\">{}</dt>\n<dd>{} <cite>{}</cite></dd>",
            id(kind),
            pair(kind.name.0, kind.name.1),
            pair(kind.duty.0, kind.duty.1),
            escape(kind.source),
        );
    }
    out.push_str("</dl>\n");
}
