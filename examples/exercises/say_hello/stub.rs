//! 练习 say_hello：连上去，说一行“你好”，把回答读完，打印出来。
//! Exercise say_hello: connect, say the line 你好, read the whole answer, print it.
//!
//! 检查 check: cargo workbook exercise check say_hello
use std::env;
use std::io;
use std::net::TcpStream;

fn main() -> io::Result<()> {
    // 地址是最后一个参数，像 127.0.0.1:8888。
    // The address is the last argument, such as 127.0.0.1:8888.
    let address = env::args().next_back().unwrap_or_default();
    // `?`：出了错就从 main 返回，Rust 打印错误，用状态 1 结束。
    // `?`: an error returns from main; Rust prints it and ends with status 1.
    let stream = TcpStream::connect(&address)?;
    // TODO: 写出 "你好\n"，读到对方说完，把读到的打印出来。
    // TODO: write "你好\n", read until the peer is done, print what you read.
    drop(stream);
    Ok(())
}
