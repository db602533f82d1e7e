//! The table of codes: complete, and the same as the page made from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;

use privity_conversation::account::{ChainFault, Change, PhraseFault, QrFault};
use privity_conversation::code::{CODES, find};
use privity_conversation::epoch::{EpochFault, Verdict, WrapFault};
use privity_conversation::format::{
    AccountId, ChainId, ConversationId, DeviceId, EntryHash, MessageId, Pin, StatementHash,
};
use privity_conversation::log::Refused;
use privity_conversation::message::{AuthorFault, Finding};
use privity_conversation::state::{Blocked, Event, Unwrappable};
use privity_conversation::{Error, Missing};
use privity_wire::{DecodeError, EncodeError, Writer};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ERRORS.md");

fn too_long() -> EncodeError {
    Writer::new().bytes16(&[0; 70_000]).map(drop).unwrap_err()
}

/// Codes of events.
fn told(id: AccountId, device: DeviceId) -> Vec<&'static str> {
    let (conversation, position, anchor) = (ConversationId([0; 32]), 0, 0);
    let verdict = Verdict::Proven { wrapper: id, device };
    let fault = WrapFault::NotOpened;
    let events = [
        Event::Starved { conversation },
        Event::Complained { conversation, account: id, anchor, verdict },
        Event::LinkRefused { conversation, anchor, by: id, device },
        Event::WrapRefused { conversation, anchor, fault },
        Event::EntryRefused { conversation, rule: Refused::Nobody },
        Event::Equivocated { account: id },
        Event::NotWrapped { conversation, account: id, why: Unwrappable::Closed },
    ];
    assert_eq!(Event::Confirmed { conversation, position }.code(), None);
    events.iter().map(|event| event.code().unwrap()).collect()
}

/// One value of every kind that has a code.
fn produced() -> BTreeSet<&'static str> {
    let id = AccountId([0; 32]);
    let (device, chain, message) = (DeviceId([0; 32]), ChainId([0; 16]), MessageId([0; 32]));
    let hash = EntryHash([0; 32]);
    let errors = [
        Error::Malformed(DecodeError::Invalid("x")),
        Error::TooLong(too_long()),
        Error::UpdateNeeded("x"),
        Error::Missing(Missing::Statements(Vec::new())),
        Error::Missing(Missing::Entries(0)),
        Error::Missing(Missing::EpochSecret(0)),
        Error::Decrypt,
        Error::Crypto(privity_primitives::Error::TooLong),
        Error::Misuse("x"),
        Error::NotGranted,
        Blocked::NotAccepted.into(),
        Blocked::NotMember.into(),
        Blocked::Forked.into(),
        Blocked::UpdateNeeded.into(),
        Blocked::RotationDue.into(),
        Blocked::Suspended(Vec::new()).into(),
        Blocked::SecretMissing.into(),
        Blocked::PostQuantum(Vec::new()).into(),
        Blocked::ContactChanged(Vec::new()).into(),
        Blocked::DeviceRevoked.into(),
        Blocked::ChangePending.into(),
        Blocked::NotSynced.into(),
    ];
    let findings = [
        Finding::Duplicate,
        Finding::Conflict { device, chain, counter: 0 },
        Finding::Gap { device, chain, first: 0, last: 0 },
        Finding::PreviousMissing { device, previous: message },
        Finding::Late,
        Finding::SeenMissing { seen: message },
        Finding::BeforeCutUnproven,
        Finding::Forked { position: 0, ours: hash, theirs: hash },
        Finding::EpochWithheld { anchor: 0 },
        Finding::InfoRefused { position: 0 },
        Finding::Suspended { account: id },
        Finding::RotationOverdue,
    ];
    let mut codes: BTreeSet<&str> = errors.iter().map(Error::code).collect();
    codes.extend(findings.iter().map(Finding::code));
    codes.extend(told(id, device));
    let pin = Pin { account: id, seq: 0, hash: StatementHash([0; 32]) };
    let scans = [
        QrFault::NotForMe,
        QrFault::OtherAccount(id),
        QrFault::Missing(vec![pin]),
        QrFault::Differs(pin),
    ];
    codes.extend(scans.iter().map(QrFault::code));
    let typed = [PhraseFault::WordCount, PhraseFault::UnknownWord(1), PhraseFault::Checksum];
    codes.extend(typed.map(PhraseFault::code));
    let changes = [
        Change::OtherAccount(id),
        Change::Equivocation,
        Change::RecoveryReset(1),
        Change::RolledBack(0),
    ];
    codes.extend(changes.map(Change::code));
    codes.extend(ChainFault::ALL.iter().map(|fault| Error::Chain(id, *fault).code()));
    codes.extend(Refused::ALL.iter().map(|rule| Error::Entry(*rule).code()));
    codes.extend(AuthorFault::ALL.iter().map(|fault| Error::Message(*fault).code()));
    codes.extend(WrapFault::ALL.iter().map(|fault| fault.code()));
    codes.extend(Unwrappable::ALL.iter().map(|why| why.code()));
    codes.extend(EpochFault::ALL.iter().map(|fault| fault.code()));
    codes
}

#[test]
fn every_code_has_one_row_and_every_row_a_code() {
    let rows: BTreeSet<&str> = CODES.iter().map(|row| row.code).collect();
    assert_eq!(rows.len(), CODES.len(), "a code stands twice");
    assert_eq!(rows, produced());
    assert!(CODES.iter().all(|row| !row.means.is_empty() && row.next.ends_with('.')));
}

#[test]
fn an_error_says_what_to_do_next() {
    assert_eq!(Error::from(Blocked::RotationDue).next(), "`rotate`, then repeat the call.");
    assert_eq!(find("no/such-code"), None);
}

/// `PRIVITY_WRITE=1 cargo test -p privity-conversation --test codes` writes the page.
#[test]
fn the_page_is_made_from_the_table() {
    let mut page = String::from(
        "# Errors and findings\n\n\
         An error means that a call failed and changed nothing; a finding, that it succeeded and has\n\
         something to tell. Codes are stable. This page is made from `crates/conversation/src/code.rs`\n\
         and held against it by `crates/conversation/tests/codes.rs`; what a relay answers stands in\n\
         RELAY.md, the errors of SRTP and ZRTP on the pages of their crates.\n\n\
         | code | what it says | what to do next |\n|---|---|---|\n",
    );
    for row in CODES {
        page.push_str(&format!("| `{}` | {} | {} |\n", row.code, row.means, row.next));
    }
    let path = Path::new(PAGE);
    if std::env::var_os("PRIVITY_WRITE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == page,
        "docs/ERRORS.md is old: run this test with PRIVITY_WRITE=1"
    );
}
