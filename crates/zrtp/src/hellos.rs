//! What is done with a Hello, in whatever phase before the call is encrypted (RFC 6189, 4.1).

use crate::core::{Core, StreamKind, VERSION};
use crate::env::Env;
use crate::message::{ErrorCode, Hello, Message};
use crate::peers::Arrival;
use crate::state::Incoming;
use crate::{Error, Event, PeerMisbehaved, Unsupported};

/// Checks a Hello, keeps it as a candidate and acknowledges it.
///
/// # Errors
/// The rule it breaks; it is not acknowledged then.
pub(crate) fn receive(
    hello: &Hello,
    incoming: &Incoming<'_>,
    core: &mut Core,
    env: &mut Env<'_>,
) -> Result<Arrival, Error> {
    if !core.peers.knows(incoming.bytes) {
        check(hello, incoming, core, env)?;
    }
    let arrival = core.peers.arrive(hello, incoming.bytes, incoming.ssrc, env.now)?;
    core.answer(&Message::HelloAck, incoming.ssrc, env.now);
    if let Arrival::New { .. } = arrival {
        core.event(Event::PeerFound { zid: hello.zid, client: hello.client });
    }
    Ok(arrival)
}

fn check(
    hello: &Hello,
    incoming: &Incoming<'_>,
    core: &mut Core,
    env: &mut Env<'_>,
) -> Result<(), Error> {
    if !core.is_announced(incoming.bytes) {
        return Err(PeerMisbehaved::HelloHash.into());
    }
    check_version(hello, incoming.ssrc, core, env)?;
    if hello.zid == core.config.zid {
        core.answer(&Message::Error(ErrorCode::EqualZid), incoming.ssrc, env.now);
        return Err(PeerMisbehaved::OwnZid.into());
    }
    if core.kind == StreamKind::Further {
        env.call.key_with(hello.zid)?;
    }
    Ok(())
}

/// A lower version is told so; with a higher one we go on sending ours until the peer comes
/// down (RFC 6189, 4.1.1). The last digit does not count.
fn check_version(hello: &Hello, ssrc: u32, core: &mut Core, env: &Env<'_>) -> Result<(), Error> {
    let significant = |version: &[u8; 4]| [version[0], version[1], version[2]];
    let (theirs, ours) = (significant(&hello.version), significant(VERSION));
    if theirs < ours {
        core.answer(&Message::Error(ErrorCode::Version), ssrc, env.now);
    }
    if theirs == ours { Ok(()) } else { Err(Unsupported::Version.into()) }
}
