//! The native module of the Python package: what every request does, over the same clients that the package starts and
//! watches through uniffi. That face is in this library too; `_uniffi.py` loads it from here.
//!
//! Nothing here decides anything about a flag: contexts are lent to the core, and what it says is handed over.
#![allow(
    unsafe_code,
    reason = "the scaffolding of uniffi is exported by name; and where PyO3's way is too slow"
)]

mod asker;
mod client;
mod context;
mod details;
mod errors;
mod kept;
mod pinned;
#[cfg(feature = "fail-on-purpose")]
mod provoke;
mod reads;
mod shape;
mod value;
mod view;

use pyo3::prelude::*;

vexil_ffi::uniffi_reexport_scaffolding!();

#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::context::Context;
    #[pymodule_export]
    use crate::details::Details;
    #[pymodule_export]
    use crate::pinned::Pinned;
    #[cfg(feature = "fail-on-purpose")]
    #[pymodule_export]
    use crate::provoke::{provoke_bad_text, provoke_error, provoke_panic};
    #[pymodule_export]
    use crate::view::View;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) {
        Context::know_type(module.py());
    }
}
