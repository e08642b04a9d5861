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
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
