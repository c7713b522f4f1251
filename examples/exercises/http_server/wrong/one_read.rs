// caught by: dribble
// 一次 read 当成一个请求。
// One read is taken for a request.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || stream.and_then(serve));
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let request = String::from_utf8_lossy(&buffer[..count]);
        let (status, body) = match request.split(' ').nth(1) {
            Some("/") => ("200 OK", "首页\n"),
            Some("/hello.txt") => ("200 OK", "你好，世界\nHello, world\n"),
            Some(_) => ("404 Not Found", "没有这一页\n"),
            None => ("400 Bad Request", ""),
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(answer.as_bytes())?;
    }
}
