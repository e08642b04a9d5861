//! The list of diagnostic codes: one row each, stable for ever.

/// A stable code such as `E0107`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

macro_rules! codes {
    ($($code:ident $title:literal)*) => {
        impl Code {
            $(#[doc = $title] pub const $code: Code = Code(stringify!($code));)*
        }
        /// Every code with its title, in order.
        pub const CODES: &[(Code, &str)] = &[$((Code::$code, $title)),*];
    };
}

// E00xx files and YAML; E01xx expressions; E02xx catalog objects, links and wiring; E03xx schemas of
// parameters and inputs; E04xx templates, mappings and the target; E05xx claims and tenants.
codes! {
    E0001 "the file cannot be read"
    E0002 "the file is too large, too deep or has too many nodes"
    E0003 "this is not YAML that kubectl reads"
    E0004 "a scalar that YAML 1.1 and YAML 1.2 read differently"
    E0005 "the same key twice in one mapping"
    E0006 "an anchor, alias, tag, merge key or directive"
    E0007 "a key that is not a string"
    E0008 "a number that does not survive the way to the API server"
    E0009 "a character that YAML files must not hold"
    E0010 "an expression that must be quoted here"
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
