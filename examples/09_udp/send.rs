//! 去送：停止等待。一条没有确认，就不发下一条；不能一直等，也不能一直发。
//! Sending: stop and wait. No next message before this one is acknowledged; neither the waiting nor
//! the sending goes on for ever.
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use common::{explain, say, usage};

use crate::LARGEST;
use crate::message::{Kind, Message, TEXT_LIMIT};

// ANCHOR: deliver
// 第一次等 1 秒，每次加倍（RFC 6298 §2、§5）：1、2、4、8 秒。四次都没有确认，就不再试。
// The first wait is 1 s, and each doubles (RFC 6298 §2, §5): 1, 2, 4, 8 s. Then we give up.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const TRIES: u32 = 4;

fn deliver(socket: &UdpSocket, server: SocketAddr, message: &Message) -> Result<()> {
    let (number, mut wait) = (message.number, FIRST_WAIT);
    for attempt in 1..=TRIES {
        say(format_args!("#{number} 发出 sent ({attempt}/{TRIES})"));
        let sent = socket.send(&message.to_bytes());
        sent.map_err(|error| explain(error, server))?;
        let acknowledged = is_acknowledged(socket, message, Instant::now() + wait);
        if acknowledged.map_err(|error| explain(error, server))? {
            say(format_args!("#{number} 已确认 acknowledged"));
            return Ok(());
        }
        // 消息丢了、确认丢了、只是慢：从这里看都一样。只能再发，而且等得更久。
        // Message lost, ACK lost, or only slow: it looks the same from here. All we can do is send
        // again, and wait longer.
        wait *= 2;
    }
    bail!("发了 {TRIES} 次，没有确认 no acknowledgment, sent {TRIES} times: {server}")
}

fn is_acknowledged(socket: &UdpSocket, message: &Message, end: Instant) -> io::Result<bool> {
    let mut buffer = [0; LARGEST];
    loop {
        // 期限是一个时刻：不相干的数据报再多，也不能让我们等得更久。
        // The deadline is a moment: stray datagrams cannot make us wait longer.
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv(&mut buffer) {
            // 设了期限的 recv 会被信号打断，例如按 Ctrl-Z 再 fg：不是出错，接着等。
            // A recv with a deadline can be interrupted by a signal, as by Ctrl-Z and fg: that is no
            // error, wait on.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(false);
            }
            received => {
                let answer = Message::parse(&buffer[..received?]);
                if answer == Some(message.acknowledgment()) {
                    return Ok(true);
                }
            }
        }
        // 旧的确认又来一次：什么也不发，接着等，只有等到期限才再发。若每个重复的确认都让我们再发一份，
        // 后面的每一条就都发两份（RFC 1123 §4.2.3.1）。
        // An old ACK once more: send nothing and wait on; only the deadline makes us send again. If
        // every repeated ACK made us send a copy, all later messages would go out twice (RFC 1123
        // §4.2.3.1).
    }
}
// ANCHOR_END: deliver

// ANCHOR: client
pub(crate) fn client(server: SocketAddr, words: &[String]) -> Result<()> {
    let texts: Vec<&str> = match words {
        [] => vec!["一 one", "二 two", "三 three"],
        words => words.iter().map(String::as_str).collect(),
    };
    if let Some(text) = texts.iter().find(|text| text.len() > TEXT_LIMIT) {
        usage(format_args!(
            "一个数据报装不下 too long for one datagram: {} > {TEXT_LIMIT} 字节 bytes",
            text.len()
        ));
    }
    let socket = connected(server).map_err(|error| explain(error, server))?;
    // 随机选一个会话号：以前的数据报迟到了，也不会当成这一次的；别人也难猜中。
    // A random conversation: a late datagram of an earlier run is not taken for one of this run, and
    // a forger has to guess.
    let conversation = RandomState::new().build_hasher().finish() as u32;
    for (number, text) in (1..).zip(texts) {
        let message = Message {
            kind: Kind::Data,
            conversation,
            number,
            text: text.as_bytes(),
        };
        deliver(&socket, server, &message)?;
    }
    say("全部确认 all acknowledged");
    Ok(())
}

fn connected(server: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => ([0; 4], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    // UDP 的 connect 不发包：内核记下对方，只收它的数据报，也把 ICMP 错误交给我们。
    // connect sends nothing in UDP: the kernel notes the peer, takes only its datagrams, and hands
    // us ICMP errors.
    socket.connect(server)?;
    Ok(socket)
}
// ANCHOR_END: client
