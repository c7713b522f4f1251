//! 一条消息的字节：谁和谁的会话、第几条、是数据还是确认。
//! The bytes of a message: which conversation, which number, data or acknowledgment.

// 一个数据报最多 1200 字节，装得进 1280 字节的 IPv6 包；再大，路上就可能要分片，丢一片等于全丢
// （RFC 8085 §3.2）。
// A datagram has at most 1200 bytes and fits into an IPv6 packet of 1280: a larger one may be
// fragmented on the path, and one lost fragment loses all of it (RFC 8085 §3.2).
const LIMIT: usize = 1200;
const HEADER: usize = 9;
pub(crate) const TEXT_LIMIT: usize = LIMIT - HEADER;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Data = 1,
    Ack = 2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub kind: Kind,
    pub conversation: u32,
    pub number: u32,
    pub text: &'a [u8],
}

impl<'a> Message<'a> {
    // ANCHOR: parse
    /// 1 字节种类，4 字节会话，4 字节编号（高位在前），后面是文字。边界由数据报给，不用写长度。
    /// 1 byte kind, 4 bytes conversation, 4 bytes number (high byte first), then text. The datagram
    /// itself is the boundary, so no length is written.
    pub(crate) fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (kind, rest) = datagram.split_first()?;
        let (conversation, rest) = rest.split_first_chunk()?;
        let (number, text) = rest.split_first_chunk()?;
        let kind = match kind {
            1 => Kind::Data,
            2 if text.is_empty() => Kind::Ack,
            _ => return None,
        };
        let conversation = u32::from_be_bytes(*conversation);
        let number = u32::from_be_bytes(*number);
        // 从 1 开始编号：0 是“还一条也没有”。
        // Numbers begin with 1: 0 is "none so far".
        if number == 0 || text.len() > TEXT_LIMIT {
            return None;
        }
        Some(Self {
            kind,
            conversation,
            number,
            text,
        })
    }
    // ANCHOR_END: parse

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![self.kind as u8];
        bytes.extend(self.conversation.to_be_bytes());
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(self.text);
        bytes
    }

    /// 确认不比消息长：冒充别人来发的，借我们打不出更多字节。
    /// An ACK is no longer than its message: who forges a sender cannot have us send more bytes.
    pub(crate) fn acknowledgment(self) -> Message<'static> {
        Message {
            kind: Kind::Ack,
            text: &[],
            ..self
        }
    }
}
