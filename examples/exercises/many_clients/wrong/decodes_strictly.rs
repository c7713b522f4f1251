// caught by: bad_bytes
// read_line 遇到不是 UTF-8 的一行就返回错误：连接断了。
// read_line gives an error for a line that is not UTF-8: the connection ends.
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
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
        print!("{line}");
        stream.write_all(line.as_bytes())?;
        line.clear();
    }
    Ok(())
}
