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

    const KEPT: &str = "# what a trial becomes, whole
- name: a trial is kept
  claim: team-lab/trial
  expect: {verdict: Approved, snapshot: kept/trial.snap}   # written by --update
";

    #[test]
    fn a_snapshot_is_written_once_and_then_holds() {
        let copy = Copy::new("kept");
        copy.add_cases(KEPT);
        let (tests, file) = (copy.0.join("tests.yaml"), copy.0.join("kept/trial.snap"));
        let cases = std::fs::read_to_string(&tests).unwrap();
        let none = run(&[copy.path()]);
        assert_eq!(none.status.code(), Some(1));
        assert!(text(&none.stderr).contains("snapshot kept/trial.snap: expected a file, got none yet"));
        assert!(!file.exists());

        let first = run(&[copy.path(), "--update"]);
        assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
        assert!(text(&first.stdout).contains(&format!("wrote {}", file.display())), "{}", text(&first.stdout));
        let kept = std::fs::read_to_string(&file).unwrap();
        assert!(kept.contains("kind: OpenBaoCluster") && kept.contains("replicas: 1"), "{kept}");
        assert_eq!(run(&[copy.path()]).status.code(), Some(0));

        // What it says counts, not how: a comment stays, and nothing is written.
        let noted = format!("# reviewed\n{kept}");
        std::fs::write(&file, &noted).unwrap();
        let again = run(&[copy.path(), "--update"]);
        assert!(!text(&again.stdout).contains("wrote"), "{}", text(&again.stdout));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), noted);
        assert_eq!(std::fs::read_to_string(&tests).unwrap(), cases);
    }

    #[test]
    fn an_object_that_is_not_the_kept_one_is_shown_as_a_difference() {
        let copy = Copy::new("differs");
        copy.add_cases(KEPT);
        assert_eq!(run(&[copy.path(), "--update"]).status.code(), Some(0));
        copy.edit("catalog.yaml", "replicas: 1\n", "replicas: 1\n        deletionPolicy: Retain\n");
        copy.edit("catalog.yaml", "rotationPeriod: 720h", "rotationPeriod: 700h");
        let differs = run(&[copy.path()]);
        assert_eq!(differs.status.code(), Some(1));
        let told = Output {
            stdout: text(&differs.stdout).replace(copy.path(), "SUITE").into_bytes(),
            stderr: text(&differs.stderr).replace(copy.path(), "SUITE").into_bytes(),
            ..differs
        };
        told_as_written("snapshot.txt", &told);

        let junit = copy.0.join("junit.xml");
        let output = run(&[copy.path(), "--output", "json", "--junit", junit.to_str().unwrap()]);
        let case = &json(&output)["results"][0]["cases"][2];
        let difference = case["failures"][0]["diff"].as_str().unwrap();
        assert!(difference.contains("\n+  deletionPolicy: Retain\n"), "{difference}");
        assert!(std::fs::read_to_string(&junit).unwrap().contains("&#10;+  deletionPolicy: Retain&#10;"));
        assert_eq!(run(&[copy.path(), "--update"]).status.code(), Some(0));
        assert_eq!(run(&[copy.path()]).status.code(), Some(0));
    }

    #[test]
    fn a_snapshot_that_cannot_be_read_is_told_and_written_anew() {
        let copy = Copy::new("unread");
        copy.add_cases(KEPT);
        assert_eq!(run(&[copy.path(), "--update"]).status.code(), Some(0));
        let file = copy.0.join("kept/trial.snap");
        let kept = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("<<<<<<< ours\n{kept}=======\n")).unwrap();
        let unread = run(&[copy.path()]);
        assert_eq!(unread.status.code(), Some(1));
        assert!(text(&unread.stderr).contains("trial.snap:2"), "{}", text(&unread.stderr));
        assert_eq!(run(&[copy.path(), "--update"]).status.code(), Some(0));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
    }

    #[test]
    fn a_snapshot_stays_in_its_folder_is_no_yaml_and_belongs_to_one_case() {
        for (file, said) in [
            ("../trial.snap", "is not below the folder of this file"),
            ("/tmp/trial.snap", "is not below the folder of this file"),
            ("kept/trial.yaml", "call it `kept/trial.snap`"),
        ] {
            let copy = Copy::new("named");
            copy.add_cases(&KEPT.replace("kept/trial.snap", file));
            let output = run(&[copy.path(), "--update"]);
            assert_eq!(output.status.code(), Some(1));
            assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
        }
        let copy = Copy::new("twice");
        copy.add_cases(&format!("{KEPT}{}", KEPT.replace("is kept", "is kept again")));
        let output = run(&[copy.path(), "--update"]);
        assert!(text(&output.stderr).contains("two cases keep their object in `kept/trial.snap`"));
    }

    #[test]
    fn an_update_accepts_no_other_failure() {
        let copy = Copy::new("other");
        copy.add_cases(&KEPT.replace("verdict: Approved", "verdict: Gated"));
        copy.add_cases("- name: refused\n  claim: team-lab/trial\n  patch: {spec: {parameters: {size: huge}}}\n  expect: {verdict: Approved, snapshot: refused.snap}\n");
        let output = run(&[copy.path(), "--update"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("verdict: expected Gated, got Approved"), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("snapshot: expected a rendered object"), "{}", text(&output.stderr));
        assert!(!copy.0.join("refused.snap").exists());
    }
}
