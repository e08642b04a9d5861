//! The generated CRDs: committed as they are generated, described, bounded, and immutable where they must be.

#[cfg(test)]
mod suite {
    use openbao_claims::api::{crd_files, crds};
    use serde_json::{Map, Value, json};
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Kinds whose spec never changes as a whole.
    const IMMUTABLE: [&str; 4] =
        ["OpenBaoClaimRequest", "OpenBaoClaimIntervention", "OpenBaoServiceRevision", "OpenBaoServiceContract"];
    /// Kinds that live in namespaces.
    const NAMESPACED: [&str; 4] =
        ["OpenBaoClusterClaim", "OpenBaoClaimRequest", "OpenBaoClaimIntervention", "OpenBaoServiceContract"];

    fn all() -> Vec<(String, Value)> {
        crds().iter().map(|crd| (crd.spec.names.kind.clone(), serde_json::to_value(crd).unwrap())).collect()
    }

    fn schema(crd: &Value) -> &Value {
        &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    }

    /// Visits `spec` and `status` of every kind with the path of each schema node.
    fn walk(visit: &mut dyn FnMut(&str, &Map<String, Value>)) {
        for (kind, crd) in all() {
            for part in ["spec", "status"] {
                node(&format!("{kind}.{part}"), &schema(&crd)["properties"][part], visit);
            }
        }
    }

