//! 一条连接和一个期限。
//! A connection and a deadline.
use std::io::{ErrorKind, Read, Result};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// 读这条连接，到期限为止。
/// Reads this connection, until the deadline.
pub(crate) struct Timed {
    pub(crate) stream: TcpStream,
    until: Instant,
}

impl Timed {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let until = Instant::now();
        Timed { stream, until }
    }

    /// 从现在起，再等这么久。
    /// From now on, waits this long.
    pub(crate) fn wait(&mut self, patience: Duration) {
        self.until = Instant::now() + patience;
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        // 套接字的超时管一次 read。对方每次只给一个字节，它就永远不到；所以每次只等剩下的时间。
        // A socket's timeout is for one read. A peer that gives a byte at a time would never be late;
        // so each read waits only for the time that is left.
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}
