//! Kubernetes' structural schemas: parsing, defaulting, pruning, validation, paths and bounds.
