//! The drawing in HTML, for a session and for a capture alike: lanes as columns, moments as rows.
//! Complete without script and style.

mod moment;
mod packet;

use std::collections::HashMap;
use std::fmt::Write;

use bilingual::html::{both, escape};

use crate::{Lane, Moment, Sent, Timeline, What, captions, hex, json};
pub use moment::words;

/// Renders a session as a figure with this id, without a blank line, which would end the HTML
/// block.
#[must_use]
pub fn session(timeline: &Timeline, id: &str) -> String {
    let mut out = String::new();
    open(&mut out, timeline, "session", id);
    lanes(&mut out, timeline);
    out.push_str("<ol class=\"moments\">\n");
    for moment in &timeline.moments {
        let (class, html) = moment::shown(moment, &timeline.lanes);
        let lane = moment.lane.map_or_else(String::new, |lane| {
            format!(" data-lane=\"{lane}\" style=\"--col:{}\"", lane + 1)
        });
        let _ = writeln!(out, "<li class=\"moment {class}\"{lane}>{html}</li>");
    }
    out.push_str("</ol>\n");
    figure_data(&mut out, &json::figure(timeline, None));
    out + "</figure>"
}

/// A capture on a page.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// What is drawn.
    pub timeline: &'a Timeline,
    /// Its name, and which one of that name on this page, if it is not the first: `one_shot-2`.
    pub name: &'a str,
    /// Whether it is the first capture of the page, whose packets are simply `packet-5`.
    pub first: bool,
    /// Where the page finds its files, without what follows the dot: `../captures/one_shot`.
    pub files: &'a str,
    /// The size of the recording in bytes.
    pub size: usize,
}

/// What a page has of its captures so far.
#[derive(Debug, Default)]
pub struct Drawn {
    /// All ids, in order.
    pub ids: Vec<String>,
    /// How often each packet stands alone.
    alone: HashMap<String, usize>,
}

/// The whole capture, without a blank line, which would end the HTML block.
#[must_use]
pub fn capture(drawing: &Drawing<'_>, drawn: &mut Drawn) -> String {
    let timeline = drawing.timeline;
    let id = drawn.id(format!("capture-{}", drawing.name));
    let mut class = "capture".to_owned();
    if timeline.packets().count() > 40 {
        class += " long";
    }
    if timeline.lanes.len() > 3 {
        class += " many";
    }
    let mut out = String::new();
    open(&mut out, timeline, &class, &id);
    let _ = writeln!(
        out,
        "<p class=\"packet-hint\">{}</p>",
        both(
            "点一个箭头，看它的每个字节；用 ↑ ↓ 换包。",
            "Choose an arrow to see its bytes; ↑ ↓ go from packet to packet."
        )
    );
    lanes(&mut out, timeline);
    out.push_str("<ol class=\"moments\">\n");
    for moment in &timeline.moments {
        match &moment.what {
            What::Sent(sent) => packet::row(&mut out, drawing, moment, sent, drawn),
            // In the row of the packet before it.
            What::State(_) => {}
            _ => step(&mut out, drawing, moment, drawn),
        }
    }
    out.push_str("</ol>\n");
    drawing.files(&mut out);
    figure_data(&mut out, &json::figure(timeline, Some(drawing.files)));
    out + "</figure>"
}

/// One packet of it, alone: its bytes, and where they are explained.
#[must_use]
pub fn single(drawing: &Drawing<'_>, number: usize, drawn: &mut Drawn) -> String {
    let id = drawn.another(format!("capture-{}-{number}", drawing.name));
    let mut out = format!(
        "<figure class=\"capture single\" id=\"{}\" data-packet=\"{number}\">\n",
        escape(&id)
    );
    let found = drawing.timeline.packets();
    for (moment, sent) in found.filter(|(_, sent)| sent.packet.number == number) {
        packet::alone(&mut out, drawing, moment, sent);
    }
    drawing.files(&mut out);
    figure_data(&mut out, &json::files(drawing.files));
    out + "</figure>"
}

fn open(out: &mut String, timeline: &Timeline, class: &str, id: &str) {
    let _ = writeln!(
        out,
        "<figure class=\"{class}\" id=\"{}\" style=\"--lanes:{}\">\n<figcaption>{}</figcaption>",
        escape(id),
        timeline.lanes.len().max(1),
        both(&words(&timeline.title.zh), &words(&timeline.title.en)),
    );
}

