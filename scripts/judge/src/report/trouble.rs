//! What was seen instead, in a sentence or two for each kind. Pure.

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
pub(super) fn words(role: Role, variant: &Variant, failure: &Failure, ui: Ui) -> String {
    let done = peer_is_done(variant, failure);
    match ui.lang {
        Lang::Zh => zh(role, failure, done),
        Lang::En => en(role, failure, done),
    }
}

/// Whether the peer that saw it had ended its own direction by then: a program reads 0.
fn peer_is_done(variant: &Variant, failure: &Failure) -> bool {
    let Some(Step { actor, .. }) = variant.steps.get(failure.step) else {
        return false;
    };
    let mut before = variant.steps[..failure.step].iter();
    before.any(|step| step.actor == *actor && step.act == Act::EndOfInput)
}

/// The bytes to draw, where there are some.
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

/// What crashed, as a sentence before the others; only where that is known.
fn crash(failure: &Failure, lang: Lang) -> Option<String> {
    let signal = failure
        .ended
        .filter(|ended| ended.status == Status::Signal)
        // The judge had ended its side then: the words say so already.
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

/// What else was seen of a program that has ended by its crash: how it ended has been said.
fn after_a_crash(role: Role, failure: &Failure, lang: Lang) -> Option<&'static str> {
    failure.ended?;
    let [zh, en] = match &failure.trouble {
        Trouble::Gone => ["", ""],
        Trouble::EndedAtOnce if role == Role::Client => {
            ["那时它还没有连接。", "It had not connected by then."]
        }
        Trouble::EndedAtOnce => [
            "那时还没有人连上来。",
            "Nobody had connected to it by then.",
        ],
        Trouble::SentNothing => ["它一个数据报也没有发。", "It has sent no datagram."],
        Trouble::NotPrinted(_) => ["该打印的还没有打印。", "It had not printed what it should."],
        Trouble::Refused => [
            "没有人在监听了，连接被拒绝。",
            "Nobody listens any more: the connection was refused.",
        ],
        Trouble::ResetEarly(_) => [
            "连接因此被重置（RST）。",
            "The connection was reset by that (RST).",
        ],
        Trouble::WrongStatus => [
            "它不该以这个状态结束。",
            "It should end with another status.",
        ],
        _ => return None,
    };
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
}

