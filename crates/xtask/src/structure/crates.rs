use serde_json::Value;

use crate::structure::source::Source;

/// A package of the main workspace and what it may name.
struct Row {
    package: &'static str,
    /// Our packages below it.
    ours: &'static [&'static str],
    /// Our packages that only its tests, examples and benches may use.
    tests: &'static [&'static str],
    outside: Outside,
}

/// Which packages of others a package may depend on.
enum Outside {
    /// These, for a reason that its manifest gives.
    Only(&'static [&'static str]),
    /// All but [`CRYPTOGRAPHY`], these excepted.
    NoCryptographyBut(&'static [&'static str]),
    /// It is the one that names cryptography.
    Any,
}

use Outside::{Any, NoCryptographyBut, Only};

const TESTKIT: &str = "privity-testkit";

/// The arrows: {wire, primitives} <- {conversation, srtp, zrtp}; {srtp, zrtp} <- call;
/// {conversation, call} <- privity <- {bindings, examples}; {srtp, zrtp} <- examples. No other.
const ROWS: &[Row] = &[
    row("privity-wire", &[], Only(&[])),
    row("privity-primitives", &[], Any),
    row("privity-conversation", &["privity-primitives", "privity-wire"], Only(&["bech32"])),
    row("privity-srtp", &["privity-primitives", "privity-wire"], Only(&[])),
    row("privity-zrtp", &["privity-primitives", "privity-wire"], Only(&[])),
    row("privity-xtask", &[], NoCryptographyBut(&[])),
    // a seeded generator is a cipher put to another use
    row(
        "privity-testkit",
        &["privity-conversation", "privity-primitives", "privity-wire"],
        Only(&["rand_chacha", "rand_core", "serde_json"]),
    ),
    row(
        "privity",
        &["privity-conversation", "privity-primitives", "privity-wire"],
        NoCryptographyBut(&[]),
    ),
    row(
        "privity-examples",
        // media by itself, as long as no `call` binds it to a conversation
        &["privity", "privity-client", "privity-relay", "privity-srtp", "privity-zrtp"],
        NoCryptographyBut(&[]),
    ),
    // the public formats are read and written with wire's traits; its tests know what keys are
    tested_with(
        &["privity-primitives", "privity-relay"],
        row(
            "privity-client",
            &["privity", "privity-conversation", "privity-wire"],
            NoCryptographyBut(&[]),
        ),
    ),
    // the public part of conversation; challenges and tokens are drawn and hashed here
    tested_with(
        &["privity", "privity-client"],
        row(
            "privity-relay",
            &["privity-conversation", "privity-wire"],
            NoCryptographyBut(&["getrandom", "sha2"]),
        ),
    ),
];

const fn row(package: &'static str, ours: &'static [&'static str], outside: Outside) -> Row {
    Row { package, ours, tests: &[], outside }
}

/// A row whose tests use further packages of ours.
const fn tested_with(tests: &'static [&'static str], row: Row) -> Row {
    Row { tests, ..row }
}

/// Crates that hold algorithms or secrets: only primitives builds on them.
const CRYPTOGRAPHY: &[&str] = &[
    "aes",
    "aes-gcm",
    "aws-lc-rs",
    "chacha20",
    "chacha20poly1305",
    "ctr",
    "curve25519-dalek",
    "ed25519-dalek",
    "getrandom",
    "hkdf",
    "hmac",
    "hpke",
    "libcrux-ml-kem",
    "ml-kem",
    "openssl",
    "p256",
    "p384",
    "rand",
    "rand_core",
    "ring",
    "rsa",
    "sha1",
    "sha2",
    "sha3",
    "subtle",
    "x-wing",
    "x25519-dalek",
    "x448",
    "zeroize",
];

/// Names of the workspace's packages, in the order of the manifest's folders.
pub(crate) fn names(metadata: &Value) -> Vec<String> {
    let mut names: Vec<_> =
        list(metadata, "packages").iter().map(|package| text(package, "name")).collect();
    names.sort();
    names
}

/// Dependencies against [`ROWS`].
pub(crate) fn check(metadata: &Value) -> Vec<String> {
    let names = names(metadata);
    let mut findings = Vec::new();
    for package in list(metadata, "packages") {
        let name = text(package, "name");
        let Some(row) = ROWS.iter().find(|row| row.package == name) else {
            findings.push(format!("{name}: no row in crates/xtask/src/structure/crates.rs"));
            continue;
        };
        for dependency in list(package, "dependencies") {
            let wanted = text(dependency, "name");
            let for_tests = text(dependency, "kind") == "dev";
            let allowed = if names.contains(&wanted) {
                let below = row.ours.contains(&wanted.as_str());
                below || for_tests && (wanted == TESTKIT || row.tests.contains(&wanted.as_str()))
            } else {
                for_tests || row.outside.allows(&wanted)
            };
            if !allowed {
                findings.push(format!("{name}: may not depend on {wanted}"));
            }
        }
    }
    findings
}

/// The testkit's types would exist twice in a unit test: it is named in `tests/` only.
pub(crate) fn check_source(source: &Source) -> Vec<String> {
    let Some((room, _)) = source.module() else { return Vec::new() };
    if matches!(room, "testkit" | "xtask") || !source.text.contains("privity_testkit") {
        return Vec::new();
    }
    vec![format!("{}: privity_testkit is for tests/ folders", source.path)]
}

impl Outside {
    fn allows(&self, name: &str) -> bool {
        match self {
            Only(names) => names.contains(&name),
            NoCryptographyBut(names) => !CRYPTOGRAPHY.contains(&name) || names.contains(&name),
            Any => true,
        }
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check, check_source};
    use crate::structure::source::Source;

    fn workspace(package: &str, dependency: &str, kind: Option<&str>) -> Value {
        json!({"packages": [
            {"name": package, "dependencies": [{"name": dependency, "kind": kind}]},
            {"name": "privity-srtp", "dependencies": []},
            {"name": "privity-wire", "dependencies": []},
        ]})
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_found() {
        assert_eq!(check(&workspace("privity-zrtp", "privity-wire", None)).len(), 0);
        assert_eq!(check(&workspace("privity-zrtp", "privity-srtp", None)).len(), 1);
        assert_eq!(check(&workspace("privity-zrtp", "privity-srtp", Some("dev"))).len(), 1);
    }

    #[test]
    fn a_crate_of_others_without_a_row_is_found() {
        assert_eq!(check(&workspace("privity-conversation", "bech32", None)).len(), 0);
        assert_eq!(check(&workspace("privity-conversation", "sha2", None)).len(), 1);
        assert_eq!(check(&workspace("privity-conversation", "serde", Some("build"))).len(), 1);
        assert_eq!(check(&workspace("privity-conversation", "rand_chacha", Some("dev"))).len(), 0);
        assert_eq!(check(&workspace("privity-xtask", "syn", None)).len(), 0);
        assert_eq!(check(&workspace("privity-xtask", "sha2", None)).len(), 1);
    }

    #[test]
    fn a_package_without_a_row_is_found() {
        assert_eq!(check(&workspace("privity-new", "privity-wire", None)).len(), 1);
    }

    #[test]
    fn the_testkit_in_a_unit_test_is_found() {
        let text = "#[cfg(test)] mod tests { use privity_testkit::Link; }";
        let findings = |path| check_source(&Source::parse(path, text).unwrap()).len();
        assert_eq!(findings("crates/zrtp/src/a.rs"), 1);
        assert_eq!(findings("crates/zrtp/tests/a.rs"), 0);
    }
}
