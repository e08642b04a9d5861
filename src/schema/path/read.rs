//! Reading paths and patterns.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;

use super::{Path, Pattern, Segment, Step};

/// Why a text is no path or pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct PatternError {
    /// Byte of the text where it was noticed.
    pub at: usize,
    /// What is wrong there.
    pub kind: PatternErrorKind,
}

/// What is wrong with a path or pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternErrorKind {
    /// No name where one belongs.
    #[error("a name is missing here: write `spec.gateway.hostname`")]
    NoName,
    /// A character that a bare name cannot hold.
    #[error("a name cannot hold `{0}` without quotes: write `['a.b/c']`")]
    Character(char),
    /// `**` that is not the last step.
    #[error("`**` stands for everything below and can only be last")]
    BelowInside,
    /// `[`, `'` or `"` without its end.
    #[error("`{0}` is never closed")]
    Unclosed(char),
    /// A backslash before something else than `'`, `\` or `u{…}`.
    #[error(r"unknown escape: only `\'`, `\\` and `\u{{…}}` are known")]
    Escape,
    /// Something in `[…]` that is none of its forms.
    #[error("expected `[0]`, `[*]`, `['name']` or `[key=\"value\"]`")]
    Bracket,
    /// The same key field twice in one `[…]`.
    #[error("key `{0}` is named twice")]
    KeyTwice(String),
    /// A wildcard in a path.
    #[error("a path names one place: `*` belongs to patterns")]
    Wildcard,
}

use PatternErrorKind as Kind;

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut reader = Reader { text, at: 0 };
        let mut steps = Vec::new();
        if text.is_empty() || text == "." {
            return Ok(Self::new(steps));
        }
        while reader.peek().is_some() {
            if matches!(steps.last(), Some(Step::Below)) {
                return Err(reader.fail(Kind::BelowInside));
            }
            let step = reader.step(steps.is_empty())?;
            steps.push(step);
        }
        Ok(Self::new(steps))
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

impl FromStr for Path {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let wildcard = || PatternError { at: text.find('*').unwrap_or_default(), kind: Kind::Wildcard };
        Pattern::parse(text)?.to_path().ok_or_else(wildcard)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at = self.at.saturating_add(c.len_utf8());
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.bump();
        }
        found
    }

    fn fail(&self, kind: Kind) -> PatternError {
        PatternError { at: self.at, kind }
    }

    fn step(&mut self, first: bool) -> Result<Step, PatternError> {
        if self.eat('[') {
            return self.bracket();
        }
        if !first && !self.eat('.') {
            let found = self.peek().unwrap_or_default();
            return Err(self.fail(Kind::Character(found)));
        }
        if self.eat('*') {
            return Ok(if self.eat('*') { Step::Below } else { Step::AnyField });
        }
        Ok(Step::Exact(Segment::Field(self.name()?)))
    }

    fn name(&mut self) -> Result<String, PatternError> {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            if name.is_empty() && c == '-' {
                return Err(self.fail(Kind::Character(c)));
            }
            name.push(c);
            self.bump();
        }
        match self.peek() {
            None | Some('.' | '[' | '=') if !name.is_empty() => Ok(name),
            None | Some('.' | '[') => Err(self.fail(Kind::NoName)),
            Some(c) => Err(self.fail(Kind::Character(c))),
        }
    }

    fn bracket(&mut self) -> Result<Step, PatternError> {
        let step = match self.peek() {
            Some('*') => {
                self.bump();
                Step::AnyItem
            }
            Some('\'') => {
                let name = self.quoted()?;
                if self.peek() == Some('=') { self.keys(name)? } else { Step::Exact(Segment::Field(name)) }
            }
            Some('0'..='9') if self.digits_close() => self.index()?,
            Some(_) => {
                let name = self.name()?;
                self.keys(name)?
            }
            None => return Err(self.fail(Kind::Unclosed('['))),
        };
        if self.eat(']') {
            return Ok(step);
        }
        let kind = if self.peek().is_none() { Kind::Unclosed('[') } else { Kind::Bracket };
        Err(self.fail(kind))
    }

    /// Whether only digits stand before the next `]`: `[0]` is a position, `[0="x"]` a key named `0`.
    fn digits_close(&self) -> bool {
        self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(']')
    }

    fn index(&mut self) -> Result<Step, PatternError> {
        let digits: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
        let canonical = digits == "0" || !digits.starts_with('0');
        let index = digits.parse().ok().filter(|_| canonical).ok_or_else(|| self.fail(Kind::Bracket))?;
        self.at = self.at.saturating_add(digits.len());
        Ok(Step::Exact(Segment::Index(index)))
    }

    fn keys(&mut self, first: String) -> Result<Step, PatternError> {
        let mut keys = BTreeMap::new();
        let mut name = first;
        loop {
            if !self.eat('=') {
                return Err(self.fail(Kind::Bracket));
            }
            let value = self.scalar()?;
            if keys.insert(name.clone(), value).is_some() {
                return Err(self.fail(Kind::KeyTwice(name)));
            }
            if !self.eat(',') {
                return Ok(Step::Exact(Segment::Key(keys)));
            }
            name = if self.peek() == Some('\'') { self.quoted()? } else { self.name()? };
        }
    }

    /// A JSON scalar.
    fn scalar(&mut self) -> Result<Value, PatternError> {
        let start = self.at;
        if self.eat('"') {
            loop {
                match self.bump() {
                    Some('"') => break,
                    Some('\\') => drop(self.bump()),
                    Some(_) => {}
                    None => return Err(self.fail(Kind::Unclosed('"'))),
                }
            }
        } else {
            while self.peek().is_some_and(|c| !matches!(c, ',' | ']' | '[' | '{')) {
                self.bump();
            }
        }
        let token = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(token).map_err(|_| PatternError { at: start, kind: Kind::Bracket })
    }

    fn quoted(&mut self) -> Result<String, PatternError> {
        self.bump();
        let mut name = String::new();
        loop {
            match self.bump() {
                Some('\'') => return Ok(name),
                Some('\\') => name.push(self.escape()?),
                Some(c) => name.push(c),
                None => return Err(self.fail(Kind::Unclosed('\''))),
            }
        }
    }

    fn escape(&mut self) -> Result<char, PatternError> {
        match self.bump() {
            Some(c @ ('\'' | '\\')) => Ok(c),
            Some('u') if self.eat('{') => {
                let hex: String = self.rest().chars().take_while(char::is_ascii_hexdigit).take(6).collect();
                self.at = self.at.saturating_add(hex.len());
                let c = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
                c.filter(|_| self.eat('}')).ok_or_else(|| self.fail(Kind::Escape))
            }
            _ => Err(self.fail(Kind::Escape)),
        }
    }
}
