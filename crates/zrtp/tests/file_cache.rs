//! The file cache of the example: what was saved is there after a restart, and nothing else.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../examples/file_cache/file_cache.rs"]
mod file_cache;

use std::path::PathBuf;
use std::{env, fs, process};

use file_cache::FileCache;
use privity_primitives::random::System;
use privity_primitives::secret::Secret;
use privity_zrtp::{Cache, Retained, Zid};

const PEER: Zid = Zid([7; 12]);

fn key(fill: u8) -> Secret<32> {
    Secret::fill(|bytes| bytes.fill(fill))
}

/// A path of its own, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("zrtp-{name}-{}", process::id())))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn saved(place: &Place) {
    let mut cache = FileCache::open(&place.0, key(1)).unwrap();
    let row = Retained { rs1: Some(key(9)), verified: true, ..Retained::default() };
    cache.store(PEER, row);
    cache.save(0, &mut System::new().unwrap()).unwrap();
}

#[test]
fn what_was_saved_is_there_after_a_restart() {
    let place = Place::new("restart");
    saved(&place);
    let row = FileCache::open(&place.0, key(1)).unwrap().lookup(PEER, 0).unwrap();
    assert_eq!(row.rs1, Some(key(9)));
    assert!(row.verified);
}

#[test]
fn a_missing_file_is_an_empty_cache() {
    let place = Place::new("missing");
    assert!(FileCache::open(&place.0, key(1)).unwrap().lookup(PEER, 0).is_none());
}

#[test]
fn another_key_or_a_changed_file_is_an_error_and_not_an_empty_cache() {
    let place = Place::new("changed");
    saved(&place);
    assert!(FileCache::open(&place.0, key(2)).is_err());
    let mut sealed = fs::read(&place.0).unwrap();
    let last = sealed.last_mut().unwrap();
    *last ^= 1;
    fs::write(&place.0, sealed).unwrap();
    assert!(FileCache::open(&place.0, key(1)).is_err());
}

#[test]
fn nothing_is_written_where_nothing_changed() {
    let place = Place::new("unchanged");
    saved(&place);
    let before = fs::read(&place.0).unwrap();
    FileCache::open(&place.0, key(1)).unwrap().save(0, &mut System::new().unwrap()).unwrap();
    assert_eq!(fs::read(&place.0).unwrap(), before);
}
