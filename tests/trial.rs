//! `openbao-claims test`: the shipped cases pass, and cases that are wrong are told where they are.

#[cfg(test)]
mod suite {
    use std::path::PathBuf;
    use std::process::{Command, Output};

    const FILES: &str = "files: [ROOT/catalogs/components, ROOT/catalogs/development, ROOT/rules]\n";

    fn run(arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["--color", "never", "test"])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// A folder with a `tests.yaml`, gone in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, cases: &str) -> Self {
            let path = std::env::temp_dir().join(format!("openbao-claims-trial-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            let text = FILES.replace("ROOT", env!("CARGO_MANIFEST_DIR")) + cases;
            std::fs::write(path.join("tests.yaml"), text).unwrap();
            Self(path)
        }

        fn run(&self, more: &[&str]) -> (Option<i32>, String, String) {
            let output = run(&[&[self.0.to_str().unwrap()], more].concat());
            let text = |bytes| String::from_utf8(bytes).unwrap();
            (output.status.code(), text(output.stdout), text(output.stderr))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn every_shipped_case_passes_and_none_of_the_rules_and_branches_is_left_out() {
        let output = run(&["rules", "catalogs", "--output", "json", "--fail-under", "100"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let files = json["results"].as_array().unwrap();
        let cases: usize = files.iter().filter_map(|file| file["cases"].as_array()).map(Vec::len).sum();
        assert!(files.len() >= 14 && cases >= 380, "{} files, {cases} cases", files.len());
    }

    #[test]
    fn rules_judge_what_no_claim_brings_about_and_changes_from_what_an_earlier_revision_rendered() {
        let folder = Folder::new(
            "amended",
            "cases:\n- name: broken\n  claim: team-lab/trial\n  rendered: {spec: {selfInit: {requests: null}}}\n  expect: {verdict: Denied, reason: EmptyBootstrap}\n- name: sound\n  claim: team-lab/trial\n  rendered: {spec: {logs: true}}\n  expect: {verdict: Approved}\n- name: earlier\n  claim: team-lab/trial\n  previous: {rendered: {spec: {replicas: 3}}}\n  expect: {verdict: Gated, changes: {spec.replicas: Gated}}\n",
        );
        let (code, out, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(out.contains("3 cases: 2 passed, 1 failed"), "{out}\n{err}");
        assert!(err.contains("has no field `spec.logs`"), "{err}");
    }

    #[test]
    fn a_case_that_does_not_hold_shows_what_came_and_where_it_was_expected() {
        let folder = Folder::new(
            "fails",
            "cases:\n- name: too much\n  claim: team-lab/trial\n  expect:\n    verdict: Approved\n    rendered: {spec: {replicas: 5}}\n",
        );
        let (code, out, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(out.contains("FAIL") && out.contains("1 case: 0 passed, 1 failed"), "{out}");
        assert!(err.contains("rendered spec.replicas: expected 5, got 1"), "{err}");
        assert!(err.contains("tests.yaml:7:33"), "{err}");
    }

    #[test]
    fn a_denial_for_another_reason_fails() {
        let folder = Folder::new(
            "reason",
            "cases:\n- name: denied\n  claim: team-lab/trial\n  patch: {spec: {parameters: {size: huge}}}\n  expect: {verdict: Denied, reason: NotEligible}\n",
        );
        let (code, _, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(err.contains("reason: expected NotEligible, got Denied (InvalidParameter"), "{err}");
    }

    #[test]
    fn a_denial_without_a_reason_is_no_case() {
        let folder =
            Folder::new("silent", "cases:\n- name: denied\n  claim: team-lab/trial\n  expect: {verdict: Denied}\n");
        let (code, _, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(err.contains("a case that expects a refusal names its reason"), "{err}");
    }

    #[test]
    fn an_unknown_field_is_told_with_the_nearest_one() {
        let folder = Folder::new(
            "field",
            "cases:\n- name: typo\n  claim: team-lab/trial\n  expect: {verdict: Approved, renderd: {}}\n",
        );
        let (code, _, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(
            err.contains("unknown field `cases[0].expect.renderd`") && err.contains("Approved, rendered: {}"),
            "{err}"
        );
        assert!(err.contains("^^^^^^^"), "{err}");
    }

    #[test]
    fn a_claim_that_is_not_there_fails_and_names_those_that_are() {
        let folder =
            Folder::new("claim", "cases:\n- name: nobody\n  claim: team-lab/nobody\n  expect: {verdict: Approved}\n");
        let (code, _, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(err.contains("no such claim among team-lab/trial"), "{err}");
    }

    #[test]
    fn expectations_of_an_object_fail_where_there_is_none() {
        let folder = Folder::new(
            "object",
            "cases:\n- name: nothing\n  claim: team-lab/trial\n  patch: {spec: {parameters: {size: huge}}}\n  expect: {verdict: Denied, reason: InvalidParameter, health: Healthy, changes: {}}\n",
        );
        let (code, _, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(err.contains("health: expected a rendered object") && err.contains("changes: expected"), "{err}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told_once_where_it_is_named() {
        let folder =
            Folder::new("files", "cases:\n- name: one\n  claim: team-lab/trial\n  expect: {verdict: Approved}\n");
        let file = folder.0.join("tests.yaml");
        let text = std::fs::read_to_string(&file).unwrap().replace("/catalogs/components", "/catalogs/nowhere");
        std::fs::write(&file, text).unwrap();
        let (code, out, err) = folder.run(&[]);
        assert_eq!(code, Some(1));
        assert!(err.contains("nowhere` is not there") && err.contains("tests.yaml:1:9"), "{err}");
        assert_eq!(err.matches("error[").count(), 1, "{err}");
        assert!(out.contains("0 cases: 0 passed, 0 failed; 1 file not run"), "{out}");
    }

    #[test]
    fn an_object_of_a_catalog_is_no_file_of_tests() {
        let output = run(&["catalogs/development/profile.yaml"]);
        assert_eq!(output.status.code(), Some(1));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("not a file of tests") && err.matches("error[").count() == 1, "{err}");
    }

    #[test]
    fn no_test_is_an_error() {
        let output = run(&["docs/gitops"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("0 tests"));
        assert_eq!(run(&["no/such/folder"]).status.code(), Some(1));
    }

    #[test]
    fn results_are_written_for_ci_with_their_characters_escaped() {
        let folder =
            Folder::new("junit", "cases:\n- name: \"a < b\"\n  claim: team-lab/trial\n  expect: {verdict: Gated}\n");
        let junit = folder.0.join("junit.xml");
        let (code, ..) = folder.run(&["--junit", junit.to_str().unwrap()]);
        assert_eq!(code, Some(1));
        let text = std::fs::read_to_string(junit).unwrap();
        assert!(
            text.contains("name=\"a &lt; b\"><failure message=\"verdict: expected Gated, got Approved\"/>"),
            "{text}"
        );
        assert!(text.contains("tests=\"1\" failures=\"1\" errors=\"0\""), "{text}");
    }
}
