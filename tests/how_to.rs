//! The how-to pages: every excerpt is from the file that its first line names.

#[cfg(test)]
mod suite {
    use std::path::Path;

    #[test]
    fn every_excerpt_is_from_the_file_that_it_names() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(root.join("docs/how-to.md")).unwrap();
        let mut seen = 0;
        for block in page.split("```yaml\n").skip(1) {
            let (name, excerpt) = block.split("```").next().unwrap().split_once('\n').unwrap();
            let name = name.strip_prefix("# ").unwrap();
            let file = std::fs::read_to_string(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(file.contains(excerpt), "not in {name}:\n{excerpt}");
            seen += 1;
        }
        assert!(seen >= 8, "only {seen} excerpts");
    }
}
