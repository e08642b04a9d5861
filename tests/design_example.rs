//! The design's example reads into the wire types without losing a word.

#[cfg(test)]
mod suite {
    use openbao_claims::api::{
        OpenBaoClaimRequest, OpenBaoClusterClaim, OpenBaoRuleSet, OpenBaoServiceComponent, OpenBaoServiceOffering,
        OpenBaoServiceProfile, Sensitivity,
    };
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    const EXAMPLE: &str = include_str!("fixtures/design-example.yaml");

    fn documents() -> Vec<Value> {
        serde_saphyr::from_multiple(EXAMPLE).unwrap()
    }

    fn read<T: DeserializeOwned>(kind: &str, name: &str) -> T {
        let found = documents().into_iter().find(|doc| doc["kind"] == kind && doc["metadata"]["name"] == name);
        serde_json::from_value(found.unwrap()).unwrap()
    }

    /// Paths that `original` says and `written` does not; `false`, `{}` and `[]` are what absent means.
    fn lost(path: &str, original: &Value, written: &Value, found: &mut Vec<String>) {
        match original {
            Value::Object(fields) => {
                for (name, value) in fields {
                    lost(&format!("{path}.{name}"), value, &written[name.as_str()], found);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    lost(&format!("{path}[{index}]"), value, &written[index], found);
                }
            }
            Value::Bool(false) if written.is_null() => {}
            scalar if scalar == written => {}
            _ => found.push(path.to_owned()),
        }
    }

    fn keeps_every_word<T: DeserializeOwned + Serialize>(original: &Value) {
        let object: T = serde_json::from_value(original.clone()).unwrap();
        let mut found = Vec::new();
        lost(original["kind"].as_str().unwrap(), original, &serde_json::to_value(&object).unwrap(), &mut found);
        assert!(found.is_empty(), "lost: {found:#?}");
    }

    #[test]
    fn every_kind_of_the_example_deserializes_and_keeps_every_word() {
        let mut seen = 0;
        for document in documents() {
            match document["kind"].as_str().unwrap() {
                "OpenBaoServiceOffering" => keeps_every_word::<OpenBaoServiceOffering>(&document),
                "OpenBaoServiceProfile" => keeps_every_word::<OpenBaoServiceProfile>(&document),
                "OpenBaoServiceComponent" => keeps_every_word::<OpenBaoServiceComponent>(&document),
                "OpenBaoRuleSet" => keeps_every_word::<OpenBaoRuleSet>(&document),
                "OpenBaoClusterClaim" => keeps_every_word::<OpenBaoClusterClaim>(&document),
                "OpenBaoClaimRequest" => keeps_every_word::<OpenBaoClaimRequest>(&document),
                "OpenBaoTenant" | "Namespace" => continue,
                other => panic!("what is a {other}?"),
            }
            seen += 1;
        }
        assert_eq!(seen, 9);
    }

    #[test]
    fn the_profile_wires_components_that_are_all_there() {
        let profile: OpenBaoServiceProfile = read("OpenBaoServiceProfile", "hardened");
        for (facet, binding) in &profile.spec.components {
            let component: OpenBaoServiceComponent = read("OpenBaoServiceComponent", &binding.component);
            let inputs = &component.spec.inputs.0["properties"];
            for input in binding.with.keys() {
                assert!(inputs[input.as_str()].is_object(), "{facet}: {} has no input {input}", binding.component);
            }
        }
        assert_eq!(profile.spec.components["backup"].when.as_deref(), Some("params.backup"));
    }

    #[test]
    fn a_sensitivity_rule_says_a_class_or_an_expression() {
        let component: OpenBaoServiceComponent = read("OpenBaoServiceComponent", "ssd");
        let [size, class] = component.spec.sensitivity.as_slice() else { panic!("two rules") };
        assert!(size.class.is_none() && size.expression.is_some());
        assert_eq!(class.class, Some(Sensitivity::Blocked));
    }
}
