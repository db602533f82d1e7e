//! What `cargo xtask test` runs, in this order: one row a suite.

use crate::error::Error;
use crate::repo::Repo;
use crate::{deny, fuzz, oldest, package, structure};

/// One suite.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    /// A file without which the suite cannot run.
    pub(crate) needs: &'static str,
    pub(crate) run: fn(&Repo) -> Result<(), Error>,
}

/// The suites; cheap ones first, so that a small mistake is found early.
pub(crate) const TABLE: &[Suite] = &[
    Suite { name: "fmt", needs: "Cargo.toml", run: fmt },
    Suite { name: "structure", needs: "Cargo.toml", run: structure::run },
    Suite { name: "deny", needs: "deny.toml", run: deny::run },
    Suite { name: "clippy", needs: "Cargo.toml", run: clippy },
    Suite { name: "alone", needs: "Cargo.toml", run: alone },
    Suite { name: "oldest", needs: "Cargo.toml", run: oldest },
    Suite { name: "tests", needs: "Cargo.toml", run: tests },
    Suite { name: "docs", needs: "Cargo.toml", run: docs },
    Suite { name: "package", needs: "Cargo.toml", run: package::short },
    Suite { name: "interop", needs: "interop/Cargo.toml", run: interop },
    Suite { name: "fuzz", needs: "fuzz/Cargo.toml", run: fuzz::short },
    Suite { name: "benches", needs: "benches/Cargo.toml", run: benches },
];

/// Workspaces of their own: formatted and linted like the main one.
pub(crate) const WORKSPACES: &[&str] =
    &["Cargo.toml", "benches/Cargo.toml", "interop/Cargo.toml", "fuzz/Cargo.toml"];

fn fmt(repo: &Repo) -> Result<(), Error> {
    for manifest in WORKSPACES.iter().filter(|manifest| repo.has(manifest)) {
        repo.run(&["cargo", "fmt", "--all", "--check", "--manifest-path", manifest])?;
    }
    Ok(())
}

fn clippy(repo: &Repo) -> Result<(), Error> {
    repo.run(&["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--quiet"])
}

/// Each crate by itself: what another crate's features would have supplied is missing here.
fn alone(repo: &Repo) -> Result<(), Error> {
    let metadata = repo.metadata("Cargo.toml", &["--no-deps"])?;
    for name in structure::crates::names(&metadata) {
        repo.run(&["cargo", "check", "--locked", "--quiet", "--package", &name])?;
    }
    Ok(())
}

/// A machine that can't get that Rust has but the statements that `deny` compares, and says so.
fn oldest(repo: &Repo) -> Result<(), Error> {
    match oldest::run(repo) {
        Err(Error::Missing(what)) => {
            println!("NOT BUILT with the oldest Rust. Missing: {what}");
            Ok(())
        }
        other => other,
    }
}

fn tests(repo: &Repo) -> Result<(), Error> {
    repo.run(&["cargo", "test", "--workspace", "--locked", "--quiet"])
}

fn docs(repo: &Repo) -> Result<(), Error> {
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    repo.run_with(&["cargo", "doc", "--workspace", "--no-deps", "--locked", "--quiet"], &strict)
}

fn interop(repo: &Repo) -> Result<(), Error> {
    repo.run(&["cargo", "test", "--manifest-path", "interop/Cargo.toml", "--locked", "--quiet"])
}

/// Benches are measured by `cargo xtask bench`; here they must compile.
fn benches(repo: &Repo) -> Result<(), Error> {
    let manifest = ["--manifest-path", "benches/Cargo.toml", "--locked", "--quiet"];
    repo.run(&[&["cargo", "clippy", "--workspace", "--all-targets"][..], &manifest].concat())
}
