//! vodozemac's Megolm, version 1, as it stands in its documentation.

use std::hint::black_box;

use bench_harness::{Sample, measure_once};
use vodozemac::megolm::{
    ExportedSessionKey, GroupSession, InboundGroupSession, MegolmMessage, SessionConfig,
};

use crate::archive::{EPOCHS, MESSAGES};
use crate::message::BODY;

/// `GroupSession::encrypt`, to bytes.
pub(crate) fn seal(count: u32) -> Sample {
    let mut session = GroupSession::new(SessionConfig::version_1());
    messages(&mut session, count);
    let (sealed, sample) = measure_once(|| messages(&mut session, count));
    black_box(sealed);
    crate::each(sample, count)
}

/// `InboundGroupSession::decrypt`, from bytes.
pub(crate) fn open(count: u32) -> Sample {
    let mut session = GroupSession::new(SessionConfig::version_1());
    let mut inbound = InboundGroupSession::new(&session.session_key(), SessionConfig::version_1());
    let sealed = messages(&mut session, 2 * count);
    let (warm, measured) = sealed.split_at(count as usize);
    decrypt(&mut inbound, warm);
    let ((), sample) = measure_once(|| decrypt(&mut inbound, measured));
    crate::each(sample, count)
}

/// `encrypt` and the session's pickle, which an app saves before it sends.
pub(crate) fn send(count: u32) -> Sample {
    let mut session = GroupSession::new(SessionConfig::version_1());
    let send = |session: &mut GroupSession| {
        black_box(session.encrypt(vec![b'x'; BODY]).to_bytes());
        black_box(session.pickle().encrypt(&PICKLE_KEY));
    };
    let ((), sample) = measure_once(|| (0..count).for_each(|_| send(&mut session)));
    crate::each(sample, count)
}

/// `decrypt` and the session's pickle, which an app saves with what it shows.
pub(crate) fn receive(count: u32) -> Sample {
    let mut session = GroupSession::new(SessionConfig::version_1());
    let mut inbound = InboundGroupSession::new(&session.session_key(), SessionConfig::version_1());
    let sealed = messages(&mut session, count);
    let ((), sample) = measure_once(|| {
        for message in &sealed {
            decrypt(&mut inbound, std::slice::from_ref(message));
            black_box(inbound.pickle().encrypt(&PICKLE_KEY));
        }
    });
    crate::each(sample, count)
}

/// Every message of the archive, oldest first; sessions imported as from a key backup.
pub(crate) fn read() -> Sample {
    let archive: Vec<(ExportedSessionKey, Vec<Vec<u8>>)> = (0..EPOCHS)
        .map(|_| {
            let mut session = GroupSession::new(SessionConfig::version_1());
            let inbound =
                InboundGroupSession::new(&session.session_key(), SessionConfig::version_1());
            let key = inbound.export_at_first_known_index();
            (key, messages(&mut session, MESSAGES / EPOCHS))
        })
        .collect();
    let ((), sample) = measure_once(|| {
        for (key, messages) in &archive {
            let mut session = InboundGroupSession::import(key, SessionConfig::version_1());
            decrypt(&mut session, messages);
        }
    });
    crate::each(sample, MESSAGES)
}

fn messages(session: &mut GroupSession, count: u32) -> Vec<Vec<u8>> {
    (0..count).map(|_| session.encrypt(vec![b'x'; BODY]).to_bytes()).collect()
}

fn decrypt(session: &mut InboundGroupSession, messages: &[Vec<u8>]) {
    for message in messages {
        let message = MegolmMessage::from_bytes(message).expect("a message");
        black_box(session.decrypt(&message).expect("decrypted"));
    }
}

const PICKLE_KEY: [u8; 32] = [7; 32];
