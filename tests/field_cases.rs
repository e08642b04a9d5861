//! Cases from the field (`facts/field-cases.md`), each a test named after its number.

mod support;

#[path = "field_cases/authoring.rs"]
mod authoring;
#[path = "field_cases/rendering.rs"]
mod rendering;
#[path = "field_cases/transition.rs"]
mod transition;
#[path = "field_cases/validation.rs"]
mod validation;
