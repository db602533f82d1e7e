/// What has no place in a tracked file, and why.
struct Forbidden {
    word: &'static str,
    why: &'static str,
}

// written in two parts, so that this file passes its own check
const ANYWHERE: &[Forbidden] = &[
    Forbidden { word: concat!("TO", "DO"), why: "do it or file it" },
    Forbidden { word: concat!("FIX", "ME"), why: "do it or file it" },
    Forbidden { word: concat!("lorem", " ipsum"), why: "write the text" },
    Forbidden { word: concat!("/home", "/"), why: "a path of one machine" },
    Forbidden { word: concat!("/root", "/"), why: "a path of one machine" },
    Forbidden { word: concat!("/tmp", "/"), why: "a path of one machine" },
    Forbidden { word: concat!("/Users", "/"), why: "a path of one machine" },
    Forbidden { word: concat!("C:", "\\"), why: "a path of one machine" },
    Forbidden { word: concat!(".cargo/", "registry"), why: "a path of one machine" },
    Forbidden { word: concat!("index.", "crates.io"), why: "a registry's host" },
    Forbidden { word: concat!("static.", "crates.io"), why: "a registry's host" },
    Forbidden { word: concat!("deb.", "debian.org"), why: "a registry's host" },
    Forbidden { word: concat!("registry.", "npmjs.org"), why: "a registry's host" },
    Forbidden { word: concat!("files.", "pythonhosted.org"), why: "a registry's host" },
    Forbidden { word: concat!("repo1.", "maven.org"), why: "a registry's host" },
];

const IN_RUST: &[Forbidden] = &[
    Forbidden { word: concat!("#[", "ignore"), why: "a test that does not run is no test" },
    Forbidden { word: concat!("dead", "_code)"), why: "remove what nothing calls" },
];

/// Lock files name their registry; licences are quoted whole.
pub(crate) fn is_checked(path: &str) -> bool {
    !path.ends_with(".lock") && !path.starts_with("LICENSE")
}

/// Leftovers, machine paths and host names.
pub(crate) fn check(path: &str, text: &str) -> Vec<String> {
    let rust: &[Forbidden] = if path.ends_with(".rs") { IN_RUST } else { &[] };
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for Forbidden { word, why } in ANYWHERE.iter().chain(rust) {
            if line.contains(word) {
                findings.push(format!("{path}:{}: `{word}`: {why}", number + 1));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{ANYWHERE, IN_RUST, check, is_checked};

    #[test]
    fn each_word_is_found_with_its_line() {
        for forbidden in ANYWHERE {
            let text = format!("fine\nsome {} here\n", forbidden.word);
            let findings = check("docs/a.md", &text);
            assert_eq!(findings.len(), 1, "{}", forbidden.word);
            assert!(findings[0].starts_with("docs/a.md:2:"));
        }
    }

    #[test]
    fn attributes_are_looked_for_in_rust_only() {
        for forbidden in IN_RUST {
            assert_eq!(check("crates/wire/src/a.rs", forbidden.word).len(), 1);
            assert_eq!(check("docs/a.md", forbidden.word).len(), 0);
        }
    }

    #[test]
    fn lock_files_and_licences_are_left_out() {
        assert!(!is_checked("Cargo.lock") && !is_checked("LICENSE-MIT"));
        assert!(is_checked("README.md"));
    }
}
