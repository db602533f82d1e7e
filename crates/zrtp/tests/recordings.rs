//! Handshakes of two other implementations, recomputed from their recorded secrets: DHResult,
//! total_hash, s0, every derived key, the SAS and the SRTP keys; each packet comes back byte
//! for byte.
//!
//! The environment variable `ZRTP_RECORDINGS` names a further folder. Prints a line for each
//! file: `ok FILE` or `skipped FILE: algorithm`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod recording;

use std::path::{Path, PathBuf};
use std::{env, fs};

use recording::Recording;

#[test]
fn recorded_handshakes_are_recomputed() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings");
    let mut files = json_files(&own);
    assert!(files.len() >= 12, "{} recordings", files.len());
    if let Some(further) = env::var_os("ZRTP_RECORDINGS").filter(|folder| !folder.is_empty()) {
        files.extend(json_files(&from_workspace(Path::new(&further))));
    }
    // The harness leaves its own line open.
    println!();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let recording = Recording::read(&file);
        match recording.unsupported() {
            Some(algorithm) => println!("skipped {name}: {algorithm}"),
            None => {
                let _ = recording.check();
                println!("ok {name}");
            }
        }
    }
}

/// Tests run in the folder of their package; whoever calls stands in the workspace's.
fn from_workspace(folder: &Path) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    if folder.is_dir() { folder.to_owned() } else { workspace }
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}
