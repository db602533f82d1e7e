//! libsrtp on the newest OpenSSL 3, with its code for AVX-512: the one inside the wheel of
//! `pylibsrtp`. Nothing of Python runs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::libsrtp::{folder, run};

/// As it stands in the name of a row.
pub(crate) const NAME: &str = "libsrtp-wheel";

const REMEDY: &str = "`cargo xtask setup` installs Python and pip";

/// Fetches the wheel unless it is there, and gives the path of the library.
pub(crate) fn fetch() -> io::Result<PathBuf> {
    let folder = folder("wheel")?;
    let library = folder.join("pylibsrtp/_binding.abi3.so");
    if library.exists() {
        return Ok(library);
    }
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer.txt");
    let options = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"];
    let pinned = [OsStr::new("--require-hashes"), "-r".as_ref(), list.as_ref()];
    run(Command::new("python3").args(options).args(pinned).arg("--dest").arg(&folder), REMEDY)?;
    let wheel = fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension() == Some("whl".as_ref()))
        .ok_or_else(|| io::Error::other("pip left no wheel"))?;
    run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&folder), REMEDY)?;
    Ok(library)
}

/// The only variable of Python that the wheel's library refers to; its functions are looked
/// up when they are called, and they are not.
// SAFETY: nothing else in this program has the name.
#[unsafe(no_mangle)]
#[used]
static _Py_NoneStruct: [usize; 8] = [0; 8];
