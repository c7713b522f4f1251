//! 练习 dns_query 的一种解法：dns_query NAME ADDR。
//! A solution of the exercise dns_query: dns_query NAME ADDR.
use std::env;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Error, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [name, server] = &args[..] else {
        // 说明写到标准错误：标准输出只有答案，别的程序可以接着用。
        // What we explain goes to standard error; standard output has answers only, for others to use.
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

// 数据报会丢，问丢了、答丢了看起来一样：等一会儿，再问一次，一共两次。
// Datagrams get lost, and a lost question looks like a lost answer: wait, then ask once more.
const PATIENCE: Duration = Duration::from_millis(500);
const TRIES: u32 = 2;

fn ask(name: &str, server: &str) -> io::Result<Vec<Ipv4Addr>> {
    let question = question(name).ok_or_else(|| Error::other("不是域名 not a name"))?;
    // 端口 0：内核挑一个空着的，多半是随机的，冒充的人又多一样要猜。
    // Port 0: the kernel picks a free one, at random most likely: one more thing to guess.
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    // UDP 的 connect 什么也不发：内核从此只收这一个地址来的数据报。
    // connect sends nothing in UDP: from now on the kernel takes datagrams of this address only.
    socket.connect(server)?;
    for _ in 0..TRIES {
        // 两次发同样的字节、同一个编号：迟到的回答也还算数。
        // The same bytes and the same id both times: a late answer still counts.
        socket.send(&question)?;
        if let Some(answer) = wait(&socket, &question)? {
            return read(&answer);
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// 12 个字节的首部，然后是问题：名字、类型 A、类 IN。
/// A header of 12 bytes, then the question: name, type A, class IN.
fn question(name: &str) -> Option<Vec<u8>> {
    // 编号要猜不到：冒充回答的人不知道它。HashMap 的随机种子够用了。
    // Nobody must guess the id: a forger does not know it. The random seed of HashMap will do.
    let id = RandomState::new().build_hasher().finish() as u16;
    let mut bytes = id.to_be_bytes().to_vec();
    // 标志 0100：请替我问到底；1 个问题，别的部分都没有。
    // Flags 0100: please find it out for me; 1 question, and nothing in the other sections.
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    // 末尾的点代表根，写不写都一样。
    // A dot at the end stands for the root, and makes no difference.
    for label in name.strip_suffix('.').unwrap_or(name).split('.') {
        // 长度只有 6 位，高两位是 11 的是指针。
        // A length has 6 bits only; with 11 as its two high bits it would be a pointer.
        let length = u8::try_from(label.len())
            .ok()
            .filter(|n| (1..64).contains(n))?;
        bytes.push(length);
        bytes.extend(label.as_bytes());
    }
    // 0 结束名字，然后是类型 A、类 IN，各 2 个字节，高位在前。
    // A 0 ends the name; then type A and class IN, 2 bytes each, high byte first.
    bytes.extend([0, 0, 1, 0, 1]);
    Some(bytes)
}

/// 等到回答这一问的数据报，或者时间到了。
/// Waits for the datagram that answers this question, or until the time is over.
fn wait(socket: &UdpSocket, question: &[u8]) -> io::Result<Option<Vec<u8>>> {
    // 期限是一个时刻：不相干的数据报不能让我们一直等下去。
    // The deadline is a moment: stray datagrams cannot make us wait for ever.
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
            // 不是给这一问的：当没有来，时间照样在走。
            // Not for this question: as if it had not come, and time goes on.
            Ok(_) => {}
            // Unix 说 WouldBlock，Windows 说 TimedOut：都是时间到了。
            // Unix says WouldBlock, Windows says TimedOut: the time is over.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            // 别的错误，例如“没有人在听”：内核收到了 ICMP，等也没有用。
            // Others, such as "nobody listens": the kernel got an ICMP message, waiting is no use.
            Err(error) => return Err(error),
        }
    }
}

fn answers(datagram: &[u8], question: &[u8]) -> bool {
    let Some((header, rest)) = datagram.split_at_checked(12) else {
        return false;
    };
    // 编号是我们的，是回答（最高位），里面有一个问题，就是我们问的；名字不分大小写。
    // Our id, an answer (highest bit), one question in it, and it is ours; case makes no difference.
    let asked = &question[12..];
    let repeated = rest.get(..asked.len());
    header[..2] == question[..2]
        && header[2] & 0x80 != 0
        && header[4..6] == [0, 1]
        && repeated.is_some_and(|repeated| repeated.eq_ignore_ascii_case(asked))
}

fn read(answer: &[u8]) -> io::Result<Vec<Ipv4Addr>> {
    let flags = two(answer, 2).unwrap_or_default();
    // 最后 4 位是错误码：有回答，而回答是“没有”或者“不行”。
    // The last 4 bits are a code: there is an answer, and it says "none" or "no".
    match flags & 15 {
        0 => {}
        3 => return Err(Error::other("没有这个名字 no such name")),
        code => return Err(Error::other(format!("服务器出错 server error {code}"))),
    }
    // TC：装不下，只来了一部分。一部分答案不能当作答案。
    // TC: it did not fit, and a part has come. A part of an answer is no answer.
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
    /// 数据从哪里开始：里面的名字可能是指针，要整个报文才读得懂。
    /// Where the data begins: a name in it may be a pointer and needs the whole message.
    at: usize,
    data: &'a [u8],
}

/// None：报文在某处断了，或者自相矛盾。 None: the message ends somewhere, or contradicts itself.
fn records(answer: &[u8]) -> Option<Vec<Record<'_>>> {
    let (_, after) = name(answer, 12)?;
    // 问题里的名字后面还有类型和类，4 个字节；记录从那里开始。
    // Behind the name in the question are type and class, 4 bytes; records begin there.
    let (mut at, mut records) = (after + 4, Vec::new());
    // 条数是对方说的：不按它预留内存，字节用完就停。
    // The count is what the peer says: nothing is reserved for it, and the end of bytes stops us.
    for _ in 0..two(answer, 6)? {
        // 名字后面 10 个字节的位置是固定的：类型、类、TTL、数据长度。
        // Behind the name, 10 bytes have their fixed place: type, class, TTL, length of the data.
        let (name, fixed) = name(answer, at)?;
        let length = usize::from(two(answer, fixed + 8)?);
        // 不认识的类型也没关系：长度字段让我们跳过去。
        // An unknown type does not matter: its length lets us skip it.
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

/// 从问的名字出发，顺着别名（CNAME）走到地址。
/// From the name that was asked, along aliases (CNAME), to the addresses.
fn follow(answer: &[u8], records: &[Record<'_>]) -> Vec<Ipv4Addr> {
    let mut wanted = name(answer, 12).map(|(name, _)| name).unwrap_or_default();
    // 别名可以转圈：最多走 8 步。
    // Aliases may go in circles: follow 8 of them at most.
    for _ in 0..9 {
        // 没有人问过的名字，它的地址不算。
        // Addresses of a name that nobody asked for do not count.
        let ours = || records.iter().filter(|record| record.name == wanted);
        let found: Vec<Ipv4Addr> = ours()
            .filter(|record| record.kind == 1)
            .filter_map(|record| <[u8; 4]>::try_from(record.data).ok())
            .map(Ipv4Addr::from)
            .collect();
        if !found.is_empty() {
            return found;
        }
        // 没有地址，也许有别名：下一步找别名指的名字。
        // No address, but an alias perhaps: the next step looks for the name behind it.
        let alias = ours().find(|record| record.kind == 5);
        match alias.and_then(|record| name(answer, record.at)) {
            Some((target, _)) => wanted = target,
            None => break,
        }
    }
    Vec::new()
}

/// `at` 处的名字（标签连着长度，小写），和它后面的位置。
/// The name at `at` (labels with their lengths, in small letters), and the place after it.
fn name(message: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let (mut name, mut after, mut start) = (Vec::new(), None, at);
    loop {
        let length = *message.get(at)?;
        match length {
            // 0 是根，名字到此为止。跟着指针走过的，回到第一个指针后面。
            // 0 is the root, the end of a name. After pointers, go on behind the first of them.
            0 => return Some((name, after.unwrap_or(at + 1))),
            1..=63 => {
                let end = at + 1 + usize::from(length);
                name.extend(message.get(at..end)?.to_ascii_lowercase());
                // 名字最长 255 个字节，算上结尾的 0。
                // A name has at most 255 bytes, the 0 at its end included.
                if name.len() > 254 {
                    return None;
                }
                at = end;
            }
            // 指针：余下的标签在更前面。每跳一次都必须往前，就不会转圈。
            // A pointer: the other labels are further to the front. Always going back, no circle.
            192.. => {
                let target = usize::from(two(message, at)? & 0x3fff);
                after.get_or_insert(at + 2);
                if target >= start {
                    return None;
                }
                (start, at) = (target, target);
            }
            // 高两位是 01 或 10：没有这样的长度（RFC 1035 §4.1.4 保留）。
            // High bits 01 or 10: there is no such length (reserved, RFC 1035 §4.1.4).
            _ => return None,
        }
    }
}

/// 高位字节在前。 The high byte comes first.
fn two(bytes: &[u8], at: usize) -> Option<u16> {
    // 报文在这里断了就是 None，一路用 ? 传到最外面，不会崩溃。
    // Where the message ends it is None, which ? hands on to the outside: nothing panics.
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([pair[0], pair[1]]))
}
