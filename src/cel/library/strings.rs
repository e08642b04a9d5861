//! Text: the standard functions and cel-go's strings extension, version 2. Positions count characters
//! (Unicode code points) from zero.

use std::sync::Arc;

use crate::cel::{Meter, Result, Value};

use super::cost::{CONTAINS, FIRST, FIRST_TWICE, JOIN, ONE, SECOND, TRAVERSAL};
use super::row::{Growth, STRINGS, global, invalid, method, mismatch, pure};
use super::{Environment, Function, Ty, kubernetes_lists};

const TEXT: &[Ty] = &[Ty::String];
const TWO: &[Ty] = &[Ty::String, Ty::String];
const TEXT_INT: &[Ty] = &[Ty::String, Ty::Int];
const TWO_INT: &[Ty] = &[Ty::String, Ty::String, Ty::Int];

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "contains",
        overloads: &[method(
            "contains_string",
            TWO,
            Ty::Bool,
            CONTAINS,
            pure!(
                [Value::String(text), Value::String(part)] => Ok(Value::Bool(text.contains(&**part)))
            ),
        )],
        doc: "Whether the text contains another.",
        example: "'hello'.contains('ell')",
        since: Environment::Base,
    },
    Function {
        name: "startsWith",
        overloads: &[method(
            "starts_with_string",
            TWO,
            Ty::Bool,
            SECOND,
            pure!(
                [Value::String(text), Value::String(part)] => Ok(Value::Bool(text.starts_with(&**part)))
            ),
        )],
        doc: "Whether the text starts with another.",
        example: "'hello'.startsWith('he')",
        since: Environment::Base,
    },
    Function {
        name: "endsWith",
        overloads: &[method(
            "ends_with_string",
            TWO,
            Ty::Bool,
            SECOND,
            pure!(
                [Value::String(text), Value::String(part)] => Ok(Value::Bool(text.ends_with(&**part)))
            ),
        )],
        doc: "Whether the text ends with another.",
        example: "'hello'.endsWith('lo')",
        since: Environment::Base,
    },
    Function {
        name: "charAt",
        overloads: &[method("string_char_at_int", TEXT_INT, Ty::String, ONE, char_at)],
        doc: "The character at a position, empty right behind the last. Faults outside the text.",
        example: "'grün'.charAt(2) == 'ü' && 'ab'.charAt(2) == ''",
        since: Environment::Base,
    },
    Function {
        name: "indexOf",
        overloads: &[
            method("string_index_of_string", TWO, Ty::Int, TRAVERSAL, index_of),
            method("string_index_of_string_int", TWO_INT, Ty::Int, TRAVERSAL, index_of),
            kubernetes_lists::INDEX_OF,
        ],
        doc: "The position of the first occurrence of a text in the text (from an offset on), or of an element in a \
              list; -1 if there is none. Faults on a negative offset.",
        example: "'hello'.indexOf('l') == 2 && 'hello'.indexOf('l', 3) == 3 && [1, 2, 2].indexOf(2) == 1",
        since: Environment::Base,
    },
    Function {
        name: "lastIndexOf",
        overloads: &[
            method("string_last_index_of_string", TWO, Ty::Int, TRAVERSAL, last_index_of),
            method("string_last_index_of_string_int", TWO_INT, Ty::Int, TRAVERSAL, last_index_of),
            kubernetes_lists::LAST_INDEX_OF,
        ],
        doc: "The position of the last occurrence of a text in the text (starting at or before an offset), or of an \
              element in a list; -1 if there is none. Faults on a negative offset.",
        example: "'hello'.lastIndexOf('l') == 3 && 'hello'.lastIndexOf('l', 2) == 2 && [1, 2, 2].lastIndexOf(2) == 2",
        since: Environment::Base,
    },
    Function {
        name: "join",
        overloads: &[
            method("list_join", &[STRINGS], Ty::String, JOIN, join),
            method("list_join_string", &[STRINGS, Ty::String], Ty::String, JOIN, join),
        ],
        doc: "The strings of a list one after another, with a separator between.",
        example: "['a', 'b'].join('-') == 'a-b' && ['a', 'b'].join() == 'ab'",
        since: Environment::Base,
    },
    Function {
        name: "lowerAscii",
        overloads: &[method(
            "string_lower_ascii",
            TEXT,
            Ty::String,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::from(text.to_ascii_lowercase()))
            ),
        )],
        doc: "The text with ASCII letters in lower case.",
        example: "'ABÜ'.lowerAscii() == 'abÜ'",
        since: Environment::Base,
    },
    Function {
        name: "upperAscii",
        overloads: &[method(
            "string_upper_ascii",
            TEXT,
            Ty::String,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::from(text.to_ascii_uppercase()))
            ),
        )],
        doc: "The text with ASCII letters in upper case.",
        example: "'abü'.upperAscii() == 'ABü'",
        since: Environment::Base,
    },
    Function {
        name: "replace",
        overloads: &[
            method(
                "string_replace_string_string",
                &[Ty::String, Ty::String, Ty::String],
                Ty::String,
                FIRST_TWICE,
                replace,
            ),
            method(
                "string_replace_string_string_int",
                &[Ty::String, Ty::String, Ty::String, Ty::Int],
                Ty::String,
                FIRST_TWICE,
                replace,
            ),
        ],
        doc: "The text with occurrences of one text replaced by another: all, or the first `n` (all if negative). \
              An empty one occurs before every character and at the end.",
        example: "'hello'.replace('l', 'L') == 'heLLo' && 'hello'.replace('l', '', 1) == 'helo'",
        since: Environment::Base,
    },
    Function {
        name: "split",
        overloads: &[
            method("string_split_string", TWO, STRINGS, FIRST_TWICE, split),
            method("string_split_string_int", TWO_INT, STRINGS, FIRST_TWICE, split),
        ],
        doc: "The parts of the text between occurrences of a separator, at most `n` of them (the last one takes the \
              rest; zero gives none, negative all). An empty separator splits into characters.",
        example: "'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
        since: Environment::Base,
    },
    Function {
        name: "substring",
        overloads: &[
            method("string_substring_int", TEXT_INT, Ty::String, FIRST, substring),
            method("string_substring_int_int", &[Ty::String, Ty::Int, Ty::Int], Ty::String, FIRST, substring),
        ],
        doc: "The text from one position up to, not including, another or the end. Faults outside the text.",
        example: "'hello'.substring(3) == 'lo' && 'hello'.substring(1, 3) == 'el'",
        since: Environment::Base,
    },
    Function {
        name: "trim",
        overloads: &[method(
            "string_trim",
            TEXT,
            Ty::String,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::string(text.trim()))
            ),
        )],
        doc: "The text without Unicode white space at both ends.",
        example: "'  a b '.trim() == 'a b'",
        since: Environment::Base,
    },
    Function {
        name: "strings.quote",
        overloads: &[global(
            "strings_quote",
            TEXT,
            Ty::String,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::from(quote(text)))
            ),
        )],
        doc: "The text in double quotes, with quotes, backslashes and the usual control characters escaped.",
        example: r#"strings.quote('a "b"') == '"a \\"b\\""'"#,
        since: Environment::Kubernetes(29),
    },
];

