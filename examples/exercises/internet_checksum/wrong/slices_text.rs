// caught by: bad
// 按字节位置切文字：切在汉字中间，程序崩溃。
// Text is sliced at byte positions: in the middle of a 汉字 that panics.
use std::io;

fn main() -> io::Result<()> {
    for line in io::stdin().lines() {
        match bytes(&line?) {
            Some(bytes) => println!("{:04x}", checksum(&bytes)),
            None => println!("bad"),
        }
    }
    Ok(())
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    let line = line.replace(char::is_whitespace, "");
    if line.len() % 2 == 1 {
        return None;
    }
    let pairs = (0..line.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&line[at..at + 2], 16).ok())
        .collect()
}

fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        let word = [pair[0], pair.get(1).copied().unwrap_or(0)];
        sum += u32::from(u16::from_be_bytes(word));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
