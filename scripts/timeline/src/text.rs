//! The drawing as plain text, for a terminal: no color, ASCII lines, as wide as asked.

use std::fmt::Write;

use bilingual::Lang;
use session::Status;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::arrow::Arrow;
use crate::{Fate, Lane, Moment, Sent, Timeline, What, captions};

/// Number of columns before the first lane: the number of a packet.
const LEFT: usize = 4;

/// Number of columns of the narrowest lane that can be read.
const LANE_MIN: usize = 12;

/// Draws a timeline in this language in `width` columns, or as many as its lanes need. Each lane
/// has a line down its left edge, with what its terminal shows on the right of it; an arrow goes
/// from line to line.
#[must_use]
pub fn draw(timeline: &Timeline, lang: Lang, width: usize) -> String {
    let lanes = timeline.lanes.len().max(1);
    let page = Page {
        lanes: &timeline.lanes,
        lane: (width.saturating_sub(LEFT + 1) / lanes).max(LANE_MIN),
        lang,
    };
    let mut out = String::new();
    let whole = LEFT + lanes * page.lane;
    for line in fold(&plain(timeline.title.in_lang(lang)), whole) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    page.heads(&mut out);
    for moment in &timeline.moments {
        page.moment(&mut out, moment, whole);
    }
    out
}

struct Page<'a> {
    lanes: &'a [Lane],
    /// Number of columns of a lane, its line included.
    lane: usize,
    lang: Lang,
}

impl Page<'_> {
    fn heads(&self, out: &mut String) {
        let heads: Vec<Vec<String>> = self
            .lanes
            .iter()
            .map(|lane| {
                let (zh, en) = lane.names();
                let addresses = lane.addresses().map(|address| address.to_string());
                let mut head = fold(self.lang.pick(zh, en), self.lane - 2);
                head.extend(addresses.flat_map(|address| fold(&address, self.lane - 2)));
                head
            })
            .collect();
        for line in 0..heads.iter().map(Vec::len).max().unwrap_or(0) {
            let mut row = " ".repeat(LEFT);
            for head in &heads {
                let words = head.get(line).map_or("", String::as_str);
                row += &format!("  {}", filled(words, self.lane - 2));
            }
            push(out, &row);
        }
    }

    fn moment(&self, out: &mut String, moment: &Moment, whole: usize) {
        if let What::Note(text) = &moment.what {
            push(out, &self.lifelines(None, ""));
            for line in fold(
                &plain(text.in_lang(self.lang)),
                whole.saturating_sub(LEFT + 2),
            ) {
                push(out, &format!("{}# {line}", " ".repeat(LEFT)));
            }
            return;
        }
        let lane = moment.lane.unwrap_or(0);
        if let What::Sent(sent) = &moment.what {
            return self.packet(out, moment, sent, lane);
        }
        for line in fold(&self.words(&moment.what), self.lane - 2) {
            push(out, &self.lifelines(Some(lane), &line));
        }
    }

    /// What a terminal shows, on one line.
    fn words(&self, what: &What) -> String {
        let said = |zh: &str, en: &str| format!("({})", self.lang.pick(zh, en));
        match what {
            What::Started { command } => format!("$ {command}"),
            What::Printed { prompt, line } => elide(&format!("{prompt}{line}")),
            What::Prompted { prompt } => elide(prompt),
            What::Typed { prompt, line } => format!("{}> {line}", elide(prompt)),
            What::EndOfInput => said("Ctrl-D，输入结束", "Ctrl-D, end of input"),
            What::Interrupted => said("Ctrl-C，中断", "Ctrl-C, interrupt"),
            What::Silent(time) => said(
                &format!("{} 毫秒内没有任何输出", time.as_millis()),
                &format!("nothing comes for {} ms", time.as_millis()),
            ),
            What::Ended(Status::Code(code)) => said(
                &format!("退出，状态 {code}"),
                &format!("exits with status {code}"),
            ),
            What::Ended(Status::Signal) => said("被信号终止", "ended by a signal"),
            What::State(state) => format!("[{state}]"),
            What::Note(_) | What::Sent(_) => String::new(),
        }
    }

    /// The line of each lane, and words on the right of one of them.
    fn lifelines(&self, lane: Option<usize>, words: &str) -> String {
        let mut row = " ".repeat(LEFT);
        for at in 0..self.lanes.len() {
            let words = if Some(at) == lane { words } else { "" };
            row += &format!("| {}", filled(words, self.lane - 2));
        }
        row
    }

    fn packet(&self, out: &mut String, moment: &Moment, sent: &Sent, from: usize) {
        let arrow = Arrow::of(sent, from, self.lanes.len());
        let highest = captions::highest(&sent.packet.layers);
        let protocol = highest.map_or(("", ""), |layer| captions::protocol(layer.protocol));
        let mut label = format!(
            "{} {}",
            self.lang.pick(protocol.0, protocol.1),
            sent.packet.label
        );
        if sent.fate == Fate::Lost {
            label += self.lang.pick("，丢失", ", lost");
        }
        // The label stands in the lanes that the arrow crosses, above it.
        let room = (arrow.high - arrow.low).max(1) * self.lane - 2;
        for line in fold(&label, room) {
            push(out, &self.across(&arrow, &filled(&line, room), ' '));
        }
        let time = captions::time(moment.time.unwrap_or_default());
        let row = self.across(&arrow, &shaft(sent, &arrow, room), ' ');
        let number = format!("{:>3} ", sent.packet.number);
        push(out, &format!("{number}{}  {time}", row[LEFT..].trim_end()));
    }

    /// A row whose lanes from the low to the high end of an arrow are one stretch of text, which is
    /// as wide as they are.
    fn across(&self, arrow: &Arrow<'_>, text: &str, fill: char) -> String {
        let mut row = " ".repeat(LEFT);
        let mut lane = 0;
        while lane < self.lanes.len() {
            row.push('|');
            if lane == arrow.low && arrow.high > arrow.low {
                row.push(fill);
                row += text;
                lane = arrow.high;
            } else {
                row += &" ".repeat(self.lane - 1);
                lane += 1;
            }
        }
        row
    }
}

