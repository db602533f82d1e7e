/// Relative links of a Markdown file that lead to no file or folder of the checkout.
///
/// Only inline links are read; what stands between backticks or in a fence is no link.
pub(crate) fn check(path: &str, text: &str, has: &dyn Fn(&str) -> bool) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(line) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !resolve(folder, file).is_some_and(|place| has(&place)) {
                findings.push(format!("{path}:{}: dead link `{target}`", number + 1));
            }
        }
    }
    findings
}

/// What `](…)` names in a line, less addresses with a scheme.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .filter(|target| {
            !target.contains("://") && !target.starts_with("mailto:") && !target.contains(' ')
        })
}

/// A path from the root; none if it leads out of the checkout.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::check;

    fn found(text: &str) -> Vec<String> {
        check("docs/a.md", text, &|path| matches!(path, "README.md" | "docs/b.md" | "crates"))
    }

    #[test]
    fn a_dead_link_is_found_with_its_line() {
        assert_eq!(found("fine\n[x](c.md)\n"), ["docs/a.md:2: dead link `c.md`"]);
        assert_eq!(found("[x](b.md) and [y](../c.md#part)").len(), 1);
        assert_eq!(found("[out](../../etc)").len(), 1);
    }

    #[test]
    fn a_link_that_leads_somewhere_is_none() {
        let text = "[x](b.md), [y](../README.md#in-your-app), [z](#here), [f](../crates/)";
        assert!(found(text).is_empty());
        assert!(found("[site](https://relay.example/x)").is_empty());
    }

    #[test]
    fn what_stands_in_a_fence_is_no_link() {
        assert!(found("```\nlist[0](c.md)\n```\n").is_empty());
    }
}
