use bench_harness::Sample;
use serde::{Deserialize, Serialize};

/// What one side of a case came to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) sample: Sample,
    /// Bytes that went out.
    pub(crate) bytes: u64,
}

impl Measured {
    /// The one in the middle, by CPU time.
    pub(crate) fn median(of: impl Iterator<Item = Self>) -> Self {
        let mut all: Vec<Self> = of.collect();
        all.sort_by(|one, other| one.sample.cpu_ns.total_cmp(&other.sample.cpu_ns));
        all[all.len() / 2]
    }
}

impl From<Sample> for Measured {
    fn from(sample: Sample) -> Self {
        Self { sample, bytes: 0 }
    }
}

/// A total, for each of `count` operations.
pub(crate) fn each(total: Sample, count: u32) -> Sample {
    let count = f64::from(count);
    Sample { cpu_ns: total.cpu_ns / count, wall_ns: total.wall_ns / count }
}
