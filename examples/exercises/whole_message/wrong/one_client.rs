// caught by: next
// 服务完一位就结束。
// It ends after one client.
use std::env;
use std::io::{self, Read};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let mut message = Vec::new();
    listener
        .accept()?
        .0
        .take(64 * 1024)
        .read_to_end(&mut message)?;
    println!("{}", String::from_utf8_lossy(&message));
    Ok(())
}
