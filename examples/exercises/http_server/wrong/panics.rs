// caught by: bad_request
// 请求行少一个词，线程就崩溃。
// A request line that lacks a word crashes the thread.
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

const PATIENCE: Duration = Duration::from_secs(10);
const HEAD: u64 = 16 * 1024;
const CONNECTIONS: usize = 200;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let seats = Arc::new(());
    for stream in listener.incoming() {
        if Arc::strong_count(&seats) > CONNECTIONS {
            continue;
        }
        let seat = Arc::clone(&seats);
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
            drop(seat);
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let answer = match head(&mut reader)? {
            Head::End => return Ok(()),
            Head::TooLong => Answer::refuse("431 Request Header Fields Too Large"),
            Head::Lines(lines) => answer(&lines),
        };
        stream.write_all(answer.bytes().as_bytes())?;
        if answer.last {
            return Ok(());
        }
    }
}

enum Head {
    Lines(Vec<String>),
    TooLong,
    End,
}

fn head(reader: &mut impl BufRead) -> io::Result<Head> {
    let mut reader = reader.take(HEAD);
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        match line.as_slice() {
            b"\r\n" | b"\n" if lines.is_empty() => {}
            b"\r\n" | b"\n" => return Ok(Head::Lines(lines)),
            [.., b'\n'] => lines.push(String::from_utf8_lossy(&line).trim_end().to_owned()),
            _ if reader.limit() == 0 => return Ok(Head::TooLong),
            _ => return Ok(Head::End),
        }
    }
}

struct Answer {
    status: &'static str,
    body: &'static str,
    head_only: bool,
    last: bool,
}

fn answer(lines: &[String]) -> Answer {
    let mut words = lines[0].split(' ');
    let method = words.next().unwrap();
    let path = words.next().unwrap();
    words.next().unwrap();
    if values(lines, "host").count() != 1 {
        return Answer::refuse("400 Bad Request");
    }
    if !["GET", "HEAD"].contains(&method) {
        return Answer::refuse("501 Not Implemented");
    }
    let (status, body) = match path {
        "/" => ("200 OK", "首页\n"),
        "/hello.txt" => ("200 OK", "你好，世界\nHello, world\n"),
        "/empty" => ("200 OK", ""),
        _ => ("404 Not Found", "没有这一页 no such page\n"),
    };
    let says_close = |value: &str| value.eq_ignore_ascii_case("close");
    let has_body = |name| values(lines, name).any(|value| value != "0");
    Answer {
        status,
        body,
        head_only: method == "HEAD",
        last: values(lines, "connection").any(says_close)
            || has_body("content-length")
            || has_body("transfer-encoding"),
    }
}

fn values<'a>(lines: &'a [String], wanted: &str) -> impl Iterator<Item = &'a str> {
    let fields = lines[1..].iter().filter_map(|line| line.split_once(':'));
    fields
        .filter(move |(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim())
}

impl Answer {
    fn refuse(status: &'static str) -> Self {
        Self {
            status,
            body: "",
            head_only: false,
            last: true,
        }
    }

    fn bytes(&self) -> String {
        let (status, length) = (self.status, self.body.len());
        let close = if self.last {
            "Connection: close\r\n"
        } else {
            ""
        };
        let body = if self.head_only { "" } else { self.body };
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {length}\r\n{close}\r\n{body}"
        )
    }
}
