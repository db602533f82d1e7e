//! Writes the seeds of the ZRTP targets from the recorded handshakes into `corpus/`.

use std::path::Path;
use std::{fs, io};

use serde_json::Value;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (packets, sessions) = (root.join("corpus/zrtp_packets"), root.join("corpus/zrtp_sessions"));
    fs::create_dir_all(&packets)?;
    fs::create_dir_all(&sessions)?;
    let mut count = 0;
    for entry in fs::read_dir(root.join("../crates/zrtp/tests/data/recordings"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let recording: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        for (number, packet) in recording["packets"].as_array().into_iter().flatten().enumerate() {
            let datagram = bytes(&packet["hex"]);
            let message = datagram.get(12..datagram.len().saturating_sub(4)).unwrap_or_default();
            fs::write(packets.join(format!("{name}-{number}-message")), message)?;
            fs::write(packets.join(format!("{name}-{number}")), datagram)?;
            count += 2;
        }
    }
    for (number, datagram) in privity_fuzz::zrtp::datagrams().iter().enumerate() {
        fs::write(packets.join(format!("hybrid-{number}")), datagram)?;
        let content = datagram.get(12..datagram.len().saturating_sub(4)).unwrap_or_default();
        fs::write(packets.join(format!("hybrid-{number}-content")), content)?;
        count += 2;
    }
    for choice in 0..32u8 {
        let seed: Vec<u8> =
            (0..600u16).map(|n| (n * 29 % 253) as u8 ^ choice.wrapping_mul(16)).collect();
        let sides = [choice * 8, (choice * 8).rotate_left(3)];
        fs::write(sessions.join(format!("mixed-{choice}")), [&sides[..], &seed].concat())?;
        count += 1;
    }
    println!("{count} seeds");
    Ok(())
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    let pairs = text.as_bytes().chunks(2);
    pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
