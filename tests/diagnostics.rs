//! Broken catalogs and claims, one a file, each with the text that its author reads beside it: every
//! message, mark and help line. `SNAPSHOTS=overwrite cargo test --test diagnostics` writes them anew.

#[cfg(test)]
mod suite {
    use std::path::Path;

    use snapbox::Data;
    use snapbox::cmd::Command;

    #[test]
    fn every_mistake_is_told_as_written_beside_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
        let mut cases: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
            .collect();
        cases.sort();
        assert!(cases.len() >= 60, "only {} cases", cases.len());
        // A process each, so several at once: most of their time is reading the target's schemas.
        let share = cases.len().div_ceil(4);
        std::thread::scope(|scope| {
            for cases in cases.chunks(share) {
                scope.spawn(|| cases.iter().for_each(|case| told_as_written(&folder, case)));
            }
        });
    }

    fn told_as_written(folder: &Path, case: &Path) {
        let name = case.file_name().unwrap().to_str().unwrap();
        let expected = Data::read_from(&case.with_extension("txt"), None);
        // Colour off and a relative path, so that the text is the same everywhere.
        let assert = Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
            .current_dir(folder)
            .args(["check", "--color", "never", name])
            .assert();
        let output = assert.stderr_eq(expected).get_output().clone();
        // A mistake is an error, or a warning that leaves the exit code alone.
        let is_error = String::from_utf8_lossy(&output.stderr).contains("error[");
        assert_eq!(output.status.code(), Some(i32::from(is_error)), "{name}");
    }
}
