//! TLS 下面的那条 TCP 连接：一段时间的期限，和旁观者看得到的记录。
//! The TCP connection below TLS: a deadline for each phase, and the records an observer sees.
use std::fmt::Display;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{explain, say};
use rustls::{CertificateError, Error};

/// rustls 自己不碰网络：它要一个能读能写的东西，这就是。
/// rustls itself touches no network: it wants something to read and write, and this is it.
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    end: Instant,
    show: bool,
    sent: Records,
    received: Records,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, patience: Duration, show: bool) -> io::Result<Self> {
        // TLS 自己攒好整条记录才写；再让 Nagle 等一次确认，只会变慢。
        // TLS writes whole records; to let Nagle wait for an ACK as well would only be slower.
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            end: Instant::now() + patience,
            show,
            sent: Records::default(),
            received: Records::default(),
        })
    }

    /// 新的一段，新的期限。 A new phase, a new deadline.
    pub(crate) fn patience(&mut self, patience: Duration) {
        self.end = Instant::now() + patience;
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.end.saturating_duration_since(Instant::now());
        // 系统不接受“零”这个期限，所以到点要自己报。
        // The system takes no timeout of zero, so we say ourselves that time is up.
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(Some(left))
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        // 一次 read 可能是半条记录，也可能是三条：TCP 不知道什么是记录。
        // One read may bring half a record, or three: TCP knows nothing of records.
        let count = self.stream.read(buffer).map_err(late)?;
        if self.show {
            self.received.watch("←", &buffer[..count]);
        }
        Ok(count)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    // 几条记录一次交给内核，就在一个段里出去；出错时的警报也不会落在后面。
    // Records given to the kernel at once leave in one segment, and no alert is left behind.
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        let count = self.stream.write_vectored(pieces).map_err(late)?;
        let mut shown = if self.show { count } else { 0 };
        for piece in pieces {
            let part = shown.min(piece.len());
            self.sent.watch("→", &piece[..part]);
            shown -= part;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Unix 说 WouldBlock，rustls 会当成“以后再来”；我们的意思是“到点了”。
/// Unix says WouldBlock, which rustls takes for "later"; what we mean is "time is up".
fn late(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
        _ => error,
    }
}

// ANCHOR: records
/// 每条记录前 5 个字节是明文：种类、版本、长度（RFC 8446 §5.1）。旁观者读得到的只有它们。
/// Five plain bytes lead each record: type, version, length (RFC 8446 §5.1). An observer has these.
#[derive(Default)]
struct Records {
    header: Vec<u8>,
    body: usize,
}

impl Records {
    fn watch(&mut self, direction: &str, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // 记录的内容跳过不看：没有密钥，看了也没用。
            // Skip what is in the record: without the key it tells nothing.
            if self.body > 0 {
                let skip = self.body.min(bytes.len());
                self.body -= skip;
                bytes = &bytes[skip..];
                continue;
            }
            self.header.push(bytes[0]);
            bytes = &bytes[1..];
            // 版本总写 03 03（TLS 1.2）：改了会被路上的老设备拦下（RFC 8446 附录 D）。
            // The version always says 03 03 (TLS 1.2): old boxes stop what they do not know.
            if let [kind, _, _, high, low] = self.header[..] {
                self.body = usize::from(u16::from_be_bytes([high, low]));
                let name = match kind {
                    20 => "换密码 change cipher spec",
                    21 => "警报 alert",
                    22 => "握手 handshake",
                    23 => "应用数据 application data",
                    _ => "不是 TLS not TLS",
                };
                let size = self.body;
                say(format_args!(
                    "{direction} {kind} {name}: 5 + {size} 字节 bytes"
                ));
                self.header.clear();
            }
        }
    }
}
// ANCHOR_END: records

// ANCHOR: failed
/// TLS 的错误藏在 io::Error 里：取出来，说清楚是谁不信谁。
/// A TLS error hides in an io::Error: take it out, and say which side does not trust the other.
pub(crate) fn failed(error: io::Error, place: impl Display) -> anyhow::Error {
    use CertificateError::{NotValidForName, NotValidForNameContext};
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let words = match inner {
        Some(Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
            "证书上不是这个名字 the certificate is for another name"
        }
        // 过期、签名不对、没有人担保：对用户都是同一句话，不要发送。
        // Expired, wrongly signed, vouched for by nobody: all mean the same to a user: do not send.
        Some(Error::InvalidCertificate(_)) => "证书不可信 the certificate is not trusted",
        // 警报（RFC 8446 §6）：对方先发现了问题，说一声再断。
        // An alert (RFC 8446 §6): the peer found the fault first and says so before it ends.
        Some(Error::AlertReceived(_)) => "对方拒绝了我们 the peer refused us",
        Some(Error::InvalidMessage(_)) => "对方说的不是 TLS the peer does not speak TLS",
        Some(_) => "TLS 出错 TLS failed",
        None if error.kind() == ErrorKind::UnexpectedEof => {
            "没说完就断了，可能被截断 ended without close_notify, may be cut short"
        }
        None => return explain(error, place),
    };
    anyhow::Error::new(error).context(format!("{words}: {place}"))
}
// ANCHOR_END: failed
