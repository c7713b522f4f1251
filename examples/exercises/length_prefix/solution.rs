//! 练习 length_prefix 的一种解法。
//! A solution of the exercise length_prefix.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 地址是最后一个参数：监听它，不要自己另选。
    // The address is the last argument: listen there, and nowhere else.
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一位客户出错，不该让服务器结束。
        // An error with one client must not end the server.
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// 正文最长这么多：长度是对方写的，不能它写多少就信多少。
/// A body has at most this many bytes: the peer writes the length, and may write anything.
const LIMIT: u32 = 64 * 1024;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    // 两条消息之间什么也没有了：对方说完了，这是正常的结束。
    // Nothing more between two messages: the peer is done, and that is a proper end.
    while !reader.fill_buf()?.is_empty() {
        let text = message(&mut reader)?;
        let answer: String = text.chars().rev().collect();
        // 一次写出长度和正文：拆成两次小的写，后一次可能要等对方确认（Nagle）。
        // One write for both: of two small ones, the second may wait for an ACK (Nagle).
        let mut frame = (answer.len() as u32).to_be_bytes().to_vec();
        frame.extend_from_slice(answer.as_bytes());
        stream.write_all(&frame)?;
    }
    Ok(())
}

fn message(reader: &mut impl Read) -> io::Result<String> {
    // read_exact 一次次 read，直到读满；对方中途结束，它返回 UnexpectedEof。
    // read_exact reads again and again until it has all; if the peer ends first: UnexpectedEof.
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    // 网络上的整数按大端序：高位字节先到。
    // Integers on the wire are big-endian: the high byte comes first.
    let length = u32::from_be_bytes(length);
    // 先看上限，再准备内存。
    // The bound comes first, the memory after it.
    if length > LIMIT {
        return Err(io::Error::other(format!("太长 too long: {length}")));
    }
    let mut body = vec![0; length as usize];
    reader.read_exact(&mut body)?;
    // 整条都在了才解码：没有断在中间的字。
    // Decode now that all is here: no character is cut in two.
    String::from_utf8(body).map_err(io::Error::other)
}
