// caught by: two_writes
// 一次 read 当成整条消息。
// One read is taken for the whole message.
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
    let count = stream.read(&mut buffer)?;
    Ok(String::from_utf8_lossy(&buffer[..count]).into_owned())
}
