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
    /// Whose address is limited.
    pub peer: Peer,
    /// How much of everything.
    pub limits: Limits,
}

/// Where a client's network address is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The other end of the connection.
    Socket,
    /// The last address of `X-Forwarded-For`: only behind a proxy that sets it, since
    /// anybody else can write what they like there.
    Forwarded,
}

impl Config {
    /// Listens on a free loopback port, with the database at `database`.
    #[must_use]
    pub fn loopback(database: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: database.into(),
            origin: None,
            peer: Peer::Socket,
            limits: Limits::default(),
        }
    }
}

/// Sizes, rates and times (RELAY.md, "Limits").
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the largest request body.
    pub body: usize,
    /// Bytes of all request bodies in memory at a time.
    pub bodies: usize,
    /// Bytes of all pages in memory that clients have not taken yet.
    pub answers: usize,
    /// Bytes of the bodies, and of the pages, of one address at a time; the largest body
    /// always fits.
    pub memory_of_address: usize,
    /// Requests per minute of one device; a burst may use up a minute's worth.
    pub requests_per_minute: NonZeroU32,
    /// New accounts and logins per minute of one address.
    pub logins_per_minute: NonZeroU32,
    /// Entries per minute of one device that neither remove, leave nor move a pin.
    pub entries_per_minute: NonZeroU32,
    /// Bytes of the bodies that one account, or one address without a login, may hand in at
    /// once; the largest body always fits.
    pub intake: usize,
    /// ... and a minute after that.
    pub intake_per_minute: usize,
    /// Bytes of the largest database; what would make it larger is refused.
    pub storage: u64,
    /// How long a token lasts.
    pub token: Duration,
    /// Tokens of one device; one more ends the oldest.
    pub tokens: usize,
    /// How long a challenge lasts.
    pub challenge: Duration,
    /// Challenges that wait for an answer; one more is refused.
    pub challenges: usize,
    /// Items of one page.
    pub page: usize,
    /// Bytes of one page's items, unless the first alone is larger.
    pub page_bytes: usize,
    /// HTTP connections; one more is closed at once.
    pub connections: usize,
    /// Connections of one address, live ones too, unless a proxy hides the addresses.
    pub connections_of_address: usize,
    /// How long a connection may take for a request's head, or between two requests.
    pub head: Duration,
    /// How long each MiB begun may take: of a request's body to come, of an answer to be
    /// taken.
    pub body_mebibyte: Duration,
    /// Live connections; one more is refused.
    pub live: usize,
    /// Live connections of one device; one more is refused.
    pub live_of_device: usize,
    /// Updates that a slow live connection may lag behind.
    pub live_backlog: usize,
    /// How often a live connection is asked for a sign of life; the time to log in, and to
    /// take a frame. One that is silent for three times as long is closed.
    pub live_pulse: Duration,
    /// How long a request waits for the database when another program writes to it.
    pub database: Duration,
    /// How long requests under way may go on once the relay is told to stop.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const fn per_minute(count: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(count.saturating_sub(1))
        }
        Self {
            body: 96 << 20,
            bodies: 384 << 20,
            answers: 384 << 20,
            memory_of_address: 128 << 20,
            requests_per_minute: per_minute(6_000),
            logins_per_minute: per_minute(600),
            entries_per_minute: per_minute(600),
            intake: 192 << 20,
            intake_per_minute: 64 << 20,
            storage: 1 << 40,
            token: Duration::from_hours(24),
            tokens: 8,
            challenge: Duration::from_mins(1),
            challenges: 10_000,
            page: 200,
            page_bytes: 8 << 20,
            connections: 10_000,
            connections_of_address: 1_000,
            head: Duration::from_secs(30),
            body_mebibyte: Duration::from_secs(30),
            live: 10_000,
            live_of_device: 4,
            live_backlog: 1_024,
            live_pulse: Duration::from_secs(30),
            database: Duration::from_secs(5),
            stop: Duration::from_secs(10),
        }
    }
}
