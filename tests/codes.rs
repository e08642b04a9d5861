//! The pages of diagnostic codes: one for each code and none besides, whose wrong example gives exactly that code and
//! whose right one gives none. `docs/codes/README.md` says how examples are written.

#[cfg(test)]
mod suite {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    use openbao_claims::diagnostic::{CODES, Code};
    use serde_json::Value;

    /// What cannot be told alone: a demand on coverage that is not met, and what is not covered.
    const TOGETHER: &[(&str, &str)] = &[("E0605", "E0604")];

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes")
    }

    fn openbao_claims(folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openbao-claims"));
        command.current_dir(folder).args(["--color", "never"]).args(arguments).output().unwrap()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// One half of a page, set out in a folder of its own.
    struct Example {
        folder: PathBuf,
        arguments: Vec<String>,
    }

    impl Example {
        fn of(code: Code, half: &str, base: &[Value]) -> Self {
            let page = code.page();
            let after = page.split_once(&format!("\n## {half}"));
            let after = after.unwrap_or_else(|| panic!("{code} has no example `{half}`")).1;
            let section = after.split("\n## ").next().unwrap();
            let folder = std::env::temp_dir().join(format!("openbao-claims-{}-{code}-{half}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let mut example = Self { folder, arguments: vec!["check".to_owned(), ".".to_owned()] };
            for block in section.split("\n```").skip(1).step_by(2) {
                let (kind, content) = block.split_once('\n').unwrap();
                match kind {
                    "console" => {
                        let command = content.trim().strip_prefix("$ openbao-claims ").unwrap();
                        example.arguments = command.split(' ').map(ToOwned::to_owned).collect();
                    }
                    _ => example.file(content, base),
                }
            }
            example
        }

        fn file(&self, content: &str, base: &[Value]) {
            let named = content.lines().next().and_then(|line| line.strip_prefix("# ")?.strip_suffix(".yaml"));
            let path = self.folder.join(format!("{}.yaml", named.unwrap_or("catalog")));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let whole = if content.starts_with("kind:") { excerpt(content, base) } else { format!("{content}\n") };
            std::fs::write(path, whole).unwrap();
        }

        /// Codes that are told, and whether the command is content.
        fn run(&self) -> (BTreeSet<String>, bool) {
            let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
            let output = openbao_claims(&self.folder, &arguments);
            let told = text(&output.stderr);
            let code = |line: &str| {
                let (severity, rest) = line.split_once('[')?;
                let code = rest.split_once("]: ")?.0;
                matches!(severity, "error" | "warning").then(|| code.to_owned())
            };
            (told.lines().filter_map(code).collect(), output.status.success())
        }
    }

    impl Drop for Example {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    fn documents(text: &str) -> Vec<Value> {
        serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The base with the excerpt's fields of `spec` in place of its own.
    fn excerpt(content: &str, base: &[Value]) -> String {
        let mut all = base.to_vec();
        for document in documents(content) {
            let same = |it: &&mut Value| {
                it["kind"] == document["kind"] && it["metadata"]["name"] == document["metadata"]["name"]
            };
            let object = all.iter_mut().find(same).unwrap_or_else(|| panic!("not in the base: {document}"));
            for (field, value) in document["spec"].as_object().unwrap() {
                object["spec"][field] = value.clone();
            }
        }
        all.iter().flat_map(|object| ["---\n".to_owned(), object.to_string(), "\n".to_owned()]).collect()
    }

    fn holds(code: Code, base: &[Value]) {
        let expected = TOGETHER.iter().filter(|(one, _)| *one == code.0).map(|(_, other)| (*other).to_owned());
        let expected: BTreeSet<_> = expected.chain([code.0.to_owned()]).collect();
        let (told, _) = Example::of(code, "Wrong", base).run();
        assert_eq!(told, expected, "the wrong example of {code}");
        let (told, content) = Example::of(code, "Right", base).run();
        assert_eq!((told, content), (BTreeSet::new(), true), "the right example of {code}");
    }

    #[test]
    fn the_wrong_example_of_each_page_gives_its_code_alone_and_the_right_one_gives_none() {
        let base = documents(&std::fs::read_to_string(folder().join("base.yaml")).unwrap());
        std::thread::scope(|scope| {
            for codes in CODES.chunks(CODES.len().div_ceil(4)) {
                scope.spawn(|| codes.iter().for_each(|(code, _)| holds(*code, &base)));
            }
        });
    }

    #[test]
    fn the_base_of_the_examples_is_right() {
        let output = openbao_claims(&folder(), &["check", "base.yaml"]);
        assert_eq!((text(&output.stderr), output.status.code()), (String::new(), Some(0)));
    }

    #[test]
    fn there_is_no_page_without_a_code() {
        let mut pages: BTreeSet<_> = std::fs::read_dir(folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(pages.remove("README.md") && pages.remove("base.yaml"));
        let codes: BTreeSet<_> = CODES.iter().map(|(code, _)| format!("{code}.md")).collect();
        assert_eq!(pages, codes);
    }

    #[test]
    fn explain_prints_a_page_a_list_and_what_is_wrong_with_a_code() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = openbao_claims(root, &["explain", "e0107"]);
        assert_eq!((text(&page.stdout).as_str(), page.status.code()), (Code::E0107.page(), Some(0)));
        let list = openbao_claims(root, &["explain", "--codes"]);
        let listed: Vec<_> =
            text(&list.stdout).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(listed, CODES.iter().map(|(code, _)| code.to_string()).collect::<Vec<_>>());
        let data = openbao_claims(root, &["explain", "W0711", "--output", "json"]);
        let data: Value = serde_json::from_slice(&data.stdout).unwrap();
        assert_eq!(data["results"][0]["advice"], true);
        assert_eq!(data["results"][0]["page"], Code::named("W0711").unwrap().page());
        let unknown = openbao_claims(root, &["explain", "E0199"]);
        assert_eq!(unknown.status.code(), Some(2));
        assert!(text(&unknown.stderr).contains("there is no code `E0199`"), "{}", text(&unknown.stderr));
        assert_eq!(openbao_claims(root, &["explain"]).status.code(), Some(2));
        assert_eq!(openbao_claims(root, &["explain", "--codes", "rules"]).status.code(), Some(2));
    }

    #[test]
    fn check_ends_with_the_page_of_the_first_error() {
        let hint = |file: &str| {
            let output = openbao_claims(Path::new(env!("CARGO_MANIFEST_DIR")), &["check", file]);
            text(&output.stderr).lines().last().unwrap_or_default().to_owned()
        };
        assert_eq!(
            hint("tests/diagnostics/expr_unknown_parameter.yaml"),
            "for more information about an error, try `openbao-claims explain E0107`"
        );
        assert_eq!(
            hint("tests/diagnostics/advice_unused_names.yaml"),
            "for more information about a warning, try `openbao-claims explain W0711`"
        );
        assert_eq!(hint("docs/codes/base.yaml"), "");
    }
}
