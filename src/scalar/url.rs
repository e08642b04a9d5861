//! URLs as Go's `net/url` reads them and Kubernetes' CEL shows them: nothing is repaired, resolved or
//! lowercased but the scheme.

mod escape;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use escape::{Part, escape, is_valid_encoded, unescape};

/// A parsed absolute URL or absolute path.
#[derive(Clone, Debug)]
pub struct Url {
    scheme: String,
    /// What follows the scheme of a URL without a slash (`mailto:a@b`).
    opaque: String,
    user: Option<(String, Option<String>)>,
    has_authority: bool,
    /// `host` or `host:port`, decoded. Bytes: an escape may decode to what is no text.
    host: Vec<u8>,
    escaped_path: String,
    /// The query as written; `Some("")` for a bare `?`.
    query: Option<String>,
    escaped_fragment: String,
}

/// Why a text is not a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a URL: {reason}; expected an absolute one, as in `https://example.com/path`")]
pub struct UrlError {
    /// The whole text.
    text: String,
    /// What is wrong.
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("it is empty")]
    Empty,
    #[error("it contains a control character")]
    Control,
    #[error("the scheme is missing")]
    NoScheme,
    #[error("`{0}` is no valid escape")]
    Escape(String),
    #[error("the host contains `{0}`")]
    HostCharacter(char),
    #[error("the host is no valid IPv6 address in brackets")]
    Bracket,
    #[error("`{0}` is no port")]
    Port(String),
    #[error("the user information contains a reserved character")]
    User,
}

/// Query parameters that are read; more yield none, as in Go (`net/url`, `defaultMaxParams`).
const MAX_QUERY_PARAMETERS: usize = 10_000;

impl Url {
    /// Reads what Kubernetes' `url()` accepts: Go's `url.ParseRequestURI`, then `url.Parse` for the parts.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let fail = |reason| UrlError { text: text.to_owned(), reason };
        // Twice, since the first reading takes the fragment for a part of path or query.
        parse(text, true).map_err(fail)?;
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = parse(rest, false).map_err(fail)?;
        url.escaped_fragment = normalize(fragment, Part::Fragment).map_err(fail)?;
        Ok(url)
    }

    /// Whether Go's `url.ParseRequestURI` accepts the text: `isURL` and format `uri`. It differs from
    /// [`Url::parse`] only on odd fragments.
    pub fn is_request_uri(text: &str) -> bool {
        parse(text, true).is_ok()
    }

    /// Checks the text as format `uri`.
    pub fn check(text: &str) -> Result<(), UrlError> {
        parse(text, true).map(|_| ()).map_err(|reason| UrlError { text: text.to_owned(), reason })
    }

    /// Lower-case scheme; empty for an absolute path.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host and port, decoded, brackets kept.
    pub fn host(&self) -> String {
        String::from_utf8_lossy(&self.host).into_owned()
    }

    /// Host without port and brackets.
    pub fn hostname(&self) -> String {
        let host = self.host();
        let name = split_port(&host).0;
        name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).to_owned()
    }

    /// Port, empty if there is none.
    pub fn port(&self) -> String {
        split_port(&self.host()).1.to_owned()
    }

    /// Path, escaped.
    pub fn escaped_path(&self) -> &str {
        &self.escaped_path
    }

    /// Decoded query parameters in order per key. Malformed ones are left out.
    pub fn query(&self) -> BTreeMap<String, Vec<String>> {
        let mut values = BTreeMap::<String, Vec<String>>::new();
        let query = self.query.as_deref().unwrap_or_default();
        if query.split('&').count() > MAX_QUERY_PARAMETERS {
            return values;
        }
        for setting in query.split('&').filter(|s| !s.is_empty() && !s.contains(';')) {
            let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
            let decoded = unescape(key, Part::Query).and_then(|k| unescape(value, Part::Query).map(|v| (k, v)));
            if let Ok((key, value)) = decoded {
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                values.entry(text(key)).or_default().push(text(value));
            }
        }
        values
    }
}

/// By text, as CEL's `==`.
impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Url {}

/// Go's `parse`. `request` refuses relative references.
fn parse(text: &str, request: bool) -> Result<Url, Reason> {
    if text.bytes().any(|b| b.is_ascii_control()) {
        return Err(Reason::Control);
    }
    if text.is_empty() && request {
        return Err(Reason::Empty);
    }
    let (scheme, rest) = if text == "*" { ("", "*") } else { split_scheme(text)? };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query.to_owned())),
        None => (rest, None),
    };
    let mut url = Url {
        scheme: scheme.to_ascii_lowercase(),
        opaque: String::new(),
        user: None,
        has_authority: false,
        host: Vec::new(),
        escaped_path: String::new(),
        query,
        escaped_fragment: String::new(),
    };
    if !rest.starts_with('/') && text != "*" {
        if !scheme.is_empty() {
            rest.clone_into(&mut url.opaque);
            return Ok(url);
        }
        if request || rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err(Reason::NoScheme);
        }
    }
    let authority = rest.strip_prefix("//").filter(|_| !scheme.is_empty() || !request && !rest.starts_with("///"));
    let path = match authority {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (url.user, url.host) = parse_authority(&url.scheme, authority)?;
            url.has_authority = true;
            path
        }
        None => rest,
    };
    url.escaped_path = normalize(path, Part::Path)?;
    Ok(url)
}

