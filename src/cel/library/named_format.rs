//! Formats by name (apiserver `cel/library/format.go`).

use crate::cel::{Opaque, Value};
use crate::scalar::format::NamedFormat;

use super::cost::{ONE, VALIDATION};
use super::row::{STRINGS, global, method, pure};
use super::{Environment, Function, Ty};

const FORMAT: Ty = Ty::Opaque(Opaque::FORMAT);
const SINCE: Environment = Environment::Kubernetes(31);

/// A row for a format as a constant.
macro_rules! constant {
    ($name:literal, $format:ident, $doc:literal, $valid:literal) => {
        Function {
            name: concat!("format.", $name),
            overloads: &[global(concat!("format.", $name), &[], FORMAT, ONE, |_, _| {
                Ok(Value::Opaque(Opaque::Format(NamedFormat::$format)))
            })],
            doc: $doc,
            example: concat!("!format.", $name, "().validate('", $valid, "').hasValue()"),
            since: SINCE,
        }
    };
}

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "format.named",
        overloads: &[global(
            "format-named",
            &[Ty::String],
            Ty::Optional(&FORMAT),
            ONE,
            pure!(
                [Value::String(name)] => Ok(match NamedFormat::named(name) {
                    Some(format) => Value::some(Value::Opaque(Opaque::Format(format))),
                    None => Value::none(),
                })
            ),
        )],
        doc: "The format of that name as an optional, none if there is no such format.",
        example: "format.named('uuid').hasValue() && !format.named('nothing').hasValue()",
        since: SINCE,
    },
    Function {
        name: "validate",
        overloads: &[method(
            "format-validate",
            &[FORMAT, Ty::String],
            Ty::Optional(&STRINGS),
            VALIDATION,
            pure!([Value::Opaque(Opaque::Format(format)), Value::String(text)] => Ok(match format.validate(text) {
                Ok(()) => Value::none(),
                Err(error) => Value::some(Value::list(vec![Value::string(&error.message)])),
            })),
        )],
        doc: "What is wrong with a text as an optional list, none if nothing is.",
        example: "!format.dns1123Label().validate('my-name').hasValue() && \
                  format.dns1123Label().validate('My_Name').value().size() == 1",
        since: SINCE,
    },
    constant!("dns1123Label", Dns1123Label, "Lower-case letters, digits and `-`, at most 63.", "my-name"),
    constant!("dns1123Subdomain", Dns1123Subdomain, "DNS-1123 labels with dots between, at most 253.", "my.name"),
    constant!("dns1035Label", Dns1035Label, "A DNS-1123 label that starts with a letter.", "my-name"),
    constant!(
        "qualifiedName",
        QualifiedName,
        "A label key: a name, with or without a subdomain before it.",
        "example.com/My.Name"
    ),
    constant!("dns1123LabelPrefix", Dns1123LabelPrefix, "The start of a DNS-1123 label; it may end in `-`.", "my-"),
    constant!(
        "dns1123SubdomainPrefix",
        Dns1123SubdomainPrefix,
        "The start of a subdomain; it may end in `-`.",
        "my.na-"
    ),
    constant!("dns1035LabelPrefix", Dns1035LabelPrefix, "The start of a DNS-1035 label; it may end in `-`.", "my-"),
    constant!(
        "labelValue",
        LabelValue,
        "A label's value: letters, digits, `-`, `_` and `.`, at most 63, or empty.",
        "My_Value.1"
    ),
    constant!("uri", Uri, "An absolute URL or an absolute path.", "https://example.com/"),
    constant!("uuid", Uuid, "A UUID in either case, hyphens optional.", "123e4567-e89b-12d3-a456-426614174000"),
    constant!("byte", Byte, "Padded standard base64, not empty.", "aGVsbG8="),
    constant!("date", Date, "A date as `2006-01-02`.", "2021-01-01"),
    constant!("datetime", Datetime, "An RFC 3339 date and time.", "2021-01-01T00:00:00Z"),
];
