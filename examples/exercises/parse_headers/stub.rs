//! 练习 parse_headers：一行十六进制是一个以太网帧，打印每一层首部说了什么。
//! Exercise parse_headers: a line of hexadecimal is an Ethernet frame; print what its headers say.
//!
//! 检查：cargo workbook exercise check parse_headers
//! Check: cargo workbook exercise check parse_headers
use std::io;

fn main() -> io::Result<()> {
    for line in io::stdin().lines() {
        match bytes(&line?) {
            // 每一层认识的字段先打印；走不下去，最后一行说在哪一层、为什么。
            // What each layer knows is printed first; where it ends, the last line says why.
            Some(frame) => {
                if let Err(last) = ethernet(&frame) {
                    println!("{last}");
                }
            }
            None => println!("bad hex"),
        }
    }
    Ok(())
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    // TODO: internet_checksum 里写过：把它搬过来。
    // TODO: you have written this in internet_checksum: bring it here.
    let _ = line;
    Some(Vec::new())
}

/// Err：走不下去时的最后一行。 Err: the last line, where there is no going on.
fn ethernet(frame: &[u8]) -> Result<(), String> {
    // TODO: 14 个字节：目的 MAC、源 MAC、类型。不够就是 Err("short at eth")。
    // TODO: 14 bytes: destination MAC, source MAC, type. Fewer are Err("short at eth").
    // TODO: 类型 0800 交给 IPv4，再由它交给 TCP；别的是 Err("other …")。
    // TODO: type 0800 goes to IPv4, and from there to TCP; others are Err("other …").
    let _ = frame;
    Err("TODO".to_owned())
}
