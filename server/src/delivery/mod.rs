//! What leaves the control plane, for whom, and in which form.

pub mod slice;
