//! The files beside a recording: its fields as a script that a page loads when somebody asks for
//! bytes, and as a page of its own with tables, for readers without scripts and for paper.
//!
//! A script and not JSON alone: a page that was opened as a file may load nothing else.

use crate::{Timeline, json, tables};

/// `NAME.js`: hands the packets to the page.
#[must_use]
pub fn script(name: &str, timeline: &Timeline) -> String {
    let (kinds, packets) = json::packets(timeline);
    let packets: Vec<String> = packets.iter().map(ToString::to_string).collect();
    // U+2028 and U+2029 end a line in a script before ECMAScript 2019.
    let escaped = |text: String| {
        text.replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029")
    };
    format!(
        "workbook.packets({name},{{\"kinds\":\n{kinds},\"packets\":[\n{packets}\n]}});\n",
        name = serde_json::Value::from(name),
        kinds = escaped(kinds.to_string()),
        packets = escaped(packets.join(",\n")),
    )
}

/// `NAME.html`: every field of every packet, in both languages.
#[must_use]
pub fn page(name: &str, timeline: &Timeline) -> String {
    tables::page(name, timeline)
}
