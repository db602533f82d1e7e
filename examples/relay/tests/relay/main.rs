//! A real relay on a loopback port, with a real database file, spoken to over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod accounts;
mod append;
mod contract;
mod database;
mod hostile;
mod limits;
mod live;
mod login;
mod memory;
mod messages;
mod person;
mod raw;
mod registered;
mod stop;
mod storage;
mod wraps;
