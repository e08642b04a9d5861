//! Query parameters.

use std::collections::BTreeMap;

use crate::sandbox::answer::{ApiError, Cause};
use crate::sandbox::verbs::FieldValidation;

/// Decodes percent escapes; what is no escape stays as it is.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let digit = |at: usize| tail.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The parameters of a request; of several with one name the last counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let plain = |text: &str| decode(&text.replace('+', " "));
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (plain(k), plain(v))).collect())
    }

    /// A parameter; empty where it is absent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "1" | "t" | "T" | "TRUE" | "True")
    }

    /// A whole number; none where it is absent.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        match self.get(name) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| ApiError::bad_request(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax"))),
        }
    }

    /// Whether nothing is to be stored. `options`: what Kubernetes calls the parameters of the request.
    pub(crate) fn dry_run(&self, options: &str) -> Result<bool, ApiError> {
        match self.get("dryRun") {
            "" => Ok(false),
            "All" => Ok(true),
            other => {
                let why = format!("Unsupported value: [\"{other}\"]: supported values: \"All\"");
                Err(unsupported(options, "dryRun", why))
            }
        }
    }

    pub(crate) fn validation(&self, options: &str) -> Result<FieldValidation, ApiError> {
        match self.get("fieldValidation") {
            "" | "Warn" => Ok(FieldValidation::Warn),
            "Ignore" => Ok(FieldValidation::Ignore),
            "Strict" => Ok(FieldValidation::Strict),
            other => {
                let known = r#""", "Ignore", "Strict", "Warn""#;
                let why = format!("Unsupported value: \"{other}\": supported values: {known}");
                Err(unsupported(options, "fieldValidation", why))
            }
        }
    }
}

fn unsupported(options: &str, field: &str, why: String) -> ApiError {
    ApiError::invalid("meta.k8s.io", options, "", &[Cause::new("FieldValueNotSupported", field, why)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::parse("labelSelector=a%3Db%2Cc+in+%28d%29&watch&dryRun=All&limit=5");
        assert_eq!(query.get("labelSelector"), "a=b,c in (d)");
        assert_eq!(query.get("none"), "");
        assert!(query.dry_run("CreateOptions").unwrap());
        assert_eq!(query.number("limit").unwrap(), Some(5));
        assert!(Query::parse("dryRun=Some").dry_run("CreateOptions").is_err());
        assert_eq!(decode("%zz%4"), "%zz%4");
    }
}
