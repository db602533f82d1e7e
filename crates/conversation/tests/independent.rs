//! A second reading of docs/PROTOCOL.md, in Python (tests/independent), of the frozen vectors:
//! parsers, rules, key schedules and signatures without any code of this crate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn within(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn the_frozen_accounts_read_as_the_protocol_says() {
    let run = Command::new("python3")
        .arg("-B")
        .arg(within("tests/independent/accounts.py"))
        .arg(within("tests/data/privity/account.json"))
        .arg(within("src/account/words.txt"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_frozen_small_formats_read_as_the_pages_say() {
    let run = Command::new("python3")
        .arg("-B")
        .arg(within("tests/independent/formats.py"))
        .arg(within("tests/data/privity/formats.json"))
        .arg(within("tests/data/privity/stored.json"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_frozen_log_folds_as_the_protocol_says() {
    let run = Command::new("python3")
        .arg("-B")
        .arg(within("tests/independent/log.py"))
        .arg(within("tests/data/privity/log.json"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
