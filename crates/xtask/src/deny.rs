//! Licences, sources, duplicates and minimum Rust versions of everything in the lock files.
//!
//! Reads the same `deny.toml` as cargo-deny, of which it is the part that needs no database
//! and no installation; advisories are a row of `cargo xtask deep`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml::Table;

use crate::error::Error;
use crate::repo::Repo;
use crate::suite::WORKSPACES;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` says, as far as it is read here.
struct Policy {
    licences: Vec<String>,
    /// Licences of one crate that others may not have.
    exceptions: BTreeMap<String, Vec<String>>,
    /// `name` or `name@version`, each with a reason in the file.
    duplicates: Vec<String>,
    targets: Vec<String>,
}

/// Checks every workspace; duplicates and minimum Rust versions in the main one only, as the
/// others exist to keep the peers' generations apart.
pub(crate) fn run(repo: &Repo) -> Result<(), Error> {
    let policy = Policy::parse(&repo.read("deny.toml")?)?;
    let mut findings = Vec::new();
    for manifest in WORKSPACES.iter().filter(|manifest| repo.has(manifest)) {
        let metadata = repo.metadata(manifest, &[])?;
        findings.extend(licences(&metadata, &policy.licences, &policy.exceptions));
        findings.extend(sources(&metadata));
    }
    let mut used = BTreeSet::new();
    for target in &policy.targets {
        let metadata = repo.metadata("Cargo.toml", &["--filter-platform", target])?;
        used.extend(resolved(&metadata));
        findings.extend(rust_versions(&metadata));
    }
    findings.extend(duplicates(&used, &policy.duplicates));
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("deny: {finding}");
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::Failed(format!("{} findings", findings.len())))
    }
}

impl Policy {
    fn parse(text: &str) -> Result<Self, Error> {
        let table: Table =
            text.parse().map_err(|error| Error::Failed(format!("deny.toml: {error}")))?;
        let strings = |section: &str, key: &str| -> Vec<String> {
            let list = table.get(section).and_then(|section| section.get(key));
            let items = list.and_then(toml::Value::as_array).into_iter().flatten();
            items
                .filter_map(|item| item.get("crate").unwrap_or(item).as_str())
                .map(str::to_owned)
                .collect()
        };
        let rows = table.get("licenses").and_then(|section| section.get("exceptions"));
        let rows = rows.and_then(toml::Value::as_array).into_iter().flatten();
        let exception = |row: &toml::Value| {
            let name = row.get("crate")?.as_str()?.to_owned();
            let allowed = row.get("allow")?.as_array()?.iter().filter_map(toml::Value::as_str);
            Some((name, allowed.map(str::to_owned).collect()))
        };
        Ok(Self {
            licences: strings("licenses", "allow"),
            exceptions: rows.filter_map(exception).collect(),
            duplicates: strings("bans", "skip"),
            targets: strings("graph", "targets"),
        })
    }
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata.get("packages").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(package: &'a Value, key: &str) -> Option<&'a str> {
    package.get(key).and_then(Value::as_str)
}

fn name(package: &Value) -> String {
    let part = |key| text(package, key).unwrap_or_default();
    format!("{}@{}", part("name"), part("version"))
}

fn licences(
    metadata: &Value,
    allowed: &[String],
    exceptions: &BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let accepts = |package: &Value| {
        let excepted = text(package, "name").and_then(|name| exceptions.get(name));
        let expression = text(package, "license").unwrap_or_default();
        spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|requirement| {
                let wanted = requirement.to_string();
                allowed.contains(&wanted) || excepted.is_some_and(|list| list.contains(&wanted))
            })
        })
    };
    packages(metadata)
        .filter(|package| !accepts(package))
        .map(|package| format!("{}: licence {:?}", name(package), text(package, "license")))
        .collect()
}

fn sources(metadata: &Value) -> Vec<String> {
    packages(metadata)
        .filter_map(|package| Some((package, text(package, "source")?)))
        .filter(|(_, source)| *source != REGISTRY)
        .map(|(package, source)| format!("{}: comes from {source}", name(package)))
        .collect()
}

fn rust_versions(metadata: &Value) -> Vec<String> {
    let number = |package: &Value| -> Option<Vec<u32>> {
        text(package, "rust_version")?.split('.').map(|part| part.parse().ok()).collect()
    };
    let ours = packages(metadata).find(|package| text(package, "source").is_none());
    let ours = ours.and_then(number).unwrap_or_default();
    packages(metadata)
        .filter(|package| number(package).is_some_and(|needed| needed > ours))
        .map(|package| format!("{}: needs Rust {:?}", name(package), text(package, "rust_version")))
        .collect()
}

/// Packages that the build for one target uses, as `name@version`.
fn resolved(metadata: &Value) -> Vec<String> {
    let nodes = metadata.pointer("/resolve/nodes").and_then(Value::as_array);
    let ids: BTreeSet<_> =
        nodes.into_iter().flatten().filter_map(|node| text(node, "id")).collect();
    packages(metadata)
        .filter(|package| text(package, "id").is_some_and(|id| ids.contains(id)))
        .map(name)
        .collect()
}

/// Names in more than one version: all versions but one need a row under `skip`, and a row
/// that skips nothing has to go.
fn duplicates(used: &BTreeSet<String>, skipped: &[String]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for package in used {
        let name = package.split('@').next().unwrap_or_default();
        versions.entry(name).or_default().push(package);
    }
    let twice = |name: &str| versions.get(name).is_some_and(|list| list.len() > 1);
    let mut findings = Vec::new();
    for (name, list) in &versions {
        let left = list.iter().filter(|package| !skipped.contains(package)).count();
        if left > 1 {
            findings.push(format!("{name} in {} versions: {list:?}", list.len()));
        }
    }
    for skip in skipped {
        let name = skip.split('@').next().unwrap_or_default();
        if !used.contains(skip) || !twice(name) {
            findings.push(format!("deny.toml skips {skip}, which is no duplicate"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::{Value, json};

    use super::{Policy, REGISTRY, duplicates, licences, rust_versions, sources};

    fn one(license: &str, source: &str) -> Value {
        json!({"packages": [
            {"name": "a", "version": "1.0.0", "license": license, "source": source}
        ]})
    }

    #[test]
    fn a_licence_that_is_not_allowed_is_found() {
        let findings = |licence| {
            licences(&one(licence, REGISTRY), &["MIT".to_owned()], &BTreeMap::new()).len()
        };
        assert_eq!(findings("MIT"), 0);
        assert_eq!(findings("MIT OR GPL-3.0-only"), 0);
        assert_eq!(findings("MIT/Apache-2.0"), 0);
        assert_eq!(findings("MIT AND GPL-3.0-only"), 1);
        assert_eq!(findings("Apache-2.0"), 1);
        assert_eq!(findings("no such thing"), 1);
    }

    #[test]
    fn a_crate_with_an_exception_may_have_its_licence() {
        let text = "[licenses]\nexceptions = [{ crate = \"a\", allow = [\"MPL-2.0\"] }]\n";
        let policy = Policy::parse(text).unwrap();
        let findings = |licence| licences(&one(licence, REGISTRY), &[], &policy.exceptions).len();
        assert_eq!(findings("MPL-2.0"), 0);
        assert_eq!(findings("GPL-3.0-only"), 1);
        let none = BTreeMap::new();
        assert_eq!(licences(&one("MPL-2.0", REGISTRY), &[], &none).len(), 1);
    }

    #[test]
    fn another_source_is_found() {
        assert_eq!(sources(&one("MIT", REGISTRY)).len(), 0);
        assert_eq!(sources(&one("MIT", "git+https://example.org/a")).len(), 1);
    }

    #[test]
    fn a_package_that_needs_a_newer_rust_is_found() {
        let with = |version| {
            json!({"packages": [
                {"name": "ours", "version": "0.1.0", "rust_version": "1.91"},
                {"name": "a", "version": "1.0.0", "rust_version": version, "source": REGISTRY},
            ]})
        };
        assert_eq!(rust_versions(&with("1.9")).len(), 0);
        assert_eq!(rust_versions(&with("1.91")).len(), 0);
        assert_eq!(rust_versions(&with("1.92")).len(), 1);
    }

    #[test]
    fn a_second_version_needs_a_row_and_a_row_needs_a_second_version() {
        let used: BTreeSet<String> = ["a@1.0.0", "a@2.0.0", "b@1.0.0"].map(str::to_owned).into();
        let findings = |skip: &[&str]| {
            duplicates(&used, &skip.iter().map(|&skip| skip.to_owned()).collect::<Vec<_>>()).len()
        };
        assert_eq!(findings(&[]), 1);
        assert_eq!(findings(&["a@1.0.0"]), 0);
        assert_eq!(findings(&["a@1.0.0", "b@1.0.0"]), 1);
        assert_eq!(findings(&["a@1.0.0", "a@0.9.0"]), 1);
    }

    #[test]
    fn the_policy_is_read_from_both_forms_of_a_row() {
        let text = "[bans]\nskip = [\"a@1.0.0\", { crate = \"b@1.0.0\", reason = \"r\" }]\n";
        assert_eq!(Policy::parse(text).unwrap().duplicates, ["a@1.0.0", "b@1.0.0"]);
    }
}
