//! Where every environment's newest version is, and where those who wait for the next one hear of it.
//!
//! Nothing is queued for anybody: whoever is slow finds the newest version when it is ready to take one, and a delta
//! or the whole that leads there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::watch;

use super::{Head, Signer};
use crate::audit::conceal::DigestKey;
use crate::catalog::Project;

/// What the secrets of environments are for, so that none of them means anything elsewhere.
const SLICES: &[u8] = b"vexil slices";

/// Where those who wait for an environment's next version hear of it, by environment.
type Heads = HashMap<Arc<str>, watch::Sender<Arc<Head>>>;

/// The newest version of every environment.
pub struct Hub {
    /// By project.
    heads: RwLock<HashMap<Arc<str>, Heads>>,
    signer: RwLock<Arc<Signer>>,
    /// Publishing looks and then acts; one at a time, so that no earlier version takes the place of a later one.
    publishing: Mutex<()>,
    /// That of the deployment, from which the environments have theirs.
    slice_secret: Arc<[u8]>,
    audit_key: DigestKey,
}

impl Hub {
    /// A hub without environments.
    pub fn new(signer: Signer, slice_secret: &[u8], audit_key: DigestKey) -> Hub {
        Hub {
            heads: RwLock::default(),
            signer: RwLock::new(Arc::new(signer)),
            publishing: Mutex::default(),
            slice_secret: slice_secret.into(),
            audit_key,
        }
    }

    /// What digests in the audit log are keyed with.
    pub fn audit_key(&self) -> &DigestKey {
        &self.audit_key
    }

    /// The key that signs now.
    pub fn signer(&self) -> Arc<Signer> {
        Arc::clone(&self.signer.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over a project as it is now. Those who wait for one of its environments hear of a new version.
    pub(crate) fn publish(&self, project: &Arc<Project>) {
        let _one = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let signer = self.signer();
        for environment in &project.environments {
            let head = |before: Option<&Head>| {
                let (project, environment) = (Arc::clone(project), Arc::clone(environment));
                let slice_secret = self.slice_secret_of(&project.key, &environment.row.key);
                Arc::new(Head::new(project, environment, Arc::clone(&signer), slice_secret, before))
            };
            let Some(sender) = self.sender(&project.key, &environment.row.key) else {
                let mut heads = self.heads.write().unwrap_or_else(PoisonError::into_inner);
                let heads = heads.entry(Arc::clone(&project.key)).or_default();
                heads.insert(Arc::clone(&environment.row.key), watch::Sender::new(head(None)));
                continue;
            };
            let before = Arc::clone(&sender.borrow());
            let is_same = before.version() == environment.row.version
                && Arc::ptr_eq(before.signer(), &signer)
                && before.project.roles == project.roles;
            // Whoever publishes what it read a while ago, to sign it anew, must not take a later version back.
            if !is_same && before.version() <= environment.row.version {
                sender.send_replace(head(Some(&before)));
            }
        }
    }

    /// Signs with another key from now on, also what is there already.
    pub(crate) fn sign_with(&self, signer: Signer, projects: impl Iterator<Item = Arc<Project>>) {
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(signer);
        for project in projects {
            self.publish(&project);
        }
    }

    /// The newest version of an environment.
    pub fn head(&self, project: &str, environment: &str) -> Option<Arc<Head>> {
        let heads = self.heads.read().unwrap_or_else(PoisonError::into_inner);
        heads.get(project)?.get(environment).map(|sender| Arc::clone(&sender.borrow()))
    }

    /// The newest version of an environment, and every newer one.
    pub fn subscribe(&self, project: &str, environment: &str) -> Option<watch::Receiver<Arc<Head>>> {
        self.sender(project, environment).map(|sender| sender.subscribe())
    }

    /// The secret of one environment: what is sealed in one must not be recognised in another.
    fn slice_secret_of(&self, project: &str, environment: &str) -> Arc<[u8]> {
        // Keys of any length will do, so there always is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.slice_secret) else {
            return Arc::clone(&self.slice_secret);
        };
        for part in [SLICES, project.as_bytes(), environment.as_bytes()] {
            mac.update(part);
            mac.update(&[0]);
        }
        mac.finalize().into_bytes().as_slice().into()
    }

    fn sender(&self, project: &str, environment: &str) -> Option<watch::Sender<Arc<Head>>> {
        let heads = self.heads.read().unwrap_or_else(PoisonError::into_inner);
        heads.get(project)?.get(environment).cloned()
    }
}
