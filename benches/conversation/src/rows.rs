use bench_harness::{Report, Row, Sample, child};

use crate::Measured;

/// Ours against a peer: a row.
struct Case {
    name: &'static str,
    sides: (&'static str, &'static str),
    /// How often both processes run in turn; the medians count.
    turns: usize,
    limit: Option<f64>,
    peer: &'static str,
    setup: &'static str,
}

const MEGOLM: &str = "vodozemac 0.11.1, Megolm version 1";
const MLS: &str = "mls-rs 0.57.0 with RustCrypto 0.23.0, cipher suite 1";
const OPENMLS: &str = "openmls 0.9.2 with RustCrypto 0.6.0, cipher suite 1";
const HPKE: &str = "hpke 0.15.1, DHKEM(X25519), HKDF-SHA256, AES-256-GCM";

const ALONE: &str = "1,024 bytes; nothing is saved on either side";
const SAVED: &str = "1,024 bytes; ours with its sealed records, the peer with its sealed pickle";
const ARCHIVE: &str = "10,000 messages of 100 epochs, per message; ours walks from one wrap, \
                       the peer imports a session for each epoch";
const ADD: &str = "1,000 members; one more, confirmed; ours an X-Wing member with the history, \
                   its card verified";
const FULL: &str = "as add_member_1000/mls-rs-sparse, every node of the tree filled by a commit";
const ROTATE: &str = "1,000 members, confirmed; ours signs every wrap";
const CREATE: &str = "one entry or commit with all members, confirmed; cards verified before";
const JOIN: &str = "10,000 members; from the bytes to the list of members; the creator is known";

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("seal_1k/megolm", ("seal", "seal-megolm"), 5, Some(1.0), MEGOLM, ALONE),
    case("open_1k/megolm", ("open", "open-megolm"), 5, Some(1.0), MEGOLM, ALONE),
    case("send_1k/megolm", ("send", "send-megolm"), 5, None, MEGOLM, SAVED),
    case("receive_1k/megolm", ("receive", "receive-megolm"), 5, None, MEGOLM, SAVED),
    case("open_archive_1k/megolm", ("archive", "archive-megolm"), 3, Some(1.0), MEGOLM, ARCHIVE),
    case("add_member_1000/mls-rs-full", ("add", "add-mls-full"), 1, Some(0.05), MLS, FULL),
    case("add_member_1000/mls-rs-sparse", ("add", "add-mls-sparse"), 1, None, MLS, ADD),
    case("add_member_1000/openmls", ("add", "add-openmls"), 1, None, OPENMLS, ADD),
    case("rotate_1000_x25519/hpke", ("rotate-x25519", "rotate-hpke"), 3, Some(1.3), HPKE, ROTATE),
    case("rotate_1000_xwing/mls-rs-sparse", ("rotate-xwing", "rotate-mls"), 1, Some(1.8), MLS, ROTATE),
    case("create_10000_x25519/mls-rs", ("create-x25519", "create-mls"), 1, Some(1.0), MLS, CREATE),
    case("create_10000_xwing/mls-rs", ("create-xwing", "create-mls"), 1, Some(1.5), MLS, CREATE),
    case("create_1000_x25519/openmls", ("create-1000", "create-openmls"), 1, None, OPENMLS, CREATE),
    case("join_10000/mls-rs", ("join", "join-mls"), 1, Some(0.3), MLS, JOIN),
];

const fn case(
    name: &'static str,
    sides: (&'static str, &'static str),
    turns: usize,
    limit: Option<f64>,
    peer: &'static str,
    setup: &'static str,
) -> Case {
    Case { name, sides, turns, limit, peer, setup }
}

/// Runs every case; the exit code.
pub(crate) fn run() -> i32 {
    let mut report = Report::new("conversation");
    for case in CASES {
        report.push(compare(case));
    }
    report.push(walk());
    report.push(memory());
    report.finish()
}

fn compare(case: &Case) -> Row {
    let (ours, theirs): (Vec<Measured>, Vec<Measured>) =
        (0..case.turns).map(|_| (ask(case.sides.0), ask(case.sides.1))).unzip();
    let ours = Measured::median(ours.into_iter());
    let theirs = Measured::median(theirs.into_iter());
    let row = Row::compare(case.name, (ours.sample, theirs.sample))
        .peer_version(case.peer)
        .setup(case.setup);
    let row = match (ours.bytes, theirs.bytes) {
        (0, _) => row,
        (ours, theirs) => row.bytes(ours, Some(theirs)),
    };
    match case.limit {
        Some(limit) => row.limit(limit),
        None => row,
    }
}

fn walk() -> Row {
    let Measured { sample: Sample { cpu_ns, wall_ns }, .. } = ask("walk");
    let row = Row::value("archive_walk_1000", cpu_ns / 1e6, "ms").limit(2.0);
    let row = row.setup("1,000 links from the newest epoch to the oldest, each checked");
    Row { ours_cpu_ns: Some(cpu_ns), ours_wall_ns: Some(wall_ns), ..row }
}

fn memory() -> Row {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_str().expect("a path in UTF-8");
    let () = child::ask(&["memory-build", path]).expect("the store of a client");
    let megabytes: f64 = child::ask(&["memory", path]).expect("a client's size");
    Row::value("memory_1000x100", megabytes, "MB").limit(50.0).setup(
        "one client in 1,000 conversations of 10 members and 100 epochs, opened from its \
         records, one message sent in each: growth of the process",
    )
}

fn ask(side: &str) -> Measured {
    child::ask(&[side]).unwrap_or_else(|error| panic!("{side}: {error}"))
}
