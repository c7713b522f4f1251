//! The rows of "Bytes and text".

use std::str;

use super::support::rows;

rows![
    row_16_bit_number_network_byte_order,
    row_network_byte_order_16_bit_number,
    row_number_too_large_for_16_bits,
    row_text_utf_8,
    row_utf_8_text,
    row_for_bad_bytes,
    row_bytes_that_come_in_pieces,
    row_length,
    row_fixed_bytes,
];

fn row_16_bit_number_network_byte_order() {
    let n: u16 = 9999;
    assert_eq!(n.to_be_bytes(), [0x27, 0x0f]);
}

fn row_network_byte_order_16_bit_number() {
    let two = [0x27, 0x0f];
    assert_eq!(u16::from_be_bytes(two), 9999);
}

fn row_number_too_large_for_16_bits() {
    let n = 70000;
    assert!(u16::try_from(n).is_err());
    assert_eq!(n as u16, 4464);
}

fn row_text_utf_8() {
    let text: &str = "你好";
    assert_eq!(text.as_bytes(), b"\xe4\xbd\xa0\xe5\xa5\xbd");
}

fn row_utf_8_text() {
    let data = b"\xe4\xbd\xa0\xe5\xa5\xbd".to_vec();
    assert_eq!(String::from_utf8(data).unwrap(), "你好");
    let data = b"\xe4\xbd".to_vec();
    let Err(error) = String::from_utf8(data) else {
        panic!("two bytes of three");
    };
    assert_eq!(error.into_bytes(), b"\xe4\xbd", "they are not lost");
}

fn row_for_bad_bytes() {
    let data = b"a\xffb".to_vec();
    assert_eq!(String::from_utf8_lossy(&data), "a\u{fffd}b");
}

fn row_bytes_that_come_in_pieces() {
    let mut kept = Vec::new();
    let mut pieces = Vec::new();
    for piece in "你好".as_bytes().chunks(2) {
        kept.extend_from_slice(piece);
        let whole = match str::from_utf8(&kept) {
            Ok(text) => text.len(),
            Err(error) => {
                assert_eq!(error.error_len(), None, "half a character, not a wrong one");
                error.valid_up_to()
            }
        };
        pieces.push(String::from_utf8(kept.drain(..whole).collect()).unwrap());
    }
    assert_eq!(pieces, ["", "你", "好"]);
}

fn row_length() {
    let text = "你好";
    assert_eq!(text.len(), 6);
}

fn row_fixed_bytes() {
    assert_eq!(b"GET", &[0x47, 0x45, 0x54]);
}
