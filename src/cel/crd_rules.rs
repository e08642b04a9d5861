//! stand-in until merged
use crate::schema::Schema;
use crate::schema::path::Path;
/// x
#[derive(Debug)]
pub struct Rules;
/// x
#[derive(Debug)]
pub struct RuleViolation {
    /// x
    pub path: Path,
    /// x
    pub message: String,
}
impl Rules {
    /// x
    pub fn compile(_: &Schema) -> Result<Self, Vec<String>> {
        Ok(Self)
    }
    /// x
    pub fn evaluate(&self, _: &serde_json::Value, _: Option<&serde_json::Value>) -> Vec<RuleViolation> {
        Vec::new()
    }
}
