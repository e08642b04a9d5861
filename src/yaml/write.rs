//! YAML that every reader reads alike.

use serde_json::Value;

/// Block style, keys in the map's order, texts that any YAML dialect could mistake in quotes.
pub fn write(value: &Value) -> String {
    // JSON is YAML, too: the serializer has no way to fail on a plain tree, and if it had one, nothing is lost.
    serde_saphyr::to_string(value).unwrap_or_else(|_| format!("{value}\n"))
}

#[cfg(test)]
mod tests;
