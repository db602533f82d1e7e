//! The libsrtp to measure against, and what it says of itself.

use std::ffi::{CStr, c_char, c_int};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use interop_srtp::Library;
use libloading::os::unix;

/// A libsrtp, with its version and that of the OpenSSL it was built on.
pub(crate) struct Libsrtp {
    pub(crate) library: Library,
    pub(crate) version: String,
}

impl Libsrtp {
    pub(crate) fn load(path: &Path) -> io::Result<Self> {
        let library = Library::load(path).map_err(io::Error::other)?;
        let version = match openssl(path) {
            Some(openssl) => format!("{}, {openssl}", library.version()),
            None => library.version().to_owned(),
        };
        Ok(Self { library, version })
    }
}

/// The version of the OpenSSL under the library; none where it is another library's.
fn openssl(path: &Path) -> Option<String> {
    type Version = unsafe extern "C" fn(c_int) -> *const c_char;
    // SAFETY: the library is loaded already; `OpenSSL_version` of OpenSSL's `crypto.h` has
    // this type, and gives a static string for 0.
    unsafe {
        let flags = unix::RTLD_LAZY | unix::RTLD_LOCAL;
        let library = unix::Library::open(Some(path), flags).ok()?;
        let version = library.get::<Version>(b"OpenSSL_version\0").ok()?;
        Some(CStr::from_ptr(version(0)).to_string_lossy().into_owned())
    }
}

/// A folder of `target/` for what a peer comes as.
pub(crate) fn folder(name: &str) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers").join(name);
    fs::create_dir_all(&folder)?;
    folder.canonicalize()
}

/// Runs a command to its end and gives what it printed; `remedy` says what helps if it fails.
pub(crate) fn run(command: &mut Command, remedy: &str) -> io::Result<Vec<u8>> {
    let line = format!("{command:?}");
    let failed = |what: String| io::Error::other(format!("{line} {what}; {remedy}"));
    let output = command.output().map_err(|error| failed(format!("does not start: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(format!("ended with {}: {said}", output.status)))
}
