//! 这个数据报真是我要的回答吗？答案又在哪几条里？
//! Is this datagram the answer we wait for? And which of its records answer the question?
use anyhow::Result;

use crate::message::{Data, Message, Question, RCODE, RESPONSE, Record};

// ANCHOR: verify
/// `None`：不是给这一问的，当没收到。 `None`: not for this question, as if it had not come.
pub(crate) fn verify(datagram: &[u8], id: u16, question: &Question) -> Option<Result<Message>> {
    // 谁都能冒充服务器发一个数据报。编号对不上的，是迟到的，或者是伪造的（RFC 5452 §4）。
    // Anyone can send a datagram in a server's name. A wrong id: it is late, or forged (RFC 5452 §4).
    if datagram.get(..2) != Some(&id.to_be_bytes()) {
        return None;
    }
    let message = match Message::parse(datagram) {
        Ok(message) => message,
        Err(error) => return Some(Err(error.context("回答坏了 broken answer"))),
    };
    // 回答要把问题抄一遍；抄的不是我们问的，就不算。看不懂问题的服务器可以不抄。
    // An answer repeats the question: ours, or it does not count. Errors may leave it out.
    let error = message.flags & RCODE != 0;
    let ours = match &message.questions[..] {
        [] => error,
        [repeated] => repeated == question,
        _ => false,
    };
    let is_answer = message.flags & RESPONSE != 0;
    (is_answer && ours).then_some(Ok(message))
}
// ANCHOR_END: verify

// ANCHOR: way
/// 从问的名字出发，顺着别名走到答案。 From the name asked, along aliases, to the answer.
pub(crate) fn way<'a>(message: &'a Message, question: &'a Question) -> Vec<&'a Record> {
    let (mut name, mut way) = (&question.name, Vec::new());
    // 回答里别的记录，没有人问过，不信。别名可以转圈，所以最多走 8 步。
    // Nobody asked for other records in the answer: not believed. Aliases may circle: 8 steps.
    for _ in 0..8 {
        let (mut found, mut alias) = (false, None);
        for record in &message.answers {
            if record.name != *name {
                continue;
            }
            if record.data.kind() == question.kind {
                way.push(record);
                found = true;
            } else if let (None, Data::Cname(target)) = (alias, &record.data) {
                alias = Some((record, target));
            }
        }
        if found {
            break;
        }
        let Some((record, target)) = alias else {
            break;
        };
        way.push(record);
        name = target;
    }
    way
}
// ANCHOR_END: way
