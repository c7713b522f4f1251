// caught by: odd
// 最后多出来的字节当成低位：0 补在了前面。
// A byte left over is taken as a low byte: the 0 stands in front of it.
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
    let digits = line.chars().filter(|c| !c.is_ascii_whitespace());
    let digits: Option<Vec<u32>> = digits.map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks(2);
    Some(pairs.map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        let word = match *pair {
            [high, low] => [high, low],
            [low] => [0, low],
            _ => [0, 0],
        };
        sum += u32::from(u16::from_be_bytes(word));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
