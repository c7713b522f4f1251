//! A packet: the row with its arrow, or its bytes alone.

use std::fmt::Write;

use bilingual::html::{both, escape};

use super::{Drawing, Drawn, dump, name, side};
use crate::arrow::Arrow;
use crate::{Fate, Moment, Sent, captions};

/// The row of a packet, with the states that it changes.
pub(super) fn row(
    out: &mut String,
    drawing: &Drawing<'_>,
    moment: &Moment,
    sent: &Sent,
    drawn: &mut Drawn,
) {
    let packet = &sent.packet;
    let lanes = &drawing.timeline.lanes;
    let id = drawn.id(drawing.packet_id(packet.number));
    let from = moment.lane.unwrap_or(0);
    let arrow = Arrow::of(sent, from, lanes.len());
    let highest = captions::highest(&packet.layers);
    let layer = highest.map_or(1, |layer| layer.number);
    let lost = sent.fate == Fate::Lost;
    let _ = write!(
        out,
        "<li class=\"packet layer-{layer} {}{}\" id=\"{}\" data-packet=\"{}\"",
        way(&arrow),
        if lost { " lost" } else { "" },
        escape(&id),
        packet.number,
    );
    if let Some(step) = moment.step {
        let _ = write!(out, " data-step=\"{}\"", step + 1);
    }
    let _ = write!(
        out,
        " style=\"--lo:{};--hi:{}\"><a href=\"{}.html#packet-{}\"",
        arrow.low + 1,
        arrow.high + 1,
        escape(drawing.files),
        packet.number,
    );
    // From another page, a packet can be named without knowing which capture comes first.
    if drawing.first {
        let alias = drawn.id(format!("{}-packet-{}", drawing.name, packet.number));
        let _ = write!(out, " id=\"{}\"", escape(&alias));
    }
    let _ = write!(
        out,
        "><span class=\"sr\">{} </span><span class=\"packet-no\">{}</span><span class=\"sr\">{}</span> <span class=\"packet-top\"><span class=\"packet-protocol\">{layer} {}</span> <span class=\"packet-label\">{}</span></span>",
        both("包", "packet"),
        packet.number,
        ends(drawing, from, sent),
        highest.map_or_else(String::new, |layer| either(captions::protocol(
            layer.protocol
        ))),
        escape(&packet.label),
    );
    lines(out, &arrow);
    if lost {
        let _ = write!(
            out,
            "<span class=\"packet-lost\">{}</span>",
            both("丢失", "lost")
        );
    }
    let _ = write!(
        out,
        " <span class=\"packet-meta\"><span class=\"packet-time\">{}</span> <span class=\"packet-size\">{} B</span></span></a>",
        captions::time(moment.time.unwrap_or_default()),
        packet.bytes.len(),
    );
    for (lane, state) in drawing.timeline.states_after(moment) {
        let _ = write!(
            out,
            " <span class=\"packet-state{}\" style=\"--col:{}\"><span class=\"sr\">{} </span>{}</span>",
            side(lane, lanes.len()),
            lane + 1,
            lanes.get(lane).map_or_else(String::new, name),
            escape(state),
        );
    }
    out.push_str("</li>\n");
}

/// The bytes of a packet that stands alone. The script puts the byte view in their place.
pub(super) fn alone(out: &mut String, drawing: &Drawing<'_>, moment: &Moment, sent: &Sent) {
    let packet = &sent.packet;
    let _ = write!(
        out,
        "<p><a href=\"{}.html#packet-{}\">{}</a> <code class=\"nohighlight packet-label\">{}</code> {} <span class=\"packet-time\">{}</span></p>\n<pre class=\"hex\">",
        escape(drawing.files),
        packet.number,
        both(
            &format!("包 {}", packet.number),
            &format!("packet {}", packet.number)
        ),
        escape(&packet.label),
        both(&escape(&packet.said.zh), &escape(&packet.said.en)),
        captions::time(moment.time.unwrap_or_default()),
    );
    dump(out, packet);
    out.push_str("</pre>\n");
}

/// Which way it goes.
fn way(arrow: &Arrow<'_>) -> &'static str {
    match (arrow.low < arrow.from, arrow.from < arrow.high) {
        (true, true) => "to-both",
        (true, false) => "to-left",
        _ => "to-right",
    }
}

/// A line to each lane it reaches, or one without an end if it reaches none.
fn lines(out: &mut String, arrow: &Arrow<'_>) {
    if arrow.to.is_empty() {
        out.push_str("<span class=\"arrow nobody\"></span>");
    }
    for lane in arrow.to {
        let (low, high) = (arrow.from.min(*lane), arrow.from.max(*lane));
        let way = match *lane < arrow.from {
            true => "to-left",
            false => "to-right",
        };
        let _ = write!(
            out,
            "<span class=\"arrow {way}\" style=\"--lo:{};--hi:{}\"></span>",
            low + 1,
            high + 1
        );
    }
}

/// Words that are the same in both languages stand once.
fn either((zh, en): (&str, &str)) -> String {
    if zh == en { escape(zh) } else { both(zh, en) }
}

/// The sender and the receiver, for readers who do not see the arrow.
fn ends(drawing: &Drawing<'_>, from: usize, sent: &Sent) -> String {
    let names = |lane: usize| {
        let lane = drawing.timeline.lanes.get(lane);
        lane.map_or(("", ""), |lane| lane.names())
    };
    let to = match (sent.broadcast, sent.to.first()) {
        (false, Some(to)) => names(*to),
        _ => ("所有主机", "all hosts"),
    };
    let from = names(from);
    both(
        &escape(&format!("，{} 发给 {}：", from.0, to.0)),
        &escape(&format!(", {} to {}: ", from.1, to.1)),
    )
}
