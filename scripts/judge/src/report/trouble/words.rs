//! A sentence or two for each [`Trouble`]. Pure.

use std::time::Duration;

use bilingual::Lang;

use super::{about, how, http_fault, surplus};
use crate::check::Role;
use crate::narrate::size;
use crate::verdict::{Bytes, Failure, Kept, Trouble, Written};

/// Where something else was seen.
#[derive(Clone, Copy)]
pub(super) struct At {
    /// Where the program should have written.
    pub(super) written: Written,
    /// The peer that saw it had half-closed by then.
    pub(super) peer_is_done: bool,
}

/// What was seen, in one language. What is put into a sentence is in that language already.
pub(super) fn of(role: Role, failure: &Failure, at: At, lang: Lang) -> String {
    let both = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let within = |waited: &Duration| about(*waited, lang);
    let how = failure
        .ended
        .map_or_else(String::new, |ended| how(ended, lang));
    let state = match failure.ended {
        Some(_) => lang.pick(format!("结束了（{how}）"), format!("ended {how}")),
        None => both("还在运行", "is still running"),
    };
    match &failure.trouble {
        Trouble::CannotStart(why) => lang.pick(
            format!("启动不了这个程序：{why}。检查一下：-- 后面的命令在终端里能运行吗？"),
            format!("Your program cannot be started: {why}. Does the command after -- run in your terminal?"),
        ),
        Trouble::EndedAtOnce => {
            let before = match role {
                Role::Client => lang.pick("还没有连接", "it connected"),
                _ => lang.pick("还没有客户端连上来", "any client could connect"),
            };
            lang.pick(
                format!("{before}，你的程序就结束了（{how}）。先单独运行它，看它打印什么。"),
                format!("Your program ended {how} before {before}. Run it by itself and see what it prints."),
            )
        }
        Trouble::SentNothing => lang.pick(
            format!("你的程序一个数据报也没有发，就结束了（{how}）。先单独运行它，看它打印什么。"),
            format!("Your program ended {how} without sending a datagram. Run it by itself and see what it prints."),
        ),
        Trouble::NeverListens(waited) => {
            let (waited, place) = (within(waited), place(role, lang));
            lang.pick(
                format!("等了 {waited}，没有程序在这个地址上监听，而你的程序还在运行。它执行到 bind 和 listen 了吗？{place}，要用它。"),
                format!("Nothing listened at the address for {waited}, and your program is still running. Does it reach bind and listen? {place}: use that one."),
            )
        }
        Trouble::ListensElsewhere(at) => {
            let everywhere = match at.iter().any(|at| at.ip().is_unspecified()) {
                true => lang.pick("0.0.0.0 会让整个网络都能连进来。", " 0.0.0.0 lets the whole network in."),
                false => "",
            };
            let at: Vec<_> = at.iter().map(ToString::to_string).collect();
            let (at, place) = (at.join(lang.pick("、", ", ")), place(role, lang));
            lang.pick(
                format!("你的程序在 {at} 监听，而不是在给定的地址。{place}，原样交给 bind。{everywhere}"),
                format!("Your program listens at {at}, not at the address that it was given. {place}: pass it to bind unchanged.{everywhere}"),
            )
        }
        Trouble::NeverConnects(waited) => {
            let waited = within(waited);
            lang.pick(
                format!("等了 {waited}，你的程序没有连过来。地址是最后一个命令行参数，连接它。"),
                format!("Your program did not connect within {waited}. The address is its last argument: connect to that one."),
            )
        }
        Trouble::Refused if failure.ended.is_some() => lang.pick(
            format!("连接被拒绝：没有程序在监听了，你的程序{state}。"),
            format!("The connection was refused: your program {state} and no longer listens."),
        ),
        Trouble::Refused => both(
            "连接被拒绝：你的程序还在运行，可是已经不监听了。监听套接字关了吗？",
            "The connection was refused: your program is still running, but no longer listens. Did it close the listening socket?",
        ),
        Trouble::NotConnected(waited) => {
            let waited = within(waited);
            lang.pick(
                format!("{waited} 内没有连上，你的程序{state}。"),
                format!("No connection was made within {waited}; your program {state}."),
            )
        }
        Trouble::QueueFull { connected, of, queue, time } => {
            let time = within(time);
            let queue = queue.map_or_else(String::new, |queue| lang.pick(
                format!("队列里有 {queue} 个，"),
                format!("{queue} are waiting in it, and "),
            ));
            lang.pick(
                format!("你的程序在监听，可是等待 accept 的队列满了：{queue}{time} 里，{of} 个连接只连上了 {connected} 个。listen 的参数（backlog）给大一些，或者更快地 accept。"),
                format!("Your program listens, but its queue of connections waiting for accept is full: {queue}{connected} of {of} connections were made in {time}. Give listen a larger backlog, or call accept sooner."),
            )
        }
        Trouble::Flood(Written::Printed) => both(
            "你的程序打印了超过 1 MiB，判题程序不再读了。要么打印的循环停不下来，要么打印得太多。",
            "Your program printed more than 1 MiB, and the judge stopped reading. Either it prints in a loop that never ends, or it prints too much.",
        ),
        Trouble::Flood(Written::Sent) if at.peer_is_done => both(
            "对方已经发完，你的程序还不停地发：已经超过 1 MiB。read 返回 0 时退出循环了吗？",
            "The peer has finished, but your program keeps sending: more than 1 MiB so far. Does its loop end when read returns 0?",
        ),
        Trouble::Flood(Written::Sent) => both(
            "你的程序不停地发：多发的已经超过 1 MiB。",
            "Your program keeps sending: more than 1 MiB that was not asked for.",
        ),
        Trouble::Gone => lang.pick(
            format!("你的程序不该结束，可是它{state}。"),
            format!("Your program should still be running, but it {state}."),
        ),
        Trouble::ClosedEarly(bytes) if bytes.expected.is_empty() => both(
            "你的程序关闭了连接，可是这时还不该关。",
            "Your program closed the connection too early.",
        ),
        Trouble::ClosedEarly(bytes) if bytes.came.is_empty() => both(
            "应该收到的一个字节也没来，你的程序就关闭了连接。",
            "Your program closed the connection before any of the expected bytes had come.",
        ),
        Trouble::ClosedEarly(bytes) => {
            let so_far = so_far(bytes, lang);
            lang.pick(
                format!("{so_far}，你的程序就关闭了连接。"),
                format!("{so_far}, then your program closed the connection."),
            )
        }
        Trouble::ResetEarly(_) => lang.pick(
            format!("连接被重置（RST）：你的程序还有没读的字节，连接就关了；或者它还没有 accept 这条连接，就不再监听了。现在它{state}。"),
            format!("The connection was reset (RST): your program closed it, or ended, with bytes still unread, or stopped listening before it had accepted it. It {state}."),
        ),
        Trouble::OutputClosed(_) => both(
            "你的程序关闭了自己的标准输出，该打印的还没打印完。",
            "Your program closed its standard output before it had printed everything.",
        ),
        Trouble::TooLittle(bytes, waited) => too_little(bytes, at.written, &within(waited), failure.ended.map(|_| &*state), lang),
        Trouble::RightSoFar { right, all, time } => {
            let time = within(time);
            lang.pick(
                format!("到现在为止都对：{time} 内来了 {right} 个字节，一共 {all} 个，还在来。内容没有错，只是太慢，来不及收完。每次多写一些，两次写之间不要停顿。"),
                format!("Right so far: {right} of {all} bytes came in {time}, and more are coming. Only the speed is wrong: there was no time to wait for the rest. Write more at once, and do not pause between writes."),
            )
        }
        Trouble::NotReading(_, left) => {
            let left = size(*left as u64);
            lang.pick(
                format!("你的程序不再读了：要发给它的还有 {left} 没能发出去，该来的也没有来。"),
                format!("Your program has stopped reading: {left} of the data for it could not be sent, and what was expected from it has not come."),
            )
        }
        Trouble::OnlyAtEnd(_) => both(
            "该来的来得太晚：期限过了，判题程序结束了自己这边，它才来。要么写完忘了 flush，要么你的程序要等对方结束才回答。",
            "It came too late: only after the deadline, when the judge had ended its side. Either a flush is missing after the write, or your program waits for the end of its input before it answers.",
        ),
        Trouble::NotPrinted(_) => lang.pick(
            format!("该打印的没有打印，你的程序{state}。"),
            format!("What was expected was not printed; your program {state}."),
        ),
        Trouble::NotSaid { on_output: true, .. } => both(
            "这一行写到了标准输出，应该写到标准错误（stderr）。",
            "This line came on standard output, but belongs on standard error (stderr).",
        ),
        Trouble::NotSaid { anywhere: true, .. } => lang.pick(
            format!("标准输出和标准错误上都没有该来的这一行，你的程序{state}。"),
            format!("The line came neither on standard output nor on standard error; your program {state}."),
        ),
        Trouble::NotSaid { .. } => lang.pick(
            format!("该写到标准错误（stderr）的这一行没有来，你的程序{state}。"),
            format!("The line did not come on standard error (stderr); your program {state}."),
        ),
        Trouble::NeverSends(waited) => {
            let waited = within(waited);
            lang.pick(
                format!("等了 {waited}，你的程序一个数据报也没有发来。地址是最后一个命令行参数，用 UDP 发到那里。"),
                format!("Your program sent no datagram within {waited}. The address is its last argument: send to that one, by UDP."),
            )
        }
        Trouble::NoDatagram(_, waited) => {
            let waited = within(waited);
            lang.pick(
                format!("等了 {waited}，该来的数据报没有来，你的程序{state}。"),
                format!("The expected datagram did not come within {waited}; your program {state}."),
            )
        }
        Trouble::Http(fault) => http_fault::of(fault, lang),
        Trouble::Wrong(_) => both(
            "收到的和应该收到的不一样。",
            "What came differs from what was expected.",
        ),
        Trouble::TooMuch(came) => {
            let came = surplus(came, lang);
            lang.pick(format!("多出来了：{came}。"), format!("More came than was expected: {came}."))
        }
        Trouble::NotSilent(came) => {
            let came = surplus(came, lang);
            lang.pick(
                format!("这时不该有东西来，却来了 {came}。"),
                format!("Nothing should have come here, but this did: {came}."),
            )
        }
        Trouble::StillOpen(waited) => {
            let waited = within(waited);
            match at.peer_is_done {
                true => lang.pick(
                    format!("等了 {waited}，你的程序没有关闭连接。对方发完了（read 返回 0），答完就该关。"),
                    format!("Your program did not close the connection within {waited}. The peer has finished (read returned 0): answer what is left, then close."),
                ),
                false => lang.pick(
                    format!("等了 {waited}，你的程序没有关闭连接，这时它该关了。"),
                    format!("Your program did not close the connection within {waited}, but should have."),
                ),
            }
        }
        Trouble::NoReset => both(
            "连接是正常关闭的，没有被重置。",
            "The connection was closed normally, not reset.",
        ),
        Trouble::NotTyped => both(
            "你的程序没有读键盘输入。",
            "Your program did not read its standard input.",
        ),
        Trouble::StillRunning(waited) => {
            let waited = within(waited);
            lang.pick(
                format!("等了 {waited}，你的程序还没有结束。"),
                format!("Your program was still running after {waited}."),
            )
        }
        Trouble::WrongStatus => lang.pick(
            format!("你的程序{state}，不是应有的状态。"),
            format!("Your program should have ended with another status: it {state}."),
        ),
        Trouble::Memory { most, grown } => {
            let (most, grown) = (size(*most), size(*grown));
            lang.pick(
                format!("从准备好时起，你的程序的内存增长了 {grown}，最多允许 {most}。对方能让你的程序存多少，要由你的程序限定。"),
                format!("Since your program was ready, its memory has grown by {grown}; at most {most} is allowed. Your program must limit how much a peer can make it store."),
            )
        }
        Trouble::Keeps { what, clients, batches, least } => {
            let kept = kept(*what, *least, lang);
            lang.pick(
                format!("{clients} 个客户端来了又走，这样重复了 {batches} 次；每一次，你的程序都至少多占着 {kept}，没有放掉。"),
                format!("{clients} clients came and went, {batches} times over; each time, your program kept at least {kept}."),
            )
        }
        Trouble::NotPlayed => both(
            "一次检查最多 60 秒，这种情形还没有试完。单独试它：用下面的命令。",
            "A check ends after 60 s, and this variant had not finished by then. Try it alone with the command below.",
        ),
        Trouble::TooBusy => both(
            "机器太忙，这次判不出来，不算没通过。等机器空下来，再检查一次。",
            "The machine was too busy to tell, which is not a failure. Check again when it is idle.",
        ),
        Trouble::Judge(why) => lang.pick(
            format!("判题程序自己没法继续：{why}。这不是你的错；再试一次，如果还这样，请告诉我们。"),
            format!("The judge itself could not continue: {why}. This is not your fault; try again, and if it happens again, please tell us."),
        ),
    }
}

