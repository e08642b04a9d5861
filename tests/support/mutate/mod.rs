//! Systematic mistakes in the text of catalogs: each at every place that it can be made at.

#![allow(clippy::allow_attributes, dead_code, reason = "one suite uses it")]

use regex::Regex;

/// One mistake in one file.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// what was done
    pub(crate) kind: &'static str,
    /// index of the file
    pub(crate) file: usize,
    /// the file with the mistake
    pub(crate) text: String,
    /// the line of the mistake, from 1
    pub(crate) line: usize,
    /// what was there, and what is there now
    pub(crate) change: (String, String),
    /// a name that a message which stands elsewhere has to say; empty: the mark must be at the mistake
    pub(crate) names: Vec<String>,
}

/// How text becomes wrong.
#[derive(Clone, Copy)]
struct Mistake {
    kind: &'static str,
    /// where
    pattern: &'static str,
    /// what stands there instead; `$1` and so on are groups of the pattern
    instead: &'static str,
    /// groups of the pattern that are named where the mistake shows elsewhere
    names: &'static [usize],
    /// only in lines that match
    only: &'static str,
    /// only in files with this kind
    kind_of_file: &'static str,
}

const fn marked(kind: &'static str, pattern: &'static str, instead: &'static str) -> Mistake {
    Mistake { kind, pattern, instead, names: &[], only: "", kind_of_file: "" }
}

const fn named(kind: &'static str, pattern: &'static str, instead: &'static str, names: &'static [usize]) -> Mistake {
    Mistake { kind, pattern, instead, names, only: "", kind_of_file: "" }
}

const fn on(only: &'static str, mistake: Mistake) -> Mistake {
    Mistake { only, ..mistake }
}

/// Not in claims and tenants: those are data of tenants.
const NOT_OURS: [&str; 2] = ["kind: OpenBaoClusterClaim", "kind: OpenBaoTenant"];
const PROFILE: &str = "kind: OpenBaoServiceProfile";

const fn within(kind_of_file: &'static str, mistake: Mistake) -> Mistake {
    Mistake { kind_of_file, ..mistake }
}

