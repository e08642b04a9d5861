use proptest::prelude::*;

use super::{TokenKind, closing_brace, tokens};

/// The tokens of a text, each with a letter for its kind.
fn shown(text: &str) -> String {
    let found = tokens(text).expect(text);
    let shown = found.iter().map(|token| {
        let kind = match token.kind {
            TokenKind::Ident => "name",
            TokenKind::Quoted => "quoted",
            TokenKind::Int => "int",
            TokenKind::Uint => "uint",
            TokenKind::Double => "double",
            TokenKind::String => "string",
            TokenKind::Bytes => "bytes",
            TokenKind::Word => "word",
            TokenKind::Sign(_) => "sign",
        };
        format!("{kind} {}", text.get(token.range.clone()).unwrap_or_default())
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn tokens_are_those_of_the_grammar() {
    let cases = [
        ("a in inn", "name a, sign in, name inn"),
        ("1 0x1F 2u 3U 0xAu", "int 1, int 0x1F, uint 2u, uint 3U, uint 0xAu"),
        ("1.5 .5 1e3 1.e3 1.5E-3", "double 1.5, double .5, double 1e3, int 1, sign ., name e3, double 1.5E-3"),
        (
            "'a\\'b' \"c\" r'\\' b'x' bR'''y''' Rb",
            "string 'a\\'b', string \"c\", string r'\\', bytes b'x', bytes bR'''y''', name Rb",
        ),
        ("''' ' '' ''' \"\"\"\n\"\"\"", "string ''' ' '' ''', string \"\"\"\n\"\"\""),
        ("a // ' { \n b", "name a, name b"),
        ("truex true", "name truex, word true"),
        ("a<=b&&!c", "name a, sign <=, name b, sign &&, sign !, name c"),
        ("''", "string ''"),
    ];
    for (text, wanted) in cases {
        assert_eq!(shown(text), wanted, "{text}");
    }
}

#[test]
fn an_expression_in_a_template_ends_at_its_own_brace() {
    for text in ["a}", "{'}': {}}['}']}", "'}' // }\n}", "r'\\'}", "b\"}\"}", "\"\"\"}\"\"\"}"] {
        assert_eq!(closing_brace(text, 0).ok(), text.len().checked_sub(1), "{text}");
    }
    assert!(closing_brace("a // }", 0).is_err());
}

proptest! {
    #[test]
    fn tokens_lie_in_order_on_character_boundaries(text in "\\PC{0,60}") {
        if let Ok(found) = tokens(&text) {
            let mut end = 0;
            for token in found {
                prop_assert!(end <= token.range.start && token.range.start < token.range.end);
                prop_assert!(text.get(token.range.clone()).is_some());
                end = token.range.end;
            }
        }
    }
}
