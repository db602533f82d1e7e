use serde::Serialize;

use crate::Sample;

/// One measured case; what was not measured is null in the file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Name of the case, `WHAT/…/PEER`.
    pub case: String,
    /// Our CPU time per operation.
    pub ours_cpu_ns: Option<f64>,
    /// The peer's CPU time per operation.
    pub peer_cpu_ns: Option<f64>,
    /// Our wall time per operation.
    pub ours_wall_ns: Option<f64>,
    /// The peer's wall time per operation.
    pub peer_wall_ns: Option<f64>,
    /// Our instructions per operation.
    pub instructions: Option<u64>,
    /// Ours / peer, of CPU time.
    pub ratio: Option<f64>,
    /// A figure without a peer.
    pub value: Option<f64>,
    /// Unit of `value`.
    pub unit: Option<String>,
    /// Bytes of our result.
    pub ours_bytes: Option<u64>,
    /// Bytes of the peer's result.
    pub peer_bytes: Option<u64>,
    /// What `ratio` (without one: `value`) may be at most.
    pub limit: Option<f64>,
    /// The peer and its version.
    pub peer_version: Option<String>,
    /// What was set up outside the measured time.
    pub setup: Option<String>,
}

impl Row {
    /// Ours against a peer.
    #[must_use]
    pub fn compare(case: impl Into<String>, (ours, peer): (Sample, Sample)) -> Self {
        Self {
            case: case.into(),
            ours_cpu_ns: Some(ours.cpu_ns),
            peer_cpu_ns: Some(peer.cpu_ns),
            ours_wall_ns: Some(ours.wall_ns),
            peer_wall_ns: Some(peer.wall_ns),
            ratio: Some(ours.cpu_ns / peer.cpu_ns),
            ..Self::default()
        }
    }

    /// A figure without a peer.
    #[must_use]
    pub fn value(case: impl Into<String>, value: f64, unit: impl Into<String>) -> Self {
        Self { case: case.into(), value: Some(value), unit: Some(unit.into()), ..Self::default() }
    }

    /// What `ratio` (without one: `value`) may be at most.
    #[must_use]
    pub fn limit(self, limit: f64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The peer and its version.
    #[must_use]
    pub fn peer_version(self, version: impl Into<String>) -> Self {
        Self { peer_version: Some(version.into()), ..self }
    }

    /// What was set up outside the measured time.
    #[must_use]
    pub fn setup(self, setup: impl Into<String>) -> Self {
        Self { setup: Some(setup.into()), ..self }
    }

    /// Bytes of our result and of the peer's.
    #[must_use]
    pub fn bytes(self, ours: u64, peer: Option<u64>) -> Self {
        Self { ours_bytes: Some(ours), peer_bytes: peer, ..self }
    }

    /// Our instructions per operation, if they could be counted.
    #[must_use]
    pub fn instructions(self, instructions: Option<u64>) -> Self {
        Self { instructions, ..self }
    }

    /// Whether the row is over its limit (or has a limit and no figure).
    #[must_use]
    pub fn misses_limit(&self) -> bool {
        self.limit
            .is_some_and(|limit| !self.ratio.or(self.value).is_some_and(|figure| figure <= limit))
    }
}
