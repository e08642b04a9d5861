//! The operator: reconcilers that feed the engine from an API server and carry out what it decides.
