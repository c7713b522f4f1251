//! The time diagram: hosts as columns, steps and packets in one list, in order.

use std::fmt::Write;
use std::ops::Range;

use capture::{Capture, Packet};
use session::Action;

use super::arrow::Arrow;
use super::{Drawing, Drawn, captions};
use crate::html::{both, escape};
use crate::session_html::{self, Moment};

pub(super) fn write(out: &mut String, drawing: &Drawing<'_>, drawn: &mut Drawn) {
    let _ = writeln!(
        out,
        "<p class=\"cap-hint\">{}</p>",
        both(
            "点一个箭头，看它的每个字节；用 ↑ ↓ 换包。",
            "Choose an arrow to see its bytes; ↑ ↓ go from packet to packet."
        )
    );
    hosts(out, drawing.capture);
    out.push_str("<ol class=\"cap-steps\">\n");
    let packets = &drawing.capture.packets;
    for one in packets.iter().filter(|packet| packet.step.is_none()) {
        packet(out, drawing, one, drawn);
    }
    let mut drawn_to = 0;
    for moment in session_html::moments(drawing.session) {
        // A prompt that is drawn with its answer has no line of its own, and may have caused
        // nothing.
        let steps = drawn_to..moment.step;
        drawn_to = moment.step + 1;
        caused(out, drawing, steps, drawn);
        step(out, drawing, &moment, drawn);
        caused(out, drawing, moment.step..drawn_to, drawn);
    }
    caused(out, drawing, drawn_to..usize::MAX, drawn);
    out.push_str("</ol>\n");
}

/// The packets that these steps caused.
fn caused(out: &mut String, drawing: &Drawing<'_>, steps: Range<usize>, drawn: &mut Drawn) {
    for one in &drawing.capture.packets {
        if one.step.is_some_and(|step| steps.contains(&step)) {
            packet(out, drawing, one, drawn);
        }
    }
}

