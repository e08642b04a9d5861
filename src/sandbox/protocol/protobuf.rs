//! Protocol buffers, as far as `kubectl create` sends them: namespaces, config maps, secrets and service accounts.
//!
//! Kubernetes wraps an object in `Unknown` after four magic bytes; field numbers are those of its published `.proto`
//! files, as of 1.37.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::sandbox::answer::ApiError;
use crate::sandbox::kinds::Kind;

const MAGIC: &[u8] = b"k8s\0";

/// What the bytes of a field mean.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Flag,
    /// A list of texts.
    Texts,
    /// A map from text to text.
    TextMap,
    /// A map from text to bytes.
    BytesMap,
    Message(Fields),
}

/// Number, name and form of each field of a message.
type Fields = &'static [(u64, &'static str, Form)];

/// The object itself within `Unknown`.
const RAW: u64 = 2;
const METADATA: Fields = &[
    (1, "name", Form::Text),
    (2, "generateName", Form::Text),
    (3, "namespace", Form::Text),
    (11, "labels", Form::TextMap),
    (12, "annotations", Form::TextMap),
    (14, "finalizers", Form::Texts),
];
const META: (u64, &str, Form) = (1, "metadata", Form::Message(METADATA));
const NAMESPACE: Fields = &[META];
const CONFIG_MAP: Fields =
    &[META, (2, "data", Form::TextMap), (3, "binaryData", Form::BytesMap), (4, "immutable", Form::Flag)];
const SECRET: Fields = &[
    META,
    (2, "data", Form::BytesMap),
    (3, "type", Form::Text),
    (4, "stringData", Form::TextMap),
    (5, "immutable", Form::Flag),
];

/// The object of a body, as JSON shows it.
pub(super) fn object(bytes: &[u8], kind: &Kind) -> Result<Value, ApiError> {
    let fields = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace" | "ServiceAccount") => NAMESPACE,
        ("", "ConfigMap") => CONFIG_MAP,
        ("", "Secret") => SECRET,
        _ => return Err(ApiError::media_type("application/json, application/yaml")),
    };
    let unreadable = || ApiError::bad_request("the body is no protocol buffer of Kubernetes");
    let wrapped = bytes.strip_prefix(MAGIC).ok_or_else(unreadable)?;
    let raw = varied(wrapped).ok_or_else(unreadable)?;
    let raw = raw.into_iter().find_map(|(number, bytes)| (number == RAW).then_some(bytes)).ok_or_else(unreadable)?;
    message(raw, fields).map(Value::Object).ok_or_else(unreadable)
}

/// The fields of a message that have a length, by number; numbers alone as their bytes.
fn varied(mut bytes: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (tag, rest) = number(bytes)?;
        let (value, rest) = match tag & 7 {
            0 => {
                let (_, after) = number(rest)?;
                rest.split_at_checked(rest.len().checked_sub(after.len())?)?
            }
            1 => rest.split_at_checked(8)?,
            2 => {
                let (length, rest) = number(rest)?;
                rest.split_at_checked(usize::try_from(length).ok()?)?
            }
            5 => rest.split_at_checked(4)?,
            _ => return None,
        };
        fields.push((tag >> 3, value));
        bytes = rest;
    }
    Some(fields)
}

/// A number of variable length, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(at).ok()?.checked_mul(7)?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at.checked_add(1)?..)?));
        }
    }
    None
}

fn message(bytes: &[u8], known: Fields) -> Option<Map<String, Value>> {
    let mut made = Map::new();
    for (number, value) in varied(bytes)? {
        let Some((_, name, form)) = known.iter().find(|(own, _, _)| *own == number) else { continue };
        // Absent and empty are one in this encoding of Go's types.
        if matches!(form, Form::Text) && value.is_empty() {
            continue;
        }
        let slot = made.entry(*name);
        match form {
            Form::Text => drop(slot.or_insert(Value::String(text(value)?))),
            Form::Flag => drop(slot.or_insert((value != [0]).into())),
            Form::Message(fields) => drop(slot.or_insert(Value::Object(message(value, fields)?))),
            Form::Texts => {
                let list = slot.or_insert(Value::Array(Vec::new()));
                list.as_array_mut()?.push(Value::String(text(value)?));
            }
            Form::TextMap | Form::BytesMap => {
                let (key, value) = entry(value)?;
                let value = if matches!(form, Form::TextMap) { text(value)? } else { STANDARD.encode(value) };
                let map = slot.or_insert(Value::Object(Map::new()));
                map.as_object_mut()?.insert(key, Value::String(value));
            }
        }
    }
    Some(made)
}

/// Key and value of an entry of a map.
fn entry(bytes: &[u8]) -> Option<(String, &[u8])> {
    let fields = varied(bytes)?;
    let field = |wanted: u64| fields.iter().find(|(number, _)| *number == wanted).map(|(_, value)| *value);
    Some((text(field(1).unwrap_or_default())?, field(2).unwrap_or_default()))
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::kinds::Kinds;
    use serde_json::json;

    /// A field with a length.
    fn field(number: u8, value: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn decode(plural: &str, raw: &[u8]) -> Result<Value, ApiError> {
        let kinds = Kinds::builtin();
        let wrapped = [MAGIC, &field(1, b""), &field(2, raw)].concat();
        object(&wrapped, kinds.get("", "v1", plural).unwrap())
    }

    #[test]
    fn what_kubectl_creates_is_read() {
        let metadata = field(1, &[field(1, b"name"), field(2, b""), field(3, b"ns")].concat());
        let entry = field(2, &[field(1, b"key"), field(2, b"value")].concat());
        let plain = [metadata, entry].concat();
        let raw = [&plain[..], &[4 << 3, 1]].concat();
        let expected =
            json!({"metadata": {"name": "name", "namespace": "ns"}, "data": {"key": "value"}, "immutable": true});
        assert_eq!(decode("configmaps", &raw).unwrap(), expected);
        let secret = decode("secrets", &plain).unwrap();
        assert_eq!(secret["data"]["key"], "dmFsdWU=");
    }

    #[test]
    fn what_is_cut_short_or_of_another_kind_is_refused() {
        let metadata = field(1, &field(1, b"name"));
        assert_eq!(decode("configmaps", &metadata[..4]).unwrap_err().code, 400);
        assert_eq!(decode("events", &metadata).unwrap_err().code, 415);
    }
}
