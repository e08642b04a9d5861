//! The page that shows the hand-coded feature beside ours: who is said to write a path does.

#[cfg(test)]
mod suite {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::process::Command;

    use serde_json::Value;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// Paths that the claims of a catalog get, with the object that wrote each: `component/storage`.
    fn written(catalog: &str) -> Vec<(String, String)> {
        let output = Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
            .current_dir(root())
            .args(["explain", "rules", "catalogs/components", catalog, "--output", "json"])
            .output()
            .unwrap();
        let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
        let claims = explained["results"].as_array().unwrap();
        let paths = claims.iter().flat_map(|claim| claim["paths"].as_array().unwrap());
        let writer = |rule: &Value| rule.as_str().unwrap().split('#').next().unwrap().to_owned();
        paths.map(|line| (line["path"].as_str().unwrap().to_owned(), writer(&line["rule"]))).collect()
    }

    fn all_written() -> BTreeSet<(String, String)> {
        let catalogs = std::fs::read_dir(root().join("catalogs")).unwrap();
        let names = catalogs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "components").flat_map(|name| written(&format!("catalogs/{name}"))).collect()
    }

    fn in_backticks(cell: &str) -> Vec<String> {
        cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
    }

    fn is_at(path: &str, row: &str) -> bool {
        path.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    #[test]
    fn who_is_said_to_write_a_path_does() {
        let page = std::fs::read_to_string(root().join("docs/hand-coded.md")).unwrap();
        let table = page.split("\n## What tenants say").next().unwrap();
        let written = all_written();
        let (mut rows, mut named, mut wrong) = (0, 0, Vec::new());
        for line in table.lines().filter(|line| line.starts_with("| `spec.")) {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").collect();
            let [path, _, ours] = cells.as_slice() else { panic!("not three cells: {line}") };
            let path = in_backticks(path).remove(0);
            let mut writers = in_backticks(ours);
            writers.retain(|name| name.contains('/'));
            let found: BTreeSet<_> =
                written.iter().filter(|(at, _)| is_at(at, &path)).map(|(_, writer)| writer.clone()).collect();
            let idle = writers.iter().filter(|writer| !found.contains(*writer));
            wrong.extend(idle.map(|writer| format!("{writer} does not write {path}")));
            named += writers.len();
            rows += 1;
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(rows >= 80 && named >= 90, "only {rows} rows with {named} writers");
    }
}