/// The heads of the columns. Every row names its lane as well, so they say nothing to a reader who
/// does not see columns, unless they have addresses.
fn lanes(out: &mut String, timeline: &Timeline) {
    let silent = match timeline.lanes.iter().all(|lane| lane.cards.is_empty()) {
        true => " aria-hidden=\"true\"",
        false => "",
    };
    let _ = writeln!(out, "<div class=\"lanes\"{silent}>");
    for lane in &timeline.lanes {
        let _ = write!(out, "<div class=\"lane\"><b>{}</b>", name(lane));
        for address in lane.addresses() {
            let _ = write!(out, " <code class=\"nohighlight\">{address}</code>");
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

/// The figure as data, for the script.
fn figure_data(out: &mut String, data: &serde_json::Value) {
    // So that nothing in it ends the script.
    let data = data.to_string().replace('<', "\\u003c");
    let _ = writeln!(out, "<script type=\"application/json\">{data}</script>");
}

/// The name of a lane, in both languages where it has two.
fn name(lane: &Lane) -> String {
    let (zh, en) = lane.names();
    if zh == en {
        escape(zh)
    } else {
        both(&escape(zh), &escape(en))
    }
}

/// A moment in a terminal of a capture, with a link to what it put on the wire.
fn step(out: &mut String, drawing: &Drawing<'_>, moment: &Moment, drawn: &mut Drawn) {
    let timeline = drawing.timeline;
    let (class, html) = moment::shown(moment, &timeline.lanes);
    let side = moment
        .lane
        .map_or("", |lane| side(lane, timeline.lanes.len()));
    let _ = write!(out, "<li class=\"moment {class}{side}\"");
    if let Some(step) = moment.step {
        let id = drawn.id(drawing.step_id(step));
        let _ = write!(out, " id=\"{}\"", escape(&id));
    }
    if let Some(lane) = moment.lane {
        let _ = write!(out, " style=\"--col:{}\"", lane + 1);
    }
    let caused: Vec<&Sent> = timeline
        .packets()
        .filter(|(cause, _)| moment.step.is_some() && cause.step == moment.step)
        .map(|(_, sent)| sent)
        .collect();
    if let (Some(step), false) = (moment.step, caused.is_empty()) {
        let _ = write!(out, " data-step=\"{}\"", step + 1);
    }
    let _ = write!(out, "><div class=\"moment-box\">{html}");
    if let (Some(packet), Some(first), Some(last)) =
        (carrier(moment, &caused), caused.first(), caused.last())
    {
        let (first, last) = (first.packet.number, last.packet.number);
        let numbers = match first == last {
            true => first.to_string(),
            false => format!("{first}–{last}"),
        };
        let _ = write!(
            out,
            " <a class=\"to-packet\" href=\"#{}\">{}</a>",
            escape(&drawing.packet_id(packet)),
            both(
                &format!("包 {numbers}"),
                &format!(
                    "packet{} {numbers}",
                    if caused.len() == 1 { "" } else { "s" }
                )
            )
        );
    }
    out.push_str("</div></li>\n");
}

/// The packet that a step is about: the one that carries what was typed, else the first with
/// bytes of the program, else the first.
fn carrier(moment: &Moment, caused: &[&Sent]) -> Option<usize> {
    let typed = match &moment.what {
        What::Typed { line, .. } => line.as_bytes(),
        _ => &[],
    };
    let packets = || caused.iter().map(|sent| &sent.packet);
    let holds =
        |bytes: &[u8]| !typed.is_empty() && bytes.windows(typed.len()).any(|at| at == typed);
    packets()
        .find(|packet| holds(&packet.bytes))
        .or_else(|| packets().find(|packet| packet.layers.iter().any(|layer| layer.number == 7)))
        .or_else(|| packets().next())
        .map(|packet| packet.number)
}

/// Which side of the diagram one of the outermost lanes is on: there is room for words on the
/// other.
fn side(lane: usize, lanes: usize) -> &'static str {
    match lane {
        0 => " first",
        lane if lane + 1 == lanes => " last",
        _ => "",
    }
}

impl Drawing<'_> {
    /// What a link to this packet names.
    fn packet_id(&self, number: usize) -> String {
        if self.first {
            format!("packet-{number}")
        } else {
            format!("{}-packet-{number}", self.name)
        }
    }

    /// Steps count from 1, as in the comments of the recording.
    fn step_id(&self, step: usize) -> String {
        format!("{}-step-{}", self.name, step + 1)
    }

    fn files(&self, out: &mut String) {
        let file = format!("{}.pcapng", self.files);
        let name = escape(file.rsplit('/').next().unwrap_or(&file));
        let packets = self.timeline.packets().count();
        let _ = writeln!(
            out,
            "<p class=\"packet-files\"><a href=\"{}.html\">{}</a> · <a href=\"{}\" download>{}</a> {}</p>",
            escape(self.files),
            both(
                "每个包的每个字段，列成表",
                "Every field of every packet, as tables"
            ),
            escape(&file),
            both(&format!("下载 {name}"), &format!("Download {name}")),
            both(
                &format!("{packets} 个包，{} 字节，可以用 Wireshark 打开", self.size),
                &format!(
                    "{}, {} bytes; Wireshark opens it",
                    captions::packets(packets),
                    self.size
                ),
            ),
        );
    }
}

impl Drawn {
    /// The same packet may stand on a page more than once.
    fn another(&mut self, id: String) -> String {
        let count = self.alone.entry(id.clone()).or_default();
        *count += 1;
        match *count {
            1 => self.id(id),
            count => self.id(format!("{id}-{count}")),
        }
    }

    fn id(&mut self, id: String) -> String {
        self.ids.push(id.clone());
        id
    }
}

/// The bytes of a packet as text.
pub(crate) fn dump(out: &mut String, packet: &crate::Packet) {
    let program = packet.layers.iter().find(|layer| layer.number == 7);
    let text_from = program.map_or(packet.bytes.len(), |layer| layer.bytes.start);
    hex::dump(out, &packet.bytes, text_from);
}
