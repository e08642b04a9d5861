//! What a request is about, read off its method and path.

use http::{Method, Uri};

use crate::controller::failure::Verb;

/// Verb and resource of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What is asked.
    pub verb: Verb,
    /// The plural, with the subresource behind a slash; `-` for what is no resource (discovery, version).
    pub resource: String,
    /// The namespace, if any.
    pub namespace: Option<String>,
    /// The object, unless the whole collection is meant.
    pub name: Option<String>,
}

impl Target {
    /// Reads a request's line.
    pub fn of(method: &Method, uri: &Uri) -> Self {
        let mut parts = uri.path().split('/').filter(|part| !part.is_empty());
        let versioned = match parts.next() {
            Some("api") => parts.next(),
            Some("apis") => parts.next().and(parts.next()),
            _ => None,
        };
        let parts: Vec<_> = parts.collect();
        let (namespace, rest) = match parts.as_slice() {
            ["namespaces", namespace, rest @ ..] if !matches!(rest, [] | ["status" | "finalize"]) => {
                (Some((*namespace).to_owned()), rest)
            }
            rest => (None, rest),
        };
        let (resource, name) = match rest {
            [resource, name, subresource, ..] => (format!("{resource}/{subresource}"), Some(*name)),
            [resource, name] => ((*resource).to_owned(), Some(*name)),
            [resource] => ((*resource).to_owned(), None),
            [] => ("-".to_owned(), None),
        };
        let resource = if versioned.is_some() { resource } else { "-".to_owned() };
        Self { verb: verb(method, uri, name.is_some()), resource, namespace, name: name.map(str::to_owned) }
    }
}

fn verb(method: &Method, uri: &Uri, named: bool) -> Verb {
    let watches = uri.query().unwrap_or_default().split('&').any(|pair| matches!(pair, "watch=true" | "watch=1"));
    match *method {
        Method::POST => Verb::Create,
        Method::PUT => Verb::Update,
        Method::PATCH => Verb::Patch,
        Method::DELETE => Verb::Delete,
        _ if watches => Verb::Watch,
        _ if named => Verb::Get,
        _ => Verb::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: &Method, path: &str) -> String {
        let target = Target::of(method, &path.parse().unwrap());
        let place = [target.namespace, target.name].into_iter().flatten().collect::<Vec<_>>().join("/");
        format!("{} {} {place}", target.verb.name(), target.resource)
    }

    #[test]
    fn a_request_s_line_tells_verb_resource_and_object() {
        let claims = "/apis/claims.openbao.org/v1alpha1/namespaces/team/openbaoclusterclaims";
        assert_eq!(told(&Method::GET, claims), "list openbaoclusterclaims team");
        assert_eq!(told(&Method::GET, &format!("{claims}?watch=true&x=1")), "watch openbaoclusterclaims team");
        assert_eq!(told(&Method::GET, &format!("{claims}/pay")), "get openbaoclusterclaims team/pay");
        assert_eq!(
            told(&Method::PATCH, &format!("{claims}/pay/status?f=")),
            "patch openbaoclusterclaims/status team/pay"
        );
        assert_eq!(told(&Method::POST, "/api/v1/namespaces/team/secrets"), "create secrets team");
        assert_eq!(told(&Method::PUT, "/api/v1/nodes/n1"), "update nodes n1");
    }

    #[test]
    fn namespaces_are_a_resource_too() {
        assert_eq!(told(&Method::GET, "/api/v1/namespaces"), "list namespaces ");
        assert_eq!(told(&Method::DELETE, "/api/v1/namespaces/team"), "delete namespaces team");
        assert_eq!(told(&Method::PUT, "/api/v1/namespaces/team/finalize"), "update namespaces/finalize team");
    }

    #[test]
    fn what_is_no_resource_is_counted_under_one_name() {
        for path in
            ["/version", "/openapi/v3/apis/claims.openbao.org/v1alpha1", "/", "/apis", "/apis/apps/v1", "/api/v1"]
        {
            assert!(told(&Method::GET, path).contains(" - "), "{path}: {}", told(&Method::GET, path));
        }
    }
}
