//! The steps of a story in words: for the reports, and for the pages of the book. Pure.

use std::time::Duration;

use bilingual::Text;
use session::Status;

use crate::check::{Act, Actor, Pace, Payload, Response, Role, Step, Transport, Way, quoted};
use bilingual::Lang;

/// Whether a step is told as one that happened, or as one that should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrasing {
    /// It happened.
    Happened,
    /// It should happen.
    Expected,
}

/// How a step is told.
#[derive(Clone, Copy)]
struct Telling {
    phrasing: Phrasing,
    lang: Lang,
    columns: usize,
}

/// What a step does or expects; a text in it takes at most `columns`.
#[must_use]
pub fn step(step: &Step, role: Role, phrasing: Phrasing, lang: Lang, columns: usize) -> String {
    let telling = Telling {
        phrasing,
        lang,
        columns,
    };
    let mut words = match &step.actor {
        Actor::You => yours(&step.act, role, telling),
        Actor::Peer { name, count } => {
            let who = match count {
                Some(count) => lang.pick(
                    format!("{count} 个 {name}"),
                    format!("each of {count} {name}s"),
                ),
                None => name.clone(),
            };
            format!("{who} {}", theirs(&step.act, telling))
        }
    };
    if let Some(within) = step.within {
        let time = time(within, lang);
        words += &lang.pick(format!("（{time} 内）"), format!(" (within {time})"));
    }
    words
}

/// How a variant sends; empty where each send is one write.
#[must_use]
pub fn way(way: Way, lang: Lang) -> String {
    let words = match way {
        Way::Whole => "",
        Way::Pace(pace) => return at_a_pace(pace, lang),
        Way::Glue => lang.pick(
            "连着发的几条，一次 write 发出",
            "consecutive sends go out in one write",
        ),
        Way::Cut => lang.pick(
            "随机切成几段发，也切在一个字中间",
            "sent in random pieces, one cut inside a character",
        ),
    };
    words.to_owned()
}

/// What the program does with its arguments.
#[must_use]
pub fn role(role: Role, transport: Transport) -> Text {
    let (zh, en) = match (role, transport) {
        (Role::Server, _) => (
            "你的程序是服务器：在最后一个命令行参数给的地址上监听。",
            "Your program is a server: it listens at the address in its last argument.",
        ),
        (Role::Client, Transport::Tcp) => (
            "你的程序是客户端：连接最后一个命令行参数给的地址。",
            "Your program is a client: it connects to the address in its last argument.",
        ),
        (Role::Client, Transport::Udp) => (
            "你的程序是客户端：用 UDP 把数据报发到最后一个命令行参数给的地址。",
            "Your program is a client: it sends UDP datagrams to the address in its last argument.",
        ),
        (Role::Filter, _) => (
            "你的程序不用网络：从标准输入读，往标准输出写。",
            "Your program needs no network: it reads standard input and writes to standard output.",
        ),
        (Role::Relay, _) => (
            "你的程序在中间：在倒数第二个命令行参数给的地址上监听，连接最后一个给的地址。",
            "Your program stands in the middle: it listens at the address in its second-to-last argument, and connects to the one in its last.",
        ),
    };
    Text::new(zh, en)
}

pub(crate) fn time(duration: Duration, lang: Lang) -> String {
    let (number, unit) = match duration.subsec_millis() {
        0 => (u128::from(duration.as_secs()), lang.pick("秒", "s")),
        _ => (duration.as_millis(), lang.pick("毫秒", "ms")),
    };
    format!("{number} {unit}")
}

pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn at_a_pace(pace: Pace, lang: Lang) -> String {
    let every = time(pace.every, lang);
    match (lang, pace.bytes) {
        (Lang::Zh, bytes) => format!("每次 {bytes} 个字节，隔 {every}"),
        (Lang::En, 1) => format!("one byte every {every}"),
        (Lang::En, bytes) => format!("{bytes} bytes every {every}"),
    }
}

impl Telling {
    /// A verb: as it happened, and as it should happen.
    fn verb(self, zh: [&'static str; 2], en: [&'static str; 2]) -> &'static str {
        let [happened, expected] = self.lang.pick(zh, en);
        match self.phrasing {
            Phrasing::Happened => happened,
            Phrasing::Expected => expected,
        }
    }

    fn words(self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_owned()
    }

    fn payload(self, payload: &Payload) -> String {
        match payload {
            Payload::Line(text) => self.line(text),
            Payload::Bytes(_) | Payload::Pieces(_) => cut(&payload.literal(), self.columns),
            Payload::Repeat { unit, size: all } => {
                let all = *all as u64;
                // One more than a bound must not look like the bound.
                let size = match all.is_multiple_of(1 << 10) {
                    true => size(all),
                    false => format!("{all} B"),
                };
                let unit = cut(&quoted(unit), self.columns / 2);
                self.lang.pick(
                    format!("{size}（{unit} 一遍遍重复）"),
                    format!("{size} of {unit}"),
                )
            }
        }
    }

    fn line(self, text: &str) -> String {
        cut(&quoted(format!("{text}\n").as_bytes()), self.columns)
    }
}

