use std::hint::black_box;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// Nanoseconds per operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// CPU time of the whole process.
    pub cpu_ns: f64,
    /// Wall time.
    pub wall_ns: f64,
}

/// Measures `rounds` rounds of `iterations` calls after one warm-up round; the median.
pub fn measure<T>(rounds: usize, iterations: u32, mut operation: impl FnMut() -> T) -> Sample {
    round(iterations, &mut operation);
    median((0..rounds).map(|_| round(iterations, &mut operation)).collect())
}

/// Measures ours and the peer in turns, so that noise hits both alike; the medians.
pub fn measure_pair<T, U>(
    rounds: usize,
    iterations: u32,
    mut ours: impl FnMut() -> T,
    mut peer: impl FnMut() -> U,
) -> (Sample, Sample) {
    round(iterations, &mut ours);
    round(iterations, &mut peer);
    let samples: Vec<_> =
        (0..rounds).map(|_| (round(iterations, &mut ours), round(iterations, &mut peer))).collect();
    (
        median(samples.iter().map(|pair| pair.0).collect()),
        median(samples.iter().map(|pair| pair.1).collect()),
    )
}

/// Measures one call and gives its result back: for work that is done once.
pub fn measure_once<T>(operation: impl FnOnce() -> T) -> (T, Sample) {
    let (cpu, wall) = (cpu_now(), Instant::now());
    let result = operation();
    let sample = Sample { cpu_ns: cpu_now() - cpu, wall_ns: wall.elapsed().as_nanos() as f64 };
    (result, sample)
}

fn round<T>(iterations: u32, operation: &mut impl FnMut() -> T) -> Sample {
    let ((), total) = measure_once(|| {
        for _ in 0..iterations {
            black_box(operation());
        }
    });
    let count = f64::from(iterations);
    Sample { cpu_ns: total.cpu_ns / count, wall_ns: total.wall_ns / count }
}

fn median(samples: Vec<Sample>) -> Sample {
    let middle = |pick: fn(&Sample) -> f64| {
        let mut values: Vec<f64> = samples.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Sample { cpu_ns: middle(|sample| sample.cpu_ns), wall_ns: middle(|sample| sample.wall_ns) }
}

fn cpu_now() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
