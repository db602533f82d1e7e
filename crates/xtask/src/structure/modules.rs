use std::collections::BTreeMap;

use crate::structure::paths::{self, Named};
use crate::structure::source::Source;

/// Modules of one crate, lowest first: each may name those before it.
struct Layers {
    room: &'static str,
    order: &'static [&'static str],
}

const LAYERS: &[Layers] = &[Layers {
    room: "conversation",
    order: &[
        "format", "fault", "code", "error", "draw", "account", "log", "epoch", "message", "state",
    ],
}];

/// For each crate by its folder: where a name that its root gives again comes from.
pub(crate) type Exports = BTreeMap<String, Names>;

type Names = BTreeMap<String, String>;

/// Reads the `use` items of every crate's root.
pub(crate) fn exports(sources: &[Source]) -> Exports {
    let mut exports = Exports::new();
    for source in sources {
        let Some((room, module)) = source.module() else { continue };
        if !module.is_empty() {
            continue;
        }
        let names = exports.entry(room.to_owned()).or_default();
        for Named { segments, .. } in paths::in_file(&source.syntax) {
            if let [first, .., last] = segments.as_slice() {
                names.insert(last.clone(), first.clone());
            }
        }
    }
    exports
}

/// Arrows between the modules of a layered crate, and imports whose origin a reader cannot
/// see (`use super::*` outside tests).
pub(crate) fn check(source: &Source, exports: &Exports) -> Vec<String> {
    let Some((room, module)) = source.module() else { return Vec::new() };
    let mut findings = Vec::new();
    let named = paths::in_file(&source.syntax);
    for Named { segments, line } in &named {
        let first = segments.first().map(String::as_str);
        if first == Some("super") && segments.last().is_some_and(|last| last == "*") {
            findings.push(format!("{}:{line}: name what is imported from super", source.path));
        }
    }
    let Some(layers) = LAYERS.iter().find(|layers| layers.room == room) else { return findings };
    // the crate's root ties the modules together
    let Some(own) = module.first() else { return findings };
    let place = |name: &str| layers.order.iter().position(|layer| *layer == name);
    let Some(from) = place(own) else {
        findings.push(format!("{}: {own} has no place in the order of modules", source.path));
        return findings;
    };
    for Named { segments, line } in &named {
        let Some(target) = top(&module, segments, exports.get(room)) else { continue };
        match place(&target) {
            Some(to) if to <= from => {}
            _ => findings.push(format!("{}:{line}: {own} may not use {target}", source.path)),
        }
    }
    findings
}

/// An error module that imports a module which imports errors: neither can be read alone.
pub(crate) fn check_errors(sources: &[Source], exports: &Exports) -> Vec<String> {
    let mut findings = Vec::new();
    for error in sources {
        let Some((room, module)) = error.module() else { continue };
        if module.len() != 1 || module.first().is_none_or(|name| name != "error") {
            continue;
        }
        for target in targets(error, &module, exports.get(room)) {
            let upward = sources.iter().any(|source| match source.module() {
                Some((other, module)) if other == room && module.first() == Some(&target) => {
                    let names = targets(source, &module, exports.get(room));
                    names.iter().any(|name| name == "error")
                }
                _ => false,
            });
            if upward && target != "error" {
                findings.push(format!("{}: imports {target}, which imports errors", error.path));
            }
        }
    }
    findings
}

fn targets(source: &Source, module: &[String], exports: Option<&Names>) -> Vec<String> {
    let mut targets: Vec<String> = paths::in_file(&source.syntax)
        .iter()
        .filter_map(|named| top(module, &named.segments, exports))
        .collect();
    targets.sort();
    targets.dedup();
    targets
}

/// The top-level module of the same crate that a path leads to.
fn top(module: &[String], segments: &[String], exports: Option<&Names>) -> Option<String> {
    let (first, mut rest) = segments.split_first()?;
    let mut base = match first.as_str() {
        "crate" => &[][..],
        "super" => module.split_last()?.1,
        _ => return None,
    };
    while let Some(("super", after)) =
        rest.split_first().map(|(next, after)| (next.as_str(), after))
    {
        base = base.split_last()?.1;
        rest = after;
    }
    let name = base.first().or_else(|| rest.first())?;
    Some(exports.and_then(|names| names.get(name)).unwrap_or(name).clone())
}

#[cfg(test)]
mod tests {
    use super::{Exports, check, check_errors, exports};
    use crate::structure::source::Source;

    fn source(path: &str, text: &str) -> Source {
        Source::parse(path, text).unwrap()
    }

    fn findings(path: &str, text: &str) -> usize {
        check(&source(path, text), &Exports::new()).len()
    }

    #[test]
    fn an_arrow_upwards_is_found_however_it_is_written() {
        let path = "crates/conversation/src/log/rule/pins.rs";
        assert_eq!(findings(path, "use crate::format::Pin; use super::super::view::View;"), 0);
        assert_eq!(findings(path, "use crate::epoch::Epoch;"), 1);
        assert_eq!(findings(path, "use crate::{format::Pin, state::{A, B}};"), 2);
        assert_eq!(findings(path, "use super::super::super::message::A;"), 1);
        assert_eq!(findings(path, "fn f(a: &crate::message::A) {}"), 1);
        assert_eq!(findings("crates/conversation/src/lib.rs", "pub use crate::state::A;"), 0);
    }

    #[test]
    fn a_name_that_the_root_gives_again_is_its_modules() {
        let root = source("crates/conversation/src/lib.rs", "pub use state::{A, B};");
        let user = source("crates/conversation/src/log/a.rs", "use crate::B;");
        assert_eq!(check(&user, &exports(&[root])).len(), 1);
    }

    #[test]
    fn a_module_without_a_place_is_found() {
        assert_eq!(findings("crates/conversation/src/helpers.rs", "const A: u8 = 1;"), 1);
    }

    #[test]
    fn imports_of_all_of_super_are_found_outside_tests() {
        assert_eq!(findings("crates/wire/src/a.rs", "use super::*;"), 1);
        assert_eq!(findings("crates/wire/src/a.rs", "#[cfg(test)] mod tests { use super::*; }"), 0);
    }

    #[test]
    fn an_error_module_that_imports_its_users_is_found() {
        let pair = |error: &str, session: &str| {
            let sources = [
                source("crates/zrtp/src/lib.rs", "pub use error::Error;"),
                source("crates/zrtp/src/error.rs", error),
                source("crates/zrtp/src/session.rs", session),
            ];
            check_errors(&sources, &exports(&sources)).len()
        };
        assert_eq!(pair("use crate::session::Id;", "use crate::Error;"), 1);
        assert_eq!(pair("use crate::session::Id;", "use crate::role::Role;"), 0);
        assert_eq!(pair("use crate::role::Role;", "use crate::error::Error;"), 0);
    }
}
