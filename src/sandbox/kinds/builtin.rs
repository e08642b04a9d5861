//! The built-in kinds.
//!
//! Admission policies and roles are stored, and nothing enforces them here: that is proven on a real API server.

use std::sync::{Arc, LazyLock};

use k8s_openapi::api::{admissionregistration, coordination, core, events, rbac};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::schemars::JsonSchema;
use serde_json::Value;

use super::apart::apart;
use super::builtin_schema::structural;
use super::cells;
use super::kind::{Kind, Shape};
use crate::sandbox::apply::kind_schema;
use crate::sandbox::store::Bucket;
use crate::schema::Schema;

static KINDS: LazyLock<Vec<Arc<Kind>>> = LazyLock::new(|| apart(|| build().into_iter().map(Arc::new).collect()));

pub(super) fn kinds() -> &'static [Arc<Kind>] {
    &KINDS
}

/// A kind with the commonest traits: namespaced, updated without a condition, no status, no generation.
fn kind<T: JsonSchema>(group: &str, version: &str, kind: &str, plural: &str, short: &[&str]) -> Kind {
    let open_api = structural::<T>();
    let mut parsed = open_api.clone();
    // What Kubernetes implies about metadata says more than the types do.
    parsed.pointer_mut("/properties").and_then(Value::as_object_mut).map(|fields| fields.remove("metadata"));
    let schema = Schema::parse_resource(&parsed).unwrap_or_default();
    Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        list_kind: format!("{kind}List"),
        plural: plural.to_owned(),
        singular: kind.to_lowercase(),
        short_names: short.iter().map(|&name| name.to_owned()).collect(),
        categories: Vec::new(),
        namespaced: true,
        status: false,
        generation: false,
        unconditional: true,
        create_on_update: false,
        custom: false,
        stored: true,
        columns: cells::builtin(group, plural),
        selectable: Vec::new(),
        merge_schema: Arc::new(kind_schema(Some(&schema))),
        schema: Arc::new(schema),
        rules: None,
        open_api: Arc::new(open_api),
        bucket: Bucket::new(group, plural),
        shape: Shape::Plain,
    }
}

fn build() -> Vec<Kind> {
    let mut kinds = core_kinds();
    kinds.push(Kind {
        bucket: Bucket::new("", "events"),
        shape: Shape::Event,
        stored: false,
        create_on_update: true,
        selectable: selectable(&["regarding"]),
        ..kind::<events::v1::Event>("events.k8s.io", "v1", "Event", "events", &["ev"])
    });
    kinds.push(Kind {
        unconditional: false,
        create_on_update: true,
        ..kind::<coordination::v1::Lease>("coordination.k8s.io", "v1", "Lease", "leases", &[])
    });
    kinds.push(Kind {
        namespaced: false,
        status: true,
        generation: true,
        unconditional: false,
        categories: vec!["api-extensions".to_owned()],
        ..kind::<apiextensions::v1::CustomResourceDefinition>(
            "apiextensions.k8s.io",
            "v1",
            "CustomResourceDefinition",
            "customresourcedefinitions",
            &["crd", "crds"],
        )
    });
    kinds.extend(rbac_kinds());
    kinds.extend(admission_kinds());
    kinds
}

fn core_kinds() -> Vec<Kind> {
    vec![
        kind::<core::v1::ConfigMap>("", "v1", "ConfigMap", "configmaps", &["cm"]),
        Kind {
            create_on_update: true,
            selectable: selectable(&["involvedObject"]),
            ..kind::<core::v1::Event>("", "v1", "Event", "events", &["ev"])
        },
        Kind {
            namespaced: false,
            status: true,
            selectable: vec!["status.phase".to_owned()],
            ..kind::<core::v1::Namespace>("", "v1", "Namespace", "namespaces", &["ns"])
        },
        Kind {
            status: true,
            ..kind::<core::v1::PersistentVolumeClaim>(
                "",
                "v1",
                "PersistentVolumeClaim",
                "persistentvolumeclaims",
                &["pvc"],
            )
        },
        Kind { selectable: vec!["type".to_owned()], ..kind::<core::v1::Secret>("", "v1", "Secret", "secrets", &[]) },
        kind::<core::v1::ServiceAccount>("", "v1", "ServiceAccount", "serviceaccounts", &["sa"]),
    ]
}

/// What field selectors of events may ask for.
fn selectable(objects: &[&str]) -> Vec<String> {
    let below = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
    let objects = objects.iter().flat_map(|object| below.map(|field| format!("{object}.{field}")));
    objects.chain(["reason", "reportingComponent", "source", "type"].map(str::to_owned)).collect()
}

fn rbac_kinds() -> Vec<Kind> {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let cluster = |kind: Kind| Kind { namespaced: false, ..kind };
    [
        cluster(kind::<rbac::v1::ClusterRole>(GROUP, "v1", "ClusterRole", "clusterroles", &[])),
        cluster(kind::<rbac::v1::ClusterRoleBinding>(GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", &[])),
        kind::<rbac::v1::Role>(GROUP, "v1", "Role", "roles", &[]),
        kind::<rbac::v1::RoleBinding>(GROUP, "v1", "RoleBinding", "rolebindings", &[]),
    ]
    .map(|kind| Kind { create_on_update: true, ..kind })
    .into()
}

fn admission_kinds() -> Vec<Kind> {
    const GROUP: &str = "admissionregistration.k8s.io";
    use admissionregistration::v1::{
        ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration,
    };
    let cluster = |kind: Kind| Kind {
        namespaced: false,
        generation: true,
        unconditional: false,
        categories: vec!["api-extensions".to_owned()],
        ..kind
    };
    let policies = ("ValidatingAdmissionPolicy", "validatingadmissionpolicies");
    let bindings = ("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings");
    let webhooks = ("ValidatingWebhookConfiguration", "validatingwebhookconfigurations");
    vec![
        Kind { status: true, ..cluster(kind::<ValidatingAdmissionPolicy>(GROUP, "v1", policies.0, policies.1, &[])) },
        cluster(kind::<ValidatingAdmissionPolicyBinding>(GROUP, "v1", bindings.0, bindings.1, &[])),
        cluster(kind::<ValidatingWebhookConfiguration>(GROUP, "v1", webhooks.0, webhooks.1, &[])),
    ]
}
