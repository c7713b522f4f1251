//! 不是 pcap 的文件：认出常见的几种，说该怎么办。
//! Files that are no pcap: some common kinds are known, with what to do.

pub(super) fn advice(magic: &[u8]) -> String {
    match *magic {
        [0x1f, 0x8b, ..] => packed("gzip", "gunzip, 7-Zip"),
        [0x1f, 0x9d | 0xa0, ..] => packed("compress", "uncompress, 7-Zip"),
        [b'B', b'Z', b'h', _] => packed("bzip2", "bunzip2, 7-Zip"),
        [0xfd, b'7', b'z', b'X'] => packed("xz", "unxz, 7-Zip"),
        [0x28, 0xb5, 0x2f, 0xfd] => packed("zstd", "unzstd, 7-Zip"),
        [0x04, 0x22, 0x4d, 0x18] => packed("lz4", "unlz4"),
        [b'P', b'K', 3 | 5, 4 | 6] => packed("zip", "unzip, 7-Zip"),
        [b'7', b'z', 0xbc, 0xaf] => packed("7z", "7-Zip"),
        [b's', b'n', b'o', b'o'] => other_format("snoop"),
        [b'G', b'M', b'B', b'U'] | [b'R', b'T', b'S', b'S'] => other_format("Network Monitor"),
        _ => "不是 pcap，也不是 pcapng neither pcap nor pcapng".to_owned(),
    }
}

fn packed(name: &str, tool: &str) -> String {
    format!("{name} 压缩的，先解压 compressed with {name}, unpack it first: {tool}")
}

fn other_format(name: &str) -> String {
    format!("{name} 的格式，先转换 a file of {name}, convert it first: editcap -F pcapng IN OUT")
}
