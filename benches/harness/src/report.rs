use std::path::PathBuf;
use std::{fs, io};

use crate::Row;

/// The rows of one area on their way to the table and to `target/bench/AREA.json`.
#[derive(Debug)]
pub struct Report {
    area: String,
    rows: Vec<Row>,
}

impl Report {
    /// Starts empty; `area` names the file.
    #[must_use]
    pub fn new(area: impl Into<String>) -> Self {
        Self { area: area.into(), rows: Vec::new() }
    }

    /// Adds a row and prints its line at once, so that a long run shows where it is.
    pub fn push(&mut self, row: Row) {
        if self.rows.is_empty() {
            println!("{}", heading());
        }
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// Writes the file, lists missed limits and gives the exit code: 0, or 1 for a missed
    /// limit, a run without rows or a file that could not be written.
    #[must_use]
    pub fn finish(self) -> i32 {
        let path = match self.write() {
            Ok(path) => path,
            Err(error) => {
                eprintln!("the file could not be written: {error}");
                return 1;
            }
        };
        println!("\n{} rows in {}", self.rows.len(), path.display());
        let missed: Vec<_> = self.rows.iter().filter(|row| row.misses_limit()).collect();
        for row in &missed {
            println!("LIMIT MISSED: {}", line(row));
        }
        i32::from(self.rows.is_empty() || !missed.is_empty())
    }

    fn write(&self) -> io::Result<PathBuf> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
        fs::create_dir_all(&folder)?;
        let path = folder.canonicalize()?.join(format!("{}.json", self.area));
        fs::write(&path, serde_json::to_string_pretty(&self.rows)? + "\n")?;
        Ok(path)
    }
}

fn heading() -> String {
    let columns = ("case", "ours", "peer", "ratio", "limit", "value", "instr.");
    let (case, ours, peer, ratio, limit, value, instructions) = columns;
    format!("{case:<52} {ours:>10} {peer:>10} {ratio:>7} {limit:>7} {value:>12} {instructions:>9}")
}

fn line(row: &Row) -> String {
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
    let value =
        row.value.map(|value| format!("{value:.2} {}", row.unit.as_deref().unwrap_or_default()));
    format!(
        "{:<52} {:>10} {:>10} {:>7} {:>7} {:>12} {:>9}",
        row.case,
        row.ours_cpu_ns.map_or_else(|| "-".to_owned(), duration),
        row.peer_cpu_ns.map_or_else(|| "-".to_owned(), duration),
        figure(row.ratio),
        figure(row.limit),
        value.unwrap_or_else(|| "-".to_owned()),
        row.instructions.map_or_else(|| "-".to_owned(), |count| count.to_string()),
    )
}

fn duration(ns: f64) -> String {
    match ns {
        ns if ns < 1e4 => format!("{ns:.0} ns"),
        ns if ns < 1e7 => format!("{:.1} us", ns / 1e3),
        ns => format!("{:.1} ms", ns / 1e6),
    }
}
