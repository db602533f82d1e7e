//! libsrtp built here from its sources, on the OpenSSL 3 that this machine has: what an app
//! gets that builds libsrtp for itself. Debian's own package is built on NSS, and slow.
//!
//! The sources are those in the package of `datachannel-sys`, the newest release that a
//! registry has; the lock file pins them by hash, and nothing else of that package is used.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

use serde_json::Value;

use crate::libsrtp::{folder, run};

/// Names another libsrtp 2 in its place.
const OVERRIDE: &str = "BENCH_LIBSRTP";

const PACKAGE: &str = "datachannel-sys";
const REMEDY: &str = "`cargo xtask setup` installs CMake and OpenSSL's headers, \
    and BENCH_LIBSRTP=PATH names a libsrtp 2 that is there";

/// Builds the library unless it is there, and gives its path.
pub(crate) fn build() -> io::Result<PathBuf> {
    if let Some(path) = env::var_os(OVERRIDE) {
        return Ok(PathBuf::from(path));
    }
    let (package, sources) = sources()?;
    let folder = folder(&package)?;
    let library = folder.join("libsrtp2.so");
    if library.exists() {
        return Ok(library);
    }
    let options = [
        "-DCMAKE_BUILD_TYPE=Release",
        "-DENABLE_OPENSSL=ON",
        "-DBUILD_SHARED_LIBS=ON",
        "-DLIBSRTP_TEST_APPS=OFF",
        "-DENABLE_WARNINGS_AS_ERRORS=OFF",
    ];
    println!("building libsrtp on this machine's OpenSSL ...");
    let places = ["-S".as_ref(), sources.as_os_str(), "-B".as_ref(), folder.as_os_str()];
    run(Command::new("cmake").args(options).args(places), REMEDY)?;
    run(Command::new("cmake").arg("--build").arg(&folder), REMEDY)?;
    Ok(library)
}

/// Has Cargo fetch the package, and asks where it put it: the package with its version, so
/// that no build of another one is measured, and the sources.
fn sources() -> io::Result<(String, PathBuf)> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let options = ["metadata", "--locked", "--format-version", "1", "--manifest-path"];
    let printed = run(Command::new("cargo").args(options).arg(manifest), REMEDY)?;
    let metadata: Value = serde_json::from_slice(&printed)?;
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == PACKAGE)
        .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent())
        .and_then(|root| {
            let package = root.file_name()?.to_str()?.to_owned();
            Some((package, root.join("libdatachannel/deps/libsrtp")))
        })
        .ok_or_else(|| io::Error::other(format!("Cargo names no package {PACKAGE}")))
}
