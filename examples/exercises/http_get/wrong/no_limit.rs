// caught by: larger_head
// 首部可以无限长。
// A head may be of any length.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [path, address] = &args[..] else {
        eprintln!("用法 usage: http_get PATH ADDR");
        return ExitCode::FAILURE;
    };
    match get(path, address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn get(path: &str, address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;

    let mut reader = BufReader::new(stream);
    let (status, body) = head(&mut reader)?;
    if !status.split(' ').nth(1).unwrap_or("").starts_with('2') {
        return Err(io::Error::other(status));
    }
    let mut out = io::stdout().lock();
    match body {
        Body::Length(length) => exactly(&mut reader, length, &mut out)?,
        Body::Chunked => chunks(&mut reader, &mut out)?,
        Body::UntilClose => {
            io::copy(&mut reader, &mut out)?;
        }
    }
    out.flush()
}

enum Body {
    Length(u64),
    Chunked,
    UntilClose,
}

fn head(reader: &mut impl BufRead) -> io::Result<(String, Body)> {
    let status = line(reader)?;
    if !status.starts_with("HTTP/1.") {
        return Err(wrong("不是 HTTP 的回答 not an answer in HTTP"));
    }
    let mut body = Body::UntilClose;
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok((status, body));
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match (name.to_ascii_lowercase().as_str(), &body) {
            ("transfer-encoding", _) => body = Body::Chunked,
            ("content-length", Body::UntilClose) => body = Body::Length(number(value.trim(), 10)?),
            _ => {}
        }
    }
}

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

fn exactly(reader: &mut impl Read, length: u64, out: &mut impl Write) -> io::Result<()> {
    if io::copy(&mut reader.take(length), out)? < length {
        return Err(wrong("正文断了 the body was cut off"));
    }
    Ok(())
}

fn chunks(reader: &mut impl BufRead, out: &mut impl Write) -> io::Result<()> {
    loop {
        let size = line(&mut reader.take(1024))?;
        let size = size.split(';').next().unwrap_or("").trim();
        let size = number(size, 16)?;
        if size == 0 {
            return Ok(());
        }
        exactly(reader, size, out)?;
        if !line(&mut reader.take(2))?.is_empty() {
            return Err(wrong("块的大小不对 the size of a chunk is wrong"));
        }
    }
}

fn number(text: &str, radix: u32) -> io::Result<u64> {
    let number = u64::from_str_radix(text, radix).ok();
    let number = number.filter(|_| !text.starts_with('+'));
    number.ok_or(wrong("长度不是数 the length is not a number"))
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
