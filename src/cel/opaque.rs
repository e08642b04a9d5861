//! Values of Kubernetes' library types.

/// A value of a type that Kubernetes' libraries add to CEL. Equality is what `==` means on them.
#[derive(Clone, Debug, PartialEq)]
pub enum Opaque {}

impl Opaque {
    /// The CEL name of the type, as `type(x)` gives it.
    pub fn type_name(&self) -> &'static str {
        match *self {}
    }
}
