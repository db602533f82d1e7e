//! What every bench shares: rows, clocks, child processes, the table and the JSON file.
//!
//! ```text
//!   measure ──> Sample ──> Row ──> Report ──> target/bench/AREA.json, a table, the exit code
//! ```
//!
//! A bench measures ours and the peer in one run and, where it can, in turns, so that a
//! noisy machine disturbs both alike; figures are medians. `ratio` is ours / peer of CPU
//! time. A row with a limit fails the run when its ratio (or, without a peer, its value)
//! is larger.
//!
//! ```no_run
//! use bench_harness::{Report, Row, measure_pair};
//!
//! let mut report = Report::new("example");
//! let pair = measure_pair(15, 1_000, || 1 + 1, || 2 + 2);
//! report.push(Row::compare("add/peer", pair).peer_version("peer 1.2").limit(1.0));
//! std::process::exit(report.finish());
//! ```
//!
//! | part | where |
//! |---|---|
//! | one measured case | [`Row`] |
//! | CPU time, wall time, medians | [`measure`], [`measure_pair`], [`measure_once`] |
//! | one process per peer | [`child`] |
//! | instructions under Valgrind | [`instructions`] |
//! | the file, the table, the limits | [`Report`] |

pub mod child;
mod clock;
mod instructions;
mod report;
mod row;

pub use clock::{Sample, measure, measure_once, measure_pair};
pub use instructions::instructions;
pub use report::Report;
pub use row::Row;
