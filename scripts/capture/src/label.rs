//! The words on the arrow of a TCP segment.

use crate::bits::say;
use crate::names::sentence;
use crate::segment::{ACK, Event, FIN, RST, SYN, Seen, Segment};
use bilingual::Text;

/// As engineers write it: `SYN`, `seq 1:7 ack 1`, `ack 7 win 0`, `FIN, ACK`.
pub(crate) fn label(segment: &Segment, seen: &Seen) -> String {
    let mut label = base(segment, seen);
    if segment.has(ACK) && segment.window == 0 && !segment.has(RST | SYN) {
        label.push_str(" win 0");
    }
    let note = match seen.event {
        _ if seen.again => "retransmission",
        Event::KeepAlive => "keep-alive",
        Event::Probe => "zero-window probe",
        Event::ProbeAnswer => "probe answered",
        Event::DuplicateAck => "duplicate ack",
        Event::WindowUpdate => "window update",
        _ => return label,
    };
    format!("{label} ({note})")
}

fn base(segment: &Segment, seen: &Seen) -> String {
    let (seq, ack) = (seen.seq, seen.ack);
    let mut flags = Vec::new();
    for (flag, name) in [(SYN, "SYN"), (FIN, "FIN"), (RST, "RST")] {
        if segment.has(flag) {
            flags.push(name);
        }
    }
    let numbers = match (segment.payload, segment.has(ACK)) {
        (0, _) if !flags.is_empty() => {
            if segment.has(ACK) {
                flags.push("ACK");
            }
            String::new()
        }
        (0, true) if seen.event == Event::KeepAlive || seen.event == Event::Probe => {
            format!("seq {seq} ack {ack}")
        }
        (0, true) => match (seen.event, seen.window) {
            (Event::WindowUpdate, Some(window)) => format!("ack {ack} win {window}"),
            _ => format!("ack {ack}"),
        },
        (0, false) => format!("seq {seq}"),
        (payload, true) => format!("seq {seq}:{} ack {ack}", seq.wrapping_add(payload)),
        (payload, false) => format!("seq {seq}:{}", seq.wrapping_add(payload)),
    };
    match (flags.is_empty(), numbers.is_empty()) {
        (true, _) => numbers,
        (false, true) => flags.join(", "),
        (false, false) => format!("{}, {numbers}", flags.join(", ")),
    }
}

/// One short sentence.
pub(crate) fn said(segment: &Segment, seen: &Seen, from: &Text) -> Text {
    let words = words(segment, seen);
    if !seen.again {
        return sentence(from, &words.zh, &words.en);
    }
    sentence(
        from,
        &format!("没有等到确认，再来一次：{}", words.zh),
        &format!("got no acknowledgment and {} again", words.en),
    )
}

fn words(segment: &Segment, seen: &Seen) -> Text {
    let (bytes, ack) = (segment.payload, seen.ack);
    let text = |zh: String, en: String| Text { zh, en };
    match seen.event {
        Event::Open => say("请求建立连接", "asks for a connection"),
        Event::Answer => say(
            "同意，也请求反方向",
            "agrees, and asks for the other direction",
        ),
        Event::Established => say("确认：连接建立了", "acknowledges: the connection is open"),
        Event::Data | Event::Again if segment.has(FIN) => text(
            format!("发出 {bytes} 字节，并说完了"),
            format!("sends {bytes} bytes and says that it is done"),
        ),
        Event::Data | Event::Again => text(
            format!("发出 {bytes} 字节"),
            format!("sends {bytes} {}", plural(bytes)),
        ),
        Event::Ack if segment.window == 0 => text(
            format!("确认：{ack} 号之前都收到了，收不下更多"),
            format!("acknowledges all before {ack}, and has no room for more"),
        ),
        Event::Ack => text(
            format!("确认：{ack} 号之前都收到了"),
            format!("acknowledges all before {ack}"),
        ),
        Event::DuplicateAck => text(
            format!("重复确认：还在等 {ack} 号"),
            format!("acknowledges once more: still waits for {ack}"),
        ),
        Event::KeepAlive => say("问：你还在吗？", "asks: are you still there?"),
        Event::Probe => say("探测：窗口打开了吗？", "probes: is the window open again?"),
        Event::ProbeAnswer if segment.window == 0 => {
            say("答：窗口还是 0", "answers: the window is still 0")
        }
        Event::ProbeAnswer => say("答：我还在", "answers: I am still here"),
        Event::WindowUpdate => match seen.window {
            Some(window) => text(
                format!("通知：现在能收 {window} 字节"),
                format!("announces room for {window} bytes"),
            ),
            None => say("通知：窗口变了", "announces that the window has changed"),
        },
        Event::Finish => say("说完了，不再发数据", "is done and sends no more"),
        Event::FinishAck => say("确认：知道对方说完了", "acknowledges that the peer is done"),
        Event::Refuse => say(
            "拒绝：这个端口没有程序在听",
            "refuses: no program listens on this port",
        ),
        Event::Reset => say("复位：连接立即作废", "resets: aborts the connection"),
    }
}

fn plural(count: u32) -> &'static str {
    if count == 1 { "byte" } else { "bytes" }
}
