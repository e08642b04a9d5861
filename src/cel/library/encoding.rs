//! cel-go's encoders extension.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::cel::{Meter, Result, Value};

use super::cost::FIRST;
use super::row::{global, invalid, mismatch, pure};
use super::{Environment, Function, Ty};

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "base64.encode",
        overloads: &[global(
            "base64_encode_bytes",
            &[Ty::Bytes],
            Ty::String,
            FIRST,
            pure!(
                [Value::Bytes(bytes)] => Ok(Value::from(PADDED.encode(bytes)))
            ),
        )],
        doc: "Bytes as base64, with padding.",
        example: "base64.encode(b'hello') == 'aGVsbG8='",
        since: Environment::Extension,
    },
    Function {
        name: "base64.decode",
        overloads: &[global("base64_decode_string", &[Ty::String], Ty::Bytes, FIRST, decode)],
        doc: "The bytes of base64 text, padded or not; line breaks are skipped. Faults on anything else.",
        example: "base64.decode('aGVsbG8=') == b'hello' && base64.decode('aGVsbG8') == b'hello'",
        since: Environment::Extension,
    },
];

/// Go's `StdEncoding`: bits beyond the last byte are ignored.
const PADDED: GeneralPurpose = engine(DecodePaddingMode::RequireCanonical);
/// Go's `RawStdEncoding`.
const BARE: GeneralPurpose = engine(DecodePaddingMode::RequireNone);

const fn engine(padding: DecodePaddingMode) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(padding);
    GeneralPurpose::new(&alphabet::STANDARD, config)
}

fn decode(args: &[Value], _: &mut Meter) -> Result {
    let [Value::String(text)] = args else { return Err(mismatch()) };
    let compact: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let bytes = PADDED.decode(&compact).or_else(|_| BARE.decode(&compact));
    bytes.map(|bytes| Value::bytes(&bytes)).map_err(|error| invalid(format!("the text is no base64: {error}")))
}
