use serde_json::Value;

use crate::error::Error;
use crate::package;
use crate::repo::Repo;

pub(crate) const HELP: &str = "build the libraries with the oldest Rust that their manifests state";

/// `cargo xtask oldest`
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    if !arguments.is_empty() {
        return Err(Error::Usage("cargo xtask oldest".into()));
    }
    run(repo)
}

/// Statements are not enough: a dependency may make none, and need a newer one.
pub(crate) fn run(repo: &Repo) -> Result<(), Error> {
    let metadata = repo.metadata("Cargo.toml", &["--no-deps"])?;
    let version = metadata.pointer("/packages/0/rust_version").and_then(Value::as_str);
    let version = version.ok_or_else(|| Error::Failed("no rust-version is stated".into()))?;
    let get = ["rustup", "toolchain", "install", version, "--profile", "minimal"];
    if repo.output(&["rustup", "run", version, "rustc", "--version"]).is_err() {
        println!("installing Rust {version}");
        repo.output(&[&get[..], &["--no-self-update"]].concat())
            .map_err(|_| Error::Missing(format!("Rust {version}: `{}` fails", get.join(" "))))?;
    }
    let names = package::libraries(&metadata);
    let chosen = names.iter().flat_map(|name| ["--package", name]);
    let check = ["rustup", "run", version, "cargo", "check", "--locked", "--quiet"];
    let folder = ["--target-dir", "target/oldest"];
    repo.run(&check.into_iter().chain(folder).chain(chosen).collect::<Vec<_>>())?;
    println!("{} libraries build with Rust {version}", names.len());
    Ok(())
}
