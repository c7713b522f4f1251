//! 期限：等到哪一刻为止。
//! Deadlines: until which moment to wait.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// 一行最多的字节，`\n` 不算：期限管不住大小。
/// The most bytes of a line, its `\n` not counted: a deadline does not bound the size.
pub(super) const LINE_MAX: usize = 4096;

// ANCHOR: left
/// 两个截止时刻：这一次等待的，有一点动静就重新算；整个请求的，定了就不动。
/// Two deadlines: that of the wait now, which starts anew when anything comes or goes; and that of
/// the whole request, which never moves.
pub(super) struct Patience {
    each: Duration,
    this_wait: Instant,
    whole: Option<Instant>,
}

impl Patience {
    pub(super) fn new(each: Duration, whole: Option<Duration>) -> Self {
        let now = Instant::now();
        Self {
            each,
            this_wait: now + each,
            whole: whole.map(|time| now + time),
        }
    }

    /// 现在还能等多久：看先到的那个。不剩了，就是超时。
    /// How long we may still wait: the earlier one decides. Nothing left means a timeout.
    fn left(&self) -> io::Result<Duration> {
        let (end, passed) = match self.whole {
            Some(whole) if whole < self.this_wait => (
                whole,
                "整个请求的期限到了 the deadline of the whole request has passed",
            ),
            _ => (
                self.this_wait,
                "这次等待的期限到了 the deadline of this wait has passed",
            ),
        };
        let left = end.saturating_duration_since(Instant::now());
        // 0 不能交给 set_read_timeout：标准库说它是错误的参数，不是“不等”。
        // 0 must not go to set_read_timeout: to the standard library it is a bad argument, not
        // "do not wait".
        if left.is_zero() {
            return Err(io::Error::new(ErrorKind::TimedOut, passed));
        }
        Ok(left)
    }
    // ANCHOR_END: left

    /// 没有回答，内核会重发 SYN，两分钟以上才放弃；我们只给它剩下的时间。
    /// Without an answer the kernel repeats its SYN and gives up only after two minutes or more;
    /// we give it the time that is left.
    pub(super) fn connect(&mut self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&address, self.left()?)?;
        self.this_wait = Instant::now() + self.each;
        Ok(stream)
    }

    // ANCHOR: read
    pub(super) fn read(&mut self, mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // 套接字上的期限管一次 read。所以每次都重设，只给剩下的。
            // The timeout of a socket is for one read. So set it each time, to what is left.
            stream.set_read_timeout(Some(self.left()?))?;
            match stream.read(buffer) {
                // 到没到期，由我们的时钟说：回到 left。
                // Whether time is over, our own clock says: back to left.
                Err(error) if is_over(&error) => continue,
                Err(error) => return Err(error),
                Ok(count) => {
                    self.this_wait = Instant::now() + self.each;
                    return Ok(count);
                }
            }
        }
    }
    // ANCHOR_END: read

    /// 写一次，返回内核收下的字节数，可能少于给它的。
    /// One write; returns how many bytes the kernel took, which may be fewer than it was given.
    pub(super) fn write(&mut self, mut stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        loop {
            // 读的期限管不了写：发送缓冲区满了，write 等的是对方腾出地方。
            // The timeout for reading is no help here: with a full send buffer, write waits until
            // the peer makes room.
            stream.set_write_timeout(Some(self.left()?))?;
            match stream.write(bytes) {
                Err(error) if is_over(&error) => continue,
                Err(error) => return Err(error),
                Ok(count) => {
                    self.this_wait = Instant::now() + self.each;
                    return Ok(count);
                }
            }
        }
    }

    /// 标准库的 write_all 每次 write 都重新计时，所以自己循环。
    /// In write_all of the standard library the time starts anew at each write: hence our own loop.
    pub(super) fn write_all(&mut self, stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = self.write(stream, bytes)?;
            bytes = &bytes[count..];
        }
        Ok(())
    }
}

// ANCHOR: is_over
/// 读写到期，错误的名字因系统而异：Unix 多是 WouldBlock，Windows 可能是 TimedOut（标准库文档）。
/// 另外，信号打断等待是 Interrupted：也回去看时钟。
/// The name of a read or write timeout depends on the system: WouldBlock on most of Unix, on
/// Windows it may be TimedOut (documentation of std). A signal that ends a wait is Interrupted: that
/// leads back to the clock, too.
fn is_over(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}
// ANCHOR_END: is_over

/// 收到的字节，一行一行取。一次 read 可能有半行，也可能有几行。
/// The bytes that have come, line by line. One read may bring half a line, or several.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// 还没成行的字节数。
    /// Number of bytes that are no whole line yet.
    pub(super) fn held(&self) -> usize {
        self.0.len()
    }

    /// 下一行，不含 `\n`；None：对方在两行之间说完了。
    /// The next line without its `\n`; None: the peer was done between two lines.
    pub(super) fn next(
        &mut self,
        stream: &TcpStream,
        patience: &mut Patience,
    ) -> io::Result<Option<Vec<u8>>> {
        let mut buffer = [0; 4096];
        let mut searched = 0;
        loop {
            let end = self.0[searched..].iter().position(|&byte| byte == b'\n');
            searched = end.map_or(self.0.len(), |at| searched + at);
            if searched > LINE_MAX {
                let words = "一行超过 4096 字节 a line of more than 4096 bytes";
                return Err(io::Error::new(ErrorKind::InvalidData, words));
            }
            if end.is_some() {
                let mut line: Vec<u8> = self.0.drain(..=searched).collect();
                line.pop();
                return Ok(Some(line));
            }
            match patience.read(stream, &mut buffer)? {
                0 if self.0.is_empty() => return Ok(None),
                0 => {
                    let words = "一行没说完就走了 left in the middle of a line";
                    return Err(io::Error::new(ErrorKind::UnexpectedEof, words));
                }
                count => self.0.extend_from_slice(&buffer[..count]),
            }
        }
    }
}
