use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{File, ItemMod, ItemUse, Macro, Path, UseTree};

use crate::structure::source::is_test_only;

/// A path as written, with the line it stands on.
pub(crate) struct Named {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// Every path outside `#[cfg(test)]` modules: of `use` trees, one for each leaf; of types and
/// expressions; and what looks like a path inside a macro call.
pub(crate) fn in_file(file: &File) -> Vec<Named> {
    let mut collector = Collector::default();
    collector.visit_file(file);
    collector.found
}

#[derive(Default)]
struct Collector {
    found: Vec<Named>,
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test_only(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_test_only(&item.attrs) {
            leaves(&item.tree, &mut Vec::new(), &mut self.found);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let Some(first) = path.segments.first() {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.found.push(Named { segments, line: first.ident.span().start().line });
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        in_tokens(call.tokens.clone(), &mut self.found);
        visit::visit_macro(self, call);
    }
}

fn leaves(tree: &UseTree, prefix: &mut Vec<String>, found: &mut Vec<Named>) {
    let mut leaf = |ident: &syn::Ident, prefix: &[String]| {
        let mut segments = prefix.to_vec();
        segments.push(ident.to_string());
        found.push(Named { segments, line: ident.span().start().line });
    };
    match tree {
        UseTree::Name(name) => leaf(&name.ident, prefix),
        UseTree::Rename(rename) => leaf(&rename.ident, prefix),
        UseTree::Glob(glob) => found.push(Named {
            segments: [prefix.as_slice(), &["*".to_owned()]].concat(),
            line: glob.star_token.spans.first().map_or(0, |span| span.start().line),
        }),
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            leaves(&path.tree, prefix, found);
            prefix.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, prefix, found);
            }
        }
    }
}

fn in_tokens(tokens: TokenStream, found: &mut Vec<Named>) {
    let mut segments: Vec<String> = Vec::new();
    let (mut line, mut colons) = (0, 0);
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' && !segments.is_empty() => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    finish(&mut segments, line, found);
                    line = ident.span().start().line;
                }
                segments.push(ident.to_string());
            }
            TokenTree::Group(group) => {
                finish(&mut segments, line, found);
                in_tokens(group.stream(), found);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => finish(&mut segments, line, found),
        }
        colons = 0;
    }
    finish(&mut segments, line, found);
}

fn finish(segments: &mut Vec<String>, line: usize, found: &mut Vec<Named>) {
    let segments = std::mem::take(segments);
    if segments.len() > 1 {
        found.push(Named { segments, line });
    }
}

#[cfg(test)]
mod tests {
    use super::in_file;

    fn found(text: &str) -> Vec<String> {
        let file = syn::parse_file(text).unwrap();
        in_file(&file).iter().map(|named| named.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_types_and_macros_are_all_seen() {
        let text = "use a::{b, c::*};\nfn f(x: d::E) { println!(\"{}\", g::h(1, k::l)); }";
        let found = found(text);
        for path in ["a::b", "a::c::*", "d::E", "g::h", "k::l"] {
            assert!(found.iter().any(|have| have == path), "{path} in {found:?}");
        }
    }

    #[test]
    fn test_modules_are_left_out() {
        assert!(found("#[cfg(test)] mod tests { use std::time::Instant; }").is_empty());
    }
}
