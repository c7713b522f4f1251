// caught by: prompt
// 等到一行结束才打印。
// Nothing is printed before the end of a line.
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let stream = TcpStream::connect(&address)?;
    let mut writer = stream.try_clone()?;
    let keyboard = thread::spawn(move || -> io::Result<()> {
        for line in io::stdin().lines() {
            writer.write_all(format!("{}\n", line?).as_bytes())?;
        }
        writer.shutdown(Shutdown::Write)
    });
    for line in BufReader::new(stream).lines() {
        println!("{}", line?);
    }
    keyboard.join().unwrap()
}
