//! 练习 say_hello 的一种解法。
//! A solution of the exercise say_hello.
use std::env;
use std::io::{self, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    // `?`：出了错就从 main 返回，Rust 打印错误，用状态 1 结束。
    // `?`: an error returns from main; Rust prints it and ends with status 1.
    let mut stream = TcpStream::connect(&address)?;
    // 字符串在 Rust 里就是 UTF-8 字节；write_all 写到一个不剩。
    // A string in Rust is UTF-8 bytes; write_all leaves nothing.
    stream.write_all("你好\n".as_bytes())?;
    // copy 一块一块地读和写，直到 read 返回 0。不解码，就不会切坏一个字；也不用存下整个回答。
    // copy reads and writes piece by piece until read gives 0. No decoding, so no character breaks; and nothing is kept.
    io::copy(&mut stream, &mut io::stdout())?;
    Ok(())
}
