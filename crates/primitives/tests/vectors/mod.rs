//! The one loader of vectors: JSON files in `tests/data/<source>/`.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bad file stops the test")]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// One object of a file.
pub(crate) struct Case(Value);

impl Case {
    /// A field in hexadecimal; absent is an error, empty is not.
    pub(crate) fn hex(&self, field: &str) -> Vec<u8> {
        let text = self.text(field);
        assert_eq!(text.len() % 2, 0, "{field} is not hexadecimal");
        (0..text.len() / 2)
            .map(|index| u8::from_str_radix(&text[2 * index..2 * index + 2], 16))
            .collect::<Result<_, _>>()
            .expect("hexadecimal")
    }

    /// A field in hexadecimal of exactly `N` bytes.
    pub(crate) fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        self.hex(field).try_into().expect("the length of the field")
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.0[field].as_str().expect(field)
    }

    pub(crate) fn number(&self, field: &str) -> usize {
        self.0[field].as_u64().and_then(|number| number.try_into().ok()).expect(field)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        !self.0[field].is_null()
    }

    /// An object inside this one.
    pub(crate) fn inner(&self, field: &str) -> Self {
        Self(self.0[field].clone())
    }

    /// What Wycheproof says of the case: `valid`, `invalid` or `acceptable`.
    pub(crate) fn result(&self) -> &str {
        self.text("result")
    }
}

/// A list in a file of our own form: `{ "source": ..., "cases": [...] }`.
pub(crate) fn cases(file: &str, list: &str) -> Vec<Case> {
    let read = json(file);
    let list = if list.is_empty() { &read } else { &read[list] };
    let cases: Vec<_> = list.as_array().expect("a list").iter().cloned().map(Case).collect();
    assert!(!cases.is_empty(), "no case in {file}");
    cases
}

/// The groups of a Wycheproof file, each with its tests.
pub(crate) fn wycheproof(file: &str) -> Vec<(Case, Vec<Case>)> {
    let read = json(&format!("wycheproof/{file}_test.json"));
    let groups = read["testGroups"].as_array().expect("groups");
    let groups: Vec<_> = groups
        .iter()
        .map(|group| {
            let tests = group["tests"].as_array().expect("tests").iter().cloned().map(Case);
            (Case(group.clone()), tests.collect::<Vec<_>>())
        })
        .collect();
    let count: usize = groups.iter().map(|(_, tests)| tests.len()).sum();
    assert_eq!(Some(count as u64), read["numberOfTests"].as_u64(), "{file} is not whole");
    groups
}

/// A text file, for PEM.
pub(crate) fn text(file: &str) -> String {
    fs::read_to_string(path(file)).expect(file)
}

fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).expect("JSON")
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)
}
