# What CI calls, by name. `just --list` shows all of it.

# Show what the shipped production claim becomes.
demo:
    cargo run --release -- render rules catalogs/components catalogs/hardened-gateway

# The tests of the README.
test:
    cargo test

# Format and lints, as CI demands them.
lint:
    cargo fmt --all -- --check
    cargo clippy --workspace --all-targets -- -D warnings

# The engine without command line, client or runtime.
engine:
    cargo check --no-default-features --lib

# Write generated files anew.
generate:
    cargo run -- crds --directory crds
    cargo run -- crds --json-schema --directory docs/schemas
    cargo run -- reference > docs/cel-reference.md

# Write expected texts of tests/diagnostics anew; look at the diff before you commit it.
accept:
    SNAPSHOTS=overwrite cargo test --test diagnostics

# Ask Kubernetes' own CEL again and rewrite its recorded answers; needs Go.
record:
    tests/oracle/record

# Drift of the recorded answers, and 20,000 generated expressions; needs Go.
oracle:
    tests/oracle/ci

# Twenty seconds of fuzzing for each target.
fuzz seconds="20":
    fuzz/smoke {{seconds}}

# Simulated schedules of people, faults and crashes; one that fails is shrunk and told as a story.
simulate seeds="2000" first="0":
    SEEDS={{seeds}} FIRST={{first}} cargo run --release -p openbao-claims-simulation

# The whole story of one seed.
replay seed:
    TRACE=1 FIRST={{seed}} cargo run --release -p openbao-claims-simulation

# Benchmarks, with hand-written equivalents in the same run.
bench:
    cargo bench

# The operator on a real control plane beside a bare loop of applies: `just scale 10000`; takes minutes.
scale CLAIMS="1000": control-plane
    cargo bench --features control-plane --bench scale -- --claims {{CLAIMS}}

# etcd, kube-apiserver, kube-controller-manager and kubectl from their Go modules.
control-plane:
    tests/control-plane/build

# What a real API server does, and that its recorded answers (tests/api_corpus) have not drifted.
real: control-plane
    cargo test --features control-plane --test control_plane

# Ask kstatus, Argo CD's Lua machine and Flux's CEL environment again about claims; needs Go.
record-kstatus:
    tests/kstatus/record

# Ask the real API server again and rewrite its recorded answers.
record-answers: control-plane
    tests/api_corpus/record

# Everything, as CI does it.
ci:
    .ci/run
