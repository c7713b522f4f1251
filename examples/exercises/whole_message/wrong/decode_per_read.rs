// caught by: cut
// 每次 read 都解码：断在中间的字变成 �。
// Each read is decoded: a character cut in two becomes �.
use std::env;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        match stream.and_then(whole_message) {
            Ok(message) => println!("{message}"),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

fn whole_message(mut stream: TcpStream) -> io::Result<String> {
    let mut buffer = [0; 4096];
    let mut message = String::new();
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(message);
        }
        message.push_str(&String::from_utf8_lossy(&buffer[..count]));
        if message.len() > 64 * 1024 {
            return Err(io::Error::other("message longer than 64 KiB"));
        }
    }
}
