// caught by: endless
// 没有上限：对方说多少就存多少。
// No bound: the peer decides how much is kept.
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
    let mut message = Vec::new();
    stream.read_to_end(&mut message)?;
    Ok(String::from_utf8_lossy(&message).into_owned())
}
