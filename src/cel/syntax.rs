//! The grammar of CEL over tokens, for its messages: every text that passes here is an expression, and
//! one that does not is told at the token that breaks it.

use std::ops::Range;

use super::error::{ExprError, ExprErrorKind};
use super::scan::{Token, TokenKind};

/// Words that CEL keeps for itself (cel-spec, "reserved").
pub(crate) const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Group,
    Call,
    Index,
    List,
    Map,
}

/// An open bracket.
struct Open {
    kind: Bracket,
    at: usize,
    /// a `?` still waits for its `:`
    conditional: bool,
    /// the `:` between this entry's key and value was seen
    keyed: bool,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    /// an expression
    Operand,
    /// the same, or the end of an empty bracket, or one after a trailing comma
    OperandOrClose,
    /// an operator, a bracket that closes, the end
    Operator,
}

struct Check<'a> {
    text: &'a str,
    tokens: &'a [Token],
    open: Vec<Open>,
    want: Want,
    at: usize,
}

/// Refuses tokens that make no expression.
pub(crate) fn check(text: &str, tokens: &[Token]) -> Result<(), ExprError> {
    let whole = Open { kind: Bracket::Group, at: 0, conditional: false, keyed: false };
    let mut check = Check { text, tokens, open: vec![whole], want: Want::Operand, at: 0 };
    while let Some(token) = tokens.get(check.at) {
        match check.want {
            Want::Operand | Want::OperandOrClose => check.operand(token)?,
            Want::Operator => check.operator(token)?,
        }
    }
    check.end()
}

