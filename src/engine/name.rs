//! The name of a claim's cluster, and names derived from it.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Longest name of a cluster: a DNS-1035 label that leaves room for every suffix that the runtime
/// derives (`-backup-serviceaccount` is the longest, facts/target-api.md 8.6) within 63 characters.
pub const MAX_LENGTH: usize = 35;

/// Hex digits of the hash that ends every name.
const HASH_DIGITS: usize = 8;

/// The name of the cluster of a claim.
///
/// Always a DNS-1035 label of at most [`MAX_LENGTH`] characters: the claim's name with dots mapped to
/// `-` and a letter in front where it starts with a digit, cut, then `-` and 8 hex digits of SHA-256
/// over namespace, NUL and name. The hash covers the original name, so mapping and cutting make no two
/// claims collide.
pub fn target_name(namespace: &str, name: &str) -> String {
    let mut readable: String =
        name.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    if !readable.starts_with(|first: char| first.is_ascii_lowercase()) {
        readable.insert_str(0, "c-");
    }
    // All ASCII by now: cutting at a byte is cutting at a character.
    readable.truncate(MAX_LENGTH - HASH_DIGITS - 1);
    let readable = readable.trim_end_matches('-');
    format!("{readable}-{}", hash(&[namespace, name], HASH_DIGITS))
}

/// The name of the copy that a projection makes: the cluster's name, a dash, and 8 hex digits of
/// SHA-256 over facet and projection. The name never depends on content.
pub fn projection_name(target: &str, projection: &str) -> String {
    format!("{target}-p{}", hash(&[projection], HASH_DIGITS))
}

fn hash(parts: &[&str], digits: usize) -> String {
    let mut sha = Sha256::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            sha.update([0]);
        }
        sha.update(part.as_bytes());
    }
    let mut hex = String::with_capacity(64);
    for byte in sha.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex.truncate(digits);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_dns1035_label(name: &str) -> bool {
        name.len() <= MAX_LENGTH
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    }

    #[test]
    fn case_032_a_digit_in_front_and_dots_become_a_label() {
        for name in ["2fa-vault", "vault-v2.5", "a", "0", "x.y.z", "a-.b"] {
            let target = target_name("team", name);
            assert!(is_dns1035_label(&target), "{name} gives {target}");
        }
        assert!(target_name("team", "2fa-vault").starts_with("c-2fa-vault-"));
        assert!(target_name("team", "vault-v2.5").starts_with("vault-v2-5-"));
    }

    #[test]
    fn names_that_map_to_the_same_text_stay_apart() {
        assert_ne!(target_name("team", "a.b"), target_name("team", "a-b"));
        assert_ne!(target_name("team-a", "b"), target_name("team", "a-b"));
    }

    #[test]
    fn the_name_of_a_claim_never_changes() {
        // Pinned: a different answer would lose every running cluster.
        assert_eq!(target_name("team-pay", "payments"), "payments-4c7a666a");
    }

    proptest! {
        #[test]
        fn case_033_every_claim_name_gives_a_label(namespace in "[a-z0-9-]{1,63}", name in "[a-z0-9.-]{1,253}") {
            let target = target_name(&namespace, &name);
            prop_assert!(is_dns1035_label(&target), "{target}");
            prop_assert!(projection_name(&target, "exposure.token").len() <= 63);
        }
    }
}
