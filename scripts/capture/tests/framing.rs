//! What `tcp/framing` says of its recording, held against the recording.

#[path = "support/captures.rs"]
mod captures;

use capture::Packet;

/// The bytes after the last header: what the program gave.
fn payload(packet: &Packet) -> &[u8] {
    let data = packet.layers.iter().find(|layer| layer.protocol == "data");
    data.map_or(&[], |layer| &packet.bytes[layer.bytes.clone()])
}

#[test]
fn three_writes_and_three_segments_have_other_boundaries() {
    let capture = captures::named("framing").capture;
    let [first, second, third] = [4, 5, 6].map(|n| payload(captures::packet(&capture, n)));
    let long: Vec<String> = (1..=400).map(|n| n.to_string()).collect();
    let messages = ["你好", &long.join(" "), "再见"].map(|text| format!("{text}\n"));
    assert_eq!(messages.each_ref().map(String::len), [7, 1492, 7]);
    assert_eq!(
        [first, second, third].concat(),
        messages.concat().as_bytes()
    );
    assert_eq!(first, messages[0].as_bytes());
    assert_eq!(second.len(), 1448);
    assert!(second.ends_with(b" 388 389 "));
    assert!(third.starts_with(b"390 ") && third.ends_with("400\n再见\n".as_bytes()));
    let with_data = capture.packets.iter().filter(|p| !payload(p).is_empty());
    assert_eq!(with_data.count(), 3);
}
