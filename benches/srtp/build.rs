//! The wheel's library asks its process for one variable of Python; see `src/wheel.rs`.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol=_Py_NoneStruct");
}
