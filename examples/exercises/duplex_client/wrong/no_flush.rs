// caught by: prompt
// 没有 flush：没有 \n 的话留在标准输出的缓冲区里。
// No flush: what has no \n stays in the buffer of standard output.
use std::env;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    let mut writer = stream.try_clone()?;
    let keyboard = thread::spawn(move || -> io::Result<()> {
        for line in io::stdin().lines() {
            writer.write_all(format!("{}\n", line?).as_bytes())?;
        }
        writer.shutdown(Shutdown::Write)
    });
    io::copy(&mut stream, &mut io::stdout())?;
    keyboard.join().unwrap()
}
