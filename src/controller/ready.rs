//! Which caches are filled: the operator decides nothing before it has seen everything once.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;

/// The caches that must be filled, and which of them are not yet. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Readiness {
    missing: Arc<watch::Sender<BTreeSet<String>>>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { missing: Arc::new(watch::Sender::new(BTreeSet::new())) }
    }
}

impl Readiness {
    /// Not ready until the returned mark is set. Names are unique.
    pub fn expect(&self, name: &str) -> Mark {
        self.missing.send_modify(|missing| {
            missing.insert(name.to_owned());
        });
        Mark { name: name.to_owned(), missing: Arc::clone(&self.missing) }
    }

    /// What is missing, in order of name.
    pub fn missing(&self) -> Vec<String> {
        self.missing.borrow().iter().cloned().collect()
    }

    /// Whether nothing is missing.
    pub fn is_ready(&self) -> bool {
        self.missing.borrow().is_empty()
    }

    /// Returns once nothing is missing.
    pub async fn ready(&self) {
        let mut missing = self.missing.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = missing.wait_for(BTreeSet::is_empty).await;
    }
}

/// The right to say that one cache is filled.
#[derive(Debug)]
pub struct Mark {
    name: String,
    missing: Arc<watch::Sender<BTreeSet<String>>>,
}

impl Mark {
    /// Says so. Once is enough.
    pub fn set(&self) {
        self.missing.send_if_modified(|missing| missing.remove(&self.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn readiness_comes_with_the_last_mark() {
        let readiness = Readiness::default();
        assert!(readiness.is_ready());
        let (claims, tenants) = (readiness.expect("claims"), readiness.expect("tenants"));
        tenants.set();
        assert_eq!(readiness.missing(), ["claims"]);
        assert!(!readiness.is_ready());
        let waiting = readiness.clone();
        tokio::join!(waiting.ready(), async move { claims.set() });
        assert!(readiness.is_ready());
    }
}
