// caught by: plain
// 忘了行末的 \n：对方不知道这一行说完了没有。
// The \n is missing: the peer cannot know that the line is complete.
use std::env;
use std::io::{self, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all("你好".as_bytes())?;
    io::copy(&mut stream, &mut io::stdout())?;
    Ok(())
}
