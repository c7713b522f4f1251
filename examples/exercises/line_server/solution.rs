//! 练习 line_server 的一种解法。
//! A solution of the exercise line_server.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 地址是最后一个参数：监听它，不要自己另选。
    // The address is the last argument: listen there, and nowhere else.
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一个客户端出错，不该让服务器结束。
        // An error with one client must not end the server.
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// 一行最多这么长，不算 \n：对方不能让我们无限地存。
/// A line is no longer than this, its \n not counted: a peer cannot make us keep without end.
const LIMIT: u64 = 64 * 1024;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        // read_until 会一次次 read，直到有 \n；take 给它一个上限，\n 也在内。返回 0：对方说完了。
        // read_until reads again and again until there is a \n; take bounds it, the \n included.
        // 0: the peer is done.
        let mut limited = reader.by_ref().take(LIMIT + 1);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if limited.limit() == 0 && !line.ends_with(b"\n") {
            return Err(io::Error::other("一行太长 the line is too long"));
        }
        // 整行都在了才解码；坏字节变成 U+FFFD，不崩溃。
        // Decode now that the whole line is here; bad bytes become U+FFFD, and nothing crashes.
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        stream.write_all(format!("{}\n", text.chars().count()).as_bytes())?;
    }
}
