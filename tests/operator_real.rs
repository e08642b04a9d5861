//! The operator on a real control plane: the very cases that run on the sandbox, with the rights that `deploy/` gives
//! it and no more. Needs the programs that `just control-plane` builds.

#[cfg(test)]
#[path = "support/api.rs"]
mod api;
#[cfg(test)]
#[path = "support/control_plane/mod.rs"]
mod control_plane;
#[cfg(test)]
#[path = "support/definitions.rs"]
mod definitions;
#[cfg(test)]
#[path = "support/operator/mod.rs"]
mod operator;

#[cfg(test)]
mod suite {
    use super::control_plane::{ControlPlane, User};
    use super::operator::Cluster;
    use super::operator::cases::{self, cases};
    use super::operator::env::Env;
    use openbao_claims::controller::client::client;

    /// Long enough for a write that should not come to come.
    const PATIENCE: u64 = 8;

    macro_rules! on_a_real_control_plane {
        ($module:ident, $case:ident) => {
            #[tokio::test]
            async fn $case() {
                let plane = ControlPlane::start();
                let cluster = Cluster::prepare_with_roles(plane.client(User::Admin)).await;
                let config = plane.config(User::Operator);
                let connect = move |metrics: &_| client(config.clone(), metrics).unwrap();
                cases::$module::$case(Env::new(cluster, connect, PATIENCE)).await;
                drop(plane);
            }
        };
    }
    cases!(on_a_real_control_plane);
}
