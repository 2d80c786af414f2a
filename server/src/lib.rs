//! The control plane.

pub mod delivery;
