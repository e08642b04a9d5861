use super::*;

#[test]
fn every_built_in_schema_is_structural() {
    for kind in Kinds::builtin().all() {
        assert!(kind.schema.properties.len() > 3, "{} {}", kind.api_version(), kind.kind);
    }
}

#[test]
fn kinds_are_found_by_resource_and_by_name() {
    let kinds = Kinds::builtin();
    assert_eq!(kinds.get("", "v1", "secrets").unwrap().kind, "Secret");
    assert_eq!(kinds.named("events.k8s.io", "v1", "Event").unwrap().plural, "events");
    assert!(kinds.get("apps", "v1", "deployments").is_none());
}