impl Check<'_> {
    fn operand(&mut self, token: &Token) -> Result<(), ExprError> {
        let may_close = self.want == Want::OperandOrClose;
        match token.kind {
            TokenKind::Ident => self.name(token)?,
            TokenKind::Sign("(") => self.push(Bracket::Group),
            TokenKind::Sign("[") => self.push(Bracket::List),
            TokenKind::Sign("{") => self.push(Bracket::Map),
            TokenKind::Sign(sign @ ("!" | "-")) => self.prefix(token, sign)?,
            TokenKind::Sign(".") if self.kind_at(1) == Some(TokenKind::Ident) => self.at += 1,
            TokenKind::Sign("?") if self.optional_here() => {
                self.at += 1;
                self.want = Want::Operand;
            }
            TokenKind::Sign(sign @ (")" | "]" | "}")) if may_close => self.close(token, sign)?,
            TokenKind::Sign(",") if may_close && self.lone_comma() => self.at += 1,
            TokenKind::Quoted => return Err(syntax(token.range.clone(), "backticks are for fields: ``a.`b-c` ``")),
            TokenKind::Sign(_) => return Err(self.no_operand(token)),
            _ => {
                self.at += 1;
                self.want = Want::Operator;
            }
        }
        Ok(())
    }

    fn name(&mut self, token: &Token) -> Result<(), ExprError> {
        let name = self.show(token);
        if RESERVED.contains(&name) {
            let text = format!("`{name}` is a reserved word");
            return Err(syntax(token.range.clone(), text).help("reserved words can be fields: `a.namespace`"));
        }
        if name == "not" && self.starts_operand(1) {
            return Err(syntax(token.range.clone(), "unexpected `not`; did you mean `!`?"));
        }
        self.at += 1;
        self.want = Want::Operator;
        Ok(())
    }

    /// `!` and `-` may repeat, but not mix, except before a number.
    fn prefix(&mut self, token: &Token, sign: &str) -> Result<(), ExprError> {
        let next = self.tokens.get(self.at + 1);
        let other = if sign == "!" { "-" } else { "!" };
        let number = matches!(self.kind_at(2), Some(TokenKind::Int | TokenKind::Double));
        if let Some(next) = next.filter(|next| next.is(other))
            && !(other == "-" && number)
        {
            let text = format!("`{other}` cannot follow `{sign}`");
            return Err(syntax(token.range.start..next.range.end, text).help(format!("write `{sign}({other}…)`")));
        }
        self.at += 1;
        self.want = Want::Operand;
        Ok(())
    }

    fn operator(&mut self, token: &Token) -> Result<(), ExprError> {
        let TokenKind::Sign(sign) = token.kind else { return Err(self.no_operator(token)) };
        match sign {
            "==" | "!=" | "<=" | ">=" | "&&" | "||" | "<" | ">" | "in" | "-" | "+" | "*" | "/" | "%" => {
                self.at += 1;
                self.want = Want::Operand;
                Ok(())
            }
            "." => self.field(token),
            "(" if self.callable() => {
                self.push(Bracket::Call);
                Ok(())
            }
            "[" => {
                self.push(Bracket::Index);
                self.want = Want::Operand;
                Ok(())
            }
            "{" if self.callable() => {
                let text = "an object literal with a type name is not supported";
                Err(syntax(token.range.clone(), text).help("write a map: `{'key': value}`"))
            }
            "?" | ":" | "," => self.separator(token, sign),
            ")" | "]" | "}" => self.close(token, sign),
            _ => Err(self.no_operator(token)),
        }
    }

    /// `.name`, `.?name`
    fn field(&mut self, token: &Token) -> Result<(), ExprError> {
        let optional = usize::from(self.tokens.get(self.at + 1).is_some_and(|next| next.is("?")));
        match self.tokens.get(self.at + 1 + optional) {
            Some(next) if matches!(next.kind, TokenKind::Ident | TokenKind::Quoted) => {
                self.at += 2 + optional;
                Ok(())
            }
            Some(next) => {
                let text = format!("expected the name of a field after `.`, found `{}`", self.show(next));
                Err(syntax(next.range.clone(), text).help("other keys are read as `a['b-c']`"))
            }
            None => Err(syntax(token.range.clone(), "expected the name of a field after `.`")),
        }
    }

    /// Is the token before this one a name that can be called?
    fn callable(&self) -> bool {
        let back = |count: usize| self.at.checked_sub(count).and_then(|at| self.tokens.get(at));
        back(1).is_some_and(|token| token.kind == TokenKind::Ident)
            && !back(2).is_some_and(|token| token.is("?") && back(3).is_some_and(|dot| dot.is(".")))
    }

    fn separator(&mut self, token: &Token, sign: &str) -> Result<(), ExprError> {
        let mut want = Want::Operand;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        match sign {
            "?" if open.conditional => {
                let text = "a conditional within the first branch of another needs parentheses";
                return Err(syntax(token.range.clone(), text));
            }
            "?" => open.conditional = true,
            ":" if open.conditional => open.conditional = false,
            ":" if open.kind == Bracket::Map && !open.keyed => open.keyed = true,
            "," if !open.conditional && separates(open) => {
                open.keyed = false;
                if open.kind != Bracket::Call {
                    want = Want::OperandOrClose;
                }
            }
            _ => return Err(self.no_operator(token)),
        }
        self.at += 1;
        self.want = want;
        Ok(())
    }

    fn push(&mut self, kind: Bracket) {
        self.open.push(Open { kind, at: self.at, conditional: false, keyed: false });
        let empty = matches!(kind, Bracket::Call | Bracket::List | Bracket::Map);
        self.want = if empty { Want::OperandOrClose } else { Want::Operand };
        self.at += 1;
    }

    fn close(&mut self, token: &Token, sign: &str) -> Result<(), ExprError> {
        let Some(open) = self.open.last().filter(|_| self.open.len() > 1) else {
            return Err(syntax(token.range.clone(), format!("unexpected `{sign}`: nothing is open here")));
        };
        let wanted = closing(open.kind);
        if wanted != sign {
            let opened = self.tokens.get(open.at).map_or("", |token| self.show(token));
            let text = format!("expected `{wanted}` to close `{opened}`, found `{sign}`");
            return Err(syntax(token.range.clone(), text));
        }
        if open.conditional {
            return Err(syntax(token.range.clone(), format!("expected `:` of the conditional, found `{sign}`")));
        }
        let entry = open.kind == Bracket::Map && self.want == Want::Operator;
        if entry && !open.keyed {
            return Err(syntax(token.range.clone(), "expected `:` and a value after the key, found `}`"));
        }
        self.open.pop();
        self.at += 1;
        self.want = Want::Operator;
        Ok(())
    }

    fn end(&self) -> Result<(), ExprError> {
        let last = self.tokens.last().map_or(0..self.text.len(), |token| token.range.clone());
        if self.tokens.is_empty() {
            return Err(syntax(0..self.text.len(), "expected an expression, found nothing"));
        }
        if self.want == Want::Operand {
            let before = self.text.get(last.clone()).unwrap_or_default();
            return Err(syntax(last, format!("expected an expression after `{before}`")));
        }
        let Some(open) = self.open.last() else { return Ok(()) };
        if self.open.len() > 1 {
            let Some(token) = self.tokens.get(open.at) else { return Ok(()) };
            let text = format!("`{}` is never closed with `{}`", self.show(token), closing(open.kind));
            return Err(syntax(token.range.clone(), text));
        }
        if open.conditional {
            return Err(
                syntax(last, "the conditional has no `:` and second branch").help("write `condition ? value : other`")
            );
        }
        Ok(())
    }

    fn no_operand(&self, token: &Token) -> ExprError {
        let found = self.show(token);
        let range = token.range.clone();
        let previous = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let Some(previous) = previous else {
            return syntax(range, format!("expected an expression, found `{found}`"));
        };
        if found == "=" && previous.is("==") {
            return syntax(previous.range.start..range.end, "unexpected `===`; did you mean `==`?");
        }
        syntax(range, format!("expected an expression after `{}`, found `{found}`", self.show(previous)))
    }

    fn no_operator(&self, token: &Token) -> ExprError {
        let found = self.show(token);
        let range = token.range.clone();
        let instead = match found {
            "=" | "is" => Some("=="),
            "and" | "AND" | "&" => Some("&&"),
            "or" | "OR" | "|" => Some("||"),
            _ => None,
        };
        if let Some(instead) = instead {
            return syntax(range, format!("unexpected `{found}`; did you mean `{instead}`?"));
        }
        if found == "not" && self.kind_at(1) == Some(TokenKind::Sign("in")) {
            return syntax(range, "unexpected `not`; did you mean `!(… in …)`?");
        }
        let previous = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or("", |token| self.show(token));
        syntax(range, format!("expected an operator or the end after `{previous}`, found `{found}`"))
    }

    fn optional_here(&self) -> bool {
        let Some(before) = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)) else { return false };
        let kind = self.open.last().map(|open| open.kind);
        match kind {
            Some(Bracket::List | Bracket::Map) => before.is("[") || before.is("{") || before.is(","),
            Some(Bracket::Index) => before.is("["),
            _ => false,
        }
    }

    /// `[,]` and `{,}`: the grammar lets a comma end an empty literal.
    fn lone_comma(&self) -> bool {
        let opened = self.open.last().is_some_and(|open| open.kind != Bracket::Call && open.at + 1 == self.at);
        opened && matches!(self.kind_at(1), Some(TokenKind::Sign("]" | "}")))
    }

    fn starts_operand(&self, ahead: usize) -> bool {
        match self.kind_at(ahead) {
            Some(TokenKind::Sign(sign)) => sign == "!",
            Some(_) => true,
            None => false,
        }
    }

    fn kind_at(&self, ahead: usize) -> Option<TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    fn show(&self, token: &Token) -> &str {
        self.text.get(token.range.clone()).unwrap_or_default()
    }
}

fn separates(open: &Open) -> bool {
    match open.kind {
        Bracket::Call | Bracket::List => true,
        Bracket::Map => open.keyed,
        Bracket::Group | Bracket::Index => false,
    }
}

fn closing(kind: Bracket) -> &'static str {
    match kind {
        Bracket::Group | Bracket::Call => ")",
        Bracket::Index | Bracket::List => "]",
        Bracket::Map => "}",
    }
}

fn syntax(range: Range<usize>, text: impl Into<String>) -> ExprError {
    ExprError::new(range, ExprErrorKind::Syntax(text.into()))
}
