//! Structure checks: what a reviewer would otherwise have to look for.
//!
//! | check | rule |
//! |---|---|
//! | [`crates`] | arrows between crates; who may name which outside crates |
//! | [`modules`] | arrows between modules; an error module never imports upwards |
//! | [`effects`] | no clock, socket, thread, file or async in `crates/` |
//! | [`size`] | lines of a file and of a function |
//! | [`orphans`] | every `.rs` file is in a module tree |
//! | [`links`] | relative links in Markdown lead to a file |
//! | [`words`] | leftovers, machine paths and host names in any tracked file |
//!
//! Each check is a pure function over what was read, so that its tests can hand it a small
//! bad example.

pub(crate) mod crates;
mod effects;
mod links;
mod modules;
mod orphans;
mod paths;
mod size;
mod source;
mod words;

use crate::error::Error;
use crate::repo::Repo;
use crate::structure::source::Source;
use crate::suite::WORKSPACES;

/// Runs every check and shows all findings.
pub(crate) fn run(repo: &Repo) -> Result<(), Error> {
    let files = repo.files()?;
    let mut findings = Vec::new();
    let mut sources = Vec::new();
    for path in files.iter().filter(|path| path.ends_with(".rs")) {
        match Source::parse(path, &repo.read(path)?) {
            Ok(source) => sources.push(source),
            Err(error) => findings.push(format!("{path}: {error}")),
        }
    }
    let mut roots = Vec::new();
    for manifest in WORKSPACES.iter().filter(|manifest| repo.has(manifest)) {
        let metadata = repo.metadata(manifest, &["--no-deps"])?;
        roots.extend(orphans::roots(&metadata).iter().map(|path| repo.relative(path)));
        if *manifest == "Cargo.toml" {
            findings.extend(crates::check(&metadata));
        }
    }
    findings.extend(orphans::check(&sources, &roots));
    let exports = modules::exports(&sources);
    for source in &sources {
        findings.extend(size::check(source));
        findings.extend(effects::check(source));
        findings.extend(modules::check(source, &exports));
        findings.extend(crates::check_source(source));
    }
    findings.extend(modules::check_errors(&sources, &exports));
    for path in files.iter().filter(|path| words::is_checked(path)) {
        // what is not text holds no words
        if let Ok(text) = repo.read(path) {
            findings.extend(words::check(path, &text));
            if path.ends_with(".md") {
                findings.extend(links::check(path, &text, &|file| repo.has(file)));
            }
        }
    }
    for finding in &findings {
        println!("structure: {finding}");
    }
    if findings.is_empty() {
        return Ok(());
    }
    Err(Error::Failed(format!("{} findings", findings.len())))
}
