//! The command line as people call it: texts, data, exit codes, and the README's own transcripts.

#[cfg(test)]
mod suite {
    use std::process::{Command, Output};

    const GATEWAY: [&str; 4] = ["render", "rules", "catalogs/components", "catalogs/hardened-gateway"];

    fn run(arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["--color", "never"])
            .args(arguments)
            .output()
            .unwrap()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn json(arguments: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&run(&[arguments, &["--output", "json"]].concat()).stdout).unwrap()
    }

    /// Whether `actual` is `expected`, where `[..]` stands for any rest of a line and `...` for any lines.
    fn matches(expected: &str, actual: &str) -> bool {
        fn line(pattern: &str, text: &str) -> bool {
            match pattern.split_once("[..]") {
                Some((before, _)) => text.starts_with(before),
                None => pattern == text,
            }
        }
        fn lines(expected: &[&str], actual: &[&str]) -> bool {
            match expected.split_first() {
                None => actual.is_empty(),
                Some((&"...", rest)) => (0..=actual.len()).any(|skipped| lines(rest, &actual[skipped..])),
                Some((first, rest)) => {
                    actual.split_first().is_some_and(|(text, more)| line(first, text) && lines(rest, more))
                }
            }
        }
        let expected: Vec<_> = expected.lines().filter(|line| !line.is_empty()).collect();
        let actual: Vec<_> = actual.lines().filter(|line| !line.is_empty()).collect();
        lines(&expected, &actual)
    }

    #[test]
    fn the_transcripts_of_the_readme_are_what_the_commands_print() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let mut seen = 0;
        for block in readme.split("```console\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let (command, expected) = block.split_once('\n').unwrap();
            let arguments: Vec<_> = command.strip_prefix("$ openbao-claims ").unwrap().split(' ').collect();
            let (code, expected) = match expected.strip_prefix("? 1\n") {
                Some(rest) => (1, rest),
                None => (0, expected),
            };
            let output = run(&arguments);
            assert_eq!(output.status.code(), Some(code), "{command}");
            let printed = text(&output.stderr) + &text(&output.stdout);
            assert!(matches(expected, &printed), "{command} prints\n{printed}\nand the README says\n{expected}");
            seen += 1;
        }
        assert_eq!(seen, 3);
    }

    #[test]
    fn the_readme_s_claim_is_the_shipped_one() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let block = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let shown: serde_json::Value = serde_saphyr::from_str(block).unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogs/hardened-gateway/claims.yaml");
        let shipped: Vec<serde_json::Value> =
            serde_saphyr::from_multiple(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(shown["spec"], shipped[0]["spec"]);
    }

    #[test]
    fn everything_shipped_passes_check() {
        let output = run(&["check", "rules", "catalogs"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    }

    #[test]
    fn nothing_read_is_an_error_and_so_is_no_claim() {
        let empty = std::env::temp_dir().join(format!("openbao-claims-empty-{}", std::process::id()));
        std::fs::create_dir_all(&empty).unwrap();
        let output = run(&["check", empty.to_str().unwrap()]);
        std::fs::remove_dir_all(&empty).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("nothing was read"));
        let output = run(&["render", "rules"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("0 claims"), "{}", text(&output.stderr));
        assert_eq!(run(&["check", "no/such/folder"]).status.code(), Some(1));
    }

    #[test]
    fn check_reports_to_code_scanning_and_to_workflow_runs() {
        let folder = std::env::temp_dir().join(format!("openbao-claims-report-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("a.yaml");
        std::fs::write(&file, "kind: OpenBaoRuleSet\nmetadata: {name: on}\n").unwrap();
        let path = file.to_str().unwrap();
        let sarif = run(&["check", path, "--output", "sarif"]);
        let github = run(&["check", path, "--output", "github"]);
        std::fs::remove_dir_all(&folder).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&sarif.stdout).unwrap();
        let found = log["runs"][0]["results"].as_array().unwrap();
        let scalar = found.iter().find(|it| it["ruleId"] == "E0004").unwrap();
        assert_eq!(scalar["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
        assert_eq!(sarif.status.code(), Some(1));
        let printed = text(&github.stdout);
        assert!(printed.contains(&format!("::error file={path},line=2,endLine=2,col=18,endColumn=20,title=E0004::")));
        assert_eq!(printed.lines().count(), found.len());
        assert_eq!(github.status.code(), Some(1));
    }

    #[test]
    fn a_clean_catalog_reports_nothing_and_other_commands_do_not_report() {
        let all = ["check", "rules", "catalogs", "--output"];
        let sarif = run(&[&all[..], &["sarif"]].concat());
        let log: serde_json::Value = serde_json::from_slice(&sarif.stdout).unwrap();
        assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
        let github = run(&[&all[..], &["github"]].concat());
        assert_eq!((text(&github.stdout), github.status.code()), (String::new(), Some(0)));
        assert_eq!(run(&["render", "rules", "--output", "sarif"]).status.code(), Some(2));
    }

    #[test]
    fn wrong_usage_exits_with_2_and_help_with_0() {
        assert_eq!(run(&["rendr"]).status.code(), Some(2));
        assert_eq!(run(&["render"]).status.code(), Some(2));
        assert_eq!(run(&["explain", "rules", "--path", "spec..x"]).status.code(), Some(2));
        assert_eq!(run(&["--help"]).status.code(), Some(0));
        for command in ["check", "render", "diff", "explain", "test", "schema", "graph", "crds", "completions"] {
            let output = run(&[command, "--help"]);
            assert_eq!(output.status.code(), Some(0));
            assert!(output.stdout.len() > 100, "{command}");
        }
    }

    #[test]
    fn one_claim_is_picked_by_name_and_a_wrong_name_is_corrected() {
        let results = json(&[&GATEWAY[..], &["--claim", "team-pay/sessions"]].concat());
        assert_eq!(results["results"].as_array().unwrap().len(), 1);
        assert_eq!(results["results"][0]["claim"], "team-pay/sessions");
        let output = run(&[&GATEWAY[..], &["--claim", "team-pay/session"]].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("did you mean `team-pay/sessions`?"), "{}", text(&output.stderr));
    }

    #[test]
    fn of_what_was_read_and_refused_nobody_says_that_there_is_none() {
        let told = |file: &str| text(&run(&["render", file, "--claim", "lab/trial"]).stderr);
        let offering = told("tests/diagnostics/field_misspelled.yaml");
        assert!(offering.contains("the offering `small` does not compile (E0207)"), "{offering}");
        assert!(offering.contains("the profile `tiny` cannot be used: it has errors of its own (E0204)"), "{offering}");
        assert!(!offering.contains("there is no"), "{offering}");

        let good =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics/field_misspelled.yaml"));
        let file = std::env::temp_dir().join(format!("openbao-claims-refused-{}.yaml", std::process::id()));
        std::fs::write(&file, good.unwrap().replace("  parameters: {size: small}", "  paramters: {size: small}"))
            .unwrap();
        let claim = told(file.to_str().unwrap());
        std::fs::remove_file(&file).unwrap();
        assert!(claim.contains("the claim `lab/trial` cannot be read: it has errors of its own (E0204)"), "{claim}");
        assert!(claim.contains("unknown field `spec.paramters`"), "{claim}");
    }

    #[test]
    fn a_contract_that_was_printed_is_read_back_and_nothing_has_changed() {
        let folder = std::env::temp_dir().join(format!("openbao-claims-previous-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for format in ["yaml", "json"] {
            let file = folder.join(format!("previous.{format}"));
            let picked = [&GATEWAY[..], &["--claim", "team-pay/payments", "--output", format]].concat();
            std::fs::write(&file, run(&picked).stdout).unwrap();
            let again =
                [&GATEWAY[..], &["--claim", "team-pay/payments", "--previous", file.to_str().unwrap()]].concat();
            let results = json(&again);
            assert_eq!(results["results"][0]["pending"]["sensitivity"], "Unchanged", "{results}");
            // A contract whose content is not what its digest says is not believed.
            let forged = std::fs::read_to_string(&file).unwrap().replace("50Gi", "10Gi");
            std::fs::write(&file, forged).unwrap();
            let output = run(&again);
            assert_eq!(output.status.code(), Some(1));
            assert!(text(&output.stderr).contains("digest"), "{}", text(&output.stderr));
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn an_earlier_claim_classifies_and_the_digest_is_the_one_that_an_approval_names() {
        let before = "tests/transcripts/before.yaml";
        let results = json(&[&GATEWAY[..], &["--claim", "team-pay/payments", "--previous", before]].concat());
        let result = &results["results"][0];
        assert_eq!(result["verdict"], "Blocked", "the partition is fixed for life: {result}");
        assert_eq!(result["pending"]["candidate"], result["contract"]["spec"]["digest"]);
        let changes = result["pending"]["changes"].as_array().unwrap();
        let prefix = changes.iter().find(|change| change["path"] == "spec.backup.target.pathPrefix").unwrap();
        assert_eq!(prefix["class"], "Blocked");
        assert_eq!(prefix["rule"], "component/backup-s3#sensitivity[1]");
        assert_eq!(prefix["parameters"], serde_json::json!(["backup.partition"]));
    }

    #[test]
    fn explain_names_the_parameters_that_count_and_no_others() {
        let results = json(&[
            "explain",
            "rules",
            "catalogs/components",
            "catalogs/hardened-gateway",
            "--claim",
            "team-pay/payments",
        ]);
        let paths = results["results"][0]["paths"].as_array().unwrap();
        let parameters = |path: &str| {
            let line = paths.iter().find(|line| line["path"] == path).unwrap();
            line["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(parameters("spec.storage.size"), ["size"]);
        assert_eq!(parameters("spec.gateway.hostname"), ["hostname"]);
        assert_eq!(parameters("spec.gateway.gatewayRef.name"), Vec::<String>::new());
        assert_eq!(parameters("spec.backup.schedule"), ["backup.schedule"]);
    }

    #[test]
    fn diff_of_two_catalogs_names_the_revisions_and_each_claim() {
        let folder = std::env::temp_dir().join(format!("openbao-claims-catalog-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let profile =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogs/development/profile.yaml")).unwrap();
        let file = folder.join("profile.yaml");
        std::fs::write(&file, profile.replace("version: 2.6.3", "version: 2.6.4")).unwrap();
        let output = run(&[
            "diff",
            "catalogs/development/profile.yaml",
            file.to_str().unwrap(),
            "--with",
            "rules",
            "--with",
            "catalogs/components",
            "--with",
            "catalogs/development/offering.yaml",
            "--with",
            "catalogs/development/claims.yaml",
        ]);
        std::fs::remove_dir_all(&folder).unwrap();
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
        assert!(printed.contains("profile development: development-"), "{printed}");
        assert!(printed.contains("spec.version: \"2.6.3\" → \"2.6.4\""), "{printed}");
        assert!(printed.contains("claim team-lab/trial: Gated"), "{printed}");
    }

    #[test]
    fn completions_and_definitions_are_printed() {
        for shell in ["bash", "zsh", "fish"] {
            assert!(text(&run(&["completions", shell]).stdout).contains("openbao-claims"));
        }
        let printed = text(&run(&["crds"]).stdout);
        assert_eq!(printed.matches("kind: CustomResourceDefinition").count(), 10);
    }

    #[test]
    fn the_schema_of_an_offering_is_plain_json_schema() {
        let paths = ["catalogs/hardened-gateway", "catalogs/components"];
        let output = run(&[&["schema", "hardened-gateway"], &paths[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["size"]["enum"], serde_json::json!(["small", "medium", "large"]));
        assert_eq!(schema["properties"]["backup"]["properties"]["schedule"]["default"], "0 3 * * *");
        assert_eq!(json(&[&["schema", "hardened-gateway"], &paths[..]].concat())["results"][0], schema);
        let unknown = run(&[&["schema", "hardened-gatewy"], &paths[..]].concat());
        assert_eq!(unknown.status.code(), Some(1));
        assert!(text(&unknown.stderr).contains("did you mean `hardened-gateway`?"), "{}", text(&unknown.stderr));
        assert_eq!(run(&["schema", "hardened-gateway"]).status.code(), Some(2));
    }

    #[test]
    fn the_wiring_of_a_profile_is_drawn() {
        let paths = ["graph", "catalogs/hardened-gateway", "catalogs/components"];
        let mermaid = text(&run(&paths).stdout);
        assert!(mermaid.starts_with("flowchart LR\n  subgraph p0[\"profile hardened-gateway\"]\n"), "{mermaid}");
        let dot = text(&run(&[&paths[..], &["--picture", "dot"]].concat()).stdout);
        assert!(dot.starts_with("digraph catalog {\n") && dot.ends_with("}\n"), "{dot}");
        assert_eq!(mermaid.matches(" --> ").count() + mermaid.matches(" -->|").count(), dot.matches(" -> ").count());
        let wires = json(&paths)["results"][0]["wires"].clone();
        let wire = |from: &str, to: &str| {
            let is = |it: &&serde_json::Value| it["from"] == from && it["to"] == to;
            wires.as_array().unwrap().iter().find(is).map(|it| it["gives"].clone())
        };
        assert_eq!(wire("params.size", "variables.disk"), Some(serde_json::json!([])), "{wires}");
        assert_eq!(wire("variables.disk", "storage: storage"), Some(serde_json::json!(["size"])), "{wires}");
        assert_eq!(wire("storage: storage", "OpenBaoCluster"), Some(serde_json::json!([])), "{wires}");
        assert_eq!(run(&[&paths[..], &["--profile", "other"]].concat()).status.code(), Some(1));
    }

    #[test]
    fn diff_says_what_another_catalog_means_for_those_who_write_claims() {
        let folder = std::env::temp_dir().join(format!("openbao-claims-diff-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let profile =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogs/development/profile.yaml"));
        let profile = profile.unwrap();
        let changed =
            profile.replace("enum: [small, medium], default: small", "enum: [small, medium], default: medium");
        let changed = changed.replace("      ui: {", "      more: {type: boolean, default: false}\n      ui: {");
        assert_ne!(changed, profile);
        let (file, claims) = (folder.join("profile.yaml"), folder.join("claims.yaml"));
        std::fs::write(&file, changed).unwrap();
        let tenant = "apiVersion: openbao.org/v1alpha1\nkind: OpenBaoTenant\nmetadata: {name: lab, namespace: lab}\nspec: {targetNamespace: lab}\n";
        let claim = |at: usize| {
            let parameters = if at.is_multiple_of(2) { "" } else { "\n  parameters: {size: small}" };
            format!(
                "---\napiVersion: claims.openbao.org/v1alpha1\nkind: OpenBaoClusterClaim\nmetadata: {{name: c{at:04}, namespace: lab}}\nspec:\n  tenantRef: {{name: lab}}\n  offeringRef: {{name: development}}{parameters}\n"
            )
        };
        // More than are decided at once.
        let all: String = std::iter::once(tenant.to_owned()).chain((0..600).map(claim)).collect();
        std::fs::write(&claims, all).unwrap();
        let shared = ["rules", "catalogs/components", "catalogs/development/offering.yaml", claims.to_str().unwrap()];
        let arguments: Vec<_> = ["diff", "catalogs/development/profile.yaml", file.to_str().unwrap()]
            .into_iter()
            .chain(shared.iter().flat_map(|path| ["--with", *path]))
            .collect();
        let (human, data) = (text(&run(&arguments).stdout), json(&arguments));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(human.contains("  default    parameter size: defaults to \"medium\", was \"small\"\n"), "{human}");
        assert!(human.contains("  loosened   parameter more: is new\n"), "{human}");
        assert!(human.contains("default of size: \"small\" → \"medium\" (the claim leaves it out)"), "{human}");
        assert!(human.ends_with("compared 600 claims: 300 InPlace, 300 Unchanged\n"), "{human}");
        let results = data["results"].as_array().unwrap();
        assert_eq!(results[0]["parameters"][1]["effect"], "Loosened");
        let names: Vec<_> = results.iter().filter_map(|it| it["claim"].as_str()).collect();
        assert!(names.len() == 600 && names.is_sorted(), "{names:?}");
        assert_eq!(results[601], serde_json::json!({"compared": 600, "verdicts": {"InPlace": 300, "Unchanged": 300}}));
    }
}
