//! 练习 internet_checksum 的一种解法。
//! A solution of the exercise internet_checksum.
use std::io;

fn main() -> io::Result<()> {
    // 这个程序不用网络：字节从键盘来，结果写到屏幕上。
    // No network here: bytes come from the keyboard, results go to the screen.
    for line in io::stdin().lines() {
        // 坏的一行，只是这一行的事：说一声，接着读下一行。
        // A bad line is the affair of that line alone: say so, and read the next one.
        match bytes(&line?) {
            Ok(bytes) => println!("{:04x}", checksum(&bytes)),
            Err(error) => println!("bad: {error}"),
        }
    }
    Ok(())
}

fn bytes(line: &str) -> Result<Vec<u8>, String> {
    // 一个字符一个字符地看，不按字节位置切：一行里可能有汉字，切在字中间会崩溃。
    // Look at characters, do not slice at byte positions: in the middle of a 汉字 that panics.
    let mut digits = Vec::new();
    for c in line.chars().filter(|c| !c.is_ascii_whitespace()) {
        // to_digit 只认一个数字；from_str_radix 还会收下 "+f"。
        // to_digit knows one digit and nothing else; from_str_radix would take "+f" too.
        let digit = c.to_digit(16).ok_or_else(|| format!("{c:?}"))?;
        digits.push(digit as u8);
    }
    if digits.len() % 2 == 1 {
        return Err(format!("{} 个数字 digits", digits.len()));
    }
    Ok(digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        // 线上高位在前。最后多出一个字节：后面当作有一个 0。
        // The high byte comes first on the wire. A byte left over: as if a 0 followed it.
        let word = [pair[0], pair.get(1).copied().unwrap_or(0)];
        // 64 KiB 是 32768 个数，最大的和不到 2³²：u32 装得下。
        // 64 KiB are 32768 numbers, and their sum stays below 2³²: a u32 holds it.
        sum += u32::from(u16::from_be_bytes(word));
    }
    // 超出 16 位的是进位，加回来；加回来又可能进位，所以要循环。
    // What exceeds 16 bits are carries: add them back. That may carry again, hence a loop.
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
