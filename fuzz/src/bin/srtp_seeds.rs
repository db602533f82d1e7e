//! Writes the seeds of the SRTP targets from the published vectors into `corpus/`.

use std::path::Path;
use std::{fs, io};

use privity_srtp::Profile;
use serde_json::Value;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("../crates/srtp/tests/data");
    let mut count = 0;
    for (file, headers) in [("rfc6904", 1), ("rfc7714", 0), ("rfc9335", 2), ("libsrtp", 0)] {
        let text = fs::read_to_string(data.join(file).join("packets.json"))?;
        let vector: Value = serde_json::from_str(&text)?;
        for (number, case) in vector["cases"].as_array().into_iter().flatten().enumerate() {
            let choice = profile_number(case) | headers << 4;
            for (target, field) in [("srtp_receiver", "protected"), ("srtp_sender", "plain")] {
                let folder = root.join("corpus").join(target);
                fs::create_dir_all(&folder)?;
                let seed = [&[choice][..], &bytes(&case[field])].concat();
                fs::write(folder.join(format!("{file}-{number}")), seed)?;
                count += 1;
            }
        }
    }
    let folder = root.join("corpus/srtp_operations");
    fs::create_dir_all(&folder)?;
    for choice in 0..9u8 {
        let seed: Vec<u8> = (0..400u16).map(|n| (n * 7 % 251) as u8 ^ choice).collect();
        fs::write(folder.join(format!("mixed-{choice}")), [&[choice][..], &seed].concat())?;
        count += 1;
    }
    for number in 0..32u8 {
        let choice = (number % 9) | ((number % 16) << 4);
        let starts = [(number & 1, 2), (number >> 1 & 1, 2), (number >> 2 & 3, 4)];
        let starts = starts.map(|(variant, count)| variant_of(variant, count)).concat();
        let seed: Vec<u8> =
            (0..900u16).map(|n| (n * 37 % 241) as u8 ^ number.wrapping_mul(7)).collect();
        let name = format!("setup-{number}");
        fs::write(folder.join(name), [&[choice][..], &starts, &seed].concat())?;
        count += 1;
    }
    println!("{count} seeds");
    Ok(())
}

/// Four bytes that choose this variant of so many.
fn variant_of(variant: u8, count: u32) -> [u8; 4] {
    (u32::MAX / count * u32::from(variant) + count).to_le_bytes()
}

fn profile_number(case: &Value) -> u8 {
    let name = case["profile"].as_str().unwrap_or_default();
    let place = Profile::ENCRYPTING.iter().position(|profile| profile.name() == name);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(15)
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    let pairs = text.as_bytes().chunks(2);
    pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
