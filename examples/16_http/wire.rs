//! 一条连接：读到哪里算完，等到什么时候算晚，最多存多少。
//! A connection: where reading ends, when it is too late, and how much may be stored.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

pub(crate) struct Wire {
    stream: TcpStream,
    // 读到了，还没用：一次 read 可能带来半个首部，也可能带来两个请求。
    // Read, but not used yet: one read may bring half a header section, or two
    // requests.
    held: Vec<u8>,
    deadline: Instant,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, patience: Duration) -> Self {
        // 回答一次写完，不必等对方的 ACK（Nagle 算法会等）。
        // An answer leaves at once; Nagle's algorithm would wait for an ACK.
        let _ = stream.set_nodelay(true);
        let (held, deadline) = (Vec::new(), Instant::now() + patience);
        Self {
            stream,
            held,
            deadline,
        }
    }

    /// 从现在起，最多等这么久。
    /// From now on, wait this long at most.
    pub(crate) fn patience(&mut self, time: Duration) {
        self.deadline = Instant::now() + time;
    }

    // ANCHOR: left
    /// 期限管一整件事。只给每次 read 设超时，对方每次发 1 个字节，就能拖到永远。
    /// The deadline is for the whole. With one per read, a peer sends a byte now and then, for ever.
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Err(ErrorKind::TimedOut.into())
        } else {
            Ok(Some(left))
        }
    }
    // ANCHOR_END: left

    /// 读一次；`false`：对方说完了。
    /// Reads once; `false`: the peer is done.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        let mut block = [0; 4096];
        loop {
            self.stream.set_read_timeout(self.left()?)?;
            match self.stream.read(&mut block) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(n) => {
                    self.held.extend_from_slice(&block[..n]);
                    return Ok(n > 0);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// 有没有还没用的字节：管道化（pipelining）时，下一个请求已经在这里。
    /// Bytes not used yet? With pipelining, the next request is here already.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    // ANCHOR: head
    /// 首部到空行为止，不管它分几次来；超过上限是 `InvalidData`。
    /// A head ends at an empty line, in however many pieces it comes; too long: `InvalidData`.
    pub(crate) fn head(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut seen = 0_usize;
        loop {
            // 首部之前多出的空行不算（RFC 9112 §2.2）。
            // Empty lines before a header section do not count (RFC 9112 §2.2).
            while self.held.starts_with(b"\r\n") || self.held.starts_with(b"\n") {
                let line_end = if self.held[0] == b'\r' { 2 } else { 1 };
                self.held.drain(..line_end);
                seen = 0;
            }
            // 空行可能断在两次 read 之间，所以退回 3 个字节再找。
            // The empty line may be cut between two reads, so search from 3 bytes earlier.
            let end = empty_line(&self.held, seen.saturating_sub(3));
            seen = self.held.len();
            match end {
                Some(end) if end <= limit => return Ok(self.held.drain(..end).collect()),
                None if seen <= limit => {}
                _ => return Err(ErrorKind::InvalidData.into()),
            }
            if !self.more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
    // ANCHOR_END: head

    /// 收到的第一个字节，还没用的话。
    /// The first byte that came and has not been used.
    #[allow(dead_code, reason = "19_url_journey looks at it")]
    pub(crate) fn first(&self) -> Option<u8> {
        self.held.first().copied()
    }

    /// 正好 n 个字节，放进 `into`；少了是 `UnexpectedEof`，已经到的也留下。
    /// Exactly n bytes, into `into`; fewer is `UnexpectedEof`, and what came is kept.
    pub(crate) fn exactly(&mut self, n: u64, into: &mut Vec<u8>) -> io::Result<()> {
        let mut missing = usize::try_from(n).map_err(|_| ErrorKind::InvalidData)?;
        loop {
            let take = missing.min(self.held.len());
            into.extend(self.held.drain(..take));
            missing -= take;
            if missing == 0 {
                return Ok(());
            }
            if !self.more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// 到了多少就交出多少；`false`：对方说完了。
    /// Gives whatever has come; `false`: the peer is done.
    pub(crate) fn some(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        if self.held.is_empty() && !self.more()? {
            return Ok(false);
        }
        into.append(&mut self.held);
        Ok(true)
    }

    /// 一行，必须以 CRLF 结尾：分块的正文里没有宽容（RFC 9112 §7.1）。
    /// One line, ended by CRLF: chunks allow nothing else (RFC 9112 §7.1).
    pub(crate) fn line(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.held.iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = self.held.drain(..=end).collect();
                return match line.strip_suffix(b"\r\n") {
                    Some(words) if words.len() <= limit => Ok(words.to_vec()),
                    _ => Err(ErrorKind::InvalidData.into()),
                };
            }
            if self.held.len() > limit + 1 {
                return Err(ErrorKind::InvalidData.into());
            }
            if !self.more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub(crate) fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.set_write_timeout(self.left()?)?;
            match self.stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => bytes = &bytes[n..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    // ANCHOR: goodbye
    /// 先说完（FIN），再把对方还在发的读掉。带着没读的数据关闭会变成 RST，
    /// 对方可能连我们最后的回答都收不到。时间和数量都有上限。
    /// Say that we are done (FIN), then read what still comes. Closing with unread data sends RST,
    /// and the peer may lose our last answer. Both time and amount have a bound.
    pub(crate) fn goodbye(mut self) {
        self.patience(Duration::from_secs(1));
        let _ = self.stream.shutdown(Shutdown::Write);
        for _ in 0..64 {
            self.held.clear();
            if !self.more().unwrap_or(false) {
                break;
            }
        }
    }
    // ANCHOR_END: goodbye
}

/// 首部在哪里结束：从 `from` 起找一个空行，给出它后面的位置。行尾可以是 CRLF，也可以只是 LF。
/// The end of a header section: looks for an empty line from `from` on and gives the place behind
/// it. A line end may be CRLF or LF alone.
fn empty_line(bytes: &[u8], from: usize) -> Option<usize> {
    for at in from..bytes.len() {
        match bytes[at..] {
            [b'\n', b'\n', ..] => return Some(at + 2),
            [b'\n', b'\r', b'\n', ..] => return Some(at + 3),
            _ => {}
        }
    }
    None
}