fn char_at(args: &[Value], _: &mut Meter) -> Result {
    let [Value::String(text), Value::Int(position)] = args else { return Err(mismatch()) };
    let at = usize::try_from(*position).map_err(|_| out_of_range(*position))?;
    match text.chars().nth(at) {
        Some(c) => Ok(Value::from(c.to_string())),
        None if at == text.chars().count() => Ok(Value::string("")),
        None => Err(out_of_range(*position)),
    }
}

fn out_of_range(position: i64) -> crate::cel::Fault {
    invalid(format!("index out of range: {position}"))
}

/// The byte offset of the character at a position; the length for the one right behind the last.
fn byte_offset(text: &str, position: usize) -> Option<usize> {
    let mut offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
    offsets.nth(position)
}

fn int(position: usize) -> Result {
    i64::try_from(position).map(Value::Int).map_err(|_| crate::cel::Fault::Overflow("integer"))
}

fn index_of(args: &[Value], _: &mut Meter) -> Result {
    let (text, part, offset) = match args {
        [Value::String(text), Value::String(part)] => (text, part, 0),
        [Value::String(text), Value::String(part), Value::Int(offset)] => (text, part, *offset),
        _ => return Err(mismatch()),
    };
    let offset = usize::try_from(offset).map_err(|_| out_of_range(offset))?;
    let Some(from) = byte_offset(text, offset) else {
        // An empty text is found even behind the end, at the end.
        return if part.is_empty() { int(text.chars().count()) } else { Ok(Value::Int(-1)) };
    };
    let rest = text.get(from..).unwrap_or_default();
    match rest.find(&**part) {
        Some(found) => int(offset + rest.get(..found).unwrap_or_default().chars().count()),
        None => Ok(Value::Int(-1)),
    }
}

