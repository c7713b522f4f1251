//! What a DHCP message says, for its arrow.

use super::Told;
use crate::bits::{say, text};
use crate::names::sentence;
use bilingual::Text;

/// As engineers write it, and one short sentence.
pub(super) fn words(told: &Told, from: &Text) -> (String, Text) {
    let Some(kind) = told.kind else {
        return bootp(told.op, from);
    };
    let Some(name) = type_name(kind) else {
        let label = format!("DHCP type {kind}");
        let zh = format!("发出一条 DHCP 消息，类型 {kind}");
        let en = format!("sends a DHCP message of type {kind}");
        return (label, sentence(from, &zh, &en));
    };
    // The address that the message is about.
    let about = match kind {
        1 | 3 | 4 => told.requested.or(told.client),
        2 | 5 => told.yours.or(told.client),
        7 | 8 => told.client,
        _ => None,
    };
    let label = match about {
        Some(address) => format!("DHCP {name} {address}"),
        None => format!("DHCP {name}"),
    };
    let address = about.map_or_else(
        || say("一个地址", "an address"),
        |address| say(&address.to_string(), &address.to_string()),
    );
    let said = said(kind, told, &address);
    (label, sentence(from, &said.zh, &said.en))
}

fn said(kind: u8, told: &Told, address: &Text) -> Text {
    let Text { zh, en } = address;
    let (for_zh, for_en) = match told.lease.map(time) {
        Some(lease) => (format!("，租期 {}", lease.zh), format!(" for {}", lease.en)),
        None => Default::default(),
    };
    match kind {
        1 => text(
            format!("问所有人：哪台 DHCP 服务器能给我{}{zh}？", gap(zh)),
            format!("asks everyone: which DHCP server can give me {en}?"),
        ),
        2 => text(
            format!("答：可以给你{}{zh}{for_zh}", gap(zh)),
            format!("answers: you can have {en}{for_en}"),
        ),
        3 => request(told, address),
        4 => text(
            format!("报告：{zh} 已经有人在用，不要了"),
            format!("reports: {en} is in use already, no thanks"),
        ),
        5 if told.yours.is_none() => say("答：这些是你要的设置", "answers with the settings"),
        5 => text(
            format!("确认：{zh} 归你用{for_zh}"),
            format!("confirms: {en} is yours{for_en}"),
        ),
        6 => say(
            "拒绝：这个地址不能用，从头再来",
            "refuses: not this address, start again",
        ),
        7 => text(format!("归还{}{zh}", gap(zh)), format!("gives back {en}")),
        _ => text(
            "问：我有地址了，还有别的设置吗？".to_owned(),
            "asks: I have an address, are there other settings?".to_owned(),
        ),
    }
}

/// A request says which of its kinds it is by what is filled in (RFC 2131 §4.3.2).
fn request(told: &Told, address: &Text) -> Text {
    let Text { zh, en } = address;
    match (told.server, told.client) {
        (Some(server), _) => text(
            format!("告诉所有人：我要 {server} 给的{}{zh}", gap(zh)),
            format!("tells everyone: I take {en}, from {server}"),
        ),
        (None, Some(_)) => text(
            format!("请求续租{}{zh}", gap(zh)),
            format!("asks for more time with {en}"),
        ),
        (None, None) => text(
            format!("问：我还能用{}{zh} 吗？", gap(zh)),
            format!("asks: may I use {en} again?"),
        ),
    }
}

/// Between a Chinese word and an address stands a space.
fn gap(next: &str) -> &'static str {
    if next.starts_with(|c: char| c.is_ascii()) {
        " "
    } else {
        ""
    }
}

fn bootp(op: u8, from: &Text) -> (String, Text) {
    let (label, zh, en) = match op {
        1 => (
            "BOOTP request",
            "发出一个 BOOTP 请求",
            "sends a BOOTP request",
        ),
        2 => ("BOOTP reply", "发出一个 BOOTP 应答", "sends a BOOTP reply"),
        _ => (
            "DHCP",
            "发出一条读不懂的 DHCP 消息",
            "sends a DHCP message that cannot be read",
        ),
    };
    (label.to_owned(), sentence(from, zh, en))
}

/// The type of a message (RFC 2132 §9.6), as RFC 2131 names it, without the first four letters.
pub(super) fn type_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 => "DISCOVER",
        2 => "OFFER",
        3 => "REQUEST",
        4 => "DECLINE",
        5 => "ACK",
        6 => "NAK",
        7 => "RELEASE",
        8 => "INFORM",
        _ => return None,
    })
}

/// A time in seconds, as people say it.
pub(super) fn time(seconds: u32) -> Text {
    // RFC 2131 §3.3.
    if seconds == u32::MAX {
        return say("没有期限", "an unlimited time");
    }
    let parts = [
        (seconds / 86_400, "天", "d"),
        (seconds / 3600 % 24, "小时", "h"),
        (seconds / 60 % 60, "分", "min"),
        (seconds % 60, "秒", "s"),
    ];
    let parts = parts.iter().filter(|(count, ..)| *count > 0);
    let zh: Vec<_> = parts
        .clone()
        .map(|(count, zh, _)| format!("{count} {zh}"))
        .collect();
    let en: Vec<_> = parts
        .map(|(count, _, en)| format!("{count} {en}"))
        .collect();
    match zh.is_empty() {
        true => say("0 秒", "0 s"),
        false => text(zh.join(" "), en.join(" ")),
    }
}
