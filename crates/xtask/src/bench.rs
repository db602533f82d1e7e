use crate::error::Error;
use crate::repo::Repo;

pub(crate) const HELP: &str = "[AREA]: measure against peers, all areas or one";

const MANIFEST: &str = "benches/Cargo.toml";

/// `cargo xtask bench [AREA]`: every area is a package `bench-AREA`, which writes
/// `target/bench/AREA.json` and fails when it misses a limit.
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    let metadata = repo.metadata(MANIFEST, &["--no-deps"])?;
    let names = crate::structure::crates::names(&metadata);
    let areas: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix("bench-"))
        .filter(|area| *area != "harness")
        .collect();
    let chosen: Vec<&str> = match arguments {
        [] => areas.clone(),
        [area] if areas.contains(&area.as_str()) => vec![area.as_str()],
        _ => {
            return Err(Error::Usage(format!("cargo xtask bench [AREA] of {}", areas.join(", "))));
        }
    };
    let mut missed = Vec::new();
    for area in chosen {
        println!("== bench {area}");
        let package = format!("bench-{area}");
        let line = ["cargo", "run", "--release", "--locked", "--manifest-path", MANIFEST];
        if let Err(error) = repo.run(&[&line[..], &["--package", &package]].concat()) {
            println!("== bench {area}: {error}");
            missed.push(area);
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    Err(Error::Failed(format!("limits missed or runs failed: {}", missed.join(", "))))
}