const MISTAKES: &[Mistake] = &[
    marked("a parameter is misspelt", r"\bparams\.(\??)([a-z])(\w+)", "params.$1$3$2"),
    marked("an input is misspelt", r"\binputs\.(\??)([a-z])(\w+)", "inputs.$1$3$2"),
    marked("a variable is misspelt", r"\bvariables\.([a-z])(\w+)", "variables.$2$1"),
    marked(
        "a field of the object is misspelt",
        r"\b(object|oldObject)\.(\??)spec\.(\??)([a-z])(\w+)",
        "$1.$2spec.$3$5$4",
    ),
    marked("a field of a fact is misspelt", r"\b(claim|target|tenant)\.name\b", "$1.nmae"),
    marked("a field of the cluster is misspelt", r"\bcluster\.\?status\.\?([a-z])(\w+)", "cluster.?status.?$2$1"),
    marked(
        "a function is misspelt",
        r"\.(optMap|orValue|startsWith|endsWith|contains|matches|substring|isGreaterThan|isLessThan|hasValue|distinct|exists|all|map)\(",
        ".${1}x(",
    ),
    marked("a function is misspelt", r"\b(quantity|semver|isSemver|sign|has)\(", "${1}x("),
    marked("a default is dropped", r"\.orValue\([^()]*\)", ""),
    marked("an optional is read plainly", r"\b(params|inputs)((?:\.\w+)*)\.\?(\w+)", "$1$2.$3"),
    marked("a test of presence is dropped", r"!?has\([\w.]+\) (&&|\|\|) ", ""),
    marked("branches are swapped", r"\? (has\([^?:]*|[\w.']+) : ([\w.']+)\}", "? $2 : $1}"),
    marked("a text is a number", r"(==|!=) '[^']*'", "$1 7"),
    marked("a number is a text", r"(==|>|>=|<|<=) (\d+)\b", "$1 '$2'"),
    marked("a condition is a text", r"^(\s*(?:- )?(?:\{)?when: ).*$", "${1}\"'yes'\""),
    marked("a bracket is dropped", r"\.orValue\(([^()]*)\)", ".orValue($1"),
    marked("one `=`", r" == ", " = "),
    marked("`and` for `&&`", r" && ", " and "),
    marked("a quote is dropped", r"\.orValue\('([^']*)'\)", ".orValue('$1)"),
    on(r"expression: .*\[params", named("an entry of a table is dropped", r"\{('\w+'): [^,}]+, ", "{", &[1])),
    on(r"expression: .*\[params", marked("an entry of a table is misspelt", r"\{'(\w)(\w+)': ", "{'$2$1': ")),
    within(PROFILE, named("a value of an enum is new", r"enum: \[(\w+)", "enum: [brandnew, $1", &[])),
    within(PROFILE, marked("a bound is dropped", r"(type: string, )maxLength: \d+, ", "$1")),
    within(PROFILE, marked("a bound is dropped", r"^ +maxLength: \d+$", "")),
    within(PROFILE, marked("a bound is dropped", r"maxItems: \d+, ", "")),
    marked("a default is out of its bounds", r"(minimum: \d+, maximum: \d+, default: )\d+", "${1}9999999"),
    marked("a default is out of its bounds", r"(enum: \[[^\]]*\], default: )(\w)(\w+)", "${1}$3$2"),
    marked("a value is out of its bounds", r"\b(replicas|maxCount): \d+", "$1: -1"),
    named("a type is another", r"(\w+): \{type: string", "$1: {type: boolean", &[1]),
    named("a type is another", r"(\w+): \{type: integer", "$1: {type: string", &[1]),
    marked("a type is unknown", r"type: (string|integer|boolean|object)\b", "type: ${1}s"),
    marked("a keyword is misspelt", r"\b(maxLength|properties|required|pattern|format|default|enum): ", "${1}s: "),
    marked("a pattern is not anchored", r#"pattern: "\^([^"]*)\$""#, "pattern: \"$1\""),
    marked("a pattern is no pattern", r#"pattern: "\^([^"]*)\$""#, "pattern: \"^($1$$\""),
    named(
        "an input is not given",
        r"\b(hostname|domain|email|cidr|size|issuer|audience|endpoint|region|bucket|prefix|address): [^,{}]+, ",
        "",
        &[1],
    ),
    marked("a component is misspelt", r"component: (\w)([\w-]+)", "component: $2$1"),
    marked("an input is given a wrong name", r"with: \{(\w)(\w+): ", "with: {$2$1: "),
    marked("a release is unknown", r#"releases: \["0\.5\.1""#, "releases: [\"0.5.9\""),
    marked("a kind is misspelt", r"^kind: OpenBao(\w)", "kind: OpenBoa$1"),
    marked(
        "a field of the object kind is misspelt",
        r"^  (parameters|components|render|validations|sensitivity|variables|unique|inputs|health|connection|target|projections):",
        "  ${1}x:",
    ),
    marked("a class is misspelt", r"class: (InPlace|Gated|Blocked)", "class: ${1}d"),
    marked("a class is misspelt", r"'(InPlace|Gated|Blocked)'", "'${1}d'"),
    marked("a mode is misspelt", r"\b(mode|profile|deletionPolicy|strategy|provider): ([A-Z])(\w+)", "$1: $3$2"),
    on(
        r"^[^{]*$",
        marked(
            "a field of the target is misspelt",
            r"^(\s+)(replicas|hostname|enabled|storage|schedule|endpoint|gateway|acme|size|domains|backup|retention|network|tls|unseal|transit|selfInit|oidc): (\S.*)$",
            "$1${2}z: $3",
        ),
    ),
    marked(
        "a value of the target is of another type",
        r"^(\s+)(enabled|tlsPassthrough|preUpgradeSnapshot): (true|false)$",
        "$1$2: \"no\"",
    ),
    named("a needed field is dropped", r"(version|profile): [\w.]+, ", "", &[1]),
    named(
        "a sensitivity rule is dropped",
        r#"^  - \{paths: \["?([\w.]+?)[.*]*"?[\],].*(class|expression).*\}$"#,
        "  # gone",
        &[1],
    ),
    marked("a rule's path is misspelt", r"paths: \[(\w+)\.(\w)(\w+)", "paths: [$1.$3$2"),
    marked("a reason is no name", r"reason: (\w+)", "reason: not a $1!"),
    named("a variable is not there", r"^  - \{name: (\w+), expression: .*\}$", "  # gone", &[1]),
    marked("a validation says nothing", r"^(\s+- \{expression: .*), message: [^}]*\}$", "$1}"),
];

/// Every mistake at every place of a file where it can be made.
pub(crate) fn mutants(file: usize, text: &str) -> Vec<Mutant> {
    let mut found = Vec::new();
    if NOT_OURS.iter().any(|kind| text.contains(kind)) {
        return found;
    }
    for mistake in MISTAKES.iter().filter(|mistake| text.contains(mistake.kind_of_file)) {
        let pattern = Regex::new(mistake.pattern).unwrap();
        let only = Regex::new(mistake.only).unwrap();
        let mut start = 0;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let content = line.trim_end_matches('\n');
            if !content.trim_start().starts_with('#') && only.is_match(content) {
                found.extend(pattern.captures_iter(content).filter_map(|captures| {
                    let whole = captures.get(0).unwrap();
                    let mut instead = String::new();
                    captures.expand(mistake.instead, &mut instead);
                    let range = start + whole.start()..start + whole.end();
                    let mut changed = text.to_owned();
                    changed.replace_range(range, &instead);
                    let names = mistake.names.iter().map(|group| captures[*group].trim_matches('\'').to_owned());
                    (changed != text).then(|| Mutant {
                        kind: mistake.kind,
                        file,
                        text: changed,
                        line: at + 1,
                        change: (whole.as_str().to_owned(), instead),
                        names: names.collect(),
                    })
                }));
            }
            start += line.len();
        }
    }
    found
}
