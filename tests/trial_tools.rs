//! `openbao-claims test` beyond cases, on a small catalog: what is printed, and what fails a run.
//! `SNAPSHOTS=overwrite cargo test --test trial_tools` writes the transcripts anew.

#[cfg(test)]
mod suite {
    use std::path::{Path, PathBuf};
    use std::process::Output;

    use snapbox::Data;
    use snapbox::cmd::Command;

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    fn run(arguments: &[&str]) -> Output {
        let command = Command::new(env!("CARGO_BIN_EXE_openbao-claims")).current_dir(ROOT);
        command.args(["--color", "never", "test"]).args(arguments).output().unwrap()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn json(output: &Output) -> serde_json::Value {
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What people see, messages first, is what the transcript says.
    fn told_as_written(name: &str, output: &Output) {
        let expected = Data::read_from(&Path::new(ROOT).join("tests/transcripts").join(name), None);
        let told = format!("{}\n{}", text(&output.stderr), text(&output.stdout));
        snapbox::assert_data_eq!(told, expected.raw());
    }

    /// A copy of the small catalog that a test may change, gone in the end.
    struct Copy(PathBuf);

    impl Copy {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("openbao-claims-tools-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            for file in ["catalog.yaml", "tests.yaml"] {
                std::fs::copy(Path::new(ROOT).join("tests/trial/small").join(file), folder.join(file)).unwrap();
            }
            Self(folder)
        }

        fn path(&self) -> &str {
            self.0.to_str().unwrap()
        }

        fn edit(&self, file: &str, from: &str, to: &str) {
            let path = self.0.join(file);
            let before = std::fs::read_to_string(&path).unwrap();
            assert!(before.contains(from), "{file} has no `{from}`");
            std::fs::write(path, before.replace(from, to)).unwrap();
        }

        fn add_cases(&self, cases: &str) {
            let path = self.0.join("tests.yaml");
            let before = std::fs::read_to_string(&path).unwrap();
            std::fs::write(path, before + cases).unwrap();
        }
    }

    impl Drop for Copy {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn coverage_shows_the_part_that_no_case_has_seen() {
        let output = run(&["tests/trial/small", "--coverage"]);
        assert_eq!(output.status.code(), Some(0));
        told_as_written("coverage.txt", &output);
    }

    #[test]
    fn cases_for_all_that_is_unseen_make_the_coverage_whole() {
        let copy = Copy::new("whole");
        copy.add_cases(
            "- name: the web interface needs a size
  claim: team-lab/trial
  patch: {spec: {parameters: {ui: true}}}
  expect: {verdict: Denied, reason: TooSmallForUi}
- name: the web interface is switched on in place
  claim: team-lab/trial
  patch: {spec: {parameters: {size: medium, ui: true}}}
  previous: {patch: {spec: {parameters: {size: medium}}}}
  expect: {verdict: Approved, changes: {spec.configuration.ui: InPlace, spec.configuration.logLevel: InPlace}}
- name: a volume never shrinks
  claim: team-lab/trial
  previous: {patch: {spec: {parameters: {size: medium}}}}
  expect: {verdict: Blocked, changes: {spec.storage.size: Blocked}}
",
        );
        // What no claim can reach here: a volume that appears, another profile, more voters.
        copy.edit("catalog.yaml", "    onAdd: Blocked\n", "");
        copy.edit("catalog.yaml", "  when: object.spec.profile == 'Development'\n", "");
        copy.edit("catalog.yaml", "object.spec.replicas == 1", "'true'");
        let output = run(&[copy.path(), "--coverage", "--fail-under", "100", "--output", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
        let coverage = &json(&output)["results"][1]["coverage"];
        assert_eq!(coverage["total"], serde_json::json!({"seen": 11, "all": 11, "percent": 100.0}));
        assert_eq!(coverage["files"][0]["unseen"], serde_json::json!([]));
    }

    #[test]
    fn a_coverage_below_the_demand_fails_and_is_told_to_ci() {
        let copy = Copy::new("under");
        let junit = copy.0.join("junit.xml");
        let arguments = [copy.path(), "--junit", junit.to_str().unwrap(), "--fail-under"];
        let below = run(&[&arguments[..], &["90"]].concat());
        assert_eq!(below.status.code(), Some(1));
        assert!(text(&below.stderr).contains("less than 90 %"), "{}", text(&below.stderr));
        let told = std::fs::read_to_string(&junit).unwrap();
        assert!(told.contains("name=\"coverage of at least 90 %\"><failure message=\"the coverage is "), "{told}");
        assert_eq!(run(&[&arguments[..], &["10"]].concat()).status.code(), Some(0));
        assert!(!std::fs::read_to_string(&junit).unwrap().contains("<failure"));
        assert_eq!(run(&[&arguments[..], &["101"]].concat()).status.code(), Some(2));
    }

    #[test]
    fn watching_changes_no_verdict() {
        let results = |more: &[&str]| {
            let output = run(&[&["rules", "catalogs", "--output", "json"], more].concat());
            let mut results = json(&output)["results"].as_array().unwrap().clone();
            results.retain(|result| result.get("cases").is_some());
            results
        };
        assert_eq!(results(&[]), results(&["--coverage"]));
    }
}
