use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{ImplItemFn, Item, ItemFn, Signature, TraitItemFn};

use crate::structure::source::{Source, is_test_only};

/// Lines of a file up to its tests; a file is one noun.
const FILE: usize = 400;
/// Lines of a function from its signature to its last brace.
const FUNCTION: usize = 80;

/// Files and functions that grew too long.
pub(crate) fn check(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = production_lines(source);
    if lines > FILE {
        findings.push(format!("{}: {lines} lines, at most {FILE}", source.path));
    }
    let mut functions = Functions::default();
    functions.visit_file(&source.syntax);
    for (name, line, lines) in functions.long {
        findings.push(format!(
            "{}:{line}: fn {name} has {lines} lines, at most {FUNCTION}",
            source.path
        ));
    }
    findings
}

fn production_lines(source: &Source) -> usize {
    let all = source.text.lines().count();
    match source.syntax.items.last() {
        Some(Item::Mod(tests)) if is_test_only(&tests.attrs) && tests.content.is_some() => {
            tests.span().start().line.saturating_sub(1)
        }
        _ => all,
    }
}

#[derive(Default)]
struct Functions {
    long: Vec<(String, usize, usize)>,
}

impl Functions {
    fn measure(&mut self, signature: &Signature, end: usize) {
        let start = signature.span().start().line;
        let lines = (end + 1).saturating_sub(start);
        if lines > FUNCTION {
            self.long.push((signature.ident.to_string(), start, lines));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.measure(&item.sig, item.block.span().end().line);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.measure(&item.sig, item.block.span().end().line);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.measure(&item.sig, item.span().end().line);
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::structure::source::Source;

    fn findings(text: &str) -> usize {
        check(&Source::parse("crates/wire/src/a.rs", text).unwrap()).len()
    }

    #[test]
    fn a_file_of_401_lines_is_found_and_one_of_400_is_not() {
        assert_eq!(findings(&"// line\n".repeat(400)), 0);
        assert_eq!(findings(&"// line\n".repeat(401)), 1);
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "// line\n".repeat(500));
        assert_eq!(findings(&format!("const A: u8 = 1;\n{tests}")), 0);
        assert_eq!(findings(&format!("{tests}const A: u8 = 1;\n")), 1);
    }

    #[test]
    fn a_function_of_81_lines_is_found_and_one_of_80_is_not() {
        let function = |inside: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(inside));
        assert_eq!(findings(&function(78)), 0);
        assert_eq!(findings(&function(79)), 1);
        assert_eq!(findings(&format!("impl A {{ {} }}", function(79))), 1);
        assert_eq!(findings(&format!("trait A {{ {} }}", function(79))), 1);
    }
}
