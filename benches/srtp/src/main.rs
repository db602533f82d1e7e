//! `cargo xtask bench srtp`: protect and unprotect against libsrtp on OpenSSL 3 and against
//! rtc-srtp, each profile, payloads of 160 and 1,200 bytes.

mod batch;
mod parties;
mod wheel;

use std::{env, io, process};

use bench_harness::{Report, Row, instructions};
use privity_srtp::Profile;

use batch::{Direction, Packet, Party, Runner, compare};
use parties::{Ours, Rtc, Theirs};
use wheel::Wheel;

/// What the ratio to libsrtp may be at most, for payloads of 160 and of 1,200 bytes.
const LIMITS: [(Profile, [f64; 2]); 3] = [
    (Profile::AEAD_AES_128_GCM, [0.60, 0.65]),
    (Profile::AEAD_AES_256_GCM, [0.60, 0.65]),
    (Profile::AES_CM_128_HMAC_SHA1_80, [0.70, 1.0]),
];

const PAYLOADS: [usize; 2] = [160, 1_200];
const DIRECTIONS: [Direction; 2] = [Direction::Protect, Direction::Unprotect];
const SETUP: &str = "payload behind a 12-byte RTP header, one SSRC, replay window of 128; \
    packets made beforehand, 256 at a time";

/// The version in `Cargo.lock`, which no code can ask for.
const RTC_SRTP: &str = "rtc-srtp 0.21, ring";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [direction, profile, payload, packets] = &arguments[..] {
        return count(direction, profile, payload, packets);
    }
    let wheel = Wheel::load()?;
    let mut report = Report::new("srtp");
    for profile in profiles() {
        for (place, payload) in PAYLOADS.into_iter().enumerate() {
            let lengths = check(&wheel, profile, payload);
            for direction in DIRECTIONS {
                let mut ours = Runner::new(Ours::new(profile), direction, payload);
                let mut theirs =
                    Runner::new(Theirs::new(&wheel.library, profile), direction, payload);
                let name = format!("{}/{}/{payload}", direction.name(), profile.name());
                let counted = counted(direction, profile, payload);
                let row = Row::compare(format!("{name}/libsrtp"), compare(&mut ours, &mut theirs))
                    .bytes(lengths.0, Some(lengths.1))
                    .peer_version(&wheel.version)
                    .setup(SETUP)
                    .instructions(counted);
                let limit = LIMITS.iter().find(|limit| limit.0 == profile);
                report.push(limit.map_or(row.clone(), |limit| row.limit(limit.1[place])));
                if let Some(rtc) = Rtc::new(profile) {
                    let mut rtc = Runner::new(rtc, direction, payload);
                    let pair = compare(&mut ours, &mut rtc);
                    let row = Row::compare(format!("{name}/rtc-srtp"), pair)
                        .peer_version(RTC_SRTP)
                        .setup(SETUP)
                        .instructions(counted);
                    report.push(row);
                }
            }
        }
    }
    process::exit(report.finish())
}

fn profiles() -> impl Iterator<Item = Profile> {
    Profile::ENCRYPTING.into_iter().chain([Profile::NULL_HMAC_SHA1_80])
}

/// Makes sure that both do the same work: the same bytes where libsrtp derives its keys as
/// the RFC says, and packets that open. Gives the lengths of the protected packets.
fn check(wheel: &Wheel, profile: Profile, payload: usize) -> (u64, u64) {
    let (mut ours, mut theirs) = (Ours::new(profile), Theirs::new(&wheel.library, profile));
    let plain = Packet::new(1, payload);
    let (mut one, mut other) = (plain.clone(), plain.clone());
    ours.protect(&mut one);
    theirs.protect(&mut other);
    if profile.key_length() != 24 || wheel.library.derives_aes_192() {
        assert_eq!(one.bytes(), other.bytes(), "{profile:?}");
    }
    let lengths = (one.length as u64, other.length as u64);
    ours.unprotect(&mut one);
    theirs.unprotect(&mut other);
    assert!(one.bytes() == plain.bytes() && other.bytes() == plain.bytes(), "{profile:?}");
    lengths
}

/// Our instructions per packet: of protection, and of opening less the protection that
/// each packet to be opened needs.
fn counted(direction: Direction, profile: Profile, payload: usize) -> Option<u64> {
    let of = |direction: Direction| {
        instructions(&[direction.name(), profile.name(), &payload.to_string()])
    };
    match direction {
        Direction::Protect => of(direction),
        Direction::Unprotect => of(direction)?.checked_sub(of(Direction::Protect)?),
    }
}

/// What runs under Valgrind: this many packets, protected and perhaps opened.
fn count(direction: &str, profile: &str, payload: &str, packets: &str) -> io::Result<()> {
    let number = |text: &str| text.parse().map_err(io::Error::other);
    let profile = profiles()
        .find(|row| row.name() == profile)
        .ok_or_else(|| io::Error::other("no such profile"))?;
    let (payload, packets): (usize, usize) = (number(payload)?, number(packets)?);
    let mut ours = Ours::new(profile);
    let plain = Packet::new(0, payload);
    let mut packet = plain.clone();
    for sequence in 0..packets {
        packet.buffer.copy_from_slice(&plain.buffer);
        packet.length = plain.length;
        packet.buffer[2..4].copy_from_slice(&(sequence as u16).to_be_bytes());
        ours.protect(&mut packet);
        if direction == Direction::Unprotect.name() {
            ours.unprotect(&mut packet);
        }
    }
    Ok(())
}
