//! Names and calls that do not compile, and what programs say that they read.

use super::{names, part};
use crate::cel::compile;

fn refused(text: &str) -> String {
    let errors = compile(text, &names().scope).expect_err(text);
    let shown: Vec<String> = errors
        .iter()
        .map(|error| {
            let help = error.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            format!("`{}`: {}{help}", part(text, &error.range), error.kind)
        })
        .collect();
    shown.join("\n")
}

#[test]
fn names_are_checked_with_the_nearest_one_as_help() {
    let cases = [
        ("parms.size", "`parms`: unknown name `parms`; did you mean `params`?"),
        ("variables.voter", "`voter`: unknown name `variables.voter`; did you mean `variables.voters`?"),
        ("variables.x + 1", "`x`: unknown name `variables.x`; known here: `voters`"),
        (
            "variables == 1",
            "`variables`: `variables` is a group of names, not a value; name one of them, such as `variables.voters`",
        ),
        (
            "has(backup)",
            "`backup`: `has` tests a field, such as `has(a.b)`; write `has(backup.inputs)`, or read it with `backup.?inputs`",
        ),
        (
            "has(params['a'])",
            "`params['a']`: `has` tests a field, such as `has(a.b)`; write `'a' in params`, or `params[?'a'].hasValue()`",
        ),
        ("has(1)", "`1`: `has` tests a field, such as `has(a.b)`"),
        (
            "now() > 1",
            "`now`: unknown function `now`; Kubernetes' CEL has no clock: the same inputs must always give the same verdict",
        ),
        ("params.size.startWith('a')", "`startWith`: unknown function `startWith`; did you mean `.startsWith(…)`?"),
        ("sise('a')", "`sise`: unknown function `sise`; did you mean `size(…)`?"),
        ("math.greates(1)", "`greates`: unknown function `math.greates`; did you mean `math.greatest(…)`?"),
        ("'a'.startsWith()", "`startsWith`: `startsWith` takes 1 argument, found 0"),
        ("startsWith('a', 'b')", "`startsWith`: `startsWith` is called as `x.startsWith()`"),
        (
            "list.all(params, true)",
            "`params`: `params` is already a name here and cannot be a variable; give the variable another name",
        ),
        (
            "list.all(variables, true)",
            "`variables`: `variables` is already a name here and cannot be a variable; give the variable another name",
        ),
        ("list.all(1, true)", "`1`: the variable of a macro must be a plain name"),
        ("list.all(x, x, true)", "`x`: `x` names both variables"),
        (
            "[a, b]",
            "`a`: unknown name `a`; known here: `backup`, `exposure`, `list`, `observed`, `old`, `params`, …\n`b`: unknown name `b`; known here: `backup`, `exposure`, `list`, `observed`, `old`, `params`, …",
        ),
        ("list.exists(item, itm > 1)", "`itm`: unknown name `itm`; did you mean `item`?"),
        (
            "list.all(x, true) && x",
            "`x`: unknown name `x`; known here: `backup`, `exposure`, `list`, `observed`, `old`, `params`, …",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(refused(text), wanted, "{text}");
    }
}

#[test]
fn reads_say_which_fields_an_expression_names() {
    let names = names();
    let reads = |text: &str| -> Vec<String> {
        let program = compile(text, &names.scope).unwrap();
        let shown = program.reads().iter().map(|read| {
            let root = names.scope.root_name(read.root).unwrap_or_default().to_string();
            let path: Vec<String> = std::iter::once(root).chain(read.fields.iter().cloned()).collect();
            format!("{}{}", path.join("."), if read.whole { ".*" } else { "" })
        });
        shown.collect()
    };
    assert_eq!(reads("params.gateway['name'] == params[?'size'].orValue('')"), ["params.gateway.name", "params.size"]);
    assert_eq!(reads("params.gateway[params.size]"), ["params.gateway.*", "params.size"]);
    assert_eq!(reads("has(backup.inputs)"), ["backup.inputs"]);
    assert_eq!(reads("list.all(x, x == variables.voters)"), ["variables.voters.*", "list.*"]);
}
