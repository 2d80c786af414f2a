//! The control plane.

pub mod audit;
