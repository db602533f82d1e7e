//! The project's own verbs; run without one, it lists them.
//!
//! ```text
//!   cargo xtask VERB ──> VERBS ──> setup   what the machine needs
//!                            ├──> test    setup, then every row of suite::table
//!                            └──> ...     each verb is one file
//! ```
//!
//! Suites, packages, arrows and limits are rows of tables: to add one is to add a line.

mod bench;
mod deep;
mod deny;
mod error;
mod fuzz;
mod oldest;
mod package;
mod repo;
mod setup;
mod structure;
mod suite;
mod test;
mod tool;

use std::process::ExitCode;

use crate::error::Error;
use crate::repo::Repo;

struct Verb {
    name: &'static str,
    help: &'static str,
    run: fn(&Repo, &[String]) -> Result<(), Error>,
}

const VERBS: &[Verb] = &[
    Verb { name: "setup", help: setup::HELP, run: setup::verb },
    Verb { name: "test", help: test::HELP, run: test::verb },
    Verb { name: "deep", help: deep::HELP, run: deep::verb },
    Verb { name: "bench", help: bench::HELP, run: bench::verb },
    Verb { name: "fuzz", help: fuzz::HELP, run: fuzz::verb },
    Verb { name: "oldest", help: oldest::HELP, run: oldest::verb },
    Verb { name: "package", help: package::HELP, run: package::verb },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else {
        println!("usage: cargo xtask VERB\n");
        for verb in VERBS {
            println!("  {:<8} {}", verb.name, verb.help);
        }
        return ExitCode::from(if name.is_empty() { 0 } else { 2 });
    };
    match Repo::find().and_then(|repo| (verb.run)(&repo, &rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !matches!(error, Error::Reported) {
                eprintln!("xtask {}: {error}", verb.name);
            }
            error.exit_code()
        }
    }
}
