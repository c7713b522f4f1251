// caught by: verify
// 把 0000 换成 ffff：那是 UDP 发送时的规矩，不是校验和的。
// 0000 becomes ffff: a rule of UDP when it sends, not of the checksum.
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
        let word = [pair[0], pair.get(1).copied().unwrap_or(0)];
        sum += u32::from(u16::from_be_bytes(word));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    match !(sum as u16) {
        0 => 0xffff,
        checksum => checksum,
    }
}
