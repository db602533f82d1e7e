use syn::visit::{self, Visit};
use syn::{ExprAsync, ExprClosure, ItemMod, ItemStatic, Signature, StaticMutability, Type};

use crate::structure::paths;
use crate::structure::source::{Source, is_test_only};

/// Crates that act on the world, by name.
const EXEMPT: &[&str] = &["xtask"];

/// What the core may not touch: time and randomness are its arguments, bytes its results.
const FORBIDDEN: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::os",
    "std::process",
    "std::sync::LazyLock",
    "std::sync::atomic",
    "std::thread",
    "std::thread_local",
    "std::time::Instant",
    "std::time::SystemTime",
    "thread_local",
    "tokio",
];

/// Clocks, sockets, threads, files, globals and async in `crates/*/src`.
pub(crate) fn check(source: &Source) -> Vec<String> {
    match source.module() {
        Some((room, _)) if !EXEMPT.contains(&room) => {}
        _ => return Vec::new(),
    }
    let mut uses = Asynchronous::default();
    uses.visit_file(&source.syntax);
    let mut findings: Vec<String> = uses
        .lines
        .iter()
        .map(|line| format!("{}:{line}: async or a mutable global in the core", source.path))
        .collect();
    for named in paths::in_file(&source.syntax) {
        let path = named.segments.join("::");
        let inside = |rule: &&&str| path == **rule || path.starts_with(&format!("{rule}::"));
        if FORBIDDEN.iter().any(|rule| inside(&rule)) {
            findings.push(format!("{}:{}: the core may not use {path}", source.path, named.line));
        }
    }
    findings
}

#[derive(Default)]
struct Asynchronous {
    lines: Vec<usize>,
}

impl<'ast> Visit<'ast> for Asynchronous {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test_only(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.lines.extend(signature.asyncness.map(|word| word.span.start().line));
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast ExprAsync) {
        self.lines.push(block.async_token.span.start().line);
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        self.lines.extend(closure.asyncness.map(|word| word.span.start().line));
        visit::visit_expr_closure(self, closure);
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        let mutable = matches!(item.mutability, StaticMutability::Mut(_));
        if mutable || is_once_lock(&item.ty) {
            self.lines.push(item.static_token.span.start().line);
        }
    }
}

/// A value that is computed once may stand in a struct, not in a global.
fn is_once_lock(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.iter().any(|segment| segment.ident == "OnceLock")
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::structure::source::Source;

    fn findings(path: &str, text: &str) -> usize {
        check(&Source::parse(path, text).unwrap()).len()
    }

    #[test]
    fn a_clock_a_socket_a_thread_and_async_are_found() {
        for text in [
            "use std::time::{Duration, Instant};",
            "fn f() -> u64 { std::time::SystemTime::now().into() }",
            "use std::net::UdpSocket;",
            "fn f() { std::thread::spawn(g); }",
            "async fn f() {}",
            "fn f() { let _ = async { 1 }; }",
            "static mut COUNT: u32 = 0;",
            "static ONCE: OnceLock<u32> = OnceLock::new();",
            "thread_local! { static A: u8 = 1; }",
        ] {
            assert_eq!(findings("crates/wire/src/bad.rs", text), 1, "{text}");
        }
    }

    #[test]
    fn durations_tests_and_xtask_are_free() {
        assert_eq!(findings("crates/wire/src/good.rs", "use std::time::Duration;"), 0);
        assert_eq!(findings("crates/wire/src/good.rs", "use std::sync::OnceLock;"), 0);
        assert_eq!(findings("crates/xtask/src/a.rs", "use std::time::Instant;"), 0);
        assert_eq!(findings("crates/wire/tests/a.rs", "use std::fs;"), 0);
    }
}
