//! URLs (apiserver `cel/library/urls.go`).

use std::sync::Arc;

use crate::cel::{Key, Opaque, Value};
use crate::scalar::url::Url;

use super::cost::{FIRST, ONE};
use super::row::{STRINGS, global, invalid, method, pure};
use super::{Environment, Function, Ty};

const URL: Ty = Ty::Opaque(Opaque::URL);
const SINCE: Environment = Environment::Base;

/// A row for a part of a URL.
macro_rules! part {
    ($name:literal, $id:literal, |$url:ident| $part:expr, $doc:literal, $example:literal) => {
        Function {
            name: $name,
            overloads: &[method($id, &[URL], Ty::String, ONE, pure!(
                [Value::Opaque(Opaque::Url($url))] => Ok(Value::string(&$part))
            ))],
            doc: $doc,
            example: $example,
            since: SINCE,
        }
    };
}

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "url",
        overloads: &[global(
            "string_to_url",
            &[Ty::String],
            URL,
            FIRST,
            pure!(
                [Value::String(text)] => match Url::parse(text) {
                    Ok(url) => Ok(Value::Opaque(Opaque::Url(Arc::new(url)))),
                    Err(error) => Err(invalid(error.to_string())),
                }
            ),
        )],
        doc: "The URL that a text says: absolute, or an absolute path. Nothing but the scheme's case is changed. Faults \
              on any other text.",
        example: "url('HTTPS://example.com/') == url('https://example.com/')",
        since: SINCE,
    },
    Function {
        name: "isURL",
        overloads: &[global(
            "is_url_string",
            &[Ty::String],
            Ty::Bool,
            ONE,
            pure!(
                [Value::String(text)] => Ok(Value::Bool(Url::is_request_uri(text)))
            ),
        )],
        doc: "Whether the text is an absolute URL or an absolute path.",
        example: "isURL('https://user:pass@example.com:80/path?query=val') && isURL('/absolute') && !isURL('../relative')",
        since: SINCE,
    },
    part!(
        "getScheme",
        "url_get_scheme",
        |url| url.scheme(),
        "The scheme in lower case, empty if there is none.",
        "url('https://example.com/').getScheme() == 'https'"
    ),
    part!(
        "getHost",
        "url_get_host",
        |url| url.host(),
        "Host and port as written, IPv6 addresses in brackets.",
        "url('https://EXAMPLE.com:443/').getHost() == 'EXAMPLE.com:443'"
    ),
    part!(
        "getHostname",
        "url_get_hostname",
        |url| url.hostname(),
        "The host without port and brackets.",
        "url('https://[::1]:80/').getHostname() == '::1'"
    ),
    part!(
        "getPort",
        "url_get_port",
        |url| url.port(),
        "The port, empty if there is none.",
        "url('https://example.com:80/').getPort() == '80' && url('https://example.com/').getPort() == ''"
    ),
    part!(
        "getEscapedPath",
        "url_get_escaped_path",
        |url| url.escaped_path(),
        "The path with its escapes.",
        "url('https://example.com/with space/').getEscapedPath() == '/with%20space/'"
    ),
    Function {
        name: "getQuery",
        overloads: &[method(
            "url_get_query",
            &[URL],
            Ty::Map(&Ty::String, &STRINGS),
            ONE,
            pure!(
                [Value::Opaque(Opaque::Url(url))] => Ok(Value::map(url.query().into_iter().map(|(key, values)| {
                    let values = values.iter().map(|value| Value::string(value)).collect();
                    (Key::string(&key), Value::list(values))
                })))
            ),
        )],
        doc: "The query's parameters, decoded: a list of values in order for each key. Malformed ones are left out.",
        example: "url('https://example.com/?k=v1&k=v2&e').getQuery() == {'k': ['v1', 'v2'], 'e': ['']}",
        since: SINCE,
    },
];
