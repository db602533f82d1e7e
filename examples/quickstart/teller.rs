//! Says what happens, in lines that a person enjoys.

use std::time::Instant;

use privity::format::Entry;
use privity::{Changes, Codec, Request};

use crate::database::Report;
use crate::person::Person;

pub(crate) struct Teller {
    begun: Instant,
    detail: Detail,
    scenes: u32,
    epochs: u32,
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
        Self { begun: Instant::now(), detail, scenes: 0, epochs: 0 }
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

    pub(crate) fn sent(&mut self, name: &str, changes: &Changes) {
        for request in &changes.send {
            match request {
                Request::Append { entry, wraps, .. } => self.appended(name, entry, wraps),
                Request::Post { message, id, .. } => {
                    let (epoch, bytes) = (self.epochs, message.len());
                    println!("    {name} seals a message under epoch {epoch}: {bytes} bytes");
                    if self.detail == Detail::Log {
                        println!("      {id}");
                    }
                }
                _ => {}
            }
        }
    }

    fn appended(&mut self, name: &str, bytes: &[u8], wraps: &[Vec<u8>]) {
        let Ok(entry) = Entry::from_bytes(bytes) else { return };
        let starts = match entry.body().epoch {
            None => String::new(),
            Some(_) => {
                self.epochs += 1;
                format!(", which starts epoch {}", self.epochs)
            }
        };
        let wrapped: usize = wraps.iter().map(Vec::len).sum();
        println!(
            "    {name} appends entry {}{starts}: {} bytes, and wraps the key {} ({wrapped} bytes)",
            entry.body().position,
            bytes.len(),
            match wraps.len() {
                1 => "once".to_owned(),
                many => format!("{many} times"),
            }
        );
        if self.detail == Detail::Log {
            println!("      {:?}", entry.body().action);
            println!("      {}", hex(bytes));
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
