//! Where a request goes.

/// A path of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Version,
    Health,
    /// `/api`: versions of the core group.
    Core,
    /// `/apis`: all other groups.
    Groups,
    /// `/apis/GROUP`
    Group(String),
    /// `/api/v1` or `/apis/GROUP/VERSION`
    Resources {
        group: String,
        version: String,
    },
    OpenApi,
    /// The path below `/openapi/v3`, without its first slash.
    OpenApiOf {
        group: String,
        version: String,
    },
    Resource(Target),
    Nowhere,
}

/// A collection, an object or a subresource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) group: String,
    pub(crate) version: String,
    /// Empty for all, or for kinds without namespaces.
    pub(crate) namespace: String,
    pub(crate) plural: String,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

/// Reads the path of a URI, still percent-encoded.
pub(crate) fn route(path: &str) -> Route {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(super::query::decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["version"] => Route::Version,
        ["healthz" | "livez" | "readyz", ..] => Route::Health,
        ["api"] => Route::Core,
        ["apis"] => Route::Groups,
        ["openapi", "v3"] => Route::OpenApi,
        ["openapi", "v3", "api", version] => Route::OpenApiOf { group: String::new(), version: (*version).to_owned() },
        ["openapi", "v3", "apis", group, version] => {
            Route::OpenApiOf { group: (*group).to_owned(), version: (*version).to_owned() }
        }
        ["apis", group] => Route::Group((*group).to_owned()),
        ["api", version, rest @ ..] => below("", version, rest),
        ["apis", group, version, rest @ ..] => below(group, version, rest),
        _ => Route::Nowhere,
    }
}

fn below(group: &str, version: &str, rest: &[&str]) -> Route {
    let target = |namespace: &str, plural: &str, name: Option<&str>, subresource: Option<&str>| {
        Route::Resource(Target {
            group: group.to_owned(),
            version: version.to_owned(),
            namespace: namespace.to_owned(),
            plural: plural.to_owned(),
            name: name.map(str::to_owned),
            subresource: subresource.map(str::to_owned),
        })
    };
    match rest {
        [] => Route::Resources { group: group.to_owned(), version: version.to_owned() },
        ["namespaces"] => target("", "namespaces", None, None),
        ["namespaces", name] => target("", "namespaces", Some(name), None),
        ["namespaces", name, subresource @ ("status" | "finalize")] if group.is_empty() => {
            target("", "namespaces", Some(name), Some(subresource))
        }
        ["namespaces", namespace, plural] => target(namespace, plural, None, None),
        ["namespaces", namespace, plural, name] => target(namespace, plural, Some(name), None),
        ["namespaces", namespace, plural, name, subresource] => {
            target(namespace, plural, Some(name), Some(subresource))
        }
        [plural] => target("", plural, None, None),
        [plural, name] => target("", plural, Some(name), None),
        [plural, name, subresource] => target("", plural, Some(name), Some(subresource)),
        _ => Route::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str) -> Target {
        match route(path) {
            Route::Resource(target) => target,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn objects_are_found_with_and_without_namespace() {
        let claim = target("/apis/claims.openbao.org/v1alpha1/namespaces/a/openbaoclusterclaims/b/status");
        assert_eq!((claim.group.as_str(), claim.namespace.as_str()), ("claims.openbao.org", "a"));
        assert_eq!((claim.name.as_deref(), claim.subresource.as_deref()), (Some("b"), Some("status")));
        let crd = target("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b");
        assert_eq!((crd.namespace.as_str(), crd.name.as_deref()), ("", Some("a.b")));
        let all = target("/api/v1/secrets");
        assert_eq!((all.plural.as_str(), all.name), ("secrets", None));
    }

    #[test]
    fn a_namespace_is_an_object_and_a_place() {
        assert_eq!(target("/api/v1/namespaces/a").plural, "namespaces");
        assert_eq!(target("/api/v1/namespaces/a/status").subresource.as_deref(), Some("status"));
        assert_eq!(target("/api/v1/namespaces/a/events").plural, "events");
    }

    #[test]
    fn everything_else_leads_to_discovery_or_nowhere() {
        assert_eq!(route("/api"), Route::Core);
        assert_eq!(route("/apis/a.b"), Route::Group("a.b".into()));
        assert_eq!(route("/apis/a.b/v1/"), Route::Resources { group: "a.b".into(), version: "v1".into() });
        assert_eq!(route("/metrics"), Route::Nowhere);
        assert_eq!(route("/openapi/v2"), Route::Nowhere);
    }
}
