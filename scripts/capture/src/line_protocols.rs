//! Protocols whose commands and replies are lines of text: SMTP, FTP, Telnet.

use std::ops::Range;

use crate::bits::{Header, byte, kinds, nothing, say, short};
use crate::names::sentence;
use crate::{Kind, Layer, data};
use bilingual::Text;

kinds! {
REPLY "talk.reply" "应答行" "reply line"
    "三位数字给程序看，后面的文字给人看。数字后是短横线，表示还有下一行。" "Three digits for programs, then words for people. A hyphen after the digits: another line follows." "RFC 5321 §4.2; RFC 959 §4.2"
COMMAND "talk.command" "命令行" "command line"
    "几个字母的命令，后面是它的参数。" "A command of a few letters, then its arguments." "RFC 5321 §4.1; RFC 959 §4.1"
LINE "talk.line" "一行文字" "line of text"
    "内容的一行。" "A line of the content." "RFC 5321 §2.3.8"
TELNET "telnet.text" "文字" "text"
    "键盘上打的，或屏幕上显示的。" "What was typed, or is shown on the screen." "RFC 854"
OPTION "telnet.command" "Telnet 命令" "Telnet command"
    "255（IAC）开头：双方谈用哪些功能。" "Begins with 255 (IAC): both sides negotiate which options to use." "RFC 854"
}

/// Number of lines that are shown one by one.
const LINES_SHOWN_MAX: usize = 200;

/// A protocol of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineProtocol {
    Smtp,
    Ftp,
    Telnet,
}

impl LineProtocol {
    /// The protocol of a port: the registered one, and one that needs no privileges.
    pub(crate) fn of_port(port: u16) -> Option<Self> {
        match port {
            21 | 2121 => Some(Self::Ftp),
            23 | 2323 => Some(Self::Telnet),
            25 | 587 | 2525 => Some(Self::Smtp),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Smtp => "SMTP",
            Self::Ftp => "FTP",
            Self::Telnet => "Telnet",
        }
    }
}

/// The lines in these bytes; `server`: they come from the side that accepted the connection.
pub(crate) fn lines(
    frame: &[u8],
    bytes: Range<usize>,
    protocol: LineProtocol,
    server: bool,
    from: &Text,
) -> (Layer, Option<(String, Text)>) {
    let mut header = Header::new(frame, bytes);
    let mut first = None;
    for _ in 0..LINES_SHOWN_MAX {
        if header.left() == 0 {
            break;
        }
        let said = match protocol {
            LineProtocol::Telnet => telnet(&mut header),
            LineProtocol::Smtp | LineProtocol::Ftp => line(&mut header, protocol, server),
        };
        first = first.or(said);
    }
    let words = first.map(|line| {
        let said = sentence(from, &format!("说：{line}"), &format!("says: {line}"));
        (line, said)
    });
    (header.finish(7, protocol.name()), words)
}

fn line(header: &mut Header, protocol: LineProtocol, server: bool) -> Option<String> {
    let bytes = header.bytes(header.left() / 8);
    let length = bytes
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |at| at + 1);
    let line = String::from_utf8_lossy(&bytes[..length]).into_owned();
    let (kind, meaning): (&'static Kind, Text) = if server && is_reply(&line) {
        (&REPLY, reply_meaning(&line))
    } else {
        let meaning = command_meaning(&line, protocol);
        let known = !server && !meaning.en.is_empty();
        (
            if known { &COMMAND } else { &LINE },
            if known { meaning } else { nothing() },
        )
    };
    header.put(kind, length * 8, data::written(&line), meaning);
    Some(short(line.trim_end()))
}

fn is_reply(line: &str) -> bool {
    line.len() >= 3 && line.bytes().take(3).all(|byte| byte.is_ascii_digit())
}

fn reply_meaning(line: &str) -> Text {
    match byte(line.as_bytes(), 0) {
        b'1' => say("1：正在做，请等", "1: working on it, wait"),
        b'2' => say("2：成了", "2: done"),
        b'3' => say("3：请接着说", "3: go on"),
        b'4' => say("4：暂时不行，以后再试", "4: not now, try later"),
        b'5' => say("5：不行", "5: no"),
        _ => nothing(),
    }
}

