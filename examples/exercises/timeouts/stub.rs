//! 练习 timeouts：每行照样回一行，但不等沉默的客户，也不等不读的客户。
//! Exercise timeouts: echo each line, but do not wait for the silent, nor for who does not read.
//!
//!     cargo workbook exercise check timeouts
use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

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
    let mut held = Vec::new();
    while let Some(line) = read_line(&mut stream, &mut held)? {
        // TODO: 对方不读，这里会一直等：写也要有期限。
        // TODO: if the peer does not read, this waits for ever: writing needs a deadline, too.
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
    // TODO: 这一行从现在起最多 LIMIT；每次 read 只给剩下的时间。
    // TODO: this line has LIMIT from now on; give each read only the time that is left.
    // TODO: 一行超过 LINE 字节，也返回错误。
    // TODO: a line of more than LINE bytes is an error, too.
    loop {
        if let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            return Ok(Some(held.drain(..=end).collect()));
        }
        if !receive(stream, held)? {
            return Ok(None);
        }
    }
}

fn receive(mut stream: &TcpStream, held: &mut Vec<u8>) -> io::Result<bool> {
    let mut buffer = [0; LINE];
    let count = io::Read::read(&mut stream, &mut buffer)?;
    held.extend_from_slice(&buffer[..count]);
    Ok(count > 0)
}
