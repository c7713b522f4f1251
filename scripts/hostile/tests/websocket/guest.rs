//! A raw guest: it writes any bytes behind its handshake, and reads frames.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::program::guarded;

/// The key of RFC 6455 §1.3, and the answer to it.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub(crate) const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

pub(crate) const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A handshake with these fields beside the ones that it must have.
pub(crate) fn handshake(more: &str) -> String {
    format!(
        "GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive, Upgrade\r\n\
         Upgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{more}\r\n"
    )
}

/// Sends a request and reads the header section of the answer.
pub(crate) fn ask(address: SocketAddr, request: &str) -> (TcpStream, String) {
    ask_on(TcpStream::connect(address).unwrap(), request)
}

fn ask_on(stream: TcpStream, request: &str) -> (TcpStream, String) {
    let mut stream = guarded(stream);
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    (stream, String::from_utf8(head).unwrap())
}

/// A frame as a client writes it; `first` has FIN and the opcode.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match payload.len() {
        n @ 0..=125 => out.push(0x80 | u8::try_from(n).unwrap()),
        n => {
            out.push(0x80 | 126);
            out.extend(u16::try_from(n).unwrap().to_be_bytes());
        }
    }
    out.extend(MASK);
    let masked = payload.iter().zip(MASK.iter().cycle());
    out.extend(masked.map(|(byte, key)| byte ^ key));
    out
}

pub(crate) struct Guest(pub(crate) TcpStream);

impl Guest {
    /// Comes in and hears the first line.
    #[track_caller]
    pub(crate) fn joins(address: SocketAddr) -> Self {
        Self::joins_on(TcpStream::connect(address).unwrap())
    }

    /// The same, with little room for what it does not read: it is full soon.
    #[track_caller]
    pub(crate) fn joins_with_little_room(address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&address.into()).unwrap();
        Self::joins_on(socket.into())
    }

    #[track_caller]
    fn joins_on(stream: TcpStream) -> Self {
        let (stream, head) = ask_on(stream, &handshake(""));
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(
            head.contains(&format!("Sec-WebSocket-Accept: {ACCEPT}\r\n")),
            "{head}"
        );
        assert!(!head.contains("Extensions"), "{head}");
        let mut guest = Self(stream);
        assert!(guest.text().starts_with("* 你是 you are guest"));
        guest
    }

    #[track_caller]
    pub(crate) fn sends(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) {
        self.sends(&frame(0x81, text.as_bytes()));
    }

    /// The next frame: its first byte and its payload.
    #[track_caller]
    pub(crate) fn frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        let length = match head[1] {
            127.. => panic!("masked, or longer than any line: {head:x?}"),
            126 => {
                let mut long = [0; 2];
                self.0.read_exact(&mut long).unwrap();
                usize::from(u16::from_be_bytes(long))
            }
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).unwrap();
        (head[0], payload)
    }

    /// The next text; a ping before it is answered, since the machine may be slow.
    #[track_caller]
    pub(crate) fn text(&mut self) -> String {
        let (mut first, mut payload) = self.frame();
        while first == 0x89 {
            self.sends(&frame(0x8a, &payload));
            (first, payload) = self.frame();
        }
        assert_eq!(first, 0x81, "{}", String::from_utf8_lossy(&payload));
        String::from_utf8(payload).unwrap()
    }

    /// Waits for this text; others may come before it.
    #[track_caller]
    pub(crate) fn hears(&mut self, text: &str) {
        while self.text() != text {}
    }

    /// The next frame that is no text and no ping.
    #[track_caller]
    pub(crate) fn control(&mut self) -> (u8, Vec<u8>) {
        loop {
            match self.frame() {
                (0x81, _) => {}
                (0x89, payload) => self.sends(&frame(0x8a, &payload)),
                frame => return frame,
            }
        }
    }

    /// The next frame but texts is a Close with this code; then the server closes TCP, first.
    #[track_caller]
    pub(crate) fn is_closed_with(&mut self, code: Option<u16>) {
        let (first, payload) = self.control();
        let expected = code.map_or(Vec::new(), |code| code.to_be_bytes().to_vec());
        assert_eq!((first, payload), (0x88, expected), "{code:?}");
        self.sees_the_end();
    }

    #[track_caller]
    pub(crate) fn sees_the_end(&mut self) {
        assert_eq!(self.0.read(&mut [0]).unwrap_or(0), 0);
    }
}
