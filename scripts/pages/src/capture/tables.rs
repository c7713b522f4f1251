//! Every field of every packet as a table, and what each kind of field is for.

use std::collections::HashMap;
use std::ops::Range;

use capture::{Field, Kind, Layer, Packet, Text};

use super::{Drawn, hex, words};
use crate::html::{both, escape};

/// A longer field shows its first bytes: the whole packet stands above.
const SHOWN: usize = 16;

/// Where a packet's table stands.
pub(super) struct Place {
    pub(super) id: String,
    /// Unfolded from the start.
    pub(super) open: bool,
    /// The step on this page that caused it.
    pub(super) cause: Option<String>,
}

/// The bytes of a packet and a row for each of its fields.
pub(super) fn packet(out: &mut String, packet: &Packet, place: &Place) {
    let open = if place.open { " open" } else { "" };
    *out += &format!(
        "<details class=\"cap-bytes\" id=\"{}\"{open}><summary>{} <code class=\"nohighlight\">{}</code></summary>\n<p class=\"cap-said\">{}</p>\n",
        escape(&place.id),
        both(
            &format!("包 {}", packet.number),
            &format!("packet {}", packet.number)
        ),
        escape(&packet.label),
        said(packet, place),
    );
    let text_from = packet
        .layers
        .iter()
        .find(|layer| layer.number == 7)
        .map_or(packet.bytes.len(), |layer| layer.bytes.start);
    out.push_str("<pre class=\"hex\">");
    hex::dump(out, &packet.bytes, text_from);
    out.push_str("</pre>\n<table class=\"cap-table\">\n");
    for layer in &packet.layers {
        rows(out, packet, layer);
    }
    out.push_str("</table>\n</details>\n");
}

/// What the packet says, and the step that caused it.
fn said(packet: &Packet, place: &Place) -> String {
    let mut out = format!("<span class=\"cap-words\">{}</span>", text(&packet.said));
    if packet.lost {
        out += &format!(
            " <strong class=\"cap-lost\">{}</strong>",
            both("在线路上丢失了。", "Lost on the wire.")
        );
    }
    out += &format!(
        " <span class=\"cap-when\">{} · {}</span>",
        words::time(packet.time),
        both(
            &format!("{} 字节", packet.bytes.len()),
            &format!("{} bytes", packet.bytes.len())
        )
    );
    if let (Some(step), Some(cause)) = (packet.step, &place.cause) {
        out += &format!(
            " <a class=\"cap-cause\" href=\"#{}\">{}</a>",
            escape(cause),
            both(
                &format!("由第 {} 步引起", step + 1),
                &format!("caused by step {}", step + 1)
            )
        );
    }
    out
}

fn text(text: &Text) -> String {
    if text.zh.is_empty() && text.en.is_empty() {
        return String::new();
    }
    both(&escape(&text.zh), &escape(&text.en))
}

fn rows(out: &mut String, packet: &Packet, layer: &Layer) {
    let (zh, en) = words::layer(layer.number);
    let protocol = words::protocol(layer.protocol);
    *out += &format!(
        "<tbody class=\"layer-{n}\" data-p=\"{plain}\"><tr class=\"cap-layer\"><th colspan=\"5\">{n} {name} · {protocol} <span class=\"cap-count\">{size}</span></th></tr>\n",
        n = layer.number,
        plain = escape(layer.protocol),
        name = both(zh, en),
        size = both(
            &format!("{} 字节", layer.bytes.len()),
            &format!("{} bytes", layer.bytes.len())
        ),
    );
    for field in &layer.fields {
        row(out, packet, field);
    }
    out.push_str("</tbody>\n");
}

