//! A secret is gone from memory once it is dropped.
//!
//! The process looks at itself through `/proc/self/mem`, which is a file, so the test needs
//! no unsafe code. It runs where that file exists; what is wiped does not depend on it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs::File;
use std::os::unix::fs::FileExt;

use privity_primitives::scratch::Scratch;
use privity_primitives::secret::{Secret, SecretVec};

const LENGTH: usize = 256;

#[test]
fn a_boxed_secret() {
    let secret = Secret::<LENGTH>::fill(|bytes| bytes.fill(pattern()));
    let address = secret.expose().as_ptr() as usize;
    assert_eq!(left_at(address), LENGTH);
    drop(secret);
    assert_gone(address);
}

#[test]
fn a_secret_of_variable_length() {
    let secret = SecretVec::new(vec![pattern(); LENGTH]);
    let address = secret.expose().as_ptr() as usize;
    assert_eq!(left_at(address), LENGTH);
    drop(secret);
    assert_gone(address);
}

#[test]
fn a_secret_whose_filling_failed() {
    let mut address = 0;
    let failed = Secret::<LENGTH>::try_fill(|bytes| {
        bytes.fill(pattern());
        address = bytes.as_ptr() as usize;
        Err(())
    });
    assert_eq!(failed.err(), Some(()));
    assert_gone(address);
}

#[test]
fn a_scratch_on_the_stack() {
    let mut scratch = Box::new(Scratch::<LENGTH>::new());
    scratch.expose_mut().fill(pattern());
    let address = scratch.expose().as_ptr() as usize;
    assert_eq!(left_at(address), LENGTH);
    drop(scratch);
    assert_gone(address);
}

/// The control: without wiping, the bytes would still be there.
#[test]
fn bytes_that_nobody_wipes_stay() {
    let bytes = vec![pattern(); LENGTH];
    let address = bytes.as_ptr() as usize;
    drop(bytes);
    assert!(left_at(address) > LENGTH / 2);
}

/// Not a constant that stands somewhere in the program's text in this length.
fn pattern() -> u8 {
    0xa0 | u8::try_from(std::process::id() % 16).unwrap()
}

fn assert_gone(address: usize) {
    // the allocator may write a few bytes of its own
    assert!(left_at(address) <= 2, "{} bytes are left", left_at(address));
}

/// How many of the bytes there are still the pattern.
fn left_at(address: usize) -> usize {
    let mut bytes = [0; LENGTH];
    File::open("/proc/self/mem").unwrap().read_exact_at(&mut bytes, address as u64).unwrap();
    bytes.iter().filter(|byte| **byte == pattern()).count()
}
