//! Where libsrtp comes from: the wheel of `pylibsrtp`, which holds the newest libsrtp that a
//! registry has built on OpenSSL 3 (Debian's is built on NSS, and slow). Nothing of Python
//! runs.

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use interop_srtp::Library;
use libloading::os::unix;

/// Names another libsrtp 2 to measure against.
const OVERRIDE: &str = "BENCH_LIBSRTP";

/// libsrtp and what it says of itself and of the OpenSSL it was built on.
pub(crate) struct Wheel {
    pub(crate) library: Library,
    pub(crate) version: String,
}

impl Wheel {
    /// Fetches the wheel into `target/` unless it is there, and loads the library.
    pub(crate) fn load() -> io::Result<Self> {
        let path = match env::var_os(OVERRIDE) {
            Some(path) => PathBuf::from(path),
            None => fetched()?,
        };
        let library = Library::load(&path).map_err(io::Error::other)?;
        let version = match openssl(&path) {
            Some(openssl) => format!("{}, {openssl}", library.version()),
            None => library.version().to_owned(),
        };
        Ok(Self { library, version })
    }
}

fn fetched() -> io::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../target/peers");
    fs::create_dir_all(&folder)?;
    let library = folder.join("pylibsrtp/_binding.abi3.so");
    if library.exists() {
        return Ok(library);
    }
    let list = root.join("peer.txt");
    let options = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"];
    let pinned = [OsStr::new("--require-hashes"), "-r".as_ref(), list.as_ref()];
    run(Command::new("python3").args(options).args(pinned).arg("--dest").arg(&folder))?;
    let wheel = fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension() == Some("whl".as_ref()))
        .ok_or_else(|| io::Error::other("pip left no wheel"))?;
    run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&folder))?;
    Ok(library)
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{command:?} ended with {status}")))
}

/// The version of the OpenSSL inside the library; none where it is another library's.
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

/// The only variable of Python that the wheel's library refers to; its functions are looked
/// up when they are called, and they are not.
// SAFETY: nothing else in this program has the name.
#[unsafe(no_mangle)]
#[used]
static _Py_NoneStruct: [usize; 8] = [0; 8];
