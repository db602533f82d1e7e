use crate::error::Error;
use crate::repo::Repo;

/// A cargo subcommand at a pinned version.
pub(crate) struct Tool {
    package: &'static str,
    version: &'static str,
    probe: &'static [&'static str],
}

pub(crate) const DENY: Tool =
    Tool { package: "cargo-deny", version: "0.20.2", probe: &["cargo", "deny", "--version"] };

pub(crate) const MUTANTS: Tool =
    Tool { package: "cargo-mutants", version: "27.1.0", probe: &["cargo", "mutants", "--version"] };

/// Installs the pinned version unless it is the one that answers.
pub(crate) fn install(repo: &Repo, tool: &Tool) -> Result<(), Error> {
    if repo.output(tool.probe).is_ok_and(|text| text.trim_end().ends_with(tool.version)) {
        return Ok(());
    }
    let (package, version) = (tool.package, tool.version);
    println!("installing {package} {version}");
    repo.run(&["cargo", "install", "--quiet", "--locked", package, "--version", version])
}
