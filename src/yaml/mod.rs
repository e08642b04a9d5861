//! YAML with positions: what `kubectl` would read, or a diagnostic; never a guess.
