//! The reference of the language: committed as it is printed.
//! `SNAPSHOTS=overwrite cargo test --test reference` writes it anew.

#[cfg(test)]
mod suite {
    use std::path::Path;

    use snapbox::Data;
    use snapbox::cmd::Command;

    fn reference() -> Command {
        Command::new(env!("CARGO_BIN_EXE_openbao-claims")).arg("reference")
    }

    #[test]
    fn the_committed_page_is_what_the_program_prints() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cel-reference.md");
        // As text: `[..]` in the page is no wildcard.
        let expected = Data::read_from(&page, Some(snapbox::data::DataFormat::Text)).raw();
        reference().assert().success().stderr_eq("").stdout_eq(expected);
    }

    #[test]
    fn programs_get_the_same_as_data() {
        let output = reference().args(["--output", "json"]).assert().success().get_output().clone();
        let data: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let all = &data["results"][0];
        let examples = all["chapters"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|chapter| chapter["entries"].as_array().unwrap())
            .filter(|entry| entry["examples"][0]["expression"].is_string())
            .count();
        assert!(examples > 150, "only {examples} entries with an example");
        assert_eq!(all["scopes"][0]["names"][0]["name"], "claim");
    }
}
