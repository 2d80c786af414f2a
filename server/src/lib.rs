//! The control plane.

pub mod access;
pub mod audit;
