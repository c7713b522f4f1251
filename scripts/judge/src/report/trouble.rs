//! The description of what was seen instead: a sentence or two for each [`Trouble`]. Pure.

use std::time::Duration;

use session::Status;
use session::run::Ended;

use super::Ui;
use crate::check::{Act, Role, Step, Variant, quoted};
use crate::crash::Extent;
use crate::narrate::{size, time};
use crate::verdict::{Bytes, Failure, Fault, Kept, Surplus, Trouble, Written};
use bilingual::Lang;
use bilingual::visible::is_trick;

/// What happened, and what to do next where that is known.
pub(super) fn describe(role: Role, variant: &Variant, failure: &Failure, ui: Ui) -> String {
    let done = peer_is_done(variant, failure);
    match ui.lang {
        Lang::Zh => zh(role, failure, done),
        Lang::En => en(role, failure, done),
    }
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
    Some(match (extent, signal.or(failure.ended), lang) {
        (Some(Extent::Whole), Some(ended), Lang::Zh) => {
            format!("你的程序崩溃了（{}）。", how_zh(ended))
        }
        (Some(Extent::Whole), Some(ended), Lang::En) => {
            format!("Your program crashed ({}). ", how_en(ended))
        }
        (Some(Extent::Part(Some(name))), _, Lang::Zh) => {
            format!("你的程序有一部分崩溃了（线程 {}）。", plain(name))
        }
        (Some(Extent::Part(Some(name))), _, Lang::En) => {
            format!("A part of your program crashed (thread {}). ", plain(name))
        }
        (Some(Extent::Whole | Extent::Part(None)), _, Lang::Zh) => {
            "你的程序有一部分崩溃了。".to_owned()
        }
        (Some(Extent::Whole | Extent::Part(None)), _, Lang::En) => {
            "A part of your program crashed. ".to_owned()
        }
        (_, Some(ended), Lang::Zh) if signal.is_some() => {
            format!("你的程序崩溃了（{}）。", how_zh(ended))
        }
        (_, Some(ended), Lang::En) if signal.is_some() => {
            format!("Your program crashed ({}). ", how_en(ended))
        }
        _ => return None,
    })
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
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
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

fn zh(role: Role, failure: &Failure, done: bool) -> String {
    let lang = Lang::Zh;
    let crash = crash(failure, lang);
    if let (Some(crash), Some(rest)) = (&crash, after_a_crash(role, failure, lang)) {
        return format!("{crash}{rest}").trim_end().to_owned();
    }
    let t = |duration| about(duration, lang);
    let state = match failure.ended {
        Some(ended) => format!("结束了（{}）", how_zh(ended)),
        None => "还在运行".to_owned(),
    };
    let words = match &failure.trouble {
        Trouble::CannotStart(why) => {
            format!("启动不了这个程序：{why}。检查一下：-- 后面的命令在终端里能运行吗？")
        }
        Trouble::EndedAtOnce => {
            let before = match role {
                Role::Client => "还没有连接，",
                _ => "还没有客户端连上来，",
            };
            format!("{before}你的程序就结束了（{}）。先单独运行它，看它打印什么。", failure.ended.map_or_else(String::new, how_zh))
        }
        Trouble::SentNothing => {
            format!("你的程序一个数据报也没有发，就结束了（{}）。先单独运行它，看它打印什么。", failure.ended.map_or_else(String::new, how_zh))
        }
        Trouble::NeverListens(waited) => format!(
            "等了 {}，没有程序在这个地址上监听，而你的程序还在运行。它执行到 bind 和 listen 了吗？{}，要用它。",
            t(*waited),
            place_zh(role)
        ),
        Trouble::ListensElsewhere(at) => {
            let at: Vec<_> = at.iter().map(ToString::to_string).collect();
            format!(
                "你的程序在 {} 监听，而不是在给定的地址。{}，原样交给 bind。{}",
                at.join("、"),
                place_zh(role),
                if at.iter().any(|at| at.starts_with("0.0.0.0") || at.starts_with("[::]")) {
                    "0.0.0.0 会让整个网络都能连进来。"
                } else {
                    ""
                }
            )
        }
        Trouble::NeverConnects(waited) => format!(
            "等了 {}，你的程序没有连过来。地址是最后一个命令行参数，连接它。",
            t(*waited)
        ),
        Trouble::Refused if failure.ended.is_some() => format!("连接被拒绝：没有程序在监听了，你的程序结束了（{}）。", failure.ended.map_or_else(String::new, how_zh)),
        Trouble::Refused => "连接被拒绝：你的程序还在运行，可是已经不监听了。监听套接字关了吗？".to_owned(),
        Trouble::NotConnected(waited) => format!("{} 内没有连上，你的程序{state}。", t(*waited)),
        Trouble::QueueFull { connected, of, queue, time } => format!(
            "你的程序在监听，可是等待 accept 的队列满了：{}{} 里，{of} 个连接只连上了 {connected} 个。listen 的参数（backlog）给大一些，或者更快地 accept。",
            queue.map_or_else(String::new, |queue| format!("队列里有 {queue} 个，")),
            t(*time)
        ),
        Trouble::Flood(Written::Printed) => "你的程序打印了超过 1 MiB，评判程序不再读了。要么打印的循环停不下来，要么打印得太多。".to_owned(),
        Trouble::Flood(Written::Sent) if done => "对方已经发完，你的程序还不停地发：已经超过 1 MiB。read 返回 0 时退出循环了吗？".to_owned(),
        Trouble::Flood(Written::Sent) => "你的程序不停地发：多发的已经超过 1 MiB。".to_owned(),
        Trouble::Gone => format!("你的程序不该结束，可是它{state}。"),
        Trouble::ClosedEarly(bytes) if bytes.expected.is_empty() => "你的程序关闭了连接，可是这时还不该关。".to_owned(),
        Trouble::ClosedEarly(bytes) if bytes.came.is_empty() => "应该收到的一个字节也没来，你的程序就关闭了连接。".to_owned(),
        Trouble::ClosedEarly(bytes) => format!("{}，你的程序就关闭了连接。", so_far_zh(bytes)),
        Trouble::ResetEarly(_) => format!("连接被重置（RST）：你的程序还有没读的字节就关了连接，或者它崩溃了。现在它{state}。"),
        Trouble::OutputClosed(_) => "你的程序关闭了自己的标准输出，该打印的还没打印完。".to_owned(),
        Trouble::TooLittle(_, waited) if failure.ended.is_some() => format!(
            "等了 {}，该来的没有来；评判程序结束自己这边后，你的程序{state}。",
            t(*waited)
        ),
        Trouble::TooLittle(bytes, waited) if bytes.came.is_empty() => format!("等了 {}，什么也没来，你的程序还在运行，连接也开着。", t(*waited)),
        Trouble::TooLittle(bytes, waited) => format!("{}；等了 {}，再没有来，连接还开着。", so_far_zh(bytes), t(*waited)),
        Trouble::RightSoFar { right, all, time } => format!(
            "到现在为止都对：{} 内来了 {right} 个字节，一共 {all} 个，还在来。内容没有错，只是太慢，来不及收完。每次多写一些，两次写之间不要停顿。",
            t(*time)
        ),
        Trouble::NotReading(_, left) => format!("你的程序不再读了：要发给它的还有 {} 没能发出去，该来的也没有来。", size(*left as u64)),
        Trouble::OnlyAtEnd(_) => "该来的来得太晚：期限过了，评判程序结束了自己这边，它才来。要么写完忘了 flush，要么你的程序要等对方结束才回答。".to_owned(),
        Trouble::NotPrinted(_) => format!("该打印的没有打印，你的程序{state}。"),
        Trouble::NotSaid { on_output: true, .. } => "这一行写到了标准输出，应该写到标准错误（stderr）。".to_owned(),
        Trouble::NotSaid { anywhere: true, .. } => format!("标准输出和标准错误上都没有该来的这一行，你的程序{state}。"),
        Trouble::NotSaid { .. } => format!("该写到标准错误（stderr）的这一行没有来，你的程序{state}。"),
        Trouble::NeverSends(waited) => format!(
            "等了 {}，你的程序一个数据报也没有发来。地址是最后一个命令行参数，用 UDP 发到那里。",
            t(*waited)
        ),
        Trouble::NoDatagram(_, waited) => format!("等了 {}，该来的数据报没有来，你的程序{state}。", t(*waited)),
        Trouble::Http(fault) => http_zh(fault),
        Trouble::Wrong(_) => "收到的和应该收到的不一样。".to_owned(),
        Trouble::TooMuch(came) => format!("多出来了：{}。", surplus_zh(came)),
        Trouble::NotSilent(came) => format!("这时不该有东西来，却来了 {}。", surplus_zh(came)),
        Trouble::StillOpen(waited) if done => format!("等了 {}，你的程序没有关闭连接。对方发完了（read 返回 0），答完就该关。", t(*waited)),
        Trouble::StillOpen(waited) => format!("等了 {}，你的程序没有关闭连接，这时它该关了。", t(*waited)),
        Trouble::NoReset => "连接是正常关闭的，没有被重置。".to_owned(),
        Trouble::NotTyped => "你的程序没有读键盘输入。".to_owned(),
        Trouble::StillRunning(waited) => format!("等了 {}，你的程序还没有结束。", t(*waited)),
        Trouble::WrongStatus => format!("你的程序{state}，不是应有的状态。"),
        Trouble::Memory { most, grown } => format!("从准备好时起，你的程序的内存增长了 {}，最多允许 {}。对方能让你的程序存多少，要由你的程序限定。", size(*grown), size(*most)),
        Trouble::Keeps { what, clients, batches, least } => format!(
            "{clients} 个客户端来了又走，这样重复了 {batches} 次；每一次，你的程序都至少多占着 {}，没有放掉。",
            kept_zh(*what, *least)
        ),
        Trouble::NotPlayed => "一次检查最多 60 秒，这种情形还没有试完。单独试它：用下面的命令。".to_owned(),
        Trouble::Judge(why) => format!("评判程序自己没法继续：{why}。这不是你的错；再试一次，如果还这样，请告诉我们。"),
    };
    crash.unwrap_or_default() + &words
}

fn kept_zh(what: Kept, least: u64) -> String {
    match what {
        Kept::Processes => format!("{least} 个子进程（已经结束、却没有被 wait 的也算）"),
        Kept::Threads => format!("{least} 个线程"),
        Kept::Descriptors => format!("{least} 个打开的描述符"),
        Kept::Memory => format!("{} 内存", size(least)),
    }
}

fn place_zh(role: Role) -> &'static str {
    match role {
        Role::Relay => "监听的地址是最后两个命令行参数中的前一个",
        _ => "地址是最后一个命令行参数",
    }
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
fn surplus_zh(came: &Surplus) -> String {
    let head = quoted(&came.head);
    match came.all - came.head.len().min(came.all) {
        0 => head,
        more => format!("{head} 和后面的 {more} 个字节"),
    }
}

/// How much of something long came.
fn so_far_zh(bytes: &Bytes) -> String {
    match bytes.all > bytes.expected.len() {
        true => format!("对的来了 {} 个字节，一共 {} 个", right(bytes), bytes.all),
        false => "只来了一部分".to_owned(),
    }
}

fn http_zh(fault: &Fault) -> String {
    match fault {
        Fault::NotHttp(line) => format!(
            "响应的开头是 {}。HTTP/1.1 的响应以状态行开头，例如 HTTP/1.1 200 OK。",
            quoted(line)
        ),
        Fault::LineEnd(line) => format!(
            "这一行只以 \\n 结束：{}。HTTP 首部的每一行都以 \\r\\n 结束。",
            quoted(line)
        ),
        Fault::NoEnd => "首部没有结束：最后一个字段之后，还要一个空行（\\r\\n）。".to_owned(),
        Fault::Field(line) => format!(
            "首部里这一行不是字段：{}。字段写成“名字: 值”，冒号紧跟在名字后面。",
            quoted(line)
        ),
        Fault::Status { wanted, came } => format!("状态码是 {came}，应该是 {wanted}。"),
        Fault::NoLength => "响应里没有 Content-Length：对方不知道正文到哪里为止。".to_owned(),
        Fault::BadLength(value) => format!(
            "Content-Length 应该是一个十进制数，这里是 {}。",
            quoted(value)
        ),
        Fault::Chunked => {
            "正文是分块发送的（Transfer-Encoding）：这个练习要先算出长度，写在 Content-Length 里。"
                .to_owned()
        }
        Fault::Short { said, came } => format!(
            "正文比 Content-Length 说的短：说的是 {said} 个字节，只来了 {came} 个。它数的是字节，不是字。"
        ),
        Fault::OtherLength { said, wanted } => format!(
            "Content-Length 是 {said}，应该是 {wanted}：响应 HEAD 时，它和响应 GET 时一样，数的是字节。"
        ),
        Fault::HeadBody(more) => format!(
            "对 HEAD 的响应只有首部，没有正文，这里却多了 {}。",
            surplus_zh(more)
        ),
        Fault::Long { said, more } => format!(
            "正文比 Content-Length 说的长：说的是 {said} 个字节，后面还有 {}。它数的是字节，不是字。",
            surplus_zh(more)
        ),
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

fn how_zh(ended: Ended) -> String {
    match (ended.status, ended.signal) {
        (Status::Code(code), _) => format!("状态 {code}"),
        (Status::Signal, Some(signal)) => match signal_name(signal) {
            Some(name) => format!("被信号 {signal} {name} 结束"),
            None => format!("被信号 {signal} 结束"),
        },
        (Status::Signal, None) => "被信号结束".to_owned(),
    }
}

fn en(role: Role, failure: &Failure, done: bool) -> String {
    let lang = Lang::En;
    let crash = crash(failure, lang);
    if let (Some(crash), Some(rest)) = (&crash, after_a_crash(role, failure, lang)) {
        return format!("{crash}{rest}").trim_end().to_owned();
    }
    let t = |duration| about(duration, lang);
    let state = match failure.ended {
        Some(ended) => format!("ended {}", how_en(ended)),
        None => "is still running".to_owned(),
    };
    let words = match &failure.trouble {
        Trouble::CannotStart(why) => {
            format!("Your program cannot be started: {why}. Does the command after -- run in your terminal?")
        }
        Trouble::EndedAtOnce => format!(
            "Your program ended {} before {}. Run it by itself and see what it prints.",
            failure.ended.map_or_else(String::new, how_en),
            match role {
                Role::Client => "it connected",
                _ => "any client could connect",
            }
        ),
        Trouble::SentNothing => format!(
            "Your program ended {} without sending a datagram. Run it by itself and see what it prints.",
            failure.ended.map_or_else(String::new, how_en)
        ),
        Trouble::NeverListens(waited) => format!(
            "Nothing listened at the address for {}, and your program is still running. Does it reach bind and listen? {}: use that one.",
            t(*waited),
            place_en(role)
        ),
        Trouble::ListensElsewhere(at) => {
            let at: Vec<_> = at.iter().map(ToString::to_string).collect();
            format!(
                "Your program listens at {}, not at the address that it was given. {}: pass it to bind unchanged.{}",
                at.join(", "),
                place_en(role),
                if at.iter().any(|at| at.starts_with("0.0.0.0") || at.starts_with("[::]")) {
                    " 0.0.0.0 lets the whole network in."
                } else {
                    ""
                }
            )
        }
        Trouble::NeverConnects(waited) => format!(
            "Your program did not connect within {}. The address is its last argument: connect to that one.",
            t(*waited)
        ),
        Trouble::Refused if failure.ended.is_some() => format!("The connection was refused: your program {state} and no longer listens."),
        Trouble::Refused => "The connection was refused: your program is still running, but no longer listens. Did it close the listening socket?".to_owned(),
        Trouble::NotConnected(waited) => format!("No connection was made within {}; your program {state}.", t(*waited)),
        Trouble::QueueFull { connected, of, queue, time } => format!(
            "Your program listens, but its queue of connections waiting for accept is full: {}{connected} of {of} connections were made in {}. Give listen a larger backlog, or call accept sooner.",
            queue.map_or_else(String::new, |queue| format!("{queue} are waiting in it, and ")),
            t(*time)
        ),
        Trouble::Flood(Written::Printed) => "Your program printed more than 1 MiB, and the judge stopped reading. Either it prints in a loop that never ends, or it prints too much.".to_owned(),
        Trouble::Flood(Written::Sent) if done => "The peer has finished, but your program keeps sending: more than 1 MiB so far. Does its loop end when read returns 0?".to_owned(),
        Trouble::Flood(Written::Sent) => "Your program keeps sending: more than 1 MiB that was not asked for.".to_owned(),
        Trouble::Gone => format!("Your program should still be running, but it {state}."),
        Trouble::ClosedEarly(bytes) if bytes.expected.is_empty() => "Your program closed the connection too early.".to_owned(),
        Trouble::ClosedEarly(bytes) if bytes.came.is_empty() => "Your program closed the connection before any of the expected bytes had come.".to_owned(),
        Trouble::ClosedEarly(bytes) => format!("{}, then your program closed the connection.", so_far_en(bytes)),
        Trouble::ResetEarly(_) => format!("The connection was reset (RST): your program closed it with bytes still unread, or it crashed; it {state}."),
        Trouble::OutputClosed(_) => "Your program closed its standard output before it had printed everything.".to_owned(),
        Trouble::TooLittle(_, waited) if failure.ended.is_some() => format!(
            "What was expected did not come within {}. The judge then ended its side, and your program {state}.",
            t(*waited)
        ),
        Trouble::TooLittle(bytes, waited) if bytes.came.is_empty() => format!("Nothing came for {}; your program is still running, and the connection is open.", t(*waited)),
        Trouble::TooLittle(bytes, waited) => format!("{}, then nothing more for {}; the connection is still open.", so_far_en(bytes), t(*waited)),
        Trouble::RightSoFar { right, all, time } => format!(
            "Right so far: {right} of {all} bytes came in {}, and more are coming. Only the speed is wrong: there was no time to wait for the rest. Write more at once, and do not pause between writes.",
            t(*time)
        ),
        Trouble::NotReading(_, left) => format!("Your program has stopped reading: {} of the data for it could not be sent, and what was expected from it has not come.", size(*left as u64)),
        Trouble::OnlyAtEnd(_) => "It came too late: only after the deadline, when the judge had ended its side. Either a flush is missing after the write, or your program waits for the end of its input before it answers.".to_owned(),
        Trouble::NotPrinted(_) => format!("What was expected was not printed; your program {state}."),
        Trouble::NotSaid { on_output: true, .. } => "This line came on standard output, but belongs on standard error (stderr).".to_owned(),
        Trouble::NotSaid { anywhere: true, .. } => format!("The line came neither on standard output nor on standard error; your program {state}."),
        Trouble::NotSaid { .. } => format!("The line did not come on standard error (stderr); your program {state}."),
        Trouble::NeverSends(waited) => format!(
            "Your program sent no datagram within {}. The address is its last argument: send to that one, by UDP.",
            t(*waited)
        ),
        Trouble::NoDatagram(_, waited) => format!("The expected datagram did not come within {}; your program {state}.", t(*waited)),
        Trouble::Http(fault) => http_en(fault),
        Trouble::Wrong(_) => "What came differs from what was expected.".to_owned(),
        Trouble::TooMuch(came) => format!("More came than was expected: {}.", surplus_en(came)),
        Trouble::NotSilent(came) => format!("Nothing should have come here, but this did: {}.", surplus_en(came)),
        Trouble::StillOpen(waited) if done => format!("Your program did not close the connection within {}. The peer has finished (read returned 0): answer what is left, then close.", t(*waited)),
        Trouble::StillOpen(waited) => format!("Your program did not close the connection within {}, but should have.", t(*waited)),
        Trouble::NoReset => "The connection was closed normally, not reset.".to_owned(),
        Trouble::NotTyped => "Your program did not read its standard input.".to_owned(),
        Trouble::StillRunning(waited) => format!("Your program was still running after {}.", t(*waited)),
        Trouble::WrongStatus => format!("Your program should have ended with another status: it {state}."),
        Trouble::Memory { most, grown } => format!("Since your program was ready, its memory has grown by {}; at most {} is allowed. Your program must limit how much a peer can make it store.", size(*grown), size(*most)),
        Trouble::Keeps { what, clients, batches, least } => format!(
            "{clients} clients came and went, {batches} times over; each time, your program kept at least {}.",
            kept_en(*what, *least)
        ),
        Trouble::NotPlayed => "A check ends after 60 s, and this variant had not finished by then. Try it alone with the command below.".to_owned(),
        Trouble::Judge(why) => format!("The judge itself could not continue: {why}. This is not your fault; try again, and if it happens again, please tell us."),
    };
    crash.unwrap_or_default() + &words
}

fn kept_en(what: Kept, least: u64) -> String {
    match what {
        Kept::Processes => {
            format!("{least} more child processes (including ended ones that it did not wait for)")
        }
        Kept::Threads => format!("{least} more threads"),
        Kept::Descriptors => format!("{least} more open descriptors"),
        Kept::Memory => format!("{} more memory", size(least)),
    }
}

fn place_en(role: Role) -> &'static str {
    match role {
        Role::Relay => "The address to listen at is its second-to-last argument",
        _ => "The address is its last argument",
    }
}

/// What came too much, as far as it is shown.
fn surplus_en(came: &Surplus) -> String {
    let head = quoted(&came.head);
    match came.all - came.head.len().min(came.all) {
        0 => head,
        more => format!("{head} and {more} bytes more"),
    }
}

/// How much of something long came.
fn so_far_en(bytes: &Bytes) -> String {
    match bytes.all > bytes.expected.len() {
        true => format!(
            "{} of {} bytes came, all of them right",
            right(bytes),
            bytes.all
        ),
        false => "Only a part of it came".to_owned(),
    }
}

/// Number of bytes that came and were right.
fn right(bytes: &Bytes) -> usize {
    bytes.before + bytes.difference()
}

fn http_en(fault: &Fault) -> String {
    match fault {
        Fault::NotHttp(line) => format!("The answer begins with {}. An HTTP/1.1 response begins with a status line, such as HTTP/1.1 200 OK.", quoted(line)),
        Fault::LineEnd(line) => format!("This line ends with \\n alone: {}. Every line of the header section ends with \\r\\n.", quoted(line)),
        Fault::NoEnd => "The header section has no end: an empty line (\\r\\n) must follow its last field.".to_owned(),
        Fault::Field(line) => format!("This line of the header section is not a field: {}. A field is \"Name: value\", with the colon directly after the name.", quoted(line)),
        Fault::Status { wanted, came } => format!("The status is {came}, but should be {wanted}."),
        Fault::NoLength => "The response has no Content-Length: the peer cannot know where the body ends.".to_owned(),
        Fault::BadLength(value) => format!("Content-Length should be a decimal number, but is {}.", quoted(value)),
        Fault::Chunked => "The body is sent in chunks (Transfer-Encoding). In this exercise, find its length first and state it in Content-Length.".to_owned(),
        Fault::Short { said, came } => format!("The body is shorter than Content-Length says: it says {said} bytes, but only {came} came. It counts bytes, not characters."),
        Fault::OtherLength { said, wanted } => format!("Content-Length is {said}, but should be {wanted}: it is the same for HEAD as for GET, and counts bytes."),
        Fault::HeadBody(more) => format!("The answer to HEAD has a header section and no body, but here this follows: {}.", surplus_en(more)),
        Fault::Long { said, more } => format!("The body is longer than Content-Length says: it says {said} bytes, but after them came {}. It counts bytes, not characters.", surplus_en(more)),
    }
}

fn how_en(ended: Ended) -> String {
    match (ended.status, ended.signal) {
        (Status::Code(code), _) => format!("with status {code}"),
        (Status::Signal, Some(signal)) => match signal_name(signal) {
            Some(name) => format!("by signal {signal}, {name}"),
            None => format!("by signal {signal}"),
        },
        (Status::Signal, None) => "by a signal".to_owned(),
    }
}
