use std::io;

use crate::error::Error;
use crate::repo::Repo;

pub(crate) const HELP: &str = "install what the suites need (Debian packages, as root)";

/// A Debian package and what needs it.
struct Package {
    name: &'static str,
    why: &'static str,
}

const PACKAGES: &[Package] = &[
    Package { name: "libsrtp2-dev", why: "the SRTP peer of interop/" },
    Package { name: "libbzrtp-dev", why: "the ZRTP peer of interop/" },
    Package { name: "libbctoolbox-dev", why: "headers that libbzrtp-dev includes" },
    Package { name: "pkg-config", why: "finds the libraries above" },
    Package { name: "valgrind", why: "counts instructions in benches, secret branches in deep" },
    Package { name: "openssl", why: "holds a registered key outside, in an example" },
    Package { name: "python3", why: "the independent readings of the vectors" },
    Package { name: "python3-pip", why: "fetches an SRTP peer of benches/srtp" },
    Package { name: "cmake", why: "builds the other SRTP peer of benches/srtp" },
    Package {
        name: "libssl-dev",
        why: "the OpenSSL that it, and the DTLS peer of interop/, is built on",
    },
];

/// A program that comes with the toolchain, and how to get it where it does not.
struct Program {
    probe: &'static [&'static str],
    remedy: &'static str,
}

const PROGRAMS: &[Program] = &[
    Program { probe: &["git", "--version"], remedy: "install git" },
    Program { probe: &["cc", "--version"], remedy: "install a C compiler (Debian: gcc)" },
    Program { probe: &["cargo", "fmt", "--version"], remedy: "rustup component add rustfmt" },
    Program { probe: &["cargo", "clippy", "--version"], remedy: "rustup component add clippy" },
];

/// `cargo xtask setup`
pub(crate) fn verb(repo: &Repo, arguments: &[String]) -> Result<(), Error> {
    if !arguments.is_empty() {
        return Err(Error::Usage("cargo xtask setup".to_owned()));
    }
    let lacking: Vec<_> = PACKAGES.iter().filter(|package| !installed(repo, package)).collect();
    for package in &lacking {
        println!("setup: {} ({})", package.name, package.why);
    }
    let names: Vec<_> = lacking.iter().map(|package| package.name).collect();
    if !names.is_empty() {
        install(repo, &names)?;
    }
    for program in PROGRAMS {
        if repo.output(program.probe).is_err() {
            let probe = program.probe.join(" ");
            return Err(Error::Missing(format!("`{probe}` does not run: {}", program.remedy)));
        }
    }
    println!("setup: {} packages, {} programs in place", PACKAGES.len(), PROGRAMS.len());
    Ok(())
}

fn installed(repo: &Repo, package: &Package) -> bool {
    repo.output(&["dpkg-query", "--show", "--showformat=${db:Status-Status}", package.name])
        .is_ok_and(|status| status == "installed")
}

/// Installs from the lists that are there; fetches the lists only when that fails.
fn install(repo: &Repo, names: &[&str]) -> Result<(), Error> {
    let wanted = names.join(" ");
    match repo.output(&["id", "-u"]) {
        Ok(id) if id.trim() == "0" => {}
        _ => {
            return Err(Error::Missing(format!(
                "packages. As root, run: apt-get update && apt-get install {wanted}"
            )));
        }
    }
    let line = [&["apt-get", "install", "--yes", "--no-install-recommends"], names].concat();
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    match repo.run_with(&line, &quiet) {
        Ok(()) => return Ok(()),
        Err(Error::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::Missing(format!(
                "apt-get: this verb knows Debian's packages; elsewhere install what stands for {wanted}"
            )));
        }
        Err(_) => {}
    }
    repo.run_with(&["apt-get", "update"], &quiet)?;
    repo.run_with(&line, &quiet)
}
