//! 去问：一个数据报出去，一个数据报回来，都可能丢。
//! Asking: one datagram goes out, one comes back, and either may get lost.
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use colored::Colorize;
use common::{explain, say};

use crate::message::{Message, Question, RCODE, RECURSION_DESIRED, TRUNCATED};
use crate::{screen, verify};

// ANCHOR: patience
// UDP 不保证送到：问丢了、答丢了，看起来一样。等一会儿，再问，一共 3 次。
// UDP does not promise delivery: a lost question and a lost answer look the same. Ask 3 times.
const PATIENCE: Duration = Duration::from_secs(2);
const TRIES: u32 = 3;
// ANCHOR_END: patience

// ANCHOR: query
pub(crate) fn query(question: &Question, server: SocketAddr) -> Result<()> {
    let answer = ask(question, server)?;
    // 不完整的回答不能用，要换 TCP 再问一次（RFC 2181 §9）；这个例子到此为止。
    // A truncated answer is of no use: one asks again over TCP (RFC 2181 §9). We stop here.
    ensure!(
        answer.flags & TRUNCATED == 0,
        "回答太长，只到了 {0} 条，要用 TCP 问 truncated (TC) after {0} records, ask over TCP: {question}",
        answer.answers.len()
    );
    // 只打印从问题走得到的记录；别的没有人问过。
    // Only records that the question leads to are shown; nobody asked for others.
    let way = verify::way(&answer, question);
    for record in &way {
        say(record.to_string().cyan());
    }
    // 出了错也可能有前半程：别名在，它指的名字不在。
    // With an error there may be a first part: the alias is there, the name behind it is not.
    let rcode = answer.flags & RCODE;
    ensure!(
        rcode == 0,
        "{}: {}",
        screen::rcode_words(rcode),
        question.name
    );
    let found = match way.last() {
        Some(last) => last.data.kind() == question.kind,
        None => false,
    };
    ensure!(
        found,
        "有这个名字，没有这种记录 the name has no such record: {question}"
    );
    Ok(())
}

fn ask(question: &Question, server: SocketAddr) -> Result<Message> {
    // 源端口由内核随机选（0），编号由我们随机选：两样都猜中，才冒充得了服务器（RFC 5452）。
    // The kernel picks a random source port (0), we pick a random id: a forger must guess both.
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => ([0; 4], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any).context("bind")?;
    let id = RandomState::new().build_hasher().finish() as u16;
    // UDP 的 connect 什么也不发：内核记下对方，只收它的数据报，也把 ICMP 的“没人”告诉我们。
    // connect sends nothing in UDP: the kernel takes only this peer's datagrams, and ICMP errors.
    socket
        .connect(server)
        .map_err(|error| explain(error, server))?;
    let (flags, questions, answers) = (RECURSION_DESIRED, vec![question.clone()], Vec::new());
    let bytes = Message {
        id,
        flags,
        questions,
        answers,
    }
    .to_bytes();
    // 每次都发同样的字节、同一个编号：迟到的回答也还算数。
    // The same bytes and the same id each time: a late answer still counts.
    for n in 1..=TRIES {
        say(format_args!(
            "问 asking {server} ({n}/{TRIES}): {question}, {} 字节 bytes",
            bytes.len()
        ));
        socket
            .send(&bytes)
            .map_err(|error| explain(error, server))?;
        if let Some(answer) = wait(&socket, server, id, question)? {
            return Ok(answer);
        }
    }
    bail!("问了 {TRIES} 次都没有回答 no answer, asked {TRIES} times: {server}")
}

fn wait(
    socket: &UdpSocket,
    server: SocketAddr,
    id: u16,
    question: &Question,
) -> Result<Option<Message>> {
    // 期限是一个时刻，不是每次 recv 的时长：不相干的数据报不能让我们等得更久。
    // The deadline is a moment, not a time per recv: stray datagrams cannot make us wait longer.
    let (end, mut strays, mut buffer) = (Instant::now() + PATIENCE, 0, [0; 4096]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        let length = match socket.recv(&mut buffer) {
            Ok(length) => length,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(None);
            }
            Err(error) => return Err(explain(error, server)),
        };
        match verify::verify(&buffer[..length], id, question) {
            Some(answer) => return answer.map(Some),
            // 说三次就够：灌水的人不能刷满我们的屏幕。
            // Three times will do: a flood must not fill our screen.
            None if strays < 3 => say("不是给我这一问的，不理 not for this question, ignored"),
            None => {}
        }
        strays += 1;
    }
}
// ANCHOR_END: query