/// `state`: how it ended, if it had when the judge had ended its side.
fn too_little(
    bytes: &Bytes,
    written: Written,
    waited: &str,
    state: Option<&str>,
    lang: Lang,
) -> String {
    if let Some(state) = state {
        return lang.pick(
            format!("等了 {waited}，该来的没有来；判题程序结束自己这边后，你的程序{state}。"),
            format!("What was expected did not come within {waited}. The judge then ended its side, and your program {state}."),
        );
    }
    if written == Written::Printed {
        return match bytes.came.is_empty() {
            true => lang.pick(
                format!("等了 {waited}，什么也没有打印，你的程序还在运行。"),
                format!("Nothing was printed for {waited}; your program is still running."),
            ),
            false => {
                let so_far = so_far(bytes, lang);
                lang.pick(
                    format!("{so_far}；等了 {waited}，再没有打印，你的程序还在运行。"),
                    format!("{so_far}, then nothing more was printed for {waited}; your program is still running."),
                )
            }
        };
    }
    if bytes.came.is_empty() {
        return lang.pick(
            format!("等了 {waited}，什么也没来，你的程序还在运行，连接也开着。"),
            format!("Nothing came for {waited}; your program is still running, and the connection is open."),
        );
    }
    let so_far = so_far(bytes, lang);
    lang.pick(
        format!("{so_far}；等了 {waited}，再没有来，连接还开着。"),
        format!("{so_far}, then nothing more for {waited}; the connection is still open."),
    )
}

