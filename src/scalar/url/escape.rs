//! Percent-encoding by part of a URL, after Go's `net/url`.

use super::Reason;

/// Which part is encoded or decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

/// Whether a byte must be escaped in a part.
fn needs_escape(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    let plain: &[u8] = match part {
        Part::Host | Part::Zone => b"!\"$&'()*+,:;<=>[]",
        Part::Path => b"$&+,/:;=@",
        Part::User => b"$&+,;=",
        Part::Fragment => b"!$&()*+,/:;=?@",
        Part::Query => b"",
    };
    !plain.contains(&byte)
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Decodes a part, or says which escape or host character is wrong.
pub(super) fn unescape(text: &str, part: Part) -> Result<Vec<u8>, Reason> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'%' => {
                let value = hex(tail.first()).zip(hex(tail.get(1))).map(|(high, low)| high << 4 | low);
                let escape = || Reason::Escape(format!("%{}", tail_text(tail)));
                let value = value.ok_or_else(escape)?;
                let allowed = match part {
                    // Escapes in a host are for bytes beyond ASCII, and for the percent sign itself.
                    Part::Host => value >= 0x80 || value == b'%',
                    Part::Zone => value == b'%' || value == b' ' || !needs_escape(value, Part::Host),
                    _ => true,
                };
                if !allowed {
                    return Err(escape());
                }
                decoded.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            b'+' if part == Part::Query => decoded.push(b' '),
            _ if byte < 0x80 && matches!(part, Part::Host | Part::Zone) && needs_escape(byte, part) => {
                return Err(Reason::HostCharacter(char::from(byte)));
            }
            _ => decoded.push(byte),
        }
    }
    Ok(decoded)
}

/// The first two bytes after a percent sign, as text.
fn tail_text(tail: &[u8]) -> String {
    String::from_utf8_lossy(tail.get(..2).unwrap_or(tail)).into_owned()
}

/// The default encoding of a part.
pub(super) fn escape(bytes: &[u8], part: Part) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if needs_escape(byte, part) {
            text.extend(["%".to_owned(), format!("{byte:02X}")]);
        } else {
            text.push(char::from(byte));
        }
    }
    text
}

/// Whether a path or fragment is acceptable as written.
pub(super) fn is_valid_encoded(text: &str, part: Part) -> bool {
    text.bytes().all(|b| b"!$&'()*+,;=:@[]%".contains(&b) || !needs_escape(b, part))
}
