//! Writes the generated CRDs: `cargo run --example write-crds -- crds`.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "crds".to_owned()));
    for (name, yaml) in openbao_claims::api::crd_files()? {
        std::fs::write(folder.join(name), yaml)?;
    }
    Ok(())
}
