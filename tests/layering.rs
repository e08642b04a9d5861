//! The floors of the design: a lower module never names an upper one, also not inside a macro's body.

#[cfg(test)]
mod suite {
    use proc_macro2::{Delimiter, TokenStream, TokenTree};
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    /// Module → what it may import.
    const FLOORS: &[(&str, &[&str])] = &[
        ("scalar", &[]),
        ("diagnostic", &[]),
        ("api", &[]),
        ("schema", &["scalar", "diagnostic"]),
        ("yaml", &["diagnostic"]),
        ("cel", &["scalar", "diagnostic", "schema"]),
        ("catalog", &["api", "scalar", "diagnostic", "schema", "yaml", "cel"]),
        ("engine", &["api", "scalar", "diagnostic", "schema", "yaml", "cel", "catalog"]),
        ("trial", &["api", "scalar", "diagnostic", "schema", "yaml", "cel", "catalog", "engine"]),
        // The catalog is read from texts with positions; the catalog reconciler makes texts of objects.
        ("controller", &["api", "scalar", "diagnostic", "schema", "yaml", "cel", "catalog", "engine"]),
        ("sandbox", &["api", "scalar", "diagnostic", "schema", "cel"]),
        (
            "cli",
            &[
                "api",
                "scalar",
                "diagnostic",
                "schema",
                "yaml",
                "cel",
                "catalog",
                "engine",
                "controller",
                "sandbox",
                "trial",
            ],
        ),
    ];

    /// Paths from the crate's root in a piece of code: `crate::x`, `crate::{x, y::z}`, and `super::` chains
    /// that climb out of the module, at any depth of brackets.
    fn imports(tokens: TokenStream, depth_in_module: usize, found: &mut BTreeSet<String>) {
        let trees: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            if let TokenTree::Group(group) = &trees[at] {
                imports(group.stream(), depth_in_module, found);
            }
            if let TokenTree::Ident(ident) = &trees[at] {
                if ident == "crate" {
                    at = path_from_root(&trees, at + 1, found);
                    continue;
                }
                if ident == "super" {
                    let mut climbed = 1;
                    let mut next = at + 1;
                    while is_separator(&trees, next)
                        && matches!(trees.get(next + 2), Some(TokenTree::Ident(it)) if it == "super")
                    {
                        climbed += 1;
                        next += 3;
                    }
                    if climbed > depth_in_module {
                        at = path_from_root(&trees, next, found);
                        continue;
                    }
                    at = next;
                    continue;
                }
            }
            at += 1;
        }
    }

    fn is_separator(trees: &[TokenTree], at: usize) -> bool {
        let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        colon(at) && colon(at + 1)
    }

    fn path_from_root(trees: &[TokenTree], at: usize, found: &mut BTreeSet<String>) -> usize {
        if !is_separator(trees, at) {
            return at;
        }
        match trees.get(at + 2) {
            Some(TokenTree::Ident(module)) => {
                found.insert(module.to_string());
                at + 3
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let mut first = true;
                for tree in group.stream() {
                    match tree {
                        TokenTree::Ident(module) if first => {
                            found.insert(module.to_string());
                            first = false;
                        }
                        TokenTree::Punct(punct) if punct.as_char() == ',' => first = true,
                        _ => {}
                    }
                }
                at + 3
            }
            _ => at + 2,
        }
    }

    fn files(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push(path);
            }
        }
    }

    /// How many `super`s stay inside the top module: 1 in `a/mod.rs`, 2 in `a/b.rs`, counted up for inner
    /// modules by one, which no file of ours uses to climb.
    fn depth(relative: &Path) -> usize {
        let parts = relative.components().count();
        let is_root = relative.file_name().is_some_and(|name| name == "mod.rs");
        if is_root { parts - 2 } else { parts - 1 }
    }

    fn violations(module: &str, relative: &Path, text: &str) -> Vec<String> {
        let allowed = FLOORS.iter().find(|(name, _)| *name == module).unwrap().1;
        let mut found = BTreeSet::new();
        imports(text.parse().unwrap(), depth(relative), &mut found);
        found
            .into_iter()
            .filter(|name| FLOORS.iter().any(|(floor, _)| floor == name))
            .filter(|name| name != module && !allowed.contains(&name.as_str()))
            .map(|name| format!("{} imports {name}", relative.display()))
            .collect()
    }

    #[test]
    fn no_module_imports_an_upper_floor() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        let mut seen = 0;
        for (module, _) in FLOORS {
            let mut paths = Vec::new();
            files(&root.join(module), &mut paths);
            for path in paths {
                seen += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                found.extend(violations(module, path.strip_prefix(&root).unwrap(), &text));
            }
        }
        assert!(seen > 50, "only {seen} files were read");
        assert!(found.is_empty(), "{found:#?}");
    }

    #[test]
    fn a_planted_violation_is_found_wherever_it_hides() {
        let planted = [
            "use crate::engine::decide;",
            "use crate::{scalar, engine::decide};",
            "fn f() { g!(crate::engine::decide()); }",
            "use super::super::engine::decide;",
        ];
        for text in planted {
            let found = violations("catalog", Path::new("catalog/graph.rs"), text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        }
        let fine =
            "// crate::engine\nuse crate::cel::Value; use super::names::Names; const A: &str = \"crate::engine::x\";";
        assert!(violations("catalog", Path::new("catalog/graph.rs"), fine).is_empty());
    }
}
