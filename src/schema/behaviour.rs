//! Kubernetes' rules in sentences, each with a schema, an input and what comes of it.

use serde::Deserialize;
use serde_json::Value;

use super::{Schema, SchemaError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    rule: String,
    schema: Value,
    #[serde(default)]
    catalog: bool,
    #[serde(default)]
    resource: bool,
    input: Option<Value>,
    defaulted: Option<Value>,
    pruned: Option<Vec<String>>,
    violations: Option<Vec<String>>,
    #[serde(default)]
    schema_errors: Vec<String>,
}

impl Case {
    fn parse(&self) -> Result<Schema, Vec<SchemaError>> {
        match (self.catalog, self.resource) {
            (true, _) => Schema::parse(&self.schema),
            (_, true) => Schema::parse_resource(&self.schema),
            _ => Schema::parse_kubernetes(&self.schema),
        }
    }

    fn run(&self) -> Result<(), String> {
        let errors = match self.parse() {
            Err(errors) => errors.into_iter().map(|error| error.pointer).collect(),
            Ok(schema) => {
                self.judge(&schema, self.input.as_ref().unwrap_or(&Value::Null))?;
                Vec::new()
            }
        };
        same("schemaErrors", &errors, &self.schema_errors)
    }

    fn judge(&self, schema: &Schema, input: &Value) -> Result<(), String> {
        let places = |paths: Vec<super::path::Path>| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        if let Some(expected) = &self.violations {
            let found = schema.validate(input).into_iter().map(|violation| violation.path).collect();
            same("violations", &places(found), expected)?;
        }
        if let Some(expected) = &self.defaulted {
            let mut value = input.clone();
            schema.apply_defaults(&mut value);
            same("defaulted", &value, expected)?;
            schema.apply_defaults(&mut value);
            same("defaulted twice", &value, expected)?;
        }
        if let Some(expected) = &self.pruned {
            let mut value = input.clone();
            same("pruned", &places(schema.prune(&mut value)), expected)?;
            same("pruned twice", &schema.prune(&mut value), &Vec::new())?;
        }
        Ok(())
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}

#[test]
fn every_rule_of_kubernetes_holds() {
    let cases: Vec<Case> = serde_saphyr::from_str(include_str!("behaviour/cases.yaml")).unwrap();
    assert!(cases.len() > 70, "only {} cases", cases.len());
    let failed = cases.iter().filter_map(|case| case.run().err().map(|error| format!("{}: {error}", case.rule)));
    let failed: Vec<String> = failed.collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
