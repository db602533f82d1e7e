//! CPU time of a complete ZRTP handshake, both ends, from fresh contexts to keys: ours and
//! libbzrtp's in turns. S256, HS80, B32; AES1 with exponents of 256 bits, AES3 with 512.

mod ours;
mod peer;

use std::process::Command;

use bench_harness::{Report, Row, measure, measure_pair};
use interop_zrtp::Library;
use privity_primitives::random::System;
use privity_zrtp::{Cipher, KeyAgreement};

/// One handshake: how both libraries call it.
pub(crate) struct Case {
    name: &'static str,
    agreement: KeyAgreement,
    cipher: Cipher,
    /// Its number in `bzrtp.h`; 0 where libbzrtp 5.1 does not have it.
    id: u8,
    cipher_id: u8,
    limit: Option<f64>,
    iterations: u32,
}

const AES1: (Cipher, u8) = (Cipher::Aes1, 0x21);
const AES3: (Cipher, u8) = (Cipher::Aes3, 0x23);

/// Limits are ratios where there is a peer, milliseconds where not.
#[rustfmt::skip]
const CASES: [Case; 9] = [
    case("X255", KeyAgreement::X255, AES1, 0x42, Some(0.6), 40),
    case("DH3k", KeyAgreement::Dh3k, AES1, 0x45, Some(0.8), 6),
    case("DH3k-AES3", KeyAgreement::Dh3k, AES3, 0x45, None, 4),
    case("DH2k", KeyAgreement::Dh2k, AES1, 0x41, None, 10),
    case("X448", KeyAgreement::X448, AES1, 0x44, None, 10),
    case("EC25", KeyAgreement::Ec25, AES1, 0, Some(1.2), 40),
    case("EC38-S384", KeyAgreement::Ec38, AES3, 0, None, 10),
    case("E255", KeyAgreement::E255, AES1, 0, None, 40),
    case("PQ", KeyAgreement::XM76, AES1, 0, Some(1.0), 40),
];

const fn case(
    name: &'static str,
    agreement: KeyAgreement,
    (cipher, cipher_id): (Cipher, u8),
    id: u8,
    limit: Option<f64>,
    iterations: u32,
) -> Case {
    Case { name, agreement, cipher, id, cipher_id, limit, iterations }
}

const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [name, count] = arguments.as_slice() {
        return repeat(name, count);
    }
    let library = Library::system().unwrap_or_else(|error| {
        eprintln!("libbzrtp: {error}; cargo xtask setup installs it");
        std::process::exit(1)
    });
    let mut report = Report::new("zrtp");
    for case in &CASES {
        let row = run(case, &library);
        report.push(match case.limit {
            Some(limit) => row.limit(limit),
            None => row,
        });
    }
    std::process::exit(report.finish());
}

/// Our handshakes alone, `bench-zrtp NAME COUNT`: for a profiler.
fn repeat(name: &str, count: &str) {
    let mut rng = System::new().expect("the system's generator");
    let case = CASES.iter().find(|case| case.name == name).expect("a case");
    let configs = ours::configs(case);
    for _ in 0..count.parse::<u32>().expect("a number") {
        ours::handshake(&configs, &mut rng);
    }
}

/// What the package manager says; the library itself has no way to tell.
fn peer_version() -> String {
    let asked = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "libbzrtp0"]).output();
    let version = asked.ok().filter(|answer| answer.status.success()).map(|answer| answer.stdout);
    let version = version.and_then(|bytes| String::from_utf8(bytes).ok());
    format!("libbzrtp {}", version.as_deref().unwrap_or("of unknown version"))
}

fn run(case: &Case, library: &Library) -> Row {
    let mut rng = System::new().expect("the system's generator");
    let configs = ours::configs(case);
    let mut ours = || assert_eq!(ours::handshake(&configs, &mut rng), case.agreement);
    if case.id == 0 {
        let sample = measure(ROUNDS, case.iterations, ours);
        let row = Row::value(format!("handshake/{}", case.name), sample.cpu_ns / 1e6, "ms");
        let (cpu, wall) = (Some(sample.cpu_ns), Some(sample.wall_ns));
        return Row { ours_cpu_ns: cpu, ours_wall_ns: wall, ..row };
    }
    let setup = peer::setup(case);
    let peer = || assert_eq!(peer::handshake(library, &setup), case.id);
    let pair = measure_pair(ROUNDS, case.iterations, &mut ours, peer);
    Row::compare(format!("handshake/{}/bzrtp", case.name), pair)
        .peer_version(peer_version())
        .setup("libraries loaded, configurations made")
}
