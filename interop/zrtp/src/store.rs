use core::ptr;
use std::ffi::c_void;
use std::rc::Rc;

use crate::Library;
use crate::ffi::CACHE_SETUP;

/// A cache of libbzrtp, in memory; survives the calls that use it.
#[derive(Clone)]
pub struct Store(Rc<Database>);

struct Database {
    library: Library,
    handle: *mut c_void,
}

impl Store {
    /// An empty one.
    ///
    /// # Panics
    /// If SQLite or libbzrtp refuses.
    #[must_use]
    pub fn new(library: &Library) -> Self {
        let mut handle = ptr::null_mut();
        let functions = library.functions();
        // SAFETY: the name is NUL terminated, the handle a live variable.
        let opened = unsafe { (functions.sqlite_open)(c":memory:".as_ptr(), &mut handle) };
        assert_eq!(opened, 0, "sqlite3_open");
        // SAFETY: the handle is an open database; without a mutex, as one thread uses it.
        let made = unsafe { (functions.init_cache)(handle, ptr::null_mut()) };
        assert!(made == 0 || made == CACHE_SETUP, "bzrtp_initCache_lock: {made:#x}");
        Self(Rc::new(Database { library: library.clone(), handle }))
    }

    pub(crate) fn handle(&self) -> *mut c_void {
        self.0.handle
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: opened in `new`; every peer that used it held a `Store` and is gone.
        unsafe { (self.library.functions().sqlite_close)(self.handle) };
    }
}
