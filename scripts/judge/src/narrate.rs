//! The steps of a story in words: for the reports, and for the pages of the book. Pure.

use std::time::Duration;

use bilingual::Text;
use session::Status;

use crate::check::{Act, Actor, Pace, Payload, Role, Step, Transport, Way, quoted};
use bilingual::Lang;

/// Whether a step is told as one that happened, or as one that should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrasing {
    /// It happened.
    Happened,
    /// It should happen.
    Expected,
}

impl Phrasing {
    fn pick(self, happened: &'static str, expected: &'static str) -> &'static str {
        match self {
            Self::Happened => happened,
            Self::Expected => expected,
        }
    }
}

/// What a step does or expects; a text in it takes at most `columns`.
#[must_use]
pub fn step(step: &Step, role: Role, phrasing: Phrasing, lang: Lang, columns: usize) -> String {
    let mut words = match (&step.actor, lang) {
        (Actor::You, Lang::Zh) => yours_zh(&step.act, role, phrasing, columns),
        (Actor::You, Lang::En) => yours_en(&step.act, role, phrasing, columns),
        (Actor::Peer { name, count }, Lang::Zh) => {
            let who = count.map_or(name.clone(), |count| format!("{count} 个 {name}"));
            format!("{who} {}", theirs_zh(&step.act, phrasing, columns))
        }
        (Actor::Peer { name, count }, Lang::En) => {
            let who = count.map_or(name.clone(), |count| format!("each of {count} {name}s"));
            format!("{who} {}", theirs_en(&step.act, phrasing, columns))
        }
    };
    if let Some(within) = step.within {
        words.push_str(&match lang {
            Lang::Zh => format!("（{} 内）", time(within, lang)),
            Lang::En => format!(" (within {})", time(within, lang)),
        });
    }
    words
}

