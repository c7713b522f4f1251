//! 练习 half_close：读到对方说完，把所有的行排好序送回去。
//! Exercise half_close: read until the peer is done, then send all its lines back, sorted.
//!
//!     cargo workbook exercise check half_close
use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

/// 一位客户一共最多说这么多字节。
/// A client says at most so many bytes in all.
const LIMIT: usize = 64 * 1024;

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

fn serve(stream: TcpStream) -> io::Result<()> {
    // TODO: 读到 read 返回 0；最多存 LIMIT 字节。
    // TODO: read until read gives 0; keep LIMIT bytes at most.
    // TODO: 没超过：按字节排序，每行一个 \n，写回去，再关闭自己的方向。
    // TODO: within it: sort by bytes, a \n after each line, write them, then close your direction.
    // TODO: 超过了：马上回答一行 too long，关闭自己的方向，把剩下的读掉，读到 0。
    // TODO: beyond it: answer the line `too long` at once, close your direction, read on up to 0.
    drop((stream, LIMIT));
    Ok(())
}