/// Scheme and rest; no scheme if something else comes before the first colon.
fn split_scheme(text: &str) -> Result<(&str, &str), Reason> {
    match text.split_once(':') {
        Some(("", _)) => Err(Reason::NoScheme),
        Some((scheme, rest))
            if scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) =>
        {
            Ok((scheme, rest))
        }
        _ => Ok(("", text)),
    }
}

/// The text as written if that is a valid encoding, else the default encoding of what it decodes to.
fn normalize(text: &str, part: Part) -> Result<String, Reason> {
    let decoded = unescape(text, part)?;
    Ok(if is_valid_encoded(text, part) { text.to_owned() } else { escape(&decoded, part) })
}

type Authority = (Option<(String, Option<String>)>, Vec<u8>);

fn parse_authority(scheme: &str, authority: &str) -> Result<Authority, Reason> {
    let Some((user, host)) = authority.rsplit_once('@') else { return Ok((None, parse_host(scheme, authority)?)) };
    let host = parse_host(scheme, host)?;
    if !user.chars().all(|c| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)) {
        return Err(Reason::User);
    }
    let (name, password) = match user.split_once(':') {
        Some((name, password)) => (name, Some(password)),
        None => (user, None),
    };
    let normal = |text| Ok::<_, Reason>(escape(&unescape(text, Part::User)?, Part::User));
    Ok((Some((normal(name)?, password.map(normal).transpose()?)), host))
}

/// Go's `parseHost`: an IPv6 literal in brackets with a port, or any host with a port.
fn parse_host(scheme: &str, host: &str) -> Result<Vec<u8>, Reason> {
    match host.rfind('[') {
        Some(0) => return parse_bracket(host),
        Some(_) => return Err(Reason::Bracket),
        None => {}
    }
    // Lists of hosts (`db1:1,db2:2`) are only kept apart from http, where a second colon is an error.
    let strict = matches!(scheme, "http" | "https");
    if let Some(colon) = if strict { host.find(':') } else { host.rfind(':') } {
        check_port(host.split_at(colon).1)?;
    }
    unescape(host, Part::Host)
}

fn parse_bracket(host: &str) -> Result<Vec<u8>, Reason> {
    let inner = host.strip_prefix('[').and_then(|host| host.rsplit_once(']'));
    let (address, port) = inner.ok_or(Reason::Bracket)?;
    check_port(port)?;
    let (address, zone) = address.split_at(address.find("%25").unwrap_or(address.len()));
    let mut literal = unescape(address, Part::Host)?;
    let plain = String::from_utf8(literal.clone()).map_err(|_| Reason::Bracket)?;
    // The host may be IPv4-mapped here, but neither IPv4 nor unscoped-and-empty.
    if plain.parse::<std::net::Ipv6Addr>().is_err() || zone == "%25" {
        return Err(Reason::Bracket);
    }
    literal.extend(unescape(zone, Part::Zone)?);
    Ok([b"[", literal.as_slice(), b"]", port.as_bytes()].concat())
}

fn check_port(port: &str) -> Result<(), Reason> {
    let digits = port.strip_prefix(':').map(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if port.is_empty() || digits == Some(true) { Ok(()) } else { Err(Reason::Port(port.to_owned())) }
}

/// Host and port at the last colon; all of it is host if what follows is no port.
fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    }
}

/// Go's `URL.String`, which CEL's `==` compares.
impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if self.opaque.is_empty() {
            if self.has_authority && (!self.host.is_empty() || !self.escaped_path.is_empty() || self.user.is_some()) {
                f.write_str("//")?;
            }
            if let Some((name, password)) = &self.user {
                f.write_str(name)?;
                if let Some(password) = password {
                    write!(f, ":{password}")?;
                }
                f.write_str("@")?;
            }
            write!(f, "{}{}", escape(&self.host, Part::Host), self.escaped_path)?;
        } else {
            f.write_str(&self.opaque)?;
        }
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        if !self.escaped_fragment.is_empty() {
            write!(f, "#{}", self.escaped_fragment)?;
        }
        Ok(())
    }
}
