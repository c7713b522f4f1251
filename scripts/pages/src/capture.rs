//! A capture as HTML: the time diagram with the steps of its session, and every bit of every
//! packet. Complete without script and style; the script makes a byte view of the tables.

mod arrow;
mod captions;
mod diagram;
mod hex;
mod tables;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use capture::{Capture, Packet};
use session::Session;

use crate::html::{both, escape};
use crate::session_html;

/// A capture on a page.
pub(crate) struct Drawing<'a> {
    pub(crate) capture: &'a Capture,
    pub(crate) session: &'a Session,
    /// Its name, and which one of that name on this page, if it is not the first: `one_shot-2`.
    pub(crate) name: &'a str,
    /// Whether it is the first capture of the page, whose packets are simply `packet-5`.
    pub(crate) first: bool,
    /// Where the page finds the recording.
    pub(crate) file: &'a str,
    /// The size of the recording in bytes.
    pub(crate) size: usize,
}

/// What a page has of its captures so far.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    /// All ids, in order.
    pub(crate) ids: Vec<String>,
    /// The kinds of fields that are explained already.
    kinds: HashSet<&'static str>,
    /// How often each packet stands alone.
    alone: HashMap<String, usize>,
}

/// The whole capture, without a blank line, which would end the HTML block.
pub(crate) fn whole(drawing: &Drawing<'_>, drawn: &mut Drawn) -> String {
    let id = drawn.id(format!("capture-{}", drawing.name));
    let mut out = String::with_capacity(drawing.capture.packets.len() * 16 * 1024);
    let long = match drawing.capture.packets.len() {
        0..=40 => "",
        _ => " long",
    };
    let many = match drawing.capture.hosts.len() {
        0..=3 => "",
        _ => " many",
    };
    out += &format!(
        "<figure class=\"capture{long}{many}\" id=\"{}\" style=\"--hosts:{}\">\n<figcaption>{}</figcaption>\n",
        escape(&id),
        drawing.capture.hosts.len().max(1),
        both(
            &session_html::words(&drawing.session.title.zh),
            &session_html::words(&drawing.session.title.en)
        ),
    );
    diagram::write(&mut out, drawing, drawn);
    out += "<noscript>\n<div class=\"cap-tables\">\n";
    for packet in &drawing.capture.packets {
        let id = drawn.id(format!("{}-bytes", drawing.packet_id(packet.number)));
        let cause = packet.step.map(|step| drawing.step_id(step));
        tables::packet(
            &mut out,
            packet,
            &tables::Place {
                id,
                open: false,
                cause,
            },
        );
    }
    tables::kinds(&mut out, drawing.capture.packets.iter(), drawn);
    out += "</div>\n</noscript>\n";
    drawing.files(&mut out);
    out + "</figure>"
}

/// One packet of it, alone.
pub(crate) fn single(drawing: &Drawing<'_>, packet: &Packet, drawn: &mut Drawn) -> String {
    let id = drawn.another(format!("capture-{}-{}", drawing.name, packet.number));
    let mut out = format!(
        "<figure class=\"capture single\" id=\"{}\">\n<noscript>\n<div class=\"cap-tables\">\n",
        escape(&id)
    );
    let id = drawn.id(format!("{id}-bytes"));
    tables::packet(
        &mut out,
        packet,
        &tables::Place {
            id,
            open: true,
            cause: None,
        },
    );
    tables::kinds(&mut out, std::iter::once(packet), drawn);
    out += "</div>\n</noscript>\n";
    drawing.files(&mut out);
    out + "</figure>"
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
        let name = escape(self.file.rsplit('/').next().unwrap_or(self.file));
        let packets = self.capture.packets.len();
        *out += &format!(
            "<p class=\"cap-files\"><a href=\"{}\" download>{}</a> {}</p>\n",
            escape(self.file),
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
