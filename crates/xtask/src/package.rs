use serde_json::Value;

use crate::error::Error;
use crate::repo::Repo;

pub(crate) const HELP: &str = "pack the libraries into target/package, and build what was packed";

/// `cargo xtask package`
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    if !arguments.is_empty() {
        return Err(Error::Usage("cargo xtask package".into()));
    }
    pack(repo, &[])
}

/// Packs them, with what is not committed yet, and builds nothing.
pub(crate) fn short(repo: &Repo) -> Result<(), Error> {
    pack(repo, &["--no-verify", "--allow-dirty"])
}

fn pack(repo: &Repo, flags: &[&str]) -> Result<(), Error> {
    let metadata = repo.metadata("Cargo.toml", &["--no-deps"])?;
    let names = libraries(&metadata);
    let chosen = names.iter().flat_map(|name| ["--package", name]);
    let line: Vec<_> =
        ["cargo", "package", "--locked", "--quiet"].into_iter().chain(chosen).collect();
    repo.run(&[&line[..], flags].concat())?;
    names.iter().for_each(|name| println!("packed {name}"));
    Ok(())
}

/// What may leave the repository: all that its manifest does not keep in it.
pub(crate) fn libraries(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let public = packages.filter(|package| package["publish"].is_null());
    public.filter_map(|package| package["name"].as_str().map(String::from)).collect()
}
