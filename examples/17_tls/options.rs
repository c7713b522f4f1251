//! 命令行的选项。
//! The options of the command line.
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::{Context, Result};
use common::usage;
use rustls::pki_types::ServerName;

pub(crate) const HELP: &str = "\
例 examples:
  cargo run --example 17_tls                         先到当服务器 first come: server
  cargo run --example 17_tls -- server
  cargo run --example 17_tls -- client 127.0.0.1:9443 你好
  cargo run --example 17_tls -- client --name other.test
用法 usage: [server [ADDR] | client [ADDR]] [--cert FILE] [--records] [--name NAME] [MESSAGE…]
  ADDR = IP:PORT   --cert 证书文件，服务器写、客户端信 written by the server, trusted by the client
  --name 客户端要找谁 whom the client wants   --records 列出 TLS 记录 list the TLS records
  MESSAGE 是 -：读标准输入 is -: read standard input
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

pub(crate) struct Options {
    pub(crate) cert: PathBuf,
    pub(crate) name: ServerName<'static>,
    pub(crate) records: bool,
    pub(crate) words: Vec<String>,
}

impl Options {
    pub(crate) fn read(rest: &[String]) -> Self {
        // 临时目录里的固定名字：同一台机器上，两个终端不用多说就找得到。
        // A fixed name in the temporary directory: both terminals find it without a word.
        let mut cert = std::env::temp_dir().join("17_tls.pem");
        let (mut name, mut records) = (crate::NAME.to_owned(), false);
        let mut rest = rest.iter();
        let mut words = Vec::new();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--cert" => cert = value_after(word, rest.next()).into(),
                "--name" => name = value_after(word, rest.next()),
                "--records" => records = true,
                // 选项在前，消息在后；`--` 之后的都是消息。
                // Options come first, then the message; after `--` all is message.
                "--" => break,
                _ if word.starts_with("--") => {
                    usage(format_args!("不认识的参数 unknown argument: {word}"))
                }
                _ => {
                    words.push(word.clone());
                    break;
                }
            }
        }
        words.extend(rest.cloned());
        // 也可以是 IP 地址；那样就没有 SNI：SNI 里只许写名字（RFC 6066 §3）。
        // An IP address will do, but then there is no SNI: SNI takes names only (RFC 6066 §3).
        let name = ServerName::try_from(name.clone())
            .unwrap_or_else(|_| usage(format_args!("不是主机名 not a host name: {name}")));
        Self {
            cert,
            name,
            records,
            words,
        }
    }

    pub(crate) fn message(&self) -> Result<Vec<u8>> {
        if self.words.is_empty() {
            return Ok(b"Hello, Server".to_vec());
        }
        if self.words != ["-"] {
            return Ok(self.words.join(" ").into_bytes());
        }
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("读标准输入 reading standard input")?;
        Ok(bytes)
    }
}

fn value_after(option: &str, value: Option<&String>) -> String {
    match value {
        Some(value) => value.clone(),
        None => usage(format_args!(
            "后面少了一个词 a word is missing after {option}"
        )),
    }
}
