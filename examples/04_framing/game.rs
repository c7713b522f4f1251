//! 猜数协议里谁在什么时候说：客户端 START，服务器 RANGE，然后一问一答，直到 RIGHT 或 ERROR。
//! Who speaks when in the guessing protocol: START from the client, RANGE from the server, then GUESS
//! and its answer, until RIGHT or ERROR.
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::{Result, bail};
use common::{say, show};

use crate::PATIENCE;
use crate::frames::{By, by_length, framed};
use crate::message::Message::{self, Error, Guess, Range, Right, Start, TooBig, TooSmall};
use crate::screen::shown;
use crate::timed::Timed;

const VERSION: u8 = 1;
const LOW: u16 = 1;
pub(crate) const HIGH: u16 = 100;
/// 猜的是人，要想一想；猜不中也不能没完。
/// A person guesses, and needs time to think; but not for ever, and not without end.
const THINKING: Duration = Duration::from_secs(60);
const GUESSES: u16 = 100;

/// 一条连接，读写的都是整条消息。
/// A connection on which whole messages are read and written.
struct Line {
    reader: BufReader<Timed>,
}

impl Line {
    fn new(stream: TcpStream) -> Result<Self> {
        stream.set_write_timeout(Some(PATIENCE))?;
        let reader = BufReader::new(Timed::new(stream));
        Ok(Line { reader })
    }

    fn send(&mut self, message: &Message) -> Result<()> {
        // 长度和内容一次写出：分两次写，Nagle 算法会让后一半等确认。
        // Length and body in one write: in two, Nagle's algorithm would make the second wait.
        let frame = framed(By::Length, &message.to_bytes())?;
        self.reader.get_mut().stream.write_all(&frame)?;
        log("→", message, &frame);
        Ok(())
    }

    fn receive(&mut self, patience: Duration) -> Result<Option<Message>> {
        self.reader.get_mut().wait(patience);
        let Some(body) = by_length(&mut self.reader)? else {
            return Ok(None);
        };
        let message = Message::parse(&body)?;
        log("←", &message, &framed(By::Length, &body)?);
        Ok(Some(message))
    }
}

fn log(arrow: &str, message: &Message, frame: &[u8]) {
    let mut bytes = String::new();
    for byte in frame.iter().take(24) {
        bytes += &format!(" {byte:02x}");
    }
    let more = if frame.len() > 24 { " …" } else { "" };
    let words = shown(message.to_string().as_bytes());
    say(format_args!("{arrow}{bytes}{more}   {words}"));
}

// ANCHOR: host
/// 服务器这一边。
/// The server's side.
pub(crate) fn host(stream: TcpStream, secret: Option<u16>) -> Result<()> {
    let secret = secret.unwrap_or_else(random);
    let mut line = Line::new(stream)?;
    let result = answer(&mut line, secret);
    if let Err(error) = &result
        && !error.is::<io::Error>()
    {
        // 不合协议：说明为什么，然后分手。猜着往下走，两边只会各说各的。
        // Against the protocol: say why, and part. To go on by guessing would only drift apart.
        // 它也许已经走了，那就没有人听了。
        // It may have left already, and then nobody listens.
        let _ = line.send(&Error(error.to_string()));
        let _ = leave(line);
    }
    say("连接结束 the connection has ended");
    result
}

fn answer(line: &mut Line, secret: u16) -> Result<()> {
    match line.receive(PATIENCE)? {
        Some(Start { version: VERSION }) => {}
        Some(Start { version }) => bail!("只会第 1 版 version 1 only: {version}"),
        Some(_) => bail!("先要 START START comes first"),
        None => return Ok(()),
    }
    line.send(&Range {
        low: LOW,
        high: HIGH,
    })?;
    for guesses in 1..=GUESSES {
        let number = match line.receive(THINKING)? {
            Some(Guess(number)) => number,
            Some(_) => bail!("该说 GUESS GUESS is due"),
            None => return Ok(()),
        };
        if !(LOW..=HIGH).contains(&number) {
            bail!("不在范围里 out of range: {number}");
        }
        if number == secret {
            return line.send(&Right { guesses });
        }
        let too_small = number < secret;
        line.send(if too_small { &TooSmall } else { &TooBig })?;
    }
    bail!("猜了 {GUESSES} 次，够了 {GUESSES} guesses are enough")
}
// ANCHOR_END: host

/// 最后一句是 ERROR：还有字节没读就关闭，内核发 RST，对方可能就读不到它了。所以先说完，再读完。
/// The last word is ERROR: closing with unread bytes would send RST, and the peer might never read it.
/// So first end our direction, then read what is left, within bounds.
fn leave(mut line: Line) -> Result<()> {
    line.reader.get_mut().stream.shutdown(Shutdown::Write)?;
    line.reader.get_mut().wait(Duration::from_secs(2));
    let mut rest = line.reader.take(1024 * 1024);
    io::copy(&mut rest, &mut io::sink())?;
    Ok(())
}

fn random() -> u16 {
    // 标准库没有随机数，但每个 RandomState 的种子都不同。
    // The standard library has no random numbers, but each RandomState has a seed of its own.
    let hash = RandomState::new().build_hasher().finish();
    LOW + (hash % u64::from(HIGH)) as u16
}

/// 客户端这一边，猜的是键盘前的人。
/// The client's side; the person at the keyboard guesses.
pub(crate) fn play(stream: TcpStream) -> Result<()> {
    let mut line = Line::new(stream)?;
    line.send(&Start { version: VERSION })?;
    loop {
        match line.receive(PATIENCE)? {
            Some(Range { .. } | TooSmall | TooBig) => {}
            Some(Right { .. }) => return Ok(()),
            Some(Error(words)) => bail!("服务器说 the server says: {}", common::printable(&words)),
            Some(other) => bail!("没想到的消息 unexpected message: {other}"),
            None => bail!("服务器走了 the server has left"),
        }
        let Some(number) = guess()? else {
            return Ok(());
        };
        line.send(&Guess(number))?;
    }
}

/// 键盘上的一个数；`None`：不猜了。
/// A number from the keyboard; `None`: no more guesses.
fn guess() -> Result<Option<u16>> {
    loop {
        show("猜 guess: ");
        let Some(line) = io::stdin().lines().next() else {
            say("");
            return Ok(None);
        };
        match line?.trim().parse() {
            Ok(number) => return Ok(Some(number)),
            Err(_) => say("要一个数 a number, please"),
        }
    }
}
