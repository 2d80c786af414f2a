//! Where programs are.

use std::env;
use std::path::{Path, PathBuf};

use crate::Unavailable;

/// The program of this name in the folders of `PATH`, or in those of the system's own services, which the `PATH` of a
/// user may lack.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"].map(PathBuf::from);
    env::split_paths(&path).chain(system).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The Python with the packages of `tests/ofrep/requirements.txt` and `tests/api/requirements.txt`.
///
/// # Errors
///
/// `VEXIL_TEST_PYTHON` does not name it: the tests were not started by `cargo xtask test`, or it could not be prepared.
pub fn python() -> Result<PathBuf, Unavailable> {
    prepared("VEXIL_TEST_PYTHON")
}

/// The Node.js for scripts in `tests/ofrep`, whose packages are installed.
///
/// # Errors
///
/// `VEXIL_TEST_NODE` does not name it: the tests were not started by `cargo xtask test`, or it could not be prepared.
pub fn node() -> Result<PathBuf, Unavailable> {
    prepared("VEXIL_TEST_NODE")
}

fn prepared(variable: &str) -> Result<PathBuf, Unavailable> {
    let Some(file) = env::var_os(variable) else {
        return Err(Unavailable::new(format!(
            "{variable} is not set; `cargo xtask test` prepares what it names"
        )));
    };
    let file = PathBuf::from(file);
    if Path::is_file(&file) {
        Ok(file)
    } else {
        Err(Unavailable::new(format!("{variable} names {}, which is no file", file.display())))
    }
}
