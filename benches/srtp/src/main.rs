//! `cargo xtask bench srtp`: protect and unprotect against libsrtp on the OpenSSL 3 of this
//! machine and on the newest one, and against rtc-srtp; each profile, payloads of 160 and
//! 1,200 bytes.

mod batch;
mod libsrtp;
mod parties;
mod sources;
mod wheel;

use std::{env, io, process};

use bench_harness::{Report, Row, instructions};
use interop_srtp::Library;
use privity_srtp::Profile;

use batch::{Direction, Packet, Party, Runner, compare};
use libsrtp::Libsrtp;
use parties::{Ours, Rtc, Theirs};

/// What the ratio to libsrtp on this machine's OpenSSL may be at most, for payloads of 160
/// and of 1,200 bytes.
const LIMITS: [(Profile, [f64; 2]); 3] = [
    (Profile::AEAD_AES_128_GCM, [0.60, 0.65]),
    (Profile::AEAD_AES_256_GCM, [0.60, 0.65]),
    (Profile::AES_CM_128_HMAC_SHA1_80, [0.70, 1.0]),
];

/// The peer that the limits are for.
const LIMITED: &str = "libsrtp";

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
    let peers = [
        (LIMITED, Libsrtp::load(&sources::build()?)?),
        (wheel::NAME, Libsrtp::load(&wheel::fetch()?)?),
    ];
    let mut report = Report::new("srtp");
    for profile in profiles() {
        for payload in PAYLOADS {
            for direction in DIRECTIONS {
                Case { direction, profile, payload }.measure(&peers, &mut report);
            }
        }
    }
    process::exit(report.finish())
}

/// What ours and every peer do with the same packets.
#[derive(Clone, Copy)]
struct Case {
    direction: Direction,
    profile: Profile,
    payload: usize,
}

impl Case {
    /// A row against each libsrtp and, where it has the profile, against rtc-srtp.
    fn measure(self, peers: &[(&str, Libsrtp)], report: &mut Report) {
        let Self { direction, profile, payload } = self;
        let counted = counted(direction, profile, payload);
        let row = |peer: &str, pair| {
            let name = format!("{}/{}/{payload}/{peer}", direction.name(), profile.name());
            Row::compare(name, pair).setup(SETUP).instructions(counted)
        };
        let mut ours = Runner::new(Ours::new(profile), direction, payload);
        for (peer, theirs) in peers {
            let lengths = check(&theirs.library, profile, payload);
            let party = Theirs::new(&theirs.library, profile);
            let pair = compare(&mut ours, &mut Runner::new(party, direction, payload));
            let row =
                row(peer, pair).bytes(lengths.0, Some(lengths.1)).peer_version(&theirs.version);
            report.push(match self.limit(peer) {
                Some(limit) => row.limit(limit),
                None => row,
            });
        }
        if let Some(rtc) = Rtc::new(profile) {
            let pair = compare(&mut ours, &mut Runner::new(rtc, direction, payload));
            report.push(row("rtc-srtp", pair).peer_version(RTC_SRTP));
        }
    }

    fn limit(self, peer: &str) -> Option<f64> {
        let (_, limits) =
            LIMITS.into_iter().find(|row| peer == LIMITED && row.0 == self.profile)?;
        PAYLOADS.into_iter().zip(limits).find(|row| row.0 == self.payload).map(|row| row.1)
    }
}

fn profiles() -> impl Iterator<Item = Profile> {
    Profile::ENCRYPTING.into_iter().chain([Profile::NULL_HMAC_SHA1_80])
}

/// Makes sure that both do the same work: the same bytes where libsrtp derives its keys as
/// the RFC says, and packets that open. Gives the lengths of the protected packets.
fn check(library: &Library, profile: Profile, payload: usize) -> (u64, u64) {
    let (mut ours, mut theirs) = (Ours::new(profile), Theirs::new(library, profile));
    let plain = Packet::new(1, payload);
    let (mut one, mut other) = (plain.clone(), plain.clone());
    ours.protect(&mut one);
    theirs.protect(&mut other);
    if profile.key_length() != 24 || library.derives_aes_192() {
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
