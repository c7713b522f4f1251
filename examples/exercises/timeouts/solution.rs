//! 练习 timeouts 的一种解法。
//! A solution of the exercise timeouts.
use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// 一行要在这么久里到齐；写也只等这么久。
/// A line has to be whole within this time; and writing waits no longer.
const LIMIT: Duration = Duration::from_millis(400);

/// 一行最多这么多字节。
/// A line has at most so many bytes.
const LINE: usize = 4096;

/// 现在连着几位。
/// How many are connected now.
static HERE: AtomicUsize = AtomicUsize::new(0);

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            HERE.fetch_add(1, Ordering::SeqCst);
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
            HERE.fetch_sub(1, Ordering::SeqCst);
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // 写的期限：对方不读，缓冲区满了，write 最多等这么久，然后返回错误。
    // For writing: the peer does not read, buffers are full; write waits so long, then fails.
    stream.set_write_timeout(Some(LIMIT))?;
    let mut held = Vec::new();
    while let Some(line) = read_line(&mut stream, &mut held)? {
        if line == b"who\n" {
            stream.write_all(format!("{}\n", HERE.load(Ordering::SeqCst)).as_bytes())?;
        } else {
            stream.write_all(&line)?;
        }
    }
    Ok(())
}

/// 下一行，连同它的 \n；对方说完了是 `None`。`held` 是读到了、还没轮到的字节。
/// The next line with its \n; `None` when the peer is done. `held`: read, and not yet its turn.
fn read_line(stream: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    // 期限是整行的：来一个字节，也不重新算。
    // The deadline is for the whole line: a byte that comes does not start it anew.
    let deadline = Instant::now() + LIMIT;
    let mut buffer = [0; LINE];
    loop {
        match held.iter().position(|&byte| byte == b'\n') {
            Some(end) if end <= LINE => return Ok(Some(held.drain(..=end).collect())),
            None if held.len() <= LINE => {}
            _ => return Err(io::Error::other("一行太长 the line is too long")),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        // 没有时间了。零不能交给 set_read_timeout：它会说参数有错。
        // No time is left. Zero cannot go to set_read_timeout: it calls that invalid input.
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        // 这次 read 只能等剩下的时间；到了，Unix 说 WouldBlock，Windows 说 TimedOut。
        // This read may wait only for what is left; then Unix says WouldBlock, Windows TimedOut.
        stream.set_read_timeout(Some(left))?;
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        held.extend_from_slice(&buffer[..count]);
    }
}
