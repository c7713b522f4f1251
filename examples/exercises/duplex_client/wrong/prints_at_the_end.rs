// caught by: plain
// 读到对方结束才打印。
// Nothing is printed until the peer ends.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    let mut writer = stream.try_clone()?;
    thread::spawn(move || -> io::Result<()> {
        for line in io::stdin().lines() {
            writer.write_all(format!("{}\n", line?).as_bytes())?;
        }
        writer.shutdown(Shutdown::Write)
    });
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    print!("{text}");
    Ok(())
}