fn row(out: &mut String, packet: &Packet, field: &Field) {
    let Range { start, end } = field.bits;
    let (zh, en) = field.kind.name;
    out.push_str("<tr data-b=\"");
    number(out, start);
    out.push('+');
    number(out, end.saturating_sub(start));
    out.push_str("\"><td>");
    place(out, &field.bits);
    out.push_str("</td><td><code>");
    content(out, &packet.bytes, &field.bits);
    out.push_str("</code></td><th><a href=\"#field-");
    id(out, field.kind.id);
    out.push_str("\">");
    pair(out, zh, en);
    out.push_str("</a></th><td>");
    out.push_str(&escape(&field.value));
    out.push_str("</td><td>");
    if !field.meaning.zh.is_empty() || !field.meaning.en.is_empty() {
        pair(out, &escape(&field.meaning.zh), &escape(&field.meaning.en));
    }
    out.push_str("</td></tr>\n");
}

fn pair(out: &mut String, zh: &str, en: &str) {
    if zh == en {
        out.push_str(zh);
        return;
    }
    out.push_str("<span class=\"zh\" lang=\"zh-CN\">");
    out.push_str(zh);
    out.push_str("</span> <span class=\"en\" lang=\"en\">");
    out.push_str(en);
    out.push_str("</span>");
}

fn number(out: &mut String, number: usize) {
    out.push_str(&number.to_string());
}

fn id(out: &mut String, kind: &str) {
    out.extend(kind.chars().map(|c| if c == '.' { '-' } else { c }));
}

/// `34–35` for whole bytes; `14.0–3` for bits 0 to 3 of byte 14.
fn place(out: &mut String, bits: &Range<usize>) {
    let last = bits.end.saturating_sub(1).max(bits.start);
    number(out, bits.start / 8);
    let whole = bits.start.is_multiple_of(8) && bits.end.is_multiple_of(8);
    if !whole {
        out.push('.');
        number(out, bits.start % 8);
    }
    if last / 8 != bits.start / 8 {
        out.push('–');
        number(out, last / 8);
        if !whole {
            out.push('.');
            number(out, last % 8);
        }
    } else if !whole && last != bits.start {
        out.push('–');
        number(out, last % 8);
    }
}

/// Its bytes, or its bits where it does not fill bytes.
fn content(out: &mut String, bytes: &[u8], bits: &Range<usize>) {
    if bits.start.is_multiple_of(8) && bits.end.is_multiple_of(8) {
        let bytes = bytes.get(bits.start / 8..bits.end / 8).unwrap_or_default();
        hex::pairs(out, &bytes[..bytes.len().min(SHOWN)]);
        if bytes.len() > SHOWN {
            out.push_str(" …");
        }
        return;
    }
    for bit in bits.clone() {
        let byte = bytes.get(bit / 8).copied().unwrap_or_default();
        out.push(if byte >> (7 - bit % 8) & 1 == 1 {
            '1'
        } else {
            '0'
        });
    }
}

/// What each kind of field is for, once on a page.
pub(super) fn kinds<'a>(
    out: &mut String,
    packets: impl Iterator<Item = &'a Packet>,
    drawn: &mut Drawn,
) {
    let mut seen: HashMap<&str, ()> = HashMap::new();
    let mut new: Vec<&'static Kind> = Vec::new();
    for field in packets
        .flat_map(|packet| &packet.layers)
        .flat_map(|layer| &layer.fields)
    {
        let kind = field.kind;
        if seen.insert(kind.id, ()).is_none() && drawn.kinds.insert(kind.id) {
            new.push(kind);
        }
    }
    if new.is_empty() {
        return;
    }
    *out += &format!(
        "<details class=\"cap-kinds\"><summary>{}</summary>\n<dl class=\"cap-fields\">\n",
        both("每种字段是做什么的", "What each kind of field is for")
    );
    for kind in new {
        let mut anchor = String::from("field-");
        id(&mut anchor, kind.id);
        *out += &format!(
            "<dt id=\"{anchor}\">{}</dt><dd>{} <cite>{}</cite></dd>\n",
            both(kind.name.0, kind.name.1),
            both(&escape(kind.duty.0), &escape(kind.duty.1)),
            escape(kind.source),
        );
        drawn.id(anchor);
    }
    out.push_str("</dl>\n</details>\n");
}
