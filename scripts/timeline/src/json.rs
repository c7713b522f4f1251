//! A timeline as JSON.
//!
//! [`figure`] is what a page says of a figure: which moment each row is. The words stand in the
//! rows. [`packets`] is what a page loads when somebody asks for bytes.

use std::collections::BTreeMap;

use bilingual::Text;
use capture::{Field, Kind, Layer};
use serde_json::{Value, json};

use crate::{Fate, Moment, Packet, Sent, Timeline, What, captions};

/// `{"lanes":["client","server"],"moments":[["started",0,1],["sent",0,1,3]]}`: for each row of the
/// figure what it is, its lane (null for a note), the step (from 1) that it is or that caused it,
/// and for a packet its number. `files`: where the rest is.
pub(crate) fn figure(timeline: &Timeline, files: Option<&str>) -> Value {
    let lanes: Vec<&str> = timeline
        .lanes
        .iter()
        .map(|lane| lane.name.as_str())
        .collect();
    let moments: Vec<Value> = timeline.moments.iter().filter_map(row).collect();
    match files {
        Some(files) => json!({ "files": files, "lanes": lanes, "moments": moments }),
        None => json!({ "lanes": lanes, "moments": moments }),
    }
}

/// What a packet that stands alone says: where the rest is.
pub(crate) fn files(files: &str) -> Value {
    json!({ "files": files, "moments": [] })
}

fn row(moment: &Moment) -> Option<Value> {
    let step = moment.step.map(|step| step + 1);
    Some(match &moment.what {
        // It has no row of its own.
        What::State(_) => return None,
        What::Sent(sent) => json!(["sent", moment.lane, step, sent.packet.number]),
        what => json!([kind(what), moment.lane, step]),
    })
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Started { .. } => "started",
        What::Printed { .. } => "printed",
        What::Prompted { .. } => "prompted",
        What::Typed { .. } => "typed",
        What::EndOfInput => "end of input",
        What::Interrupted => "interrupted",
        What::Silent(_) => "silent",
        What::Ended(_) => "ended",
        What::Note(_) => "note",
        What::State(_) => "state",
        What::Sent(_) => "sent",
    }
}

/// The packets, every bit of them named: one value for each, and one for the kinds of their fields.
pub(crate) fn packets(timeline: &Timeline) -> (Value, Vec<Value>) {
    let mut kinds: BTreeMap<&str, Value> = BTreeMap::new();
    let mut packets = Vec::new();
    for (moment, sent) in timeline.packets() {
        for field in sent.packet.layers.iter().flat_map(|layer| &layer.fields) {
            kinds
                .entry(field.kind.id)
                .or_insert_with(|| about(field.kind));
        }
        packets.push(packet(moment, sent));
    }
    (json!(kinds), packets)
}

fn about(kind: &Kind) -> Value {
    json!({ "name": kind.name, "duty": kind.duty, "source": kind.source })
}

fn packet(moment: &Moment, sent: &Sent) -> Value {
    let Packet {
        number,
        label,
        said,
        bytes,
        layers,
    } = &sent.packet;
    json!({
        "number": number,
        "time": captions::time(moment.time.unwrap_or_default()),
        "step": moment.step.map(|step| step + 1),
        "lost": sent.fate == Fate::Lost,
        "label": label,
        "said": pair(said),
        "bytes": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "layers": layers.iter().map(layer).collect::<Vec<_>>(),
    })
}

fn layer(layer: &Layer) -> Value {
    json!({
        "number": layer.number,
        "name": captions::layer(layer.number),
        "protocol": layer.protocol,
        "protocol_name": captions::protocol(layer.protocol),
        "size": layer.bytes.len(),
        "fields": layer.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

/// `["tcp.seq",304,336,"0","相对序号","relative"]`: kind, first bit, the bit after the last, value,
/// meaning in both languages.
fn field(field: &Field) -> Value {
    let Text { zh, en } = &field.meaning;
    json!([
        field.kind.id,
        field.bits.start,
        field.bits.end,
        field.value,
        zh,
        en
    ])
}

fn pair(text: &Text) -> [&str; 2] {
    [&text.zh, &text.en]
}
