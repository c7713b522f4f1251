//! 练习 http_get 的一种解法。
//! A solution of the exercise http_get.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

// 服务器可以让我们等，也可以让我们存：两样都有上限。
// The server can make us wait, and make us store: both have a bound.
const PATIENCE: Duration = Duration::from_secs(10);
const HEAD: u64 = 64 * 1024;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [path, address] = &args[..] else {
        eprintln!("用法 usage: http_get PATH ADDR");
        return ExitCode::FAILURE;
    };
    // 错误都到这里：说一句，退出状态 1。脚本靠它知道文件不完整。
    // Every error ends here: a line, and status 1, which tells a script that the file is not whole.
    match get(path, address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn get(path: &str, address: &str) -> io::Result<()> {
    // 没有人监听时，`?` 返回错误，不崩溃。
    // If nobody listens, `?` returns an error and nothing crashes.
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // 先拼好再写：一次 write，不会变成许多小段。
    // Put it together first: one write, not many small segments.
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;

    // 首部和正文用同一个 BufReader：它读首部时，可能已经带进了正文的开头。
    // One BufReader for head and body: reading the head may have brought the body's beginning.
    let mut reader = BufReader::new(stream);
    let (status, body) = head(&mut reader)?;
    // 404 也是完整的回答，只是没有我们要的文件。
    // A 404 is a whole answer, too; it only lacks the file that we want.
    if !status.split(' ').nth(1).unwrap_or("").starts_with('2') {
        return Err(io::Error::other(status));
    }
    // 204 没有正文，不管首部说什么（RFC 9112 §6.3）。
    // 204 has no body, whatever the head says (RFC 9112 §6.3).
    if status.split(' ').nth(1) == Some("204") {
        return Ok(());
    }
    // 正文是字节：原样写出，不解码，不用 println!。
    // A body is bytes: write them as they are, with no decoding and no println!.
    let mut out = io::stdout().lock();
    match body {
        Body::Length(length) => exactly(&mut reader, length, &mut out)?,
        Body::Chunked => chunks(&mut reader, &mut out)?,
        // read 返回 0 才是结束；RST 是错误，`?` 把它交上去。
        // A read of 0 is the end; RST is an error, which `?` hands up.
        Body::UntilClose => {
            io::copy(&mut reader, &mut out)?;
        }
    }
    // 标准输出有缓冲区：写不出去（磁盘满了）也要知道。
    // Standard output has a buffer: if it cannot be written (a full disk), we want to know.
    out.flush()
}

/// 正文到哪里为止（RFC 9112 §6.3）。
/// Where the body ends (RFC 9112 §6.3).
enum Body {
    Length(u64),
    Chunked,
    UntilClose,
}

fn head(reader: &mut impl BufRead) -> io::Result<(String, Body)> {
    // 整个首部共用一个上限：一行接一行，也不能没完没了。
    // One bound for the whole head: it must not go on line after line, either.
    let mut reader = reader.take(HEAD);
    let status = line(&mut reader)?;
    if !status.starts_with("HTTP/1.") {
        return Err(wrong("不是 HTTP 的回答 not an answer in HTTP"));
    }
    // 什么也没说，正文就到连接结束为止。
    // If nothing is said, the body goes on to the end of the connection.
    let mut body = Body::UntilClose;
    loop {
        let line = line(&mut reader)?;
        if line.is_empty() {
            return Ok((status, body));
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        // 比整个名字，不分大小写。既有长度又有分块时，听分块的。
        // Compare the whole name, ignoring case. If there is a length as well, chunks win.
        match (name.to_ascii_lowercase().as_str(), &body) {
            ("transfer-encoding", _) => body = Body::Chunked,
            ("content-length", Body::UntilClose) => body = Body::Length(number(value.trim(), 10)?),
            // 不认识的字段不管：服务器爱发多少发多少。
            // Fields that we do not know are nothing to us: a server sends what it likes.
            _ => {}
        }
    }
}

/// 一行，不带行末。read_until 自己会读很多次，读到 \n 为止；
/// 没有 \n 它就回来了，是连接断了，或者到了上限。
/// A line without its end. read_until reads as often as it takes to find \n;
/// where it returns without one, the connection has ended, or the bound is reached.
fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(wrong("首部没有完 the head has no end"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// 边读边写，不按对方说的长度分配内存；少一个字节都是错误。
/// Read and write as it comes: no memory is set aside for a length that the peer claims,
/// and one byte less is an error.
fn exactly(reader: &mut impl Read, length: u64, out: &mut impl Write) -> io::Result<()> {
    if io::copy(&mut reader.take(length), out)? < length {
        return Err(wrong("正文断了 the body was cut off"));
    }
    Ok(())
}

/// 大小（十六进制）、数据、行末；大小 0 是最后一块（RFC 9112 §7.1）。
/// A size (hexadecimal), data, a line end; size 0 is the last chunk (RFC 9112 §7.1).
fn chunks(reader: &mut impl BufRead, out: &mut impl Write) -> io::Result<()> {
    loop {
        // 分号后面是扩展，不认识就跳过。
        // After a semicolon come extensions: skip what we do not know.
        let size = line(&mut reader.take(1024))?;
        let size = size.split(';').next().unwrap_or("").trim();
        let size = number(size, 16)?;
        if size == 0 {
            return Ok(());
        }
        exactly(reader, size, out)?;
        // 数据后面恰好是 \r\n；不是，就不知道下一块在哪里了。
        // After the data comes \r\n; if not, nobody knows where the next chunk begins.
        if !line(&mut reader.take(2))?.is_empty() {
            return Err(wrong("块的大小不对 the size of a chunk is wrong"));
        }
    }
}

/// 只要数字：from_str_radix 还会接受 +5。
/// Digits alone: from_str_radix would take +5 as well.
fn number(text: &str, radix: u32) -> io::Result<u64> {
    let number = u64::from_str_radix(text, radix).ok();
    let number = number.filter(|_| !text.starts_with('+'));
    number.ok_or(wrong("长度不是数 the length is not a number"))
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
