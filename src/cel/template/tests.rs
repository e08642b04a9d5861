use crate::cel::program::tests::{Names, names, part};
use crate::cel::{Context, Program, Template};

fn run(names: &Names, text: &str) -> String {
    let template = match Template::compile(text, &names.scope) {
        Ok(template) => template,
        Err(errors) => {
            let shown = errors.iter().map(|error| {
                let help = error.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
                format!("`{}`: {}{help}", part(text, &error.range), error.kind)
            });
            return shown.collect::<Vec<_>>().join("\n");
        }
    };
    match template.render(names, &mut Context::new(1_000)) {
        Ok(Some(value)) => value.to_cel_text(100).replace('"', "'"),
        Ok(None) => "nothing".into(),
        Err(error) => format!("{} at `{}`", error.fault, part(text, &error.range)),
    }
}

#[test]
fn templates_interpolate_or_keep_the_type() {
    let cases = [
        ("", "''"),
        ("plain", "'plain'"),
        ("${variables.voters}", "3"),
        ("${params.gateway.port + 1}", "444"),
        ("https://${exposure.inputs.hostname}:${params.gateway.port}/${true}", "'https://a.example:443/true'"),
        ("$${x}", "'${x}'"),
        ("$$${x}", "'$${x}'"),
        ("a$b $ {c} }", "'a$b $ {c} }'"),
        ("${{'a': '}'}['a']}", "'}'"),
        ("${ // }\n 1}", "1"),
        ("é${'ü'}", "'éü'"),
        ("${params.?sze}", "nothing"),
        ("${params.?size}", "'small'"),
        ("${params.?sze.orValue('x')}-y", "'x-y'"),
        ("${null}", "null"),
        ("${1u}${-1}", "'1-1'"),
        ("é ${[1]} x", "invalid argument"),
    ];
    for (text, wanted) in cases {
        if wanted == "invalid argument" {
            let found = "a text takes strings, integers and booleans, found list at `[1]`";
            assert_eq!(run(&names(), text), found);
            continue;
        }
        assert_eq!(run(&names(), text), wanted, "{text}");
    }
}

#[test]
fn errors_are_told_in_the_text_of_the_template() {
    let cases = [
        (
            "é ${parms} ${variables.x}",
            "`parms`: unknown name `parms`; did you mean `params`?\n`x`: unknown name `variables.x`; known here: `voters`",
        ),
        ("é ${a", "`${`: `${` without its closing `}`; write `$${` for the two characters themselves"),
        ("é ${}", "``: expected an expression, found nothing"),
        ("é ${1 = 2}", "`=`: unexpected `=`; did you mean `==`?"),
        (
            "x ${params.?size}",
            "`params.?size`: an optional cannot be part of a text; say what stands there without a value: `.orValue('')`",
        ),
        ("x ${'a", "`'`: the string that starts here has no closing `'`"),
        ("é ${1 / 0}!", "division by zero at `1 / 0`"),
        ("${params.sze}", "no such key: sze at `params.sze`"),
    ];
    for (text, wanted) in cases {
        assert_eq!(run(&names(), text), wanted, "{text}");
    }
}

#[test]
fn a_template_says_what_it_is() {
    let scope = names().scope;
    let literal = Template::compile("a$${b", &scope).unwrap();
    assert_eq!((literal.literal(), literal.expression().is_none()), (Some("a${b"), true));
    let whole = Template::compile("${params}", &scope).unwrap();
    assert_eq!(whole.expression().map(Program::text), Some("params"));
    assert_eq!(Template::compile("${params.size}/${list}", &scope).unwrap().reads().len(), 2);
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "[${}'a.\\\\/ \n]{0,40}") {
        let scope = names().scope;
        if let Ok(template) = Template::compile(&text, &scope) {
            let _ = template.render(&names(), &mut Context::new(100));
        }
    }

    #[test]
    fn text_without_dollars_is_itself(text in "[^$]{0,40}") {
        let template = Template::compile(&text, &names().scope).unwrap();
        proptest::prop_assert_eq!(template.literal(), Some(text.as_str()));
    }
}
