//! The nearest valid name, for help lines.

/// Longer names, in bytes, are not compared: the distance costs the product of both lengths.
const LONGEST: usize = 128;

/// The candidate that was probably meant by `name`: one that differs in case only, else the one with
/// the fewest edits (insert, delete, replace, swap), at most one edit per three characters.
///
/// Ties go to the first in alphabetical order, so the answer does not depend on the order of `candidates`.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if name.len() > LONGEST {
        return None;
    }
    let folded = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| !candidate.is_empty() && candidate.len() <= LONGEST && *candidate != name)
        .filter_map(|candidate| Some((distance(&folded, candidate)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Edits between the two, case apart; `None` when too many to suggest anything.
fn distance(folded: &str, candidate: &str) -> Option<usize> {
    let candidate = candidate.to_lowercase();
    let longest = folded.chars().count().max(candidate.chars().count());
    let edits = strsim::osa_distance(folded, &candidate);
    // One-letter names are all one edit apart, and two-letter ones share little: only a swap there.
    let allowed = if longest <= 2 { usize::from(is_swap(folded, &candidate)) } else { longest.div_ceil(3) };
    (edits <= allowed).then_some(edits)
}

fn is_swap(a: &str, b: &str) -> bool {
    a.chars().eq(b.chars().rev())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typo_finds_the_name_that_was_meant() {
        let names = ["hostname", "domain", "replicated", "gateway"];
        assert_eq!(nearest("hostnmae", names).as_deref(), Some("hostname"));
        assert_eq!(nearest("replicate", names).as_deref(), Some("replicated"));
        assert_eq!(nearest("gatway", names).as_deref(), Some("gateway"));
    }

    #[test]
    fn a_name_that_differs_in_case_only_wins() {
        assert_eq!(nearest("hostname", ["hostnames", "hostName"]).as_deref(), Some("hostName"));
    }

    #[test]
    fn nothing_is_suggested_when_nothing_is_near() {
        assert_eq!(nearest("zebra", ["hostname", "domain"]), None);
        assert_eq!(nearest("a", ["b", "c"]), None);
        assert_eq!(nearest("", ["b", "hostname"]), None);
        assert_eq!(nearest("name", [] as [&str; 0]), None);
    }

    #[test]
    fn the_name_itself_is_no_suggestion() {
        assert_eq!(nearest("size", ["size"]), None);
    }

    #[test]
    fn a_tie_goes_to_the_first_in_alphabetical_order() {
        assert_eq!(nearest("cat", ["hat", "bat"]).as_deref(), Some("bat"));
        assert_eq!(nearest("cat", ["bat", "hat"]).as_deref(), Some("bat"));
    }

    #[test]
    fn a_hostile_name_costs_nothing() {
        let long = "a".repeat(10_000_000);
        assert_eq!(nearest(&long, ["a"]), None);
        assert_eq!(nearest("a", [long.as_str()]), None);
    }
}
