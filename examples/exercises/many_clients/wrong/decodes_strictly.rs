// caught by: bad_bytes
// lines() 遇到不是 UTF-8 的一行就返回错误：连接断了。
// lines() gives an error for a line that is not UTF-8: the connection ends.
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || serve(&stream));
    }
    Ok(())
}

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let line = line?;
        println!("{line}");
        writeln!(stream, "{line}")?;
    }
    Ok(())
}
