//! Every field of every packet as a table, and what each kind of field is for.

use std::collections::HashMap;
use std::ops::Range;

use bilingual::Text;
use capture::{Field, Kind, Layer, Packet};

use super::{Drawn, captions, hex};
use crate::html::{both, escape, escape_into};

/// Number of bytes of a field that are shown: the whole packet stands above.
const FIELD_BYTES_SHOWN_MAX: usize = 16;

/// Where a packet's table stands.
pub(super) struct Place {
    pub(super) id: String,
    /// Whether it is open from the start.
    pub(super) open: bool,
    /// The step on this page that caused it.
    pub(super) cause: Option<String>,
}

/// The bytes of a packet and a row for each of its fields.
pub(super) fn packet(out: &mut String, packet: &Packet, place: &Place) {
    let open = if place.open { " open" } else { "" };
    *out += &format!(
        "<details class=\"cap-bytes\" id=\"{}\"{open}><summary>{} <code class=\"nohighlight\">{}</code></summary>{VERBATIM_START}",
        escape(&place.id),
        packet.number,
        escape(&packet.label),
    );
    said(out, packet, place);
    out.push_str("<pre class=hex>");
    hex::dump(out, &packet.bytes, text_from(packet));
    out.push_str("</pre><table class=cap-table>");
    for layer in &packet.layers {
        rows(out, packet, layer);
    }
    out.push_str("</table>");
    out.push_str(VERBATIM_END);
    out.push_str("</details>\n");
}

/// mdBook parses every tag of a page, twice writes it out again, and indexes every word: for these
/// tables that would cost more than the rest of the book. What stands in a `<style>` it copies.
/// To a browser `<style>` in `<svg>` is an element like any other, and the first `<p>`, `<dl>` or
/// `<table>` leaves the `<svg>` (HTML standard, 13.2.6.5: foreign content).
const VERBATIM_START: &str = "<svg><style>\n";
const VERBATIM_END: &str = "</style></svg>";

/// Where the bytes of a program begin.
fn text_from(packet: &Packet) -> usize {
    let program = packet.layers.iter().find(|layer| layer.number == 7);
    program.map_or(packet.bytes.len(), |layer| layer.bytes.start)
}

/// What the packet says, and the step that caused it.
fn said(out: &mut String, packet: &Packet, place: &Place) {
    out.push_str("<p class=cap-said><span class=cap-words>");
    pair(out, &escape(&packet.said.zh), &escape(&packet.said.en));
    out.push_str("</span>");
    if packet.lost {
        out.push_str(" <strong class=cap-gone>");
        pair(out, "在线路上丢失了。", "Lost on the wire.");
        out.push_str("</strong>");
    }
    *out += &format!(
        " <span class=cap-when>{} · {} B</span>",
        captions::time(packet.time),
        packet.bytes.len()
    );
    if let (Some(step), Some(cause)) = (packet.step, &place.cause) {
        *out += &format!(" <a class=cap-cause href=\"#{}\">", escape(cause));
        pair(
            out,
            &format!("由第 {} 步引起", step + 1),
            &format!("caused by step {}", step + 1),
        );
        out.push_str("</a>");
    }
    out.push_str("</p>\n");
}

fn rows(out: &mut String, packet: &Packet, layer: &Layer) {
    let (zh, en) = captions::layer(layer.number);
    *out += &format!(
        "<tbody class=layer-{n} data-p=\"{}\"><tr class=cap-layer><th colspan=5>{n} ",
        escape(layer.protocol),
        n = layer.number,
    );
    pair(out, zh, en);
    out.push_str(" · ");
    let (zh, en) = captions::protocol(layer.protocol);
    pair(out, zh, en);
    let size = layer.bytes.len();
    *out += &format!(" <span class=cap-count>{size} B</span>");
    for field in &layer.fields {
        row(out, packet, field);
    }
}

/// A row without end tags and links: each `<` costs mdBook as much as a hundred letters, even here.
fn row(out: &mut String, packet: &Packet, field: &Field) {
    out.push_str("<tr class=");
    id(out, field.kind.id);
    out.push_str("><td>");
    place(out, &field.bits);
    out.push_str("<td>");
    content(out, &packet.bytes, &field.bits);
    out.push_str("<th>");
    // Names are ours, and plain.
    let (zh, en) = field.kind.name;
    out.push_str(zh);
    if zh != en {
        out.push(LANGUAGE_SEPARATOR);
        out.push_str(en);
    }
    out.push_str("<td>");
    escape_into(out, &field.value);
    out.push_str("<td>");
    let Text { zh, en } = &field.meaning;
    escape_into(out, zh);
    if zh != en {
        out.push(LANGUAGE_SEPARATOR);
        escape_into(out, en);
    }
}

/// The wide space between the languages, at which the script separates them.
const LANGUAGE_SEPARATOR: char = '\u{2003}';

/// Without the script both languages show; with it, the page separates them at the `<i>`.
fn pair(out: &mut String, zh: &str, en: &str) {
    out.push_str(zh);
    if zh != en {
        out.push_str(" <i lang=en>");
        out.push_str(en);
        out.push_str("</i>");
    }
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
        hex::pairs(out, &bytes[..bytes.len().min(FIELD_BYTES_SHOWN_MAX)]);
        if bytes.len() > FIELD_BYTES_SHOWN_MAX {
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
        "<details class=\"cap-kinds\"><summary>{}</summary>{VERBATIM_START}<dl class=cap-fields>\n",
        both("每种字段是做什么的", "What each kind of field is for")
    );
    for kind in new {
        out.push_str("<dt id=field-");
        id(out, kind.id);
        out.push('>');
        pair(out, kind.name.0, kind.name.1);
        out.push_str("<dd>");
        pair(out, &escape(kind.duty.0), &escape(kind.duty.1));
        out.push_str(" <cite>");
        out.push_str(&escape(kind.source));
        out.push_str("</cite>\n");
    }
    out.push_str("</dl>\n");
    out.push_str(VERBATIM_END);
    out.push_str("</details>\n");
}