fn kept(what: Kept, least: u64, lang: Lang) -> String {
    match what {
        Kept::Processes => lang.pick(
            format!("{least} 个子进程（已经结束、却没有被 wait 的也算）"),
            format!("{least} more child processes (including ended ones that it did not wait for)"),
        ),
        Kept::Threads => lang.pick(format!("{least} 个线程"), format!("{least} more threads")),
        Kept::Descriptors => lang.pick(
            format!("{least} 个打开的描述符"),
            format!("{least} more open descriptors"),
        ),
        Kept::Memory => {
            let least = size(least);
            lang.pick(format!("{least} 内存"), format!("{least} more memory"))
        }
    }
}

fn place(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Relay => lang.pick(
            "监听的地址是最后两个命令行参数中的前一个",
            "The address to listen at is its second-to-last argument",
        ),
        _ => lang.pick(
            "地址是最后一个命令行参数",
            "The address is its last argument",
        ),
    }
}

/// How much of something long came.
fn so_far(bytes: &Bytes, lang: Lang) -> String {
    if bytes.all <= bytes.expected.len() {
        return lang
            .pick("只来了一部分", "Only a part of it came")
            .to_owned();
    }
    // The bytes that came and were right.
    let (right, all) = (bytes.before + bytes.difference(), bytes.all);
    lang.pick(
        format!("对的来了 {right} 个字节，一共 {all} 个"),
        format!("{right} of {all} bytes came, all of them right"),
    )
}
