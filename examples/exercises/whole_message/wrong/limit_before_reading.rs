// caught by: largest
// 还没读就按整个缓冲区算长度：没超过上限的消息也被拒绝。
// The length is counted with a full buffer before the read: a message within the bound is refused.
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
    let mut message = Vec::new();
    while message.len() + buffer.len() <= 64 * 1024 {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(String::from_utf8_lossy(&message).into_owned());
        }
        message.extend_from_slice(&buffer[..count]);
    }
    Err(io::Error::other("message too long"))
}
