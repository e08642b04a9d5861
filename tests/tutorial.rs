//! The tutorial: each step checks, tests and runs as its page says, and every excerpt is from the files of its step.

#[cfg(test)]
mod suite {
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn folder() -> PathBuf {
        root().join("docs/tutorial")
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn run(arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openbao-claims"));
        command.current_dir(root()).args(["--color", "never"]).args(arguments).output().unwrap()
    }

    /// Parts of the page: the folder of each step with its text.
    fn steps() -> Vec<(String, String)> {
        let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
        let steps: Vec<_> = page
            .split("\n## ")
            .skip(1)
            .map(|part| {
                let name = part.split("Folder `").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
                (name.to_owned(), part.to_owned())
            })
            .collect();
        assert_eq!(steps.len(), 6);
        steps
    }

    /// Contents of code blocks of a kind.
    fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
        let fence = format!("```{kind}\n");
        text.split(fence.as_str()).skip(1).map(|block| block.split("\n```").next().unwrap()).collect()
    }

    /// Whether a line is as the page has it, where `…` stands for any text.
    fn line(expected: &str, printed: &str) -> bool {
        let mut parts = expected.split('…');
        let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else { return false };
        for part in parts {
            let Some((_, after)) = rest.split_once(part).filter(|_| !part.is_empty()) else { return part.is_empty() };
            rest = after;
        }
        rest.is_empty()
    }

    /// Whether the lines of `expected` are those of `printed`, where `...` stands for any lines.
    fn reads(expected: &[&str], printed: &[&str]) -> bool {
        match expected.split_first() {
            None => printed.is_empty(),
            Some((&"...", rest)) => (0..=printed.len()).any(|skipped| reads(rest, &printed[skipped..])),
            Some((first, rest)) => {
                printed.split_first().is_some_and(|(next, more)| line(first, next) && reads(rest, more))
            }
        }
    }

    #[test]
    fn every_excerpt_is_from_the_files_of_its_step() {
        for (name, part) in steps() {
            let files: Vec<_> = std::fs::read_dir(folder().join(&name))
                .unwrap()
                .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
                .collect();
            let excerpts = blocks(&part, "yaml");
            assert!(!excerpts.is_empty(), "{name}");
            for excerpt in excerpts {
                assert!(
                    files.iter().any(|file| format!("{file}\n").contains(&format!("{excerpt}\n"))),
                    "{name}:\n{excerpt}"
                );
            }
        }
    }

    #[test]
    fn every_command_prints_what_the_page_says() {
        let mut seen = 0;
        for (name, part) in steps() {
            for block in blocks(&part, "console") {
                let (command, expected) = block.split_once('\n').unwrap();
                let arguments: Vec<_> = command.strip_prefix("$ openbao-claims ").unwrap().split(' ').collect();
                let output = run(&arguments);
                let printed = text(&output.stdout);
                let (expected, lines): (Vec<_>, Vec<_>) = (expected.lines().collect(), printed.lines().collect());
                assert!(reads(&expected, &lines), "{name}: {command}\n{printed}");
                assert_eq!(output.status.code(), Some(0), "{name}: {command}\n{}", text(&output.stderr));
                seen += 1;
            }
        }
        assert!(seen >= 8, "only {seen} commands");
    }

    #[test]
    fn every_step_checks_and_passes_its_cases_and_the_last_two_without_a_warning() {
        for (at, (name, _)) in steps().iter().enumerate() {
            let path = format!("docs/tutorial/{name}");
            let check = run(&["check", &path]);
            let told = text(&check.stderr);
            assert_eq!(check.status.code(), Some(0), "{told}");
            // Until step 5 there are no sensitivity rules, which the page announces.
            let codes = told.lines().filter_map(|line| line.strip_prefix("warning[")?.get(..5));
            assert!(codes.clone().all(|code| code == "W0701" && at < 4), "{name}: {told}");
            assert_eq!(codes.count() > 0, at < 4, "{name}");
            let test = run(&["test", &path]);
            assert_eq!(test.status.code(), Some(0), "{}{}", text(&test.stdout), text(&test.stderr));
        }
    }
}
