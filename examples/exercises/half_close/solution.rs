//! 练习 half_close 的一种解法。
//! A solution of the exercise half_close.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// 一位客户一共最多说这么多字节。
/// A client says at most so many bytes in all.
const LIMIT: u64 = 64 * 1024;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一位客户一个线程：等一位说完，别人不用等。
        // A thread for each client: while one is not done yet, nobody else waits.
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = Vec::new();
    // read_to_end 要等对方的 FIN；take 给它上限，多一个字节是为了看出超没超过。
    // read_to_end waits for the peer's FIN; take bounds it, and one byte more tells if it was more.
    (&stream).take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return refuse(stream);
    }
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    // 最后一个 \n 后面没有行；没有 \n 结尾的那一段，也是一行。
    // After the last \n there is no line; a piece that has no \n is a line, too.
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.sort_unstable();
    let mut answer = Vec::with_capacity(bytes.len() + 1);
    for line in lines {
        answer.extend_from_slice(line);
        answer.push(b'\n');
    }
    // 对方的方向结束了，自己的还开着。函数返回时 `stream` 关闭，内核发出 FIN。
    // The peer's direction has ended, ours is open. On return `stream` closes: the kernel sends FIN.
    stream.write_all(&answer)
}

/// 对方还在说，我们不听了：分两步关闭，回答才到得了。
/// The peer still speaks and we do not listen: closing in two steps lets the answer arrive.
fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(b"too long\n")?;
    // 第一步，FIN：我说完了。
    // First step, FIN: we are done.
    stream.shutdown(Shutdown::Write)?;
    // 第二步，读到对方也说完，什么也不存。这时缓冲区是空的，关闭不会变成 RST。
    // Second step, read until the peer is done, too, keeping nothing. Now no RST: nothing is unread.
    io::copy(&mut stream, &mut io::sink())?;
    Ok(())
}