/// What the learner's program does. What is put into a sentence is in its language already.
fn yours(act: &Act, role: Role, telling: Telling) -> String {
    let lang = telling.lang;
    let prints = telling.verb(["打印了", "应该打印"], ["prints", "should print"]);
    match act {
        Act::Start { args } => starts(&args.join(" "), role, telling),
        Act::Type { text } => {
            let line = telling.line(text);
            lang.pick(
                format!("在键盘上输入一行 {line}"),
                format!("the line {line} is typed"),
            )
        }
        Act::Send { payload } => {
            let payload = telling.payload(payload);
            lang.pick(
                format!("在键盘上输入 {payload}"),
                format!("{payload} is typed"),
            )
        }
        Act::EndOfInput => telling.words("键盘输入结束（Ctrl-D）", "the input ends (Ctrl-D)"),
        Act::Line { pattern } => {
            let line = telling.line(pattern);
            lang.pick(
                format!("你的程序{prints}一行 {line}"),
                format!("your program {prints} the line {line}"),
            )
        }
        Act::Bytes { payload } => {
            let payload = telling.payload(payload);
            lang.pick(
                format!("你的程序{prints} {payload}"),
                format!("your program {prints} {payload}"),
            )
        }
        Act::Prompt { text } => {
            let text = cut(&quoted(text.as_bytes()), telling.columns);
            lang.pick(
                format!("你的程序{prints} {text}，不换行"),
                format!("your program {prints} {text}, without a line end"),
            )
        }
        Act::Silent { duration } => {
            let is_silent = telling.verb(["安静了", "应该安静"], ["is silent", "should be silent"]);
            let time = time(*duration, lang);
            lang.pick(
                format!("你的程序{is_silent} {time}"),
                format!("your program {is_silent} for {time}"),
            )
        }
        Act::Says { pattern } => {
            let writes = telling.verb(
                ["往标准错误写了", "应该往标准错误写"],
                ["writes", "should write"],
            );
            let line = telling.line(pattern);
            lang.pick(
                format!("你的程序{writes}一行 {line}"),
                format!("your program {writes} the line {line} to standard error"),
            )
        }
        Act::PrintsOrSays { pattern } => {
            let line = telling.line(pattern);
            lang.pick(
                format!("你的程序{prints}一行 {line}，标准输出或者标准错误都行"),
                format!(
                    "your program {prints} the line {line}, on standard output or standard error"
                ),
            )
        }
        Act::Exit { status, clean } => {
            let words = ends(*status, telling);
            let clean = match clean {
                true => telling.verb(
                    ["，没有多打印", "，不多打印"],
                    [", with nothing more printed"; 2],
                ),
                false => "",
            };
            words + clean
        }
        Act::Forgets { times } => {
            let keeps = telling.verb(["没有", "不应"], ["keeps", "should keep"]);
            lang.pick(
                format!("上面的故事再演 {times} 遍，又 {times} 遍：客户端走了，你的程序{keeps}再占着它们的资源"),
                format!("the story above is played {times} more times, and {times} more: your program {keeps} nothing of clients that are gone"),
            )
        }
        Act::Runs => {
            let is_running = telling.verb(
                ["还在运行", "应该还在运行"],
                ["is still running", "should still be running"],
            );
            lang.pick(
                format!("你的程序{is_running}"),
                format!("your program {is_running}"),
            )
        }
        Act::Memory { most } => {
            let grows = telling.verb(
                ["增长没有超过", "增长不应超过"],
                ["has grown", "should grow"],
            );
            let most = size(*most);
            lang.pick(
                format!("你的程序的内存{grows} {most}"),
                format!("your program's memory {grows} by at most {most}"),
            )
        }
        act => act.to_string(),
    }
}

fn starts(args: &str, role: Role, telling: Telling) -> String {
    let lang = telling.lang;
    match (role, args) {
        (Role::Filter, "") => telling.words("启动你的程序", "your program starts"),
        (Role::Filter, args) => lang.pick(
            format!("启动你的程序，参数是 {args}"),
            format!("your program starts with {args}"),
        ),
        (Role::Relay, "") => telling.words(
            "启动你的程序，参数是监听的地址和要连接的地址",
            "your program starts with the address to listen at and the one to connect to",
        ),
        (Role::Relay, args) => lang.pick(
            format!("启动你的程序，参数是 {args}、监听的地址和要连接的地址"),
            format!("your program starts with {args}, the address to listen at and the one to connect to"),
        ),
        (_, "") => telling.words(
            "启动你的程序，最后一个参数是地址",
            "your program starts, with the address as its last argument",
        ),
        (_, args) => lang.pick(
            format!("启动你的程序，参数是 {args} 和地址"),
            format!("your program starts with {args} and the address"),
        ),
    }
}

