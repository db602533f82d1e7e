//! Random conversations over a bad network, each from its seed: whatever people do and the
//! network loses, repeats or holds back, in the end everybody has what the log says and has
//! been shown what it grants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;
mod operation;
mod world;

use world::World;

/// Sequences in each of the four tests.
const SEQUENCES: u64 = 300;
/// Sequences between people who met once.
const TOGETHER: u64 = 20;
/// The same, as a step.
const TOGETHER_STEP: usize = 20;

fn run(first: u64, percent: u32) {
    for start in (first..first + SEQUENCES).step_by(TOGETHER_STEP) {
        let mut world = World::meet(start, percent);
        for seed in start..start + TOGETHER {
            world.begin(seed);
            world.operate();
            world.settle();
            world.check();
        }
    }
}

#[test]
fn on_a_good_network() {
    run(0, 0);
}

#[test]
fn on_a_network_that_sometimes_fails() {
    run(100_000, 10);
}

#[test]
fn on_a_network_that_fails_often() {
    run(200_000, 30);
}

#[test]
fn on_a_network_that_hardly_works() {
    run(300_000, 60);
}
