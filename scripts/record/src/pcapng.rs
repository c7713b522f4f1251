//! A recording as a pcapng file, which Wireshark, tcpdump and our own programs read. Pure.

use std::borrow::Cow;
use std::net::IpAddr;

use anyhow::{Context, Result};
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::name_resolution::{
    Ipv4Record, Ipv6Record, NameResolutionBlock, Record,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness};
use session::Session;

use crate::lab::Recording;
use crate::wire::Frame;

/// Resolution of the times: ten to the power of minus nine, which is nanoseconds.
const TIME_RESOLUTION_EXPONENT: u8 = 9;

/// The file for the recording of the session `name`.
///
/// # Errors
/// A frame on a wire that the recording does not name.
pub fn write(name: &str, session: &Session, recording: &Recording) -> Result<Vec<u8>> {
    let header = SectionHeaderBlock {
        // The same file on every machine.
        endianness: Endianness::Little,
        options: vec![
            SectionHeaderOption::Comment(Cow::Owned(format!("session {name}"))),
            SectionHeaderOption::UserApplication(Cow::Borrowed("cargo workbook capture")),
        ],
        ..Default::default()
    };
    let mut writer = PcapNgWriter::with_section_header(Vec::new(), header)?;
    for wire in &recording.wires {
        writer.write_pcapng_block(interface(wire))?;
    }
    writer.write_pcapng_block(names(session))?;
    for frame in &recording.frames {
        let wire = u32::try_from(frame.wire).ok();
        let known = wire.filter(|_| frame.wire < recording.wires.len());
        let wire = known.context("a frame on an unknown wire")?;
        writer.write_pcapng_block(packet(session, wire, frame)?)?;
    }
    Ok(writer.into_inner())
}

fn interface(wire: &[IpAddr]) -> InterfaceDescriptionBlock<'static> {
    let networks = wire.iter().map(|network| match network {
        IpAddr::V4(_) => format!("{network}/24"),
        IpAddr::V6(_) => format!("{network}/64"),
    });
    let name = networks.collect::<Vec<_>>().join(" ");
    InterfaceDescriptionBlock {
        linktype: DataLink::ETHERNET,
        // No limit: every frame is whole.
        snaplen: 0,
        options: vec![
            InterfaceDescriptionOption::IfName(Cow::Owned(name)),
            InterfaceDescriptionOption::IfTsResol(TIME_RESOLUTION_EXPONENT),
        ],
    }
}

fn names(session: &Session) -> NameResolutionBlock<'_> {
    let records = session.hosts.iter().flat_map(|host| {
        host.addresses().map(|address| {
            let names = vec![Cow::Borrowed(host.name.as_str())];
            match address {
                IpAddr::V4(address) => Record::Ipv4(Ipv4Record {
                    ip_addr: Cow::Owned(address.octets().to_vec()),
                    names,
                }),
                IpAddr::V6(address) => Record::Ipv6(Ipv6Record {
                    ip_addr: Cow::Owned(address.octets().to_vec()),
                    names,
                }),
            }
        })
    });
    NameResolutionBlock {
        records: records.collect(),
        options: Vec::new(),
    }
}

fn packet<'a>(
    session: &Session,
    interface_id: u32,
    frame: &'a Frame,
) -> Result<EnhancedPacketBlock<'a>> {
    let comment = comment(session, frame);
    Ok(EnhancedPacketBlock {
        interface_id,
        timestamp: frame.time,
        original_len: u32::try_from(frame.bytes.len()).context("a frame of more than 4 GiB")?,
        data: Cow::Borrowed(&frame.bytes),
        options: vec![EnhancedPacketOption::Comment(Cow::Owned(comment))],
    })
}

/// `step 9: client > 你好`, and `lost` in a second line.
fn comment(session: &Session, frame: &Frame) -> String {
    let action = session.steps.get(frame.step);
    let action = action.map_or_else(String::new, |step| step.action.to_string());
    let lost = if frame.lost { "\nlost" } else { "" };
    format!("step {}: {action}{lost}", frame.step + 1)
}
