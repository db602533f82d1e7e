use syn::File;

/// A Rust file of the checkout.
pub(crate) struct Source {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: File,
}

impl Source {
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, syn::Error> {
        Ok(Self { path: path.to_owned(), text: text.to_owned(), syntax: syn::parse_file(text)? })
    }

    /// The folder name under `crates/` and the module's path in that crate, for files under
    /// its `src`; None for all others.
    pub(crate) fn module(&self) -> Option<(&str, Vec<String>)> {
        let (room, file) = self.path.strip_prefix("crates/")?.split_once("/src/")?;
        let stem = file.strip_suffix(".rs")?;
        let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
            module.pop();
        }
        Some((room, module))
    }
}

/// Whether attributes hold `#[cfg(test)]`.
pub(crate) fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}
