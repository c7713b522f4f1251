// caught by: bad
// from_str_radix 也收下 "+1"：这不是一个字节。
// from_str_radix takes "+1" as well, which is no byte.
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
    let digits: Vec<char> = line.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if digits.len() % 2 == 1 {
        return None;
    }
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).ok())
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
