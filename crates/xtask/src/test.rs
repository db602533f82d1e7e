use std::time::{Duration, Instant};

use crate::error::Error;
use crate::repo::Repo;
use crate::setup;
use crate::suite::{Suite, TABLE};

pub(crate) const HELP: &str =
    "setup, then every suite: [SUITE...] runs only those, --allow-missing skips what is missing";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

struct Line {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// `cargo xtask test [--allow-missing] [SUITE...]`
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    let (flags, wanted): (Vec<_>, Vec<_>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with('-'));
    let unknown = |name: &&str| !TABLE.iter().any(|suite| suite.name == *name);
    if flags.iter().any(|flag| *flag != "--allow-missing") || wanted.iter().any(unknown) {
        let names: Vec<_> = TABLE.iter().map(|suite| suite.name).collect();
        let names = names.join(", ");
        return Err(Error::Usage(format!(
            "cargo xtask test [--allow-missing] [SUITE...] of {names}"
        )));
    }
    let allow_missing = !flags.is_empty();
    match setup::verb(repo, &[]) {
        Err(Error::Missing(what)) if allow_missing => println!("setup: goes on without {what}"),
        other => other?,
    }
    let chosen = TABLE.iter().filter(|suite| wanted.is_empty() || wanted.contains(&suite.name));
    let lines: Vec<_> = chosen.map(|suite| run(repo, suite, allow_missing)).collect();
    report(&lines)
}

fn run(repo: &Repo, suite: &Suite, allow_missing: bool) -> Line {
    let name = suite.name;
    let start = Instant::now();
    let outcome = if repo.has(suite.needs) {
        println!("== {name}");
        match (suite.run)(repo) {
            Ok(()) => Outcome::Passed,
            Err(Error::Missing(what)) if allow_missing => {
                println!("== {name}: missing: {what}");
                Outcome::Skipped
            }
            Err(error) => {
                println!("== {name}: {error}");
                Outcome::Failed
            }
        }
    } else {
        println!("== {name}: {} is missing", suite.needs);
        if allow_missing { Outcome::Skipped } else { Outcome::Failed }
    };
    let took = start.elapsed();
    println!("== {name}: {} in {:.0} s", word(outcome), took.as_secs_f64());
    Line { name, outcome, took }
}

fn report(lines: &[Line]) -> Result<(), Error> {
    println!("\n{:<12} {:<8} {:>7}", "suite", "result", "seconds");
    for line in lines {
        println!("{:<12} {:<8} {:>7.0}", line.name, word(line.outcome), line.took.as_secs_f64());
    }
    let count = |outcome| lines.iter().filter(|line| line.outcome == outcome).count();
    let (passed, failed) = (count(Outcome::Passed), count(Outcome::Failed));
    let skipped = match count(Outcome::Skipped) {
        0 => String::new(),
        skipped => format!(", {skipped} skipped"),
    };
    println!("\n{passed} passed, {failed} failed{skipped}");
    if failed == 0 && passed > 0 {
        return Ok(());
    }
    Err(Error::Reported)
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "FAILED",
        Outcome::Skipped => "skipped",
    }
}
