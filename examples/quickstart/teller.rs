//! Says what happens, in lines that a person enjoys.

use std::time::Instant;

use privity::{Changes, Request};

use crate::database::Report;
use crate::person::Person;

pub(crate) struct Teller {
    begun: Instant,
    detail: Detail,
    scenes: u32,
}

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Story,
    Log,
}

impl Teller {
    /// Tells the story, and with `--verbose` among the arguments the log too.
    pub(crate) fn new(arguments: impl Iterator<Item = String>) -> Self {
        let verbose = arguments.into_iter().any(|argument| argument == "--verbose");
        let detail = if verbose { Detail::Log } else { Detail::Story };
        Self { begun: Instant::now(), detail, scenes: 0 }
    }

    pub(crate) fn scene(&mut self, what: &str, why: &str) {
        self.scenes += 1;
        println!("\n{:2}. {what}: {why}   [{} ms]", self.scenes, self.begun.elapsed().as_millis());
    }

    pub(crate) fn line(&self, text: &str) {
        println!("    {text}");
    }

    pub(crate) fn person(&self, person: &Person, keys: &str) {
        println!("    {:6} {keys}", person.name());
        if self.detail == Detail::Log {
            println!("           {}", person.account());
        }
    }

    pub(crate) fn sent(&self, name: &str, changes: &Changes) {
        for request in &changes.send {
            match request {
                Request::Append { entry, wraps, .. } => {
                    let wrapped: usize = wraps.iter().map(Vec::len).sum();
                    println!(
                        "    {name} appends an entry of {} bytes with {} wraps of {wrapped} bytes",
                        entry.len(),
                        wraps.len()
                    );
                    if self.detail == Detail::Log {
                        println!("      {}", hex(entry));
                    }
                }
                Request::Post { message, id, .. } => {
                    println!("    {name} posts {} sealed bytes", message.len());
                    if self.detail == Detail::Log {
                        println!("      {id}");
                    }
                }
                _ => {}
            }
        }
    }

    pub(crate) fn database(&self, report: &Report) {
        println!(
            "    searched {} bytes: none of {} plaintexts found",
            report.bytes, report.searched
        );
        println!("    what it does see:");
        for (table, rows) in &report.tables {
            println!("      {rows:4} rows of {table}");
        }
        println!("\nAll of it held, in {} ms.", self.begun.elapsed().as_millis());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