/// Text of a program, which may not rewrite the screen.
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
    let ended = failure
        .ended
        .map(|ended| format!("它结束了，{}", how_zh(ended)));
    let state = ended.clone().unwrap_or_else(|| "它还在运行".to_owned());
    let words = match &failure.trouble {
        Trouble::CannotStart(why) => {
            format!("启动不了这个程序：{why}。检查 -- 后面的命令能不能在终端里运行。")
        }
        Trouble::EndedAtOnce => {
            let before = match role {
                Role::Client => "还没有连接，",
                _ => "还没等人来，",
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
                "你的程序在 {} 监听，而不是在给它的地址。{}，原样交给 bind。{}",
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
        Trouble::Refused if failure.ended.is_some() => format!("连接被拒绝：没有人在监听了，{state}。"),
        Trouble::Refused => "连接被拒绝：你的程序还在运行，可是已经不监听了。监听套接字关了吗？".to_owned(),
        Trouble::NotConnected(waited) => format!("{} 里没连上，{state}。", t(*waited)),
        Trouble::QueueFull { connected, of, queue, time } => format!(
            "你的程序在监听，可是等待 accept 的队列满了：{}{} 里，{of} 个连接只连上了 {connected} 个。listen 的参数（backlog）给大一些，或者更快地 accept。",
            queue.map_or_else(String::new, |queue| format!("队列里有 {queue} 个，")),
            t(*time)
        ),
        Trouble::Flood(Written::Printed) => "你的程序打印了超过 1 MiB，我们不再读了。要么打印在一个停不下来的循环里，要么打印得太多。".to_owned(),
        Trouble::Flood(Written::Sent) if done => "对方已经说完，你的程序还不停地发：已经超过 1 MiB。read 返回 0 时退出循环了吗？".to_owned(),
        Trouble::Flood(Written::Sent) => "你的程序不停地发：没有人要的已经超过 1 MiB。".to_owned(),
        Trouble::Gone => format!("你的程序不该结束，可是{state}。"),
        Trouble::ClosedEarly(bytes) if bytes.expected.is_empty() => "你的程序关闭了连接，可是这时还不该关。".to_owned(),
        Trouble::ClosedEarly(bytes) if bytes.came.is_empty() => "一个字节也没来，你的程序就关闭了连接。".to_owned(),
        Trouble::ClosedEarly(bytes) => format!("{}，你的程序就关闭了连接。", so_far_zh(bytes)),
        Trouble::ResetEarly(_) => format!("连接被重置（RST）：你的程序还有没读的字节就关了连接，或者它崩溃了。{state}。"),
        Trouble::OutputClosed(_) => "你的程序关闭了自己的输出，该打印的还没打印完。".to_owned(),
        Trouble::TooLittle(_, waited) if failure.ended.is_some() => format!(
            "等了 {}，该来的没有来；我们结束了自己这边，{state}。",
            t(*waited)
        ),
        Trouble::TooLittle(bytes, waited) if bytes.came.is_empty() => format!("等了 {}，什么也没来，你的程序还在运行，连接也开着。", t(*waited)),
        Trouble::TooLittle(bytes, waited) => format!("{}；等了 {}，再没有来，连接还开着。", so_far_zh(bytes), t(*waited)),
        Trouble::RightSoFar { right, all, time } => format!(
            "到现在为止都对：{} 里来了 {right} 个字节，一共 {all} 个，还在来。没有错，只是太慢，时间不够收完。一次写得多一点，写完一次不要停。",
            t(*time)
        ),
        Trouble::NotReading(_, left) => format!("你的程序不读了：发给它的还有 {} 没有离开我们这边，而该来的也没来。", size(*left as u64)),
        Trouble::OnlyAtEnd(_) => "该来的来得太晚：我们等到时间过了，结束了自己这边，它才出来。要么写完忘了 flush，要么你的程序在等对方结束才回答。".to_owned(),
        Trouble::NotPrinted(_) => format!("该打印的没有打印，{state}。"),
        Trouble::NotSaid { on_output: true, .. } => "这一行写到了标准输出，应该写到标准错误（stderr）。".to_owned(),
        Trouble::NotSaid { anywhere: true, .. } => format!("标准输出和标准错误上都没有该来的这一行，{state}。"),
        Trouble::NotSaid { .. } => format!("该写到标准错误（stderr）的这一行没有来，{state}。"),
        Trouble::NeverSends(waited) => format!(
            "等了 {}，你的程序一个数据报也没有发来。地址是最后一个命令行参数，用 UDP 发到那里。",
            t(*waited)
        ),
        Trouble::NoDatagram(_, waited) => format!("等了 {}，该来的数据报没有来，{state}。", t(*waited)),
        Trouble::Http(fault) => http_zh(fault),
        Trouble::Wrong(_) => "收到的和应该收到的不一样。".to_owned(),
        Trouble::TooMuch(came) => format!("多出来了：{}。", surplus_zh(came)),
        Trouble::NotSilent(came) => format!("这时不该有东西来，却来了 {}。", surplus_zh(came)),
        Trouble::StillOpen(waited) if done => format!("等了 {}，你的程序没有关闭连接。对方说完了（read 返回 0），答完就该关。", t(*waited)),
        Trouble::StillOpen(waited) => format!("等了 {}，你的程序没有关闭连接，这时它该关了。", t(*waited)),
        Trouble::NoReset => "连接是正常关闭的，没有被重置。".to_owned(),
        Trouble::NotTyped => "你的程序没有读键盘输入。".to_owned(),
        Trouble::StillRunning(waited) => format!("等了 {}，你的程序还没有结束。", t(*waited)),
        Trouble::WrongStatus => format!("{state}，不是应有的状态。"),
        Trouble::Memory { most, grown } => format!("从开始工作起，你的程序的内存增长了 {}，最多允许 {}。对方能让你存多少，要由你定。", size(*grown), size(*most)),
        Trouble::Keeps { what, clients, batches, least } => format!(
            "{clients} 个客户端来了又走，这样重复了 {batches} 次；每一次，你的程序都至少多占着 {}，没有放掉。",
            kept_zh(*what, *least)
        ),
        Trouble::NotPlayed => "一次检查最多 60 秒，这种情形还没有试完。单独试它：用下面的命令。".to_owned(),
        Trouble::Judge(why) => format!("评判程序自己没法继续：{why}。这不是你的错；再试一次，还这样就告诉我们。"),
    };
    crash.unwrap_or_default() + &words
}

fn kept_zh(what: Kept, least: u64) -> String {
    match what {
        Kept::Processes => format!("{least} 个子进程（结束了却没有人 wait 的也算）"),
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

/// A time that was measured: in seconds, where there are some.
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

/// The signals of a crash that have the same number on every system.
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
    let ended = failure
        .ended
        .map(|ended| format!("it has ended {}", how_en(ended)));
    let state = ended.clone().unwrap_or_else(|| "it still runs".to_owned());
    let words = match &failure.trouble {
        Trouble::CannotStart(why) => {
            format!("This program cannot start: {why}. Does the command after -- run in your terminal?")
        }
        Trouble::EndedAtOnce => format!(
            "Your program ended {} before {}. Run it alone and see what it prints.",
            failure.ended.map_or_else(String::new, how_en),
            match role {
                Role::Client => "it connected",
                _ => "anybody could connect",
            }
        ),
        Trouble::SentNothing => format!(
            "Your program ended {} and sent no datagram. Run it alone and see what it prints.",
            failure.ended.map_or_else(String::new, how_en)
        ),
        Trouble::NeverListens(waited) => format!(
            "Nobody listened at the address for {}, and your program still runs. Does it reach bind and listen? {}: use it.",
            t(*waited),
            place_en(role)
        ),
        Trouble::ListensElsewhere(at) => {
            let at: Vec<_> = at.iter().map(ToString::to_string).collect();
            format!(
                "Your program listens at {}, not at the address that it was given. {}: give it to bind as it is.{}",
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
            "Your program did not connect for {}. The address is its last argument: connect to it.",
            t(*waited)
        ),
        Trouble::Refused if failure.ended.is_some() => format!("The connection was refused: nobody listens any more, and {state}."),
        Trouble::Refused => "The connection was refused: your program runs, and no longer listens. Was the listening socket closed?".to_owned(),
        Trouble::NotConnected(waited) => format!("No connection within {}, and {state}.", t(*waited)),
        Trouble::QueueFull { connected, of, queue, time } => format!(
            "Your program listens, and its queue of connections to accept is full: {}{connected} of {of} connections were made in {}. Give listen a larger backlog, or accept sooner.",
            queue.map_or_else(String::new, |queue| format!("{queue} wait in it, and ")),
            t(*time)
        ),
        Trouble::Flood(Written::Printed) => "Your program printed more than 1 MiB, and we stopped reading. Either it prints in a loop that does not end, or it prints too much.".to_owned(),
        Trouble::Flood(Written::Sent) if done => "The peer is done, and your program goes on sending: more than 1 MiB so far. Does its loop end when read returns 0?".to_owned(),
        Trouble::Flood(Written::Sent) => "Your program goes on sending: more than 1 MiB that nobody asked for.".to_owned(),
        Trouble::Gone => format!("Your program should still run, but {state}."),
        Trouble::ClosedEarly(bytes) if bytes.expected.is_empty() => "Your program closed the connection, and it was too early for that.".to_owned(),
        Trouble::ClosedEarly(bytes) if bytes.came.is_empty() => "Your program closed the connection before a single byte had come.".to_owned(),
        Trouble::ClosedEarly(bytes) => format!("{}, and your program closed the connection.", so_far_en(bytes)),
        Trouble::ResetEarly(_) => format!("The connection was reset (RST): your program closed it with bytes unread, or it crashed; {state}."),
        Trouble::OutputClosed(_) => "Your program closed its output before it had printed everything.".to_owned(),
        Trouble::TooLittle(_, waited) if failure.ended.is_some() => format!(
            "What should come did not come for {}. Then we ended our side, and {state}.",
            t(*waited)
        ),
        Trouble::TooLittle(bytes, waited) if bytes.came.is_empty() => format!("Nothing came for {}; your program runs, and the connection is open.", t(*waited)),
        Trouble::TooLittle(bytes, waited) => format!("{}, and nothing more for {}; the connection is open.", so_far_en(bytes), t(*waited)),
        Trouble::RightSoFar { right, all, time } => format!(
            "Right so far: {right} of {all} bytes came in {}, and more is coming. Nothing is wrong but the speed: there is no time to wait for the rest. Write more at once, and do not pause between writes.",
            t(*time)
        ),
        Trouble::NotReading(_, left) => format!("Your program has stopped reading: {} of what was sent to it have not left our side, and what should come has not come.", size(*left as u64)),
        Trouble::OnlyAtEnd(_) => "It came too late: only after the time was over and we had ended our side. Either a flush is missing after the write, or your program waits for the end before it answers.".to_owned(),
        Trouble::NotPrinted(_) => format!("Your program has not printed what it should, and {state}."),
        Trouble::NotSaid { on_output: true, .. } => "This line came on standard output, and should go to standard error (stderr).".to_owned(),
        Trouble::NotSaid { anywhere: true, .. } => format!("The line came neither on standard output nor on standard error, and {state}."),
        Trouble::NotSaid { .. } => format!("The line did not come on standard error (stderr), and {state}."),
        Trouble::NeverSends(waited) => format!(
            "Your program sent no datagram for {}. The address is its last argument: send there, by UDP.",
            t(*waited)
        ),
        Trouble::NoDatagram(_, waited) => format!("The datagram that should come did not come for {}, and {state}.", t(*waited)),
        Trouble::Http(fault) => http_en(fault),
        Trouble::Wrong(_) => "What came is not what should have come.".to_owned(),
        Trouble::TooMuch(came) => format!("More came than should: {}.", surplus_en(came)),
        Trouble::NotSilent(came) => format!("Nothing should come here, and this came: {}.", surplus_en(came)),
        Trouble::StillOpen(waited) if done => format!("Your program did not close the connection for {}. The peer is done (read gave 0): answer what is left, and close.", t(*waited)),
        Trouble::StillOpen(waited) => format!("Your program did not close the connection for {}, and it should have.", t(*waited)),
        Trouble::NoReset => "The connection was closed in the usual way, not reset.".to_owned(),
        Trouble::NotTyped => "Your program did not read its input.".to_owned(),
        Trouble::StillRunning(waited) => format!("Your program has not ended after {}.", t(*waited)),
        Trouble::WrongStatus => format!("Your program should end with another status: {state}."),
        Trouble::Memory { most, grown } => format!("Since it was ready, its memory grew by {}; at most {} are allowed. How much a peer can make you keep is yours to decide.", size(*grown), size(*most)),
        Trouble::Keeps { what, clients, batches, least } => format!(
            "{clients} clients came and went, {batches} times over; each time, your program kept at least {} more.",
            kept_en(*what, *least)
        ),
        Trouble::NotPlayed => "A check is over after 60 s, and this variant was not played to its end. Try it alone, with the command below.".to_owned(),
        Trouble::Judge(why) => format!("The judge itself could not go on: {why}. It is not your fault; try again, and if it stays so, tell us."),
    };
    crash.unwrap_or_default() + &words
}

fn kept_en(what: Kept, least: u64) -> String {
    match what {
        Kept::Processes => {
            format!("{least} child processes (ended ones that it did not wait for included)")
        }
        Kept::Threads => format!("{least} threads"),
        Kept::Descriptors => format!("{least} open descriptors"),
        Kept::Memory => format!("{} of memory", size(least)),
    }
}

fn place_en(role: Role) -> &'static str {
    match role {
        Role::Relay => "The address to listen at is the first of its last two arguments",
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
        false => "Only a part came".to_owned(),
    }
}

/// Number of bytes that came and were right.
fn right(bytes: &Bytes) -> usize {
    bytes.before + bytes.difference()
}

fn http_en(fault: &Fault) -> String {
    match fault {
        Fault::NotHttp(line) => format!("The answer begins with {}. A response of HTTP/1.1 begins with a status line, such as HTTP/1.1 200 OK.", quoted(line)),
        Fault::LineEnd(line) => format!("This line ends with \\n alone: {}. Every line of an HTTP header ends with \\r\\n.", quoted(line)),
        Fault::NoEnd => "The header has no end: after its last field comes an empty line (\\r\\n).".to_owned(),
        Fault::Field(line) => format!("This line of the header is no field: {}. A field is \"Name: value\", with the colon right after the name.", quoted(line)),
        Fault::Status { wanted, came } => format!("The status is {came}, and should be {wanted}."),
        Fault::NoLength => "The response has no Content-Length: the peer cannot know where the body ends.".to_owned(),
        Fault::BadLength(value) => format!("Content-Length should be a decimal number, and is {}.", quoted(value)),
        Fault::Chunked => "The body is sent in chunks (Transfer-Encoding): in this exercise, find its length first and say it in Content-Length.".to_owned(),
        Fault::Short { said, came } => format!("The body is shorter than Content-Length says: it says {said} bytes, and {came} came. It counts bytes, not characters."),
        Fault::OtherLength { said, wanted } => format!("Content-Length is {said}, and should be {wanted}: for HEAD it is the same as for GET, and counts bytes."),
        Fault::HeadBody(more) => format!("The answer to HEAD is a header without a body, and here this follows: {}.", surplus_en(more)),
        Fault::Long { said, more } => format!("The body is longer than Content-Length says: it says {said} bytes, and after them came {}. It counts bytes, not characters.", surplus_en(more)),
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
