// caught by: short
// 取首部时不看有没有 14 个、20 个字节。
// Headers are taken without looking whether there are 14 or 20 bytes.
use std::io;
use std::net::Ipv4Addr;

fn main() -> io::Result<()> {
    for line in io::stdin().lines() {
        match bytes(&line?) {
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
    let digits = line.chars().filter(|c| !c.is_ascii_whitespace());
    let digits: Option<Vec<u32>> = digits.map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks(2);
    Some(pairs.map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

type Step<T> = Result<T, String>;

fn ethernet(frame: &[u8]) -> Step<()> {
    let header = front(frame, 14, "eth")?;
    let kind = two(header, 12);
    println!(
        "eth {} > {} type {kind:04x}",
        mac(&header[6..12]),
        mac(&header[..6])
    );
    match kind {
        0x0800 => ipv4(&frame[14..]),
        _ => Err(format!("other {kind:04x}")),
    }
}

fn ipv4(bytes: &[u8]) -> Step<()> {
    let fixed = front(bytes, 20, "ip")?;
    let (header, total) = (usize::from(fixed[0] & 15) * 4, usize::from(two(fixed, 2)));
    if fixed[0] >> 4 != 4 || header < 20 || total < header {
        return Err("bad at ip".to_owned());
    }
    let data = &front(bytes, total, "ip")?[header..];
    let fragment = two(fixed, 6);
    let (more, offset) = (fragment & 0x2000 != 0, (fragment & 0x1fff) * 8);
    println!(
        "ip {} > {} ttl {} protocol {} header {header} data {} at {offset}{}",
        address(&fixed[12..16]),
        address(&fixed[16..20]),
        fixed[8],
        fixed[9],
        data.len(),
        if more { " more" } else { "" }
    );
    match fixed[9] {
        _ if offset > 0 => Err("fragment".to_owned()),
        6 => tcp(data),
        protocol => Err(format!("other protocol {protocol}")),
    }
}

fn tcp(segment: &[u8]) -> Step<()> {
    let fixed = front(segment, 20, "tcp")?;
    let header = usize::from(fixed[12] >> 4) * 4;
    if header < 20 {
        return Err("bad at tcp".to_owned());
    }
    front(segment, header, "tcp")?;
    println!(
        "tcp {} > {} seq {} ack {} flags {} header {header} data {}",
        two(fixed, 0),
        two(fixed, 2),
        four(fixed, 4),
        four(fixed, 8),
        flags(fixed[13]),
        segment.len() - header
    );
    Ok(())
}

fn flags(bits: u8) -> String {
    let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];
    let on = (0..names.len()).filter(|bit| bits >> bit & 1 == 1);
    let on: Vec<&str> = on.map(|bit| names[bit]).collect();
    if on.is_empty() {
        "-".to_owned()
    } else {
        on.join(",")
    }
}

fn front<'a>(bytes: &'a [u8], length: usize, _layer: &str) -> Step<&'a [u8]> {
    Ok(&bytes[..length])
}

fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from(bytes[at]) << 8 | u16::from(bytes[at + 1])
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from(two(bytes, at)) << 16 | u32::from(two(bytes, at + 2))
}

fn mac(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

fn address(bytes: &[u8]) -> Ipv4Addr {
    Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3])
}
