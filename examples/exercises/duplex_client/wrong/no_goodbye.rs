// caught by: half_close
// 键盘结束了，却没有告诉对方：对方一直等。
// The keyboard has ended, and the peer is not told: it waits.
use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    let mut writer = stream.try_clone()?;
    let keyboard = thread::spawn(move || -> io::Result<()> {
        for line in io::stdin().lines() {
            writer.write_all(format!("{}\n", line?).as_bytes())?;
        }
        Ok(())
    });
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return keyboard.join().unwrap();
        }
        io::stdout().write_all(&buffer[..count])?;
        io::stdout().flush()?;
    }
}
