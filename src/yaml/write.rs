//! YAML that every reader reads alike.

use serde_json::Value;

use crate::diagnostic::Sources;

/// Block style, keys in the map's order, texts that any YAML dialect could mistake in quotes.
pub fn write(value: &Value) -> String {
    // JSON is YAML, too, and all its texts are in quotes: it serves where the serializer leaves a text
    // bare that our own reader calls ambiguous (`0ob`).
    match serde_saphyr::to_string(value) {
        Ok(text) if reads_back(&text, value) => text,
        _ => format!("{value:#}\n"),
    }
}

fn reads_back(text: &str, value: &Value) -> bool {
    let mut sources = Sources::default();
    let id = sources.add("written", text);
    match super::read(&sources, id).as_deref() {
        Ok([document]) => document.value == *value,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
