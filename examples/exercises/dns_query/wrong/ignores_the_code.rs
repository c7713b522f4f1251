// caught by: no_such_name
// 不看错误码：没有这个名字也算成功。
// The code is ignored: a name that does not exist counts as success.
use std::env;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Error, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [name, server] = &args[..] else {
        eprintln!("用法 usage: dns_query NAME ADDR");
        return ExitCode::from(2);
    };
    match ask(name, server) {
        Ok(addresses) => {
            for address in addresses {
                println!("{address}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

const PATIENCE: Duration = Duration::from_millis(500);
const TRIES: u32 = 2;

fn ask(name: &str, server: &str) -> io::Result<Vec<Ipv4Addr>> {
    let question = question(name).ok_or_else(|| Error::other("不是域名 not a name"))?;
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect(server)?;
    for _ in 0..TRIES {
        socket.send(&question)?;
        if let Some(answer) = wait(&socket, &question)? {
            return read(&answer);
        }
    }
    Err(ErrorKind::TimedOut.into())
}

fn question(name: &str) -> Option<Vec<u8>> {
    let id = RandomState::new().build_hasher().finish() as u16;
    let mut bytes = id.to_be_bytes().to_vec();
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.strip_suffix('.').unwrap_or(name).split('.') {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|n| (1..64).contains(n))?;
        bytes.push(length);
        bytes.extend(label.as_bytes());
    }
    bytes.extend([0, 0, 1, 0, 1]);
    Some(bytes)
}

fn wait(socket: &UdpSocket, question: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let (end, mut buffer) = (Instant::now() + PATIENCE, [0; 4096]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv(&mut buffer) {
            Ok(length) if answers(&buffer[..length], question) => {
                return Ok(Some(buffer[..length].to_vec()));
            }
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}

fn answers(datagram: &[u8], question: &[u8]) -> bool {
    let Some((header, rest)) = datagram.split_at_checked(12) else {
        return false;
    };
    let asked = &question[12..];
    let repeated = rest.get(..asked.len());
    header[..2] == question[..2]
        && header[2] & 0x80 != 0
        && header[4..6] == [0, 1]
        && repeated.is_some_and(|repeated| repeated.eq_ignore_ascii_case(asked))
}

fn read(answer: &[u8]) -> io::Result<Vec<Ipv4Addr>> {
    let flags = two(answer, 2).unwrap_or_default();
    match flags & 15 {
        0 => {}
        _ => return Ok(Vec::new()),
    }
    if flags & 0x0200 != 0 {
        return Err(Error::other("回答不完整 the answer is truncated"));
    }
    let records = records(answer).ok_or_else(|| Error::other("回答坏了 the answer is broken"))?;
    let found = follow(answer, &records);
    match found.is_empty() {
        true => Err(Error::other("没有地址 no address")),
        false => Ok(found),
    }
}

struct Record<'a> {
    name: Vec<u8>,
    kind: u16,
    at: usize,
    data: &'a [u8],
}

fn records(answer: &[u8]) -> Option<Vec<Record<'_>>> {
    let (_, after) = name(answer, 12)?;
    let (mut at, mut records) = (after + 4, Vec::new());
    for _ in 0..two(answer, 6)? {
        let (name, fixed) = name(answer, at)?;
        let length = usize::from(two(answer, fixed + 8)?);
        let (kind, start) = (two(answer, fixed)?, fixed + 10);
        at = start + length;
        let data = answer.get(start..at)?;
        records.push(Record {
            name,
            kind,
            at: start,
            data,
        });
    }
    Some(records)
}

fn follow(answer: &[u8], records: &[Record<'_>]) -> Vec<Ipv4Addr> {
    let mut wanted = name(answer, 12).map(|(name, _)| name).unwrap_or_default();
    for _ in 0..9 {
        let ours = || records.iter().filter(|record| record.name == wanted);
        let found: Vec<Ipv4Addr> = ours()
            .filter(|record| record.kind == 1)
            .filter_map(|record| <[u8; 4]>::try_from(record.data).ok())
            .map(Ipv4Addr::from)
            .collect();
        if !found.is_empty() {
            return found;
        }
        let alias = ours().find(|record| record.kind == 5);
        match alias.and_then(|record| name(answer, record.at)) {
            Some((target, _)) => wanted = target,
            None => break,
        }
    }
    Vec::new()
}

fn name(message: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let (mut name, mut after, mut start) = (Vec::new(), None, at);
    loop {
        let length = *message.get(at)?;
        match length {
            0 => return Some((name, after.unwrap_or(at + 1))),
            1..=63 => {
                let end = at + 1 + usize::from(length);
                name.extend(message.get(at..end)?.to_ascii_lowercase());
                if name.len() > 254 {
                    return None;
                }
                at = end;
            }
            192.. => {
                let target = usize::from(two(message, at)? & 0x3fff);
                after.get_or_insert(at + 2);
                if target >= start {
                    return None;
                }
                (start, at) = (target, target);
            }
            _ => return None,
        }
    }
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([pair[0], pair[1]]))
}