/// How a variant sends; empty where each send is one write.
#[must_use]
pub fn way(way: Way, lang: Lang) -> String {
    match (way, lang) {
        (Way::Whole, _) => String::new(),
        (Way::Pace(pace), lang) => at_a_pace(pace, lang),
        (Way::Glue, Lang::Zh) => "连着发的几条，一次 write 发出".to_owned(),
        (Way::Glue, Lang::En) => "consecutive sends go out in one write".to_owned(),
        (Way::Cut, Lang::Zh) => "随机切成几段发，也切在一个字中间".to_owned(),
        (Way::Cut, Lang::En) => "sent in random pieces, one cut inside a character".to_owned(),
    }
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
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

pub(crate) fn time(duration: Duration, lang: Lang) -> String {
    let (number, unit) = match duration.subsec_millis() {
        0 => (u128::from(duration.as_secs()), ["秒", "s"]),
        _ => (duration.as_millis(), ["毫秒", "ms"]),
    };
    match lang {
        Lang::Zh => format!("{number} {}", unit[0]),
        Lang::En => format!("{number} {}", unit[1]),
    }
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

fn said(payload: &Payload, lang: Lang, columns: usize) -> String {
    match payload {
        Payload::Line(text) => cut(&quoted(format!("{text}\n").as_bytes()), columns),
        Payload::Bytes(_) | Payload::Pieces(_) => cut(&payload.literal(), columns),
        Payload::Repeat { unit, size: all } => {
            let all = *all as u64;
            // One more than a bound must not look like the bound.
            let size = match all.is_multiple_of(1 << 10) {
                true => size(all),
                false => format!("{all} B"),
            };
            let unit = cut(&quoted(unit), columns / 2);
            match lang {
                Lang::Zh => format!("{size}（{unit} 一遍遍重复）"),
                Lang::En => format!("{size} of {unit}"),
            }
        }
    }
}

fn line(text: &str, columns: usize) -> String {
    cut(&quoted(format!("{text}\n").as_bytes()), columns)
}

fn yours_zh(act: &Act, role: Role, phrasing: Phrasing, columns: usize) -> String {
    match act {
        Act::Start { args } => match (args.join(" "), role) {
            (args, Role::Filter) if args.is_empty() => "启动你的程序".to_owned(),
            (args, Role::Filter) => format!("启动你的程序，参数是 {args}"),
            (args, Role::Relay) if args.is_empty() => {
                "启动你的程序，参数是监听的地址和要连接的地址".to_owned()
            }
            (args, Role::Relay) => {
                format!("启动你的程序，参数是 {args}、监听的地址和要连接的地址")
            }
            (args, _) if args.is_empty() => "启动你的程序，最后一个参数是地址".to_owned(),
            (args, _) => format!("启动你的程序，参数是 {args} 和地址"),
        },
        Act::Type { text } => format!("在键盘上输入一行 {}", line(text, columns)),
        Act::Send { payload } => format!("在键盘上输入 {}", said(payload, Lang::Zh, columns)),
        Act::EndOfInput => "键盘输入结束（Ctrl-D）".to_owned(),
        Act::Line { pattern } => format!(
            "你的程序{}一行 {}",
            phrasing.pick("打印了", "应该打印"),
            line(pattern, columns)
        ),
        Act::Bytes { payload } => format!(
            "你的程序{} {}",
            phrasing.pick("打印了", "应该打印"),
            said(payload, Lang::Zh, columns)
        ),
        Act::Prompt { text } => {
            format!(
                "你的程序{} {}，不换行",
                phrasing.pick("打印了", "应该打印"),
                cut(&quoted(text.as_bytes()), columns)
            )
        }
        Act::Silent { duration } => {
            format!(
                "你的程序{} {}",
                phrasing.pick("安静了", "应该安静"),
                time(*duration, Lang::Zh)
            )
        }
        Act::Says { pattern } => format!(
            "你的程序{}一行 {}",
            phrasing.pick("往标准错误写了", "应该往标准错误写"),
            line(pattern, columns)
        ),
        Act::PrintsOrSays { pattern } => format!(
            "你的程序{}一行 {}，标准输出或者标准错误都行",
            phrasing.pick("打印了", "应该打印"),
            line(pattern, columns)
        ),
        Act::Exit { status, clean } => {
            let mut words = match status {
                Status::Code(code) => {
                    format!(
                        "你的程序{}，状态 {code}",
                        phrasing.pick("结束了", "应该结束")
                    )
                }
                Status::Signal => {
                    format!(
                        "你的程序{}",
                        phrasing.pick("被信号结束了", "应该被信号结束")
                    )
                }
            };
            if *clean {
                words.push_str(phrasing.pick("，没有多打印", "，不多打印"));
            }
            words
        }
        Act::Forgets { times } => format!(
            "上面的故事再演 {times} 遍，又 {times} 遍：客户端走了，你的程序{}再占着它们的资源",
            phrasing.pick("没有", "不应")
        ),
        Act::Runs => format!("你的程序{}", phrasing.pick("还在运行", "应该还在运行")),
        Act::Memory { most } => format!(
            "你的程序的内存{} {}",
            phrasing.pick("增长没有超过", "增长不应超过"),
            size(*most)
        ),
        act => act.to_string(),
    }
}

fn yours_en(act: &Act, role: Role, phrasing: Phrasing, columns: usize) -> String {
    match act {
        Act::Start { args } => match (args.join(" "), role) {
            (args, Role::Filter) if args.is_empty() => "your program starts".to_owned(),
            (args, Role::Filter) => format!("your program starts with {args}"),
            (args, Role::Relay) if args.is_empty() => {
                "your program starts with the address to listen at and the one to connect to"
                    .to_owned()
            }
            (args, Role::Relay) => format!(
                "your program starts with {args}, the address to listen at and the one to connect to"
            ),
            (args, _) if args.is_empty() => {
                "your program starts, with the address as its last argument".to_owned()
            }
            (args, _) => format!("your program starts with {args} and the address"),
        },
        Act::Type { text } => format!("the line {} is typed", line(text, columns)),
        Act::Send { payload } => format!("{} is typed", said(payload, Lang::En, columns)),
        Act::EndOfInput => "the input ends (Ctrl-D)".to_owned(),
        Act::Line { pattern } => format!(
            "your program {} the line {}",
            phrasing.pick("prints", "should print"),
            line(pattern, columns)
        ),
        Act::Bytes { payload } => format!(
            "your program {} {}",
            phrasing.pick("prints", "should print"),
            said(payload, Lang::En, columns)
        ),
        Act::Prompt { text } => {
            format!(
                "your program {} {}, without a line end",
                phrasing.pick("prints", "should print"),
                cut(&quoted(text.as_bytes()), columns)
            )
        }
        Act::Silent { duration } => {
            format!(
                "your program {} for {}",
                phrasing.pick("is silent", "should be silent"),
                time(*duration, Lang::En)
            )
        }
        Act::Says { pattern } => format!(
            "your program {} the line {} to standard error",
            phrasing.pick("writes", "should write"),
            line(pattern, columns)
        ),
        Act::Forgets { times } => format!(
            "the story above is played {times} more times, and {times} more: your program {} nothing of clients that are gone",
            phrasing.pick("keeps", "should keep")
        ),
        Act::PrintsOrSays { pattern } => format!(
            "your program {} the line {}, on standard output or standard error",
            phrasing.pick("prints", "should print"),
            line(pattern, columns)
        ),
        Act::Exit { status, clean } => {
            let mut words = match status {
                Status::Code(code) => format!(
                    "your program {} status {code}",
                    phrasing.pick("ends with", "should end with")
                ),
                Status::Signal => format!(
                    "{} your program",
                    phrasing.pick("a signal ended", "a signal should end")
                ),
            };
            if *clean {
                words.push_str(", with nothing more printed");
            }
            words
        }
        Act::Runs => format!(
            "your program {}",
            phrasing.pick("is still running", "should still be running")
        ),
        Act::Memory { most } => format!(
            "your program's memory {} by at most {}",
            phrasing.pick("has grown", "should grow"),
            size(*most)
        ),
        act => act.to_string(),
    }
}

fn theirs_zh(act: &Act, phrasing: Phrasing, columns: usize) -> String {
    let lang = Lang::Zh;
    match act {
        Act::Connect => "连上来".to_owned(),
        Act::Accept => "等你的程序连过来".to_owned(),
        Act::Send { payload } => format!("发送 {}", said(payload, lang, columns)),
        Act::Line { pattern } => {
            format!(
                "{}一行 {}",
                phrasing.pick("收到了", "应该收到"),
                line(pattern, columns)
            )
        }
        Act::Bytes { payload } => format!(
            "{} {}",
            phrasing.pick("收到了", "应该收到"),
            said(payload, lang, columns)
        ),
        Act::Silent { duration } => format!(
            "在 {}里{}任何东西",
            time(*duration, lang),
            phrasing.pick("没有收到", "不应收到")
        ),
        Act::EndOfInput => "发完了（关闭自己的发送方向），还在接收".to_owned(),
        Act::Close => "关闭连接".to_owned(),
        Act::Reset => "重置连接（RST）".to_owned(),
        Act::SeesEnd => format!("{}你的程序关闭连接", phrasing.pick("看到", "应该看到")),
        Act::SeesReset => format!("{}连接被重置（RST）", phrasing.pick("看到", "应该看到")),
        Act::SeesGone => format!("{}你的程序断开连接", phrasing.pick("看到", "应该看到")),
        Act::Paces { pace } => format!("从现在起{}", at_a_pace(*pace, lang)),
        Act::Stops => "不再读".to_owned(),
        Act::Reads { pace: None } => "又开始读".to_owned(),
        Act::Reads { pace: Some(pace) } => format!("慢慢读：{}", at_a_pace(*pace, lang)),
        Act::Http(response) => {
            let what = match (&response.body, response.head) {
                (None, false) => String::new(),
                (None, true) => "，只有首部".to_owned(),
                (Some(body), false) => format!("，正文 {}", said(body, lang, columns)),
                (Some(body), true) => {
                    format!("，只有首部，正文本来是 {}", said(body, lang, columns))
                }
            };
            format!(
                "{}状态 {} 的完整 HTTP 响应{what}{}",
                phrasing.pick("收到了", "应该收到"),
                response.status,
                if response.or_gone {
                    "，或者连接结束"
                } else {
                    ""
                }
            )
        }
        Act::Refuses => "不监听：连过去会被拒绝".to_owned(),
        act => act.to_string(),
    }
}

fn theirs_en(act: &Act, phrasing: Phrasing, columns: usize) -> String {
    let lang = Lang::En;
    match act {
        Act::Connect => "connects".to_owned(),
        Act::Accept => "waits for your program to connect".to_owned(),
        Act::Send { payload } => format!("sends {}", said(payload, lang, columns)),
        Act::Line { pattern } => format!(
            "{} the line {}",
            phrasing.pick("receives", "should receive"),
            line(pattern, columns)
        ),
        Act::Bytes { payload } => format!(
            "{} {}",
            phrasing.pick("receives", "should receive"),
            said(payload, lang, columns)
        ),
        Act::Silent { duration } => {
            format!(
                "{} nothing for {}",
                phrasing.pick("receives", "should receive"),
                time(*duration, lang)
            )
        }
        Act::EndOfInput => "finishes sending (half-close), and keeps receiving".to_owned(),
        Act::Close => "closes the connection".to_owned(),
        Act::Reset => "resets the connection (RST)".to_owned(),
        Act::SeesEnd => format!(
            "{} your program close the connection",
            phrasing.pick("sees", "should see")
        ),
        Act::SeesReset => format!(
            "{} the connection reset (RST)",
            phrasing.pick("sees", "should see")
        ),
        Act::SeesGone => format!(
            "{} your program end the connection",
            phrasing.pick("sees", "should see")
        ),
        Act::Paces { pace } => format!("sends {} from here on", at_a_pace(*pace, lang)),
        Act::Stops => "stops reading".to_owned(),
        Act::Reads { pace: None } => "reads again".to_owned(),
        Act::Reads { pace: Some(pace) } => format!("reads slowly: {}", at_a_pace(*pace, lang)),
        Act::Http(response) => {
            let what = match (&response.body, response.head) {
                (None, false) => String::new(),
                (None, true) => ", header section only".to_owned(),
                (Some(body), false) => format!(" and the body {}", said(body, lang, columns)),
                (Some(body), true) => {
                    format!(
                        ", header section only; the body would be {}",
                        said(body, lang, columns)
                    )
                }
            };
            format!(
                "{} a whole HTTP response with status {}{what}{}",
                phrasing.pick("receives", "should receive"),
                response.status,
                if response.or_gone {
                    ", or the connection ends"
                } else {
                    ""
                }
            )
        }
        Act::Refuses => "does not listen: connections to it are refused".to_owned(),
        act => act.to_string(),
    }
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
