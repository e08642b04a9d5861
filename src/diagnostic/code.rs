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
        /// Markdown pages, in the same order.
        const PAGES: &[&str] = &[$(include_str!(concat!("../../docs/codes/", stringify!($code), ".md"))),*];
    };
}

// E00xx files and YAML; E01xx expressions; E02xx catalog objects, links and wiring; E03xx schemas of
// parameters and inputs; E04xx templates, mappings and the target; E05xx claims and tenants; E06xx tests;
// W07xx advice about catalogs.
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

    E0101 "the expression is not well-formed"
    E0102 "the name cannot be used here"
    E0103 "the function does not exist"
    E0104 "the function or macro is called wrongly"
    E0105 "the expression is too large"
    E0106 "the template is not well-formed"
    E0107 "the field does not exist"
    E0108 "labels are read by literal keys only"
    E0109 "the value may be absent"
    E0110 "the types do not go together"
    E0111 "the table lacks an entry"
    E0112 "the value is of the wrong type for its place"
    E0113 "the comparison never holds"
    E0114 "the expression may cost more than its budget"
    E0115 "a decision may cost more than its budget"
    E0116 "the call always fails"

    E0200 "nothing was read"
    E0201 "the kind is not known"
    E0202 "the object is not a part of a catalog"
    E0203 "the object's name or namespace is wrong"
    E0204 "the object has a field that its kind does not have"
    E0205 "the object has a value that its kind does not allow"
    E0206 "the object is there twice"
    E0207 "the object that is referred to does not exist"
    E0208 "the name cannot be said in an expression"
    E0209 "the name is taken"
    E0210 "a value needs itself"
    E0211 "the component has no such input"
    E0212 "the component needs an input that it is not given"
    E0213 "the validation has no message"
    E0214 "a tenant could choose what is copied"
    E0215 "the Secret belongs to the runtime"
    E0216 "the projection is not well-formed"
    E0217 "the path is too wide for a rule that lets changes through"
    E0218 "the path is not well-formed"
    E0219 "the sensitivity rule does not answer in one way"
    E0220 "the target's release is not known"

    E0301 "the schema is not structural"
    E0302 "the value does not fit the schema"
    E0303 "the parameter has no bound"

    E0401 "the target has no such field"
    E0402 "the value does not fit the target"
    E0403 "two blocks write one path"
    E0404 "the path is not a template's to write"
    E0405 "the template holds a secret"
    E0406 "the key belongs to another tool"
    E0407 "a whole map is copied into metadata"
    E0408 "the template holds null"
    E0409 "a needed field may be missing"
    E0410 "the template writes what is the operator's"
    E0411 "an operation patches what a template writes"
    E0412 "a tenant's text decides what takes a permission"

    E0501 "the claim is denied"
    E0502 "the claim waits for something"
    E0503 "the claim's change is blocked"
    E0504 "there is no such claim or contract"

    E0601 "the test cannot be read"
    E0602 "the test fails"
    E0603 "there is no test"
    E0604 "a part of the catalog that no case has seen"
    E0605 "the cases see or notice less than is demanded"
    E0606 "a change of the catalog that no case notices"
    E0607 "a claim that its parameters allow shows a fault of the catalog"
    E0608 "no rule classifies a change between claims that their parameters allow"

    W0701 "no rule classifies the path"
    W0702 "the rule answers for no path"
    W0703 "earlier rules answer for all of its paths"
    W0711 "nothing reads the name"
    W0712 "the condition is the same for every claim"
    W0713 "texts are ordered letter by letter"
    W0714 "the pattern is not anchored"
    W0715 "tenants can grant themselves eligibility"
    W0716 "the condition never holds"
}

impl Code {
    /// The code that a text names, in any case: `E0107`, `e0107`.
    pub fn named(text: &str) -> Option<Self> {
        CODES.iter().map(|(code, _)| *code).find(|code| code.0.eq_ignore_ascii_case(text))
    }

    /// Whether a text has the form of a code, `E` or `W` and four digits, be there such a code or not.
    pub fn is_form(text: &str) -> bool {
        let digits = text.strip_prefix(['E', 'W', 'e', 'w']);
        digits.is_some_and(|digits| digits.len() == 4 && digits.chars().all(|digit| digit.is_ascii_digit()))
    }

    /// What it means, why it is refused, a wrong and a right example: Markdown.
    pub fn page(self) -> &'static str {
        let at = CODES.iter().position(|(code, _)| *code == self);
        at.and_then(|at| PAGES.get(at)).copied().unwrap_or_default()
    }

    /// Whether it is advice, `W0711`: what it tells is allowed.
    pub fn is_advice(self) -> bool {
        self.0.starts_with('W')
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_each_has_a_page_that_begins_with_it() {
        assert!(CODES.is_sorted_by_key(|(code, _)| *code));
        for (code, title) in CODES {
            let head = code.page().lines().next().unwrap_or_default();
            assert_eq!(head, format!("# {code}: {title}"));
            assert!(Code::is_form(code.0) && Code::named(code.0) == Some(*code), "{code}");
        }
    }

    #[test]
    fn a_code_is_told_from_a_path_by_its_form() {
        assert_eq!(Code::named("e0107"), Some(Code::E0107));
        assert_eq!(Code::named("E9999"), None);
        assert!(Code::is_form("E9999") && Code::is_form("w0711"));
        for path in ["rules", "E010", "E01077", "X0107", "E0107.yaml", "E01é"] {
            assert!(!Code::is_form(path), "{path}");
        }
    }
}
