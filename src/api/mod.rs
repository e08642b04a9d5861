//! Wire types of the API group `claims.openbao.org/v1alpha1`: data and bounds, no logic.
