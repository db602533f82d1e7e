use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use syn::{Attribute, Expr, Item, ItemMod, Lit, Meta};

use crate::structure::source::Source;

/// The root files of every target, as cargo gives them.
pub(crate) fn roots(metadata: &Value) -> Vec<String> {
    let items = |value: &Value, key: &str| -> Vec<Value> {
        value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    items(metadata, "packages")
        .iter()
        .flat_map(|package| items(package, "targets"))
        .filter_map(|target| target.get("src_path")?.as_str().map(str::to_owned))
        .collect()
}

/// Files that no module tree holds: nothing compiles them, so nothing says when they are wrong.
pub(crate) fn check(sources: &[Source], roots: &[String]) -> Vec<String> {
    let files: BTreeMap<&str, &Source> =
        sources.iter().map(|source| (source.path.as_str(), source)).collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<(String, bool)> = roots.iter().map(|root| (root.clone(), true)).collect();
    while let Some((path, is_root)) = open.pop() {
        let Some(source) = files.get(path.as_str()) else { continue };
        if !reached.insert(path.clone()) {
            continue;
        }
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let home = if is_root || file == "mod.rs" {
            folder.to_owned()
        } else {
            format!("{folder}/{}", file.trim_end_matches(".rs"))
        };
        let mut children = Vec::new();
        modules(&source.syntax.items, &home, folder, &mut children);
        open.extend(children.into_iter().map(|child| (child, false)));
    }
    files
        .keys()
        .filter(|path| !reached.contains(**path))
        .map(|path| format!("{path}: in no module tree"))
        .collect()
}

/// The files that the `mod` items may mean; those that do not exist are passed over later.
fn modules(items: &[Item], home: &str, folder: &str, found: &mut Vec<String>) {
    for item in items {
        let Item::Mod(ItemMod { attrs, ident, content, .. }) = item else { continue };
        match content {
            Some((_, items)) => modules(items, &format!("{home}/{ident}"), folder, found),
            None => match attrs.iter().find_map(path_attribute) {
                Some(path) => found.push(joined(folder, &path)),
                None => {
                    found.push(format!("{home}/{ident}.rs"));
                    found.push(format!("{home}/{ident}/mod.rs"));
                }
            },
        }
    }
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("path") => match &literal.lit {
            Lit::Str(path) => Some(path.value()),
            _ => None,
        },
        _ => None,
    }
}

fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check, roots};
    use crate::structure::source::Source;

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<_> =
            files.iter().map(|(path, text)| Source::parse(path, text).unwrap()).collect();
        check(&sources, &["a/src/lib.rs".to_owned(), "a/tests/t/main.rs".to_owned()])
    }

    #[test]
    fn a_file_that_no_mod_names_is_found() {
        let found = findings(&[("a/src/lib.rs", "mod b;"), ("a/src/b.rs", ""), ("a/src/c.rs", "")]);
        assert_eq!(found, ["a/src/c.rs: in no module tree"]);
    }

    #[test]
    fn every_way_to_place_a_module_is_followed() {
        let found = findings(&[
            ("a/src/lib.rs", "mod b; mod c; mod inline { mod e; }"),
            ("a/src/b.rs", "mod d;"),
            ("a/src/b/d.rs", ""),
            ("a/src/c/mod.rs", "mod f;"),
            ("a/src/c/f.rs", ""),
            ("a/src/inline/e.rs", ""),
            ("a/tests/t/main.rs", "mod world; #[path = \"../common/mod.rs\"] mod common;"),
            ("a/tests/t/world.rs", ""),
            ("a/tests/common/mod.rs", ""),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn roots_are_the_sources_of_targets() {
        let metadata = json!({"packages": [{"targets": [{"src_path": "a/src/lib.rs"}]}]});
        assert_eq!(roots(&metadata), ["a/src/lib.rs"]);
    }
}
