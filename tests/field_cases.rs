//! Cases from the field (`facts/field-cases.md`), each a test named after its number.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "field_cases/authoring.rs"]
mod authoring;
#[cfg(test)]
#[path = "field_cases/rendering.rs"]
mod rendering;
#[cfg(test)]
#[path = "field_cases/transition.rs"]
mod transition;
#[cfg(test)]
#[path = "field_cases/validation.rs"]
mod validation;
