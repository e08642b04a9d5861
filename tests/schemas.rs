//! The JSON Schemas for editors: committed as they are generated; what is shipped is valid by them, and what is wrong is
//! not. They are judged by a plain reading of draft-07 that knows each keyword in use and no other.

#[cfg(test)]
mod suite {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use openbao_claims::api::json_schemas;
    use serde_json::{Value, json};

    fn schemas() -> BTreeMap<String, Value> {
        json_schemas().unwrap().into_iter().collect()
    }

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// Where `value` is not what `schema` says, as JSON pointers.
    struct Judge {
        files: BTreeMap<String, Value>,
    }

    impl Judge {
        fn new() -> Self {
            Self { files: schemas() }
        }

        fn wrong(&self, value: &Value) -> Vec<String> {
            let mut found = Vec::new();
            self.judge(&self.files["catalog.json"], value, "", &mut found);
            found
        }

        fn holds(&self, schema: &Value, value: &Value) -> bool {
            let mut found = Vec::new();
            self.judge(schema, value, "", &mut found);
            found.is_empty()
        }

        fn judge(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
            let Some(keywords) = schema.as_object() else {
                assert!(schema.is_boolean(), "no schema: {schema}");
                if *schema == false {
                    found.push(format!("{at}: not allowed"));
                }
                return;
            };
            for (keyword, said) in keywords {
                self.keyword(keyword, said, schema, value, at, found);
            }
        }

        fn keyword(
            &self,
            keyword: &str,
            said: &Value,
            schema: &Value,
            value: &Value,
            at: &str,
            found: &mut Vec<String>,
        ) {
            let length = value.as_str().map(|text| text.chars().count());
            let ok = match keyword {
                "$schema" | "description" | "then" => true,
                "type" => said.as_array().map_or_else(|| is(said, value), |all| all.iter().any(|one| is(one, value))),
                "const" => said == value,
                "enum" => said.as_array().unwrap().contains(value),
                "minLength" => length.is_none_or(|length| length >= count(said)),
                "maxLength" => length.is_none_or(|length| length <= count(said)),
                "minItems" => value.as_array().is_none_or(|all| all.len() >= count(said)),
                "maxItems" => value.as_array().is_none_or(|all| all.len() <= count(said)),
                "maxProperties" => value.as_object().is_none_or(|all| all.len() <= count(said)),
                "minimum" => value.as_f64().is_none_or(|number| number >= said.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= said.as_f64().unwrap()),
                "pattern" => {
                    let pattern = regex::Regex::new(said.as_str().unwrap()).unwrap();
                    value.as_str().is_none_or(|text| pattern.is_match(text))
                }
                "required" => value.as_object().is_none_or(|fields| {
                    said.as_array().unwrap().iter().all(|name| fields.contains_key(name.as_str().unwrap()))
                }),
                "anyOf" => said.as_array().unwrap().iter().any(|one| self.holds(one, value)),
                "properties" | "additionalProperties" | "items" | "allOf" | "if" | "$ref" => {
                    self.below(keyword, said, schema, value, at, found);
                    true
                }
                other => panic!("the keyword `{other}` is not known here"),
            };
            if !ok {
                found.push(format!("{at}: {keyword}"));
            }
        }

        fn below(&self, keyword: &str, said: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
            match (keyword, value) {
                ("properties", Value::Object(fields)) => {
                    for (name, property) in said.as_object().unwrap() {
                        if let Some(value) = fields.get(name) {
                            self.judge(property, value, &format!("{at}/{name}"), found);
                        }
                    }
                }
                ("additionalProperties", Value::Object(fields)) => {
                    let known = schema.get("properties").and_then(Value::as_object);
                    for (name, value) in fields {
                        if known.is_none_or(|known| !known.contains_key(name)) {
                            self.judge(said, value, &format!("{at}/{name}"), found);
                        }
                    }
                }
                ("items", Value::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.judge(said, item, &format!("{at}/{index}"), found);
                    }
                }
                ("allOf", _) => said.as_array().unwrap().iter().for_each(|one| self.judge(one, value, at, found)),
                ("if", _) if self.holds(said, value) => self.judge(&schema["then"], value, at, found),
                ("$ref", _) => self.judge(&self.files[said.as_str().unwrap()], value, at, found),
                _ => {}
            }
        }
    }

    fn count(said: &Value) -> usize {
        usize::try_from(said.as_u64().unwrap()).unwrap()
    }

    fn is(kind: &Value, value: &Value) -> bool {
        match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("the type `{other}` is not known here"),
        }
    }

    fn documents(path: &Path) -> Vec<Value> {
        let text = std::fs::read_to_string(path).unwrap();
        serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|end| end == "yaml") && !path.ends_with("tests.yaml") {
                found.push(path);
            }
        }
    }

    #[test]
    fn committed_files_are_what_the_types_generate() {
        let folder = root().join("docs/schemas");
        let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite");
        for (name, schema) in schemas() {
            let text = format!("{schema:#}\n");
            if overwrite {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(&name), &text).unwrap();
            }
            let committed = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
            assert!(
                committed == text,
                "docs/schemas/{name} is not what is generated: `openbao-claims crds --json-schema --directory docs/schemas`"
            );
        }
        let there = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(there.collect::<BTreeSet<_>>(), schemas().into_keys().collect());
    }

    #[test]
    fn every_file_that_is_shipped_is_valid() {
        let judge = Judge::new();
        let mut paths = Vec::new();
        for folder in ["rules", "catalogs"] {
            files(&root().join(folder), &mut paths);
        }
        let mut kinds = BTreeSet::new();
        for path in paths {
            // Whole rendered objects beside the cases are of no kind of ours, and valid as such.
            for document in documents(&path) {
                assert_eq!(judge.wrong(&document), Vec::<String>::new(), "{}", path.display());
                kinds.insert(document["kind"].as_str().unwrap().to_owned());
            }
        }
        for kind in
            ["OpenBaoClusterClaim", "OpenBaoServiceOffering", "OpenBaoServiceProfile", "OpenBaoServiceComponent"]
        {
            assert!(kinds.contains(kind), "no {kind} among {kinds:?}");
        }
    }

    #[test]
    fn what_check_refuses_by_form_is_not_valid_and_is_told_where() {
        let judge = Judge::new();
        for (file, place) in [
            ("field_misspelled", "/spec/sensitivty: not allowed"),
            ("field_required", "/spec/render/0: required"),
            ("field_wrong_type", "/spec/selectable: type"),
            ("sensitivity_unchanged", "/spec/sensitivity/0/class: enum"),
            ("kind_misspelled", "/kind: enum"),
            ("name_missing", "/metadata: anyOf"),
            ("namespace_missing", "/metadata: required"),
            ("namespace_too_much", "/metadata/namespace: not allowed"),
            ("api_version_missing", ": required"),
        ] {
            let documents = documents(&root().join(format!("tests/diagnostics/{file}.yaml")));
            let wrong: Vec<_> = documents.iter().flat_map(|document| judge.wrong(document)).collect();
            assert!(wrong.iter().any(|one| one == place), "{file}: {wrong:?}");
        }
    }

    #[test]
    fn an_object_of_another_group_is_taken_as_it_is() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {}});
        assert_eq!(Judge::new().wrong(&secret), Vec::<String>::new());
    }

    #[test]
    fn kinds_that_only_the_operator_writes_have_no_schema() {
        let kinds: Vec<_> = schemas().into_keys().collect();
        assert_eq!(kinds.len(), 9, "{kinds:?}");
        assert!(!kinds.iter().any(|name| name.contains("Revision") || name.contains("Contract")), "{kinds:?}");
    }
}
