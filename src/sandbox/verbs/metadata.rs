//! What is wrong with the metadata of an object.

use serde_json::{Value, json};

use crate::sandbox::answer::Cause;
use crate::sandbox::kinds::Kind;
use crate::sandbox::object;
use crate::scalar::name::{check_dns1123_label, check_dns1123_subdomain, check_label_value, check_qualified_name};

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
                         must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation \
                         is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and \
                     end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
                     '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
                     start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used \
                     for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                         '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
/// Bytes that the annotations of an object may have together (apimachinery `TotalAnnotationSizeLimitB`).
const ANNOTATIONS: usize = 256 * 1024;
/// Bytes that a label's value may have.
const LABEL_VALUE: usize = 63;

/// Everything that is wrong with the metadata of an object.
pub(super) fn check(kind: &Kind, object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    check_name(kind, object::name(object), &mut causes);
    check_labels(object, &mut causes);
    let annotations = object.pointer("/metadata/annotations").and_then(Value::as_object);
    let sizes = annotations.into_iter().flatten().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len));
    if sizes.sum::<usize>() > ANNOTATIONS {
        let message = format!("Too long: may not be more than {ANNOTATIONS} bytes");
        causes.push(Cause::new("FieldValueTooLong", "metadata.annotations", message));
    }
    for key in annotations.into_iter().flat_map(|annotations| annotations.keys()) {
        if check_qualified_name(&key.to_lowercase()).is_err() {
            causes.push(Cause::invalid("metadata.annotations", &json!(key), QUALIFIED));
        }
    }
    check_owners(object, &mut causes);
    for finalizer in object::finalizers(object) {
        if check_qualified_name(finalizer).is_err() {
            causes.push(Cause::invalid("metadata.finalizers", &json!(finalizer), QUALIFIED));
        }
    }
    causes
}

fn check_name(kind: &Kind, name: &str, causes: &mut Vec<Cause>) {
    let field = "metadata.name";
    if name.is_empty() {
        let message = "Required value: name or generateName is required";
        return causes.push(Cause::new("FieldValueRequired", field, message));
    }
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("rbac.authorization.k8s.io", _) => {
            for bad in ["/", "%"].iter().filter(|bad| name.contains(**bad)) {
                causes.push(Cause::invalid(field, &json!(name), &format!("may not contain '{bad}'")));
            }
        }
        ("", "Namespace") if check_dns1123_label(name).is_err() => {
            causes.push(Cause::invalid(field, &json!(name), LABEL));
        }
        _ if check_dns1123_subdomain(name).is_err() => causes.push(Cause::invalid(field, &json!(name), SUBDOMAIN)),
        _ => {}
    }
}

fn check_labels(object: &Value, causes: &mut Vec<Cause>) {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    for (key, value) in labels.into_iter().flatten() {
        if check_qualified_name(key).is_err() {
            causes.push(Cause::invalid("metadata.labels", &json!(key), QUALIFIED));
        }
        let text = value.as_str().unwrap_or_default();
        if text.len() > LABEL_VALUE {
            let message = format!("must be no more than {LABEL_VALUE} bytes");
            causes.push(Cause::invalid("metadata.labels", value, &message));
        } else if check_label_value(text).is_err() {
            causes.push(Cause::invalid("metadata.labels", value, VALUE));
        }
    }
}

fn check_owners(object: &Value, causes: &mut Vec<Cause>) {
    let mut controllers = Vec::new();
    for (at, owner) in object::owners(object).enumerate() {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if object::text(owner, &format!("/{field}")).is_empty() {
                let place = format!("metadata.ownerReferences[{at}].{field}");
                let message = if field == "apiVersion" { "version must not be empty" } else { "must not be empty" };
                causes.push(Cause::invalid(place, &json!(""), message));
            }
        }
        if owner.get("controller").and_then(Value::as_bool) == Some(true) {
            controllers.push(format!("{}/{}", object::text(owner, "/kind"), object::text(owner, "/name")));
        }
    }
    if controllers.len() > 1 {
        let all: Vec<String> = object::owners(object).map(in_order).collect();
        let message = format!(
            "Invalid value: [{}]: Only one reference can have Controller set to true. Found \"true\" in references for {}",
            all.join(","),
            controllers.join(" and ")
        );
        causes.push(Cause::new("FieldValueInvalid", "metadata.ownerReferences", message));
    }
}

/// An owner reference with its fields in the order in which Go writes them.
fn in_order(owner: &Value) -> String {
    let fields = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"];
    let fields = fields.iter().filter_map(|name| Some(format!("\"{name}\":{}", owner.get(name)?)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}