fn last_index_of(args: &[Value], _: &mut Meter) -> Result {
    let (text, part, offset) = match args {
        [Value::String(text), Value::String(part)] => (text, part, None),
        [Value::String(text), Value::String(part), Value::Int(offset)] => (text, part, Some(*offset)),
        _ => return Err(mismatch()),
    };
    let length = text.chars().count();
    let offset = match offset {
        Some(offset) => usize::try_from(offset).map_err(|_| out_of_range(offset))?,
        None => length,
    };
    if part.is_empty() {
        return int(offset.min(length));
    }
    // An explicit offset behind the last character finds nothing.
    if args.len() == 3 && offset >= length {
        return Ok(Value::Int(-1));
    }
    // A match that starts at the offset ends one length later; if that is inside a character, none does.
    let start = byte_offset(text, offset).unwrap_or(text.len());
    let mut end = start.saturating_add(part.len()).min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let head = text.get(..end).unwrap_or_default();
    match head.rfind(&**part) {
        Some(found) => int(head.get(..found).unwrap_or_default().chars().count()),
        None => Ok(Value::Int(-1)),
    }
}

fn join(args: &[Value], _: &mut Meter) -> Result {
    let (items, separator) = match args {
        [Value::List(items)] => (items, ""),
        [Value::List(items), Value::String(separator)] => (items, &**separator),
        _ => return Err(mismatch()),
    };
    let parts: Vec<&str> = items
        .iter()
        .map(|item| match item {
            Value::String(text) => Ok(&**text),
            other => Err(invalid(format!("`join` takes strings, found a `{}`", other.type_name()))),
        })
        .collect::<Result<_>>()?;
    let separators = separator.len().saturating_mul(parts.len().saturating_sub(1));
    let length = parts.iter().fold(separators, |sum, part| sum.saturating_add(part.len()));
    Growth::default().text(length, &mut Meter::new(u64::MAX))?;
    Ok(Value::from(parts.join(separator)))
}

fn replace(args: &[Value], meter: &mut Meter) -> Result {
    let (text, from, to, limit) = match args {
        [Value::String(text), Value::String(from), Value::String(to)] => (text, from, to, -1),
        [Value::String(text), Value::String(from), Value::String(to), Value::Int(limit)] => (text, from, to, *limit),
        _ => return Err(mismatch()),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let count = text.matches(&**from).take(limit).count();
    let added = count.saturating_mul(to.len()).saturating_sub(count.saturating_mul(from.len()));
    Growth::default().text(added, meter)?;
    Growth::default().text(added.saturating_add(text.len()), &mut Meter::new(u64::MAX))?;
    Ok(Value::from(text.replacen(&**from, to, count)))
}

fn split(args: &[Value], _: &mut Meter) -> Result {
    let (text, separator, limit) = match args {
        [Value::String(text), Value::String(separator)] => (text, separator, -1),
        [Value::String(text), Value::String(separator), Value::Int(limit)] => (text, separator, *limit),
        _ => return Err(mismatch()),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if limit == 0 {
        return Ok(Value::list(vec![]));
    }
    if separator.is_empty() {
        return Ok(characters(text, limit));
    }
    Ok(text.splitn(limit, &**separator).map(Value::string).collect())
}

/// At most `limit` parts of one character each, of which the last takes the rest.
fn characters(text: &str, limit: usize) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if parts.len() + 1 == limit {
            parts.push(Value::string(rest));
            break;
        }
        let (head, tail) = rest.split_at(c.len_utf8());
        parts.push(Value::string(head));
        rest = tail;
    }
    Value::list(parts)
}

fn substring(args: &[Value], _: &mut Meter) -> Result {
    let (text, start, end) = match args {
        [Value::String(text), Value::Int(start)] => (text, *start, None),
        [Value::String(text), Value::Int(start), Value::Int(end)] => (text, *start, Some(*end)),
        _ => return Err(mismatch()),
    };
    if let Some(end) = end.filter(|end| start > *end) {
        return Err(invalid(format!("invalid substring range. start: {start}, end: {end}")));
    }
    let offset = |position: i64| {
        let found = usize::try_from(position).ok().and_then(|position| byte_offset(text, position));
        found.ok_or_else(|| out_of_range(position))
    };
    let from = offset(start)?;
    let to = end.map_or(Ok(text.len()), offset)?;
    if (from, to) == (0, text.len()) {
        return Ok(Value::String(Arc::clone(text)));
    }
    Ok(Value::string(text.get(from..to).unwrap_or_default()))
}

/// cel-go's `strings.quote`: unlike Go's own quoting it leaves other control characters alone.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
