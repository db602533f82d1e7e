//! Packets and sessions that the tests share.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use privity_srtp::{MasterKey, Options, Profile, Receiver, Sender};
use serde_json::Value;

/// The SSRC of [`rtp`] and [`rtcp`].
pub(crate) const SSRC: u32 = 0xcafe_babe;

/// Every profile.
pub(crate) fn profiles() -> impl Iterator<Item = Profile> {
    Profile::ENCRYPTING.into_iter().chain([Profile::NULL_HMAC_SHA1_80])
}

/// A master key of repeated bytes.
pub(crate) fn key(profile: Profile, seed: u8) -> MasterKey {
    let (key, salt) = (vec![seed; profile.key_length()], vec![!seed; profile.salt_length()]);
    MasterKey::new(profile, &key, &salt).unwrap()
}

/// Both ends of a session with default options.
pub(crate) fn pair(profile: Profile) -> (Sender, Receiver) {
    pair_with(profile, Options::new())
}

/// Both ends of a session.
pub(crate) fn pair_with(profile: Profile, options: Options) -> (Sender, Receiver) {
    (
        Sender::new(key(profile, 1), options.clone()).unwrap(),
        Receiver::new(key(profile, 1), options).unwrap(),
    )
}

/// An RTP packet with 20 bytes of payload.
pub(crate) fn rtp(sequence: u16) -> Vec<u8> {
    rtp_of(SSRC, sequence)
}

/// An RTP packet of an SSRC with 20 bytes of payload.
pub(crate) fn rtp_of(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 111];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 3, 0xc0]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xab; 20]);
    packet
}

/// An RTCP sender report.
pub(crate) fn rtcp() -> Vec<u8> {
    let mut packet = vec![0x80, 200, 0, 6];
    packet.extend(SSRC.to_be_bytes());
    packet.extend([0xcd; 20]);
    packet
}

/// An RTP packet with contributing sources and an extension of this profile and body.
pub(crate) fn rtp_with(sequence: u16, sources: u8, extension: Option<(u16, &[u8])>) -> Vec<u8> {
    let plain = rtp(sequence);
    let mut packet = plain[..12].to_vec();
    packet[0] |= sources;
    for source in 0..sources {
        packet.extend([source; 4]);
    }
    if let Some((profile, body)) = extension {
        packet[0] |= 0x10;
        packet.extend(profile.to_be_bytes());
        packet.extend(u16::try_from(body.len() / 4).unwrap().to_be_bytes());
        packet.extend(body);
    }
    packet.extend(&plain[12..]);
    packet
}

/// Protects a copy of an RTP packet.
pub(crate) fn protect_rtp(sender: &mut Sender, packet: &[u8]) -> Vec<u8> {
    let mut out = vec![0; packet.len() + sender.rtp_overhead()];
    let length = sender.protect_rtp_into(packet, &mut out).unwrap();
    out.truncate(length);
    out
}

/// Protects a copy of an RTCP packet.
pub(crate) fn protect_rtcp(sender: &mut Sender, packet: &[u8]) -> Vec<u8> {
    let mut out = vec![0; packet.len() + sender.rtcp_overhead()];
    let length = sender.protect_rtcp_into(packet, &mut out).unwrap();
    out.truncate(length);
    out
}

/// Opens a copy of an SRTP packet.
pub(crate) fn unprotect_rtp(
    receiver: &mut Receiver,
    packet: &[u8],
) -> Result<Vec<u8>, privity_srtp::Error> {
    let mut out = packet.to_vec();
    let length = receiver.unprotect_rtp(&mut out)?;
    out.truncate(length);
    Ok(out)
}

/// Opens a copy of an SRTCP packet.
pub(crate) fn unprotect_rtcp(
    receiver: &mut Receiver,
    packet: &[u8],
) -> Result<Vec<u8>, privity_srtp::Error> {
    let mut out = packet.to_vec();
    let length = receiver.unprotect_rtcp(&mut out)?;
    out.truncate(length);
    Ok(out)
}

/// The bytes of a field of a vector file.
pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The cases of a vector file.
pub(crate) fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

/// The profile of a case of a vector file.
pub(crate) fn profile_named(case: &Value) -> Profile {
    profiles().find(|profile| case["profile"] == profile.name()).unwrap()
}

/// The master key of a case of a vector file.
pub(crate) fn master_key(case: &Value) -> MasterKey {
    let (key, salt) = (hex(&case["master_key"]), hex(&case["master_salt"]));
    MasterKey::new(profile_named(case), &key, &salt).unwrap()
}
