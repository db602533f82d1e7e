use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database file; it is made if it is not there.
    pub database: PathBuf,
    /// The origin that clients dial and sign for, if it is not `http://` and the listening
    /// address (behind a proxy that ends TLS, for instance).
    pub origin: Option<String>,
    /// How much of everything.
    pub limits: Limits,
}

impl Config {
    /// Listens on a free loopback port, with the database at `database`.
    #[must_use]
    pub fn loopback(database: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: database.into(),
            origin: None,
            limits: Limits::default(),
        }
    }
}

/// Sizes, rates and times (RELAY.md, "Limits").
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the largest request body.
    pub body: usize,
    /// Requests per minute of one device; a burst may use up a minute's worth.
    pub requests_per_minute: NonZeroU32,
    /// New accounts and logins per minute of one address.
    pub logins_per_minute: NonZeroU32,
    /// Entries per minute of one device that neither remove, leave nor move a pin.
    pub entries_per_minute: NonZeroU32,
    /// How long a token lasts.
    pub token: Duration,
    /// How long a challenge lasts.
    pub challenge: Duration,
    /// Challenges that wait for an answer; one more is refused.
    pub challenges: usize,
    /// Items of one page.
    pub page: usize,
    /// Updates that a slow live connection may lag behind.
    pub live_backlog: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const fn per_minute(count: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(count.saturating_sub(1))
        }
        Self {
            body: 96 << 20,
            requests_per_minute: per_minute(6_000),
            logins_per_minute: per_minute(600),
            entries_per_minute: per_minute(600),
            token: Duration::from_secs(24 * 60 * 60),
            challenge: Duration::from_secs(60),
            challenges: 10_000,
            page: 200,
            live_backlog: 1_024,
        }
    }
}
