use std::path::Path;

use bench_harness::child;
use privity_primitives::wrap::Suite;

use crate::{Measured, archive, group, hpke_peer, megolm, memory, message, mls, openmls_peer};

/// Messages of a round.
const MESSAGES: u32 = 5_000;

/// One side of a case, by name.
struct Side {
    name: &'static str,
    run: fn() -> Measured,
}

const fn side(name: &'static str, run: fn() -> Measured) -> Side {
    Side { name, run }
}

const SIDES: &[Side] = &[
    side("seal", || message::seal_alone(MESSAGES).into()),
    side("seal-megolm", || megolm::seal(MESSAGES).into()),
    side("open", || message::open_alone(MESSAGES).into()),
    side("open-megolm", || megolm::open(MESSAGES).into()),
    side("send", || message::send(MESSAGES).into()),
    side("send-megolm", || megolm::send(MESSAGES).into()),
    side("receive", || message::receive(MESSAGES).into()),
    side("receive-megolm", || megolm::receive(MESSAGES).into()),
    side("archive", || archive::read().into()),
    side("archive-megolm", || megolm::read().into()),
    side("walk", || archive::walk().into()),
    side("add", || group::add(1_000)),
    side("add-mls-full", || mls::add_full(1_000)),
    side("add-mls-sparse", || mls::add_sparse(1_000)),
    side("add-openmls", || openmls_peer::add_sparse(1_000)),
    side("rotate-x25519", || group::rotate(1_000, Suite::X25519)),
    side("rotate-hpke", || hpke_peer::seals(1_000)),
    side("rotate-xwing", || group::rotate(1_000, Suite::XWing)),
    side("rotate-mls", || mls::rotate_sparse(1_000)),
    side("create-x25519", || group::create(10_000, Suite::X25519)),
    side("create-xwing", || group::create(10_000, Suite::XWing)),
    side("create-mls", || mls::create(10_000)),
    side("create-1000", || group::create(1_000, Suite::X25519)),
    side("create-openmls", || openmls_peer::create(1_000)),
    side("join", || group::join(10_000)),
    side("join-mls", || mls::join(10_000)),
];

/// Runs the side and prints what it came to, for the process that asked.
pub(crate) fn answer(name: &str, path: Option<&String>) {
    let printed = match (name, path) {
        ("memory-build", Some(path)) => child::answer(&memory::build(Path::new(path))),
        ("memory", Some(path)) => child::answer(&memory::measure(Path::new(path))),
        _ => {
            let side = SIDES.iter().find(|side| side.name == name).expect("a side by that name");
            child::answer(&(side.run)())
        }
    };
    printed.expect("standard output");
}