    fn node(path: &str, schema: &Value, visit: &mut dyn FnMut(&str, &Map<String, Value>)) {
        let Some(object) = schema.as_object() else { panic!("{path} has no schema: {schema}") };
        visit(path, object);
        for (name, child) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            node(&format!("{path}.{name}"), child, visit);
        }
        for (key, suffix) in [("items", "[]"), ("additionalProperties", "{}")] {
            if let Some(child) = object.get(key) {
                node(&format!("{path}{suffix}"), child, visit);
            }
        }
    }

    #[test]
    fn committed_files_are_what_the_types_generate() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds");
        let files = crd_files().unwrap();
        for (name, yaml) in &files {
            let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            let moved = yaml.lines().zip(committed.lines()).position(|(new, old)| new != old);
            assert!(
                *yaml == committed,
                "crds/{name} differs from line {:?} on; regenerate with `cargo run -- crds --directory crds`",
                moved.map(|line| line + 1)
            );
        }
        let index = "kustomization.yaml";
        let listed: Value = serde_saphyr::from_str(&std::fs::read_to_string(folder.join(index)).unwrap()).unwrap();
        let mut names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(listed["resources"], serde_json::json!(names), "crds/{index} installs other files");
        let known: BTreeSet<&str> = names.into_iter().chain([index]).collect();
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            let stale =
                entry.path().extension().is_some_and(|end| end == "yaml") && !known.contains(name.to_str().unwrap());
            assert!(!stale, "crds/{} belongs to no kind", name.display());
        }
    }

    #[test]
    fn a_file_reads_back_as_the_definition_it_was_made_from() {
        for ((_, yaml), crd) in crd_files().unwrap().iter().zip(crds()) {
            let read: Value = serde_saphyr::from_str(yaml).unwrap();
            assert_eq!(read, serde_json::to_value(&crd).unwrap());
        }
    }

    #[test]
    fn every_field_is_described_in_one_line() {
        let mut missing = Vec::new();
        walk(&mut |path, schema| {
            let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
            let is_item = path.ends_with("{}") || path.ends_with("[]");
            if (text.is_empty() && !is_item) || text.contains('\n') {
                missing.push(path.to_owned());
            }
        });
        assert!(missing.is_empty(), "no description: {missing:#?}");
    }

    #[test]
    fn every_string_list_and_map_is_bounded_except_in_a_claims_spec() {
        let mut unbounded = Vec::new();
        walk(&mut |path, schema| {
            let bound = match schema.get("type").and_then(Value::as_str) {
                Some("string") if schema.contains_key("enum") => return,
                Some("string") => "maxLength",
                Some("array") => "maxItems",
                Some("object") if schema.contains_key("properties") => return,
                Some("object") => "maxProperties",
                _ => return,
            };
            if !schema.contains_key(bound) && !path.starts_with("OpenBaoClusterClaim.spec.") {
                unbounded.push(format!("{path}: {bound}"));
            }
        });
        assert!(unbounded.is_empty(), "{unbounded:#?}");
    }

    #[test]
    fn a_claims_spec_states_types_and_nothing_that_could_refuse_a_tenants_edit() {
        let allowed = ["type", "description", "properties", "nullable", "x-kubernetes-preserve-unknown-fields"];
        walk(&mut |path, schema| {
            if path.starts_with("OpenBaoClusterClaim.spec") {
                for key in schema.keys() {
                    assert!(allowed.contains(&key.as_str()), "{path} has `{key}`");
                }
            }
        });
    }

    #[test]
    fn no_schema_has_defaults_but_that_of_a_status_nobody_has_written_and_only_a_claims_spec_has_nulls() {
        walk(&mut |path, schema| {
            let unseen = path.ends_with(".status") && schema.get("default") == Some(&json!({"observedGeneration": -1}));
            assert!(unseen || !schema.contains_key("default"), "{path} has a default");
            assert!(
                !schema.contains_key("nullable") || path.starts_with("OpenBaoClusterClaim.spec."),
                "{path} is nullable"
            );
            for word in ["anyOf", "oneOf", "allOf", "not", "$ref"] {
                assert!(!schema.contains_key(word), "{path} has {word}");
            }
        });
    }

    #[test]
    fn lists_are_atomic_except_conditions() {
        walk(&mut |path, schema| {
            if schema.get("type").and_then(Value::as_str) == Some("array") {
                let expected = if path.ends_with(".conditions") { "map" } else { "atomic" };
                assert_eq!(schema["x-kubernetes-list-type"], expected, "{path}");
            }
        });
    }

    #[test]
    fn immutable_specs_say_so_and_have_no_typed_free_form_content() {
        for (kind, crd) in all() {
            let spec = &schema(&crd)["properties"]["spec"];
            let rules = spec["x-kubernetes-validations"].as_array().cloned().unwrap_or_default();
            let immutable = rules.iter().any(|rule| rule["rule"] == "self == oldSelf");
            assert_eq!(immutable, IMMUTABLE.contains(&kind.as_str()), "{kind}");
            if immutable {
                node(&kind, spec, &mut |path, schema| {
                    let free = schema.contains_key("x-kubernetes-preserve-unknown-fields");
                    assert!(!(free && schema.contains_key("type")), "{path}: swapped keys would go unnoticed");
                });
            }
        }
    }

    #[test]
    fn a_rollout_freezes_every_field_but_two() {
        let (_, crd) = all().into_iter().find(|(kind, _)| kind == "OpenBaoServiceOfferingRollout").unwrap();
        let spec = &schema(&crd)["properties"]["spec"];
        let frozen: BTreeSet<String> = spec["x-kubernetes-validations"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|rule| {
                rule["rule"].as_str()?.strip_suffix(')')?.rsplit_once("oldSelf.").map(|(_, field)| field.to_owned())
            })
            .collect();
        let mut fields: BTreeSet<String> = spec["properties"].as_object().unwrap().keys().cloned().collect();
        assert!(fields.remove("paused") && fields.remove("acknowledgedWave"));
        assert_eq!(frozen, fields);
    }

    #[test]
    fn names_scopes_categories_columns_and_subresources_are_as_the_design_says() {
        let kinds = all();
        assert_eq!(kinds.len(), 10);
        let mut short = BTreeSet::new();
        for (kind, crd) in &kinds {
            let (spec, version) = (&crd["spec"], &crd["spec"]["versions"][0]);
            let scope = if NAMESPACED.contains(&kind.as_str()) { "Namespaced" } else { "Cluster" };
            assert_eq!(spec["group"], "claims.openbao.org");
            assert_eq!(version["name"], "v1alpha1");
            assert_eq!(spec["scope"], scope, "{kind}");
            assert_eq!(spec["names"]["categories"], serde_json::json!(["openbao", "claims"]), "{kind}");
            assert!(version["subresources"]["status"].is_object(), "{kind}");
            for name in spec["names"]["shortNames"].as_array().unwrap() {
                assert!(short.insert(name.to_string()), "{name} twice");
            }
            let columns = version["additionalPrinterColumns"].as_array().unwrap();
            assert_eq!(columns.last().unwrap()["name"], "Age", "{kind}");
            assert!(schema(crd)["description"].as_str().is_some_and(|text| !text.contains("Auto-generated")), "{kind}");
            let status = &schema(crd)["properties"]["status"]["properties"];
            assert!(status["observedGeneration"].is_object() && status["conditions"].is_object(), "{kind}");
        }
    }

    #[test]
    fn printer_columns_point_at_fields_that_exist() {
        for (kind, crd) in all() {
            for column in crd["spec"]["versions"][0]["additionalPrinterColumns"].as_array().unwrap() {
                let path = column["jsonPath"].as_str().unwrap();
                let plain = path.split("[?").next().unwrap();
                let mut at = schema(&crd);
                for name in plain.split('.').filter(|name| !name.is_empty()) {
                    if name == "metadata" {
                        break;
                    }
                    at = &at["properties"][name];
                    assert!(at.is_object(), "{kind}: column {path} leads nowhere");
                }
            }
        }
    }
}
