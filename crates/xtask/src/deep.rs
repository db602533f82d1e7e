use std::time::Instant;

use crate::error::Error;
use crate::repo::Repo;
use crate::{fuzz, tool};

pub(crate) const HELP: &str = "[CHECK]: the long checks, all or one";

/// A check that takes too long for every change.
struct Check {
    name: &'static str,
    run: fn(&Repo) -> Result<(), Error>,
}

const CHECKS: &[Check] = &[
    Check { name: "fuzz", run: fuzz::long },
    Check { name: "minimal", run: minimal },
    Check { name: "mutants", run: mutants },
    Check { name: "advisories", run: advisories },
];

/// `cargo xtask deep [CHECK]`
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    let chosen: Vec<_> = CHECKS
        .iter()
        .filter(|check| arguments.is_empty() || arguments.iter().any(|name| name == check.name))
        .collect();
    if chosen.is_empty() || chosen.len() < arguments.len() {
        let names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
        return Err(Error::Usage(format!("cargo xtask deep [CHECK] of {}", names.join(", "))));
    }
    let mut failed = 0;
    for check in &chosen {
        println!("== {}", check.name);
        let start = Instant::now();
        let word = match (check.run)(repo) {
            Ok(()) => "passed",
            Err(error) => {
                failed += 1;
                println!("== {}: {error}", check.name);
                "FAILED"
            }
        };
        println!("== {}: {word} in {:.0} s", check.name, start.elapsed().as_secs_f64());
    }
    println!("\n{} passed, {failed} failed", chosen.len() - failed);
    if failed == 0 { Ok(()) } else { Err(Error::Reported) }
}

/// With the oldest versions that the manifests allow, in a copy with a lock file of its own.
fn minimal(repo: &Repo) -> Result<(), Error> {
    const COPY: &str = "target/minimal";
    repo.copy_to(COPY)?;
    // the one resolver option that stable does not offer
    let variables = [("RUSTC_BOOTSTRAP", "1"), ("CARGO_TARGET_DIR", "target/minimal-build")];
    let manifest = ["--manifest-path", "target/minimal/Cargo.toml"];
    let update = ["cargo", "update", "--quiet", "-Zdirect-minimal-versions"];
    repo.run_with(&[&update[..], &manifest].concat(), &variables)?;
    let check = ["cargo", "check", "--quiet", "--workspace", "--all-targets"];
    repo.run_with(&[&check[..], &manifest].concat(), &variables[1..])
}

/// Every change of one place in the code that no test notices.
fn mutants(repo: &Repo) -> Result<(), Error> {
    tool::install(repo, &tool::MUTANTS)?;
    let options = ["--no-shuffle", "--in-place=false", "--output", "target/mutants"];
    let packages = ["wire", "primitives", "conversation", "srtp", "zrtp"];
    let packages: Vec<String> = packages.iter().map(|name| format!("privity-{name}")).collect();
    let mut line = [&["cargo", "mutants"][..], &options].concat();
    for package in &packages {
        line.extend(["--package", package]);
    }
    repo.run(&line)
}

/// The RustSec database against every lock file; needs the database to be reachable.
fn advisories(repo: &Repo) -> Result<(), Error> {
    tool::install(repo, &tool::DENY)?;
    for manifest in crate::suite::WORKSPACES.iter().filter(|manifest| repo.has(manifest)) {
        let line = ["cargo", "deny", "--manifest-path", manifest, "check", "advisories"];
        repo.run(&[&line[..], &["--config", "deny.toml"]].concat())?;
    }
    Ok(())
}
