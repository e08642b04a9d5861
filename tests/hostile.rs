//! Hostile input ends in an error, never in an abort. Each case runs in a process of its own, so that an
//! overflowed stack or an endless loop would be seen as such.

#[cfg(test)]
mod suite {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::time::Duration;

    /// Runs `check` on a text and returns exit code and standard error.
    fn check(name: &str, text: &str) -> (Option<i32>, String) {
        let path = std::env::temp_dir().join(format!("openbao-claims-hostile-{}-{name}.yaml", std::process::id()));
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
            .args(["check", "--color", "never"])
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || send.send(child.wait_with_output().unwrap()));
        // Far above what an answer takes, also unoptimised and on a busy machine; an endless loop would pass it.
        let output = receive.recv_timeout(Duration::from_mins(1)).unwrap_or_else(|_| panic!("{name} has no end"));
        let _ = std::fs::remove_file(&path);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn refused(name: &str, text: &str, code: &str) {
        let (exit, told) = check(name, text);
        let start: String = told.chars().take(2000).collect();
        assert_eq!(exit, Some(1), "{name}: {start}");
        assert!(told.contains(code), "{name}: expected {code} in {start}");
        assert!(told.len() < 64 * 1024, "{name}: an answer of {} bytes", told.len());
    }

    fn with_expression(expression: &str) -> String {
        format!(
            "apiVersion: claims.openbao.org/v1alpha1\nkind: OpenBaoRuleSet\nmetadata: {{name: x}}\nspec:\n  validations:\n  - {{message: m, expression: {}}}\n",
            serde_json::json!(expression)
        )
    }

    #[test]
    fn files_beyond_any_bound_are_refused() {
        refused("ten-megabytes", &format!("a: {}", "x".repeat(10 * 1024 * 1024)), "error[E000");
        refused("ten-megabytes-of-lists", &"- - - - \n".repeat(1_100_000), "error[E000");
        refused("many-documents", &"---\na: b\n".repeat(500_000), "error[E000");
    }

    #[test]
    fn nesting_beyond_any_bound_is_refused() {
        refused("flow", &"[".repeat(10_000), "error[E000");
        refused("flow-closed", &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)), "error[E000");
        refused("maps", &"{a: ".repeat(10_000), "error[E000");
        let mut block = String::new();
        for depth in 0..10_000 {
            block.push_str(&" ".repeat(depth.min(200)));
            block.push_str("a:\n");
        }
        refused("block", &block, "error[E000");
    }

    #[test]
    fn alias_bombs_are_refused() {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (this, last) in
            ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
        {
            let aliases = vec![["*", last].concat(); 9].join(", ");
            bomb.push_str(&[this, ": &", this, " [", &aliases, "]\n"].concat());
        }
        refused("aliases", &bomb, "error[E000");
    }

    #[test]
    fn expressions_beyond_any_bound_are_refused() {
        // Beyond the CRD's own bound on expressions, or within it and too deep.
        refused("sum", &with_expression(&vec!["1"; 100_000].join("+")), "error[E0");
        for (name, expression) in [
            ("parentheses", format!("{}1{}", "(".repeat(3000), ")".repeat(3000))),
            ("lists", format!("{}1{}", "[".repeat(3000), "]".repeat(3000))),
            ("negations", format!("{}true", "!".repeat(8000))),
            ("minuses", format!("{}1", "-".repeat(8000))),
            ("selects", format!("a{}", ".b".repeat(4000))),
            ("calls", format!("a{}", ".f()".repeat(2000))),
            ("ternaries", format!("{}1", "a?b:".repeat(2000))),
            ("sum-in-bounds", vec!["1"; 4000].join("+")),
            ("ands", vec!["a"; 2700].join("&&")),
        ] {
            refused(name, &with_expression(&expression), "error[E01");
        }
    }

    #[test]
    fn catastrophic_patterns_are_linear_or_refused() {
        let claim = |pattern: &str, value: &str| {
            include_str!("diagnostics/claim_enum.yaml")
                .replace(
                    "hostname: {type: string, format: hostname, maxLength: 253}",
                    &format!("p: {{type: string, maxLength: 60000, pattern: '{pattern}'}}"),
                )
                .replace("parameters: {size: huge}", &format!("parameters: {{p: {value}}}"))
        };
        refused("backtracking", &claim("^(a+)+$", &format!("{}b", "a".repeat(50_000))), "error[E0501]");
        refused("repetition", &claim("^(a{500}){500}$", "a"), "error[E0301]");
        refused("nested-repetition", &claim("^((a{1,100}){1,100}){1,100}$", "a"), "error[E0301]");
    }

    #[test]
    fn parameters_beyond_their_bound_are_denied() {
        let text = include_str!("diagnostics/claim_enum.yaml")
            .replace("parameters: {size: huge}", &format!("parameters: {{size: {}}}", "x".repeat(70_000)));
        refused("parameters", &text, "error[E0501]");
    }
}