fn command_meaning(line: &str, protocol: LineProtocol) -> Text {
    let command = line.split([' ', '\r', '\n']).next().unwrap_or_default();
    match (protocol, command.to_ascii_uppercase().as_str()) {
        (LineProtocol::Smtp, "HELO" | "EHLO") => say("你好，我是……", "hello, I am …"),
        (LineProtocol::Smtp, "MAIL") => say("谁寄的", "the sender"),
        (LineProtocol::Smtp, "RCPT") => say("寄给谁", "the recipient"),
        (LineProtocol::Smtp, "DATA") => say(
            "下面是信，以单独一个点结束",
            "the mail message follows, up to a line with a single dot",
        ),
        (_, "QUIT") => say("再见", "good-bye"),
        (LineProtocol::Ftp, "USER") => say("我是谁", "who I am"),
        (LineProtocol::Ftp, "PASS") => say("密码，明文", "the password, in plain text"),
        (LineProtocol::Ftp, "PASV" | "EPSV") => say(
            "请开一个端口，我来连，数据走那里",
            "open a port for the data, I will connect",
        ),
        (LineProtocol::Ftp, "PORT" | "EPRT") => say(
            "数据请连到我这个端口",
            "connect to this port of mine for the data",
        ),
        (LineProtocol::Ftp, "LIST" | "NLST") => say("列出文件", "list the files"),
        (LineProtocol::Ftp, "RETR") => say("把文件给我", "send me the file"),
        (LineProtocol::Ftp, "STOR") => say("收下这个文件", "take this file"),
        (LineProtocol::Ftp, "TYPE") => {
            say("文件按字节还是按文字传", "send files as bytes or as text")
        }
        (LineProtocol::Ftp, "SYST" | "PWD" | "CWD" | "FEAT") => {
            say("问服务器的情况", "asks about the server")
        }
        _ => nothing(),
    }
}

/// A run of text, or one command that begins with 255.
fn telnet(header: &mut Header) -> Option<String> {
    let bytes = header.bytes(header.left() / 8);
    if byte(bytes, 0) != 255 {
        let length = bytes
            .iter()
            .position(|&byte| byte == 255)
            .unwrap_or(bytes.len());
        let line = bytes[..length].iter().position(|&byte| byte == b'\n');
        let length = line.map_or(length, |at| at + 1);
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        header.put(&TELNET, length * 8, data::written(&text), nothing());
        return Some(short(text.trim_end()));
    }
    let verb = byte(bytes, 1);
    let option = option_name(byte(bytes, 2));
    let (length, value, zh, en) = match verb {
        251 => (3, format!("WILL {option}"), "我来做", "I will do it"),
        252 => (3, format!("WONT {option}"), "我不做", "I will not do it"),
        253 => (3, format!("DO {option}"), "请你做", "please do it"),
        254 => (
            3,
            format!("DONT {option}"),
            "请你不要做",
            "please do not do it",
        ),
        250 => {
            let end = bytes.windows(2).position(|pair| pair == [255, 240]);
            (
                end.map_or(bytes.len(), |at| at + 2),
                format!("SB {option}"),
                "这个功能的细节",
                "details of it",
            )
        }
        255 => (2, "255".to_owned(), "数据里的 255", "255 as data"),
        other => (2, format!("{other}"), "", ""),
    };
    let length = length.min(bytes.len());
    header.put(&OPTION, length * 8, value.clone(), say(zh, en));
    Some(value)
}

fn option_name(option: u8) -> String {
    match option {
        0 => "BINARY".to_owned(),
        1 => "ECHO".to_owned(),
        3 => "SUPPRESS GO AHEAD".to_owned(),
        24 => "TERMINAL TYPE".to_owned(),
        31 => "WINDOW SIZE".to_owned(),
        34 => "LINEMODE".to_owned(),
        other => other.to_string(),
    }
}
