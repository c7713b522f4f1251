//! The words of a diagram that are the same for every packet.

use std::time::Duration;

use capture::Layer;

/// The OSI name of a layer, in both languages.
pub(crate) fn layer(number: u8) -> (&'static str, &'static str) {
    match number {
        7 => ("应用层", "application"),
        6 => ("表示层", "presentation"),
        5 => ("会话层", "session"),
        4 => ("传输层", "transport"),
        3 => ("网络层", "network"),
        2 => ("数据链路层", "data link"),
        _ => ("物理层", "physical"),
    }
}

/// The protocol of a layer, in both languages: few have two names.
pub(crate) fn protocol(name: &'static str) -> (&'static str, &'static str) {
    match name {
        "data" => ("数据", "data"),
        "Ethernet" => ("以太网", "Ethernet"),
        "loopback" => ("回环", "loopback"),
        "padding" => ("填充", "padding"),
        name => (name, name),
    }
}

/// The highest of the layers of a packet, which is its color.
pub(crate) fn highest(layers: &[Layer]) -> Option<&Layer> {
    // ARP is of the same layer as the Ethernet around it; padding comes last, and says nothing,
    // as do the data of an ICMP echo, which no program sent, and what an ICMP error quotes.
    let said = layers.iter().filter(|layer| {
        layer.protocol != "padding"
            && (layer.protocol != "data" || layer.number == 7)
            && !layer.protocol.ends_with("(quoted)")
    });
    said.max_by_key(|layer| layer.number)
}

/// The time since the first packet, with three significant digits.
pub(crate) fn time(time: Duration) -> String {
    let micros = time.as_micros();
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let millis = micros as f64 / 1000.0;
    match micros {
        0 => "0 ms".to_owned(),
        1..10_000 => format!("{millis:.2} ms"),
        10_000..100_000 => format!("{millis:.1} ms"),
        100_000..1_000_000 => format!("{millis:.0} ms"),
        _ => format!("{:.2} s", millis / 1000.0),
    }
}

/// `1 packet`, `2 packets`.
pub(crate) fn packets(count: usize) -> String {
    format!("{count} packet{}", if count == 1 { "" } else { "s" })
}
