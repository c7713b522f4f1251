// caught by: two_writes
// 读到不满 1024 字节就当成说完了。
// A read of fewer than 1024 bytes is taken for the end.
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
    let mut buffer = [0; 1024];
    let mut message = Vec::new();
    loop {
        let count = stream.read(&mut buffer)?;
        message.extend_from_slice(&buffer[..count]);
        if count < buffer.len() {
            return Ok(String::from_utf8_lossy(&message).into_owned());
        }
    }
}