fn hosts(out: &mut String, capture: &Capture) {
    out.push_str("<div class=\"cap-hosts\">\n");
    for host in &capture.hosts {
        let _ = write!(
            out,
            "<div class=\"cap-host\"><b>{}</b>",
            session_html::role(&host.name)
        );
        for address in &host.addresses {
            let _ = write!(out, " <code class=\"nohighlight\">{address}</code>");
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

fn step(out: &mut String, drawing: &Drawing<'_>, moment: &Moment<'_>, drawn: &mut Drawn) {
    let id = drawn.id(drawing.step_id(moment.step));
    let hosts = &drawing.capture.hosts;
    let host = moment.actor.map(|(_, name)| {
        let host = hosts.iter().position(|host| host.name == name);
        host.unwrap_or(0)
    });
    let side = host.map_or("", |host| side(host, hosts.len()));
    let _ = write!(
        out,
        "<li class=\"cap-step {}{side}\" id=\"{}\"",
        moment.class,
        escape(&id)
    );
    if let Some(host) = host {
        let _ = write!(out, " style=\"--col:{}\"", host + 1);
    }
    let packets: Vec<&Packet> = drawing
        .capture
        .packets
        .iter()
        .filter(|packet| packet.step == Some(moment.step))
        .collect();
    if let (Some(first), Some(last)) = (packets.first(), packets.last()) {
        let _ = write!(
            out,
            " data-step=\"{}\" data-packets=\"{} {}\"",
            moment.step + 1,
            first.number,
            last.number
        );
    }
    let _ = write!(out, "><div class=\"cap-box\">{}", moment.html);
    if let Some(packet) = carrier(drawing, moment.step, &packets) {
        let numbers = match (packets.first(), packets.last()) {
            (Some(first), Some(last)) if first.number != last.number => {
                format!("{}–{}", first.number, last.number)
            }
            _ => packet.number.to_string(),
        };
        let _ = write!(
            out,
            " <a class=\"cap-to\" href=\"#{}\">{}</a>",
            escape(&drawing.packet_id(packet.number)),
            both(
                &format!("包 {numbers}"),
                &format!(
                    "packet{} {numbers}",
                    if packets.len() == 1 { "" } else { "s" }
                )
            )
        );
    }
    out.push_str("</div></li>\n");
}

/// The packet that a step is about: the one that carries what was typed, else the first with
/// bytes of the program, else the first.
fn carrier<'a>(drawing: &Drawing<'_>, step: usize, packets: &[&'a Packet]) -> Option<&'a Packet> {
    let typed = match drawing.session.steps.get(step).map(|step| &step.action) {
        Some(Action::Type { text, .. }) if !text.is_empty() => text.as_bytes(),
        _ => &[],
    };
    let holds = |packet: &&&Packet| {
        !typed.is_empty()
            && packet
                .bytes
                .windows(typed.len())
                .any(|bytes| bytes == typed)
    };
    let carries = |packet: &&&Packet| packet.layers.iter().any(|layer| layer.number == 7);
    packets
        .iter()
        .find(holds)
        .or_else(|| packets.iter().find(carries))
        .or_else(|| packets.first())
        .copied()
}

fn packet(out: &mut String, drawing: &Drawing<'_>, packet: &Packet, drawn: &mut Drawn) {
    let id = drawn.id(drawing.packet_id(packet.number));
    let way = Arrow::of(drawing.capture, packet);
    let highest = captions::highest(packet);
    let layer = highest.map_or(1, |layer| layer.number);
    let _ = write!(
        out,
        "<li class=\"cap-packet layer-{layer} {}{}\" id=\"{}\" data-packet=\"{}\"",
        way.class(),
        if packet.lost { " lost" } else { "" },
        escape(&id),
        packet.number,
    );
    if let Some(step) = packet.step {
        let _ = write!(out, " data-step=\"{}\"", step + 1);
    }
    let _ = write!(
        out,
        " style=\"--lo:{};--hi:{}\"><a href=\"#{}-bytes\"",
        way.low + 1,
        way.high + 1,
        escape(&id)
    );
    // From another page, a packet can be named without knowing which capture comes first.
    if drawing.first {
        let alias = drawn.id(format!("{}-packet-{}", drawing.name, packet.number));
        let _ = write!(out, " id=\"{}\"", escape(&alias));
    }
    let _ = write!(
        out,
        "><span class=\"cap-no\">{}</span> <span class=\"cap-top\"><span class=\"cap-proto\">{layer} {}</span> <span class=\"cap-label\">{}</span></span>",
        packet.number,
        highest.map_or_else(String::new, |layer| either(captions::protocol(
            layer.protocol
        ))),
        escape(&packet.label),
    );
    way.arrows(out);
    if packet.lost {
        let _ = write!(
            out,
            "<span class=\"cap-cross\">{}</span>",
            both("丢失", "lost")
        );
    }
    let _ = write!(
        out,
        " <span class=\"cap-meta\"><span class=\"cap-time\">{}</span> <span class=\"cap-size\">{} B</span></span><span class=\"sr\">{}</span></a>",
        captions::time(packet.time),
        packet.bytes.len(),
        ends(drawing.capture, packet),
    );
    states(out, drawing.capture, packet);
    out.push_str("</li>\n");
}

/// Words that are the same in both languages stand once.
fn either((zh, en): (&str, &str)) -> String {
    if zh == en { escape(zh) } else { both(zh, en) }
}

/// The sender and the receiver, for readers who do not see the arrow.
fn ends(capture: &Capture, packet: &Packet) -> String {
    let name = |host: usize| {
        let name = capture.hosts.get(host);
        name.map_or("", |host| host.name.as_str())
    };
    let to = packet.to.map_or("*", name);
    format!(", {} → {}", escape(name(packet.from)), escape(to))
}

/// Which side of the diagram one of the outermost hosts is on: there is room for words on the
/// other.
fn side(host: usize, hosts: usize) -> &'static str {
    match host {
        0 => " first",
        host if host + 1 == hosts => " last",
        _ => "",
    }
}

fn states(out: &mut String, capture: &Capture, packet: &Packet) {
    let last = capture.hosts.len();
    for change in &packet.states {
        let side = side(change.host, last);
        let _ = write!(
            out,
            " <span class=\"cap-state{side}\" style=\"--col:{}\"><span class=\"sr\">{} </span>{}</span>",
            change.host + 1,
            capture
                .hosts
                .get(change.host)
                .map_or_else(String::new, |host| escape(&host.name)),
            escape(change.state),
        );
    }
}
