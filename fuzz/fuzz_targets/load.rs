//! A file loads or is refused with marks inside of it; what loads is written and read back as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openbao_claims::catalog::Catalog;
use openbao_claims::diagnostic::Sources;
use openbao_claims::yaml;
use openbao_claims_fuzz::{check_diagnostics, first, load};

fuzz_target!(|text: &str| {
    let (mut sources, mut catalog) = (Sources::default(), Catalog::default());
    let found = load(text, &mut catalog, &mut sources);
    check_diagnostics(&found, &sources);
    let Some(Ok(documents)) = first(&sources).map(|id| yaml::read(&sources, id)) else { return };
    for document in documents {
        let mut again = Sources::default();
        let id = again.add("again.yaml", yaml::write(&document.value));
        let read =
            yaml::read(&again, id).unwrap_or_else(|found| panic!("{found:#?} in {}", yaml::write(&document.value)));
        let values: Vec<_> = read.into_iter().map(|it| it.value).collect();
        assert_eq!(values, [document.value]);
    }
});
