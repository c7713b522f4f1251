//! The description of what was seen instead: a sentence or two for each [`Trouble`]. Pure.

mod http_fault;
mod words;

use std::time::Duration;

use session::Status;
use session::run::Ended;

use super::Ui;
use crate::check::{Act, Actor, Role, Step, Variant, quoted};
use crate::crash::Extent;
use crate::narrate::time;
use crate::verdict::{Bytes, Failure, Surplus, Trouble, Written};
use bilingual::Lang;
use bilingual::visible::is_trick;

/// What happened, and what to do next where that is known.
pub(super) fn describe(role: Role, variant: &Variant, failure: &Failure, ui: Ui) -> String {
    let crash = crash(failure, ui.lang);
    if let (Some(crash), Some(rest)) = (&crash, after_a_crash(role, failure, ui.lang)) {
        return format!("{crash}{rest}").trim_end().to_owned();
    }
    let at = words::At {
        written: match variant.steps.get(failure.step).map(|step| &step.actor) {
            Some(Actor::You) => Written::Printed,
            _ => Written::Sent,
        },
        peer_is_done: peer_is_done(variant, failure),
    };
    crash.unwrap_or_default() + &words::of(role, failure, at, ui.lang)
}

/// Whether the peer that saw it had half-closed by then: the program's read returns 0.
fn peer_is_done(variant: &Variant, failure: &Failure) -> bool {
    let Some(Step { actor, .. }) = variant.steps.get(failure.step) else {
        return false;
    };
    let mut before = variant.steps[..failure.step].iter();
    before.any(|step| step.actor == *actor && step.act == Act::EndOfInput)
}

/// The bytes to compare in the report, where there are some.
pub(super) fn bytes(trouble: &Trouble) -> Option<&Bytes> {
    match trouble {
        Trouble::ClosedEarly(bytes)
        | Trouble::ResetEarly(bytes)
        | Trouble::OutputClosed(bytes)
        | Trouble::TooLittle(bytes, _)
        | Trouble::NotReading(bytes, _)
        | Trouble::OnlyAtEnd(bytes)
        | Trouble::NotPrinted(bytes)
        | Trouble::NoDatagram(bytes, _)
        | Trouble::Wrong(bytes) => (!bytes.expected.is_empty()).then_some(bytes),
        _ => None,
    }
}

/// The sentence about a crash, which comes before the others; `None` where no crash is certain.
fn crash(failure: &Failure, lang: Lang) -> Option<String> {
    let signal = failure
        .ended
        .filter(|ended| ended.status == Status::Signal)
        // The judge had ended its side by then: the description says so already.
        .filter(|_| !failure.ended_afterwards());
    let extent = failure.crash.as_ref().map(|crash| &crash.extent);
    Some(match (extent, signal.or(failure.ended)) {
        (Some(Extent::Part(Some(name))), _) => {
            let name = plain(name);
            lang.pick(
                format!("你的程序有一部分崩溃了（线程 {name}）。"),
                format!("A part of your program crashed (thread {name}). "),
            )
        }
        (Some(Extent::Whole), Some(ended)) => crashed(ended, lang),
        (Some(Extent::Whole | Extent::Part(None)), _) => lang
            .pick(
                "你的程序有一部分崩溃了。",
                "A part of your program crashed. ",
            )
            .to_owned(),
        (_, Some(ended)) if signal.is_some() => crashed(ended, lang),
        _ => return None,
    })
}

fn crashed(ended: Ended, lang: Lang) -> String {
    let how = how(ended, lang);
    lang.pick(
        format!("你的程序崩溃了（{how}）。"),
        format!("Your program crashed ({how}). "),
    )
}

/// What else was seen of a program that a crash has ended: how it ended has been said already.
fn after_a_crash(role: Role, failure: &Failure, lang: Lang) -> Option<&'static str> {
    failure.ended?;
    let [zh, en] = match &failure.trouble {
        Trouble::Gone => ["", ""],
        Trouble::EndedAtOnce if role == Role::Client => {
            ["那时它还没有连接。", "It had not connected by then."]
        }
        Trouble::EndedAtOnce => [
            "那时还没有客户端连上来。",
            "No client had connected by then.",
        ],
        Trouble::SentNothing => ["它一个数据报也没有发。", "It had sent no datagram."],
        Trouble::NotPrinted(_) => [
            "该打印的还没有打印。",
            "It had not printed what was expected.",
        ],
        Trouble::Refused => [
            "没有程序在监听了，连接被拒绝。",
            "Nothing listens any more, so the connection was refused.",
        ],
        Trouble::ResetEarly(_) => [
            "连接因此被重置（RST）。",
            "That reset the connection (RST).",
        ],
        Trouble::WrongStatus => [
            "它不该以这个状态结束。",
            "It should have ended with another status.",
        ],
        _ => return None,
    };
    Some(lang.pick(zh, en))
}

/// Text that a program wrote, without what could rewrite the screen.
pub(super) fn plain(text: &str) -> String {
    let shown = |c| match c {
        '\t' => ' ',
        c if is_trick(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// A measured time: in seconds, from one second on.
pub(super) fn about(duration: Duration, lang: Lang) -> String {
    match (duration.subsec_millis(), lang) {
        (0, _) => time(duration, lang),
        _ if duration < Duration::from_secs(1) => time(duration, lang),
        (_, Lang::Zh) => format!("{:.1} 秒", duration.as_secs_f64()),
        (_, Lang::En) => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// What came too much, as far as it is shown.
fn surplus(came: &Surplus, lang: Lang) -> String {
    let head = quoted(&came.head);
    match came.all - came.head.len().min(came.all) {
        0 => head,
        more => lang.pick(
            format!("{head} 和后面的 {more} 个字节"),
            format!("{head} and {more} bytes more"),
        ),
    }
}

/// How a program ended: in Chinese a phrase, in English what follows "ended".
fn how(ended: Ended, lang: Lang) -> String {
    match (ended.status, ended.signal) {
        (Status::Code(code), _) => lang.pick(format!("状态 {code}"), format!("with status {code}")),
        (Status::Signal, Some(signal)) => {
            let name = signal_name(signal);
            let [gap, comma] = name.map_or([""; 2], |_| [" ", ", "]);
            let name = name.unwrap_or_default();
            lang.pick(
                format!("被信号 {signal}{gap}{name} 结束"),
                format!("by signal {signal}{comma}{name}"),
            )
        }
        (Status::Signal, None) => lang.pick("被信号结束", "by a signal").to_owned(),
    }
}

/// The name of a signal that ends a crashed program, where its number is the same on every system.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        _ => return None,
    })
}
