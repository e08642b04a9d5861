//! Cases that a suite makes, run by the command that catalog authors run.

use std::process::Command;

use serde_json::{Value as Json, json};

/// Runs cases over files and folders of the repository; what is told of each, in their order.
pub(crate) fn run(name: &str, files: &[&str], cases: &[Json]) -> Vec<Json> {
    let files: Vec<_> = files.iter().map(|file| format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).collect();
    let folder = std::env::temp_dir().join(format!("openbao-claims-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("tests.yaml"), json!({"files": files, "cases": cases}).to_string()).unwrap();
    let command = Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
        .args(["test", "--output", "json"])
        .arg(&folder)
        .output()
        .unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    let told: Json = serde_json::from_slice(&command.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&command.stderr)));
    let told = told["results"][0]["cases"].as_array().cloned().unwrap_or_default();
    assert_eq!(told.len(), cases.len(), "{}", String::from_utf8_lossy(&command.stderr));
    told
}

/// The same, and each case must pass.
pub(crate) fn pass(name: &str, files: &[&str], cases: &[Json]) {
    for told in run(name, files, cases) {
        assert_eq!(told["passed"], true, "{}: {}", told["name"], told["failures"]);
    }
}