fn ends(status: Status, telling: Telling) -> String {
    match status {
        Status::Code(code) => {
            let ends = telling.verb(["结束了", "应该结束"], ["ends with", "should end with"]);
            telling.lang.pick(
                format!("你的程序{ends}，状态 {code}"),
                format!("your program {ends} status {code}"),
            )
        }
        Status::Signal => {
            let ended = telling.verb(
                ["被信号结束了", "应该被信号结束"],
                ["a signal ended", "a signal should end"],
            );
            telling
                .lang
                .pick(format!("你的程序{ended}"), format!("{ended} your program"))
        }
    }
}

/// What a peer does, after its name.
fn theirs(act: &Act, telling: Telling) -> String {
    let lang = telling.lang;
    let receives = telling.verb(["收到了", "应该收到"], ["receives", "should receive"]);
    let sees = telling.verb(["看到", "应该看到"], ["sees", "should see"]);
    match act {
        Act::Connect => telling.words("连上来", "connects"),
        Act::Accept => telling.words("等你的程序连过来", "waits for your program to connect"),
        Act::Send { payload } => {
            let payload = telling.payload(payload);
            lang.pick(format!("发送 {payload}"), format!("sends {payload}"))
        }
        Act::Line { pattern } => {
            let line = telling.line(pattern);
            lang.pick(
                format!("{receives}一行 {line}"),
                format!("{receives} the line {line}"),
            )
        }
        Act::Bytes { payload } => format!("{receives} {}", telling.payload(payload)),
        Act::Silent { duration } => {
            let time = time(*duration, lang);
            let no = telling.verb(["没有收到", "不应收到"], ["receives", "should receive"]);
            lang.pick(
                format!("在 {time}里{no}任何东西"),
                format!("{no} nothing for {time}"),
            )
        }
        Act::EndOfInput => telling.words(
            "发完了（关闭自己的发送方向），还在接收",
            "finishes sending (half-close), and keeps receiving",
        ),
        Act::Close => telling.words("关闭连接", "closes the connection"),
        Act::Reset => telling.words("重置连接（RST）", "resets the connection (RST)"),
        Act::SeesEnd => lang.pick(
            format!("{sees}你的程序关闭连接"),
            format!("{sees} your program close the connection"),
        ),
        Act::SeesReset => lang.pick(
            format!("{sees}连接被重置（RST）"),
            format!("{sees} the connection reset (RST)"),
        ),
        Act::SeesGone => lang.pick(
            format!("{sees}你的程序断开连接"),
            format!("{sees} your program end the connection"),
        ),
        Act::Paces { pace } => {
            let pace = at_a_pace(*pace, lang);
            lang.pick(
                format!("从现在起{pace}"),
                format!("sends {pace} from here on"),
            )
        }
        Act::Stops => telling.words("不再读", "stops reading"),
        Act::Reads { pace: None } => telling.words("又开始读", "reads again"),
        Act::Reads { pace: Some(pace) } => {
            let pace = at_a_pace(*pace, lang);
            lang.pick(format!("慢慢读：{pace}"), format!("reads slowly: {pace}"))
        }
        Act::Http(response) => format!("{receives}{}", whole_response(response, telling)),
        Act::Refuses => telling.words(
            "不监听：连过去会被拒绝",
            "does not listen: connections to it are refused",
        ),
        act => act.to_string(),
    }
}

/// The response that a peer receives, after the verb.
fn whole_response(response: &Response, telling: Telling) -> String {
    let lang = telling.lang;
    let body = response.body.as_ref().map(|body| telling.payload(body));
    let body = match (body, response.head) {
        (None, false) => String::new(),
        (None, true) => telling.words("，只有首部", ", header section only"),
        (Some(body), false) => lang.pick(format!("，正文 {body}"), format!(" and the body {body}")),
        (Some(body), true) => lang.pick(
            format!("，只有首部，正文本来是 {body}"),
            format!(", header section only; the body would be {body}"),
        ),
    };
    let or_gone = match response.or_gone {
        true => lang.pick("，或者连接结束", ", or the connection ends"),
        false => "",
    };
    let status = response.status;
    lang.pick(
        format!("状态 {status} 的完整 HTTP 响应{body}{or_gone}"),
        format!(" a whole HTTP response with status {status}{body}{or_gone}"),
    )
}

/// The beginning of `text`; a character that may be two columns wide counts as two.
fn cut(text: &str, most: usize) -> String {
    let width = |c: char| if c < '\u{1100}' { 1 } else { 2 };
    if text.chars().map(width).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut columns = 1;
    let fits = |c: &char| {
        columns += width(*c);
        columns <= most
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
