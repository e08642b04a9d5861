//! Text that means more than its characters: quantities, durations, versions, addresses, names.
//! Each type has one parser, one normal form and one order; CEL's library, the schema's formats and
//! the classifier's comparisons all use these.