/// `------>` from end to end: a lost packet ends on its way.
fn shaft(sent: &Sent, arrow: &Arrow<'_>, room: usize) -> String {
    let mut shaft: Vec<char> = vec!['-'; room];
    let (left, right) = (arrow.from > arrow.low, arrow.from < arrow.high);
    if sent.fate == Fate::Lost {
        let cross = room * 3 / 5;
        for at in &mut shaft[cross..] {
            *at = ' ';
        }
        shaft[cross] = 'x';
        if left {
            shaft.reverse();
        }
    } else {
        if left && !sent.to.is_empty() {
            shaft[0] = '<';
        }
        if right && !sent.to.is_empty() {
            shaft[room - 1] = '>';
        }
    }
    shaft.into_iter().collect()
}

/// `[..]` stands for text that varies.
fn elide(pattern: &str) -> String {
    pattern.replace("[..]", "...")
}

/// Without the marks of code.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

fn push(out: &mut String, row: &str) {
    out.push_str(row.trim_end());
    out.push('\n');
}

/// Text and as many spaces as make it this wide.
fn filled(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Lines of at most so many columns, broken at a space where there is one.
fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if width + wide > columns && !line.is_empty() {
            let rest = match line.rfind(' ') {
                // A word of its own on the next line, unless that leaves most of this one empty.
                Some(space) if line[..space].width() * 3 >= columns && c != ' ' => {
                    let rest = line.split_off(space + 1);
                    line.pop();
                    rest
                }
                _ => String::new(),
            };
            width = rest.width();
            lines.push(std::mem::replace(&mut line, rest));
            if c == ' ' && line.is_empty() {
                continue;
            }
        }
        line.push(c);
        width += wide;
    }
    lines.push(line);
    lines
}
