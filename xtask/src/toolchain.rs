//! What tests need of the machine beside cargo, put there where it is missing. What is there already costs nothing but
//! a look.
//!
//! | need | where | how tests find it |
//! |---|---|---|
//! | valgrind | packages of Debian | by its name |
//! | PostgreSQL, Redis | packages of Debian | `vexil-test-services` looks for the programs itself |
//! | Python packages | a virtual environment in `target/toolchain/python` | `VEXIL_TEST_PYTHON` is its interpreter |
//! | Node packages | `tests/ofrep/node_modules`, where the scripts beside it find them | `VEXIL_TEST_NODE` is the `node` that can run them |
//!
//! What a package of another language needs beside that, its own module sees to.
//!
//! A variable that is set before is kept, and nothing is put there for it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vexil_test_services::{Postgres, Redis};

use crate::command::{ROOT, cannot_run, run as run_command};

/// Packages that the scripts in these folders need.
const PYTHON_REQUIREMENTS: [&str; 2] = ["tests/ofrep/requirements.txt", "tests/api/requirements.txt"];
const NODE_FOLDER: &str = "tests/ofrep";

/// The oldest that the packages in `tests/ofrep` run on.
const NODE_MAJOR: u32 = 20;

/// Debian starts no service that it installs where this file says that it must not.
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str =
    "#!/bin/sh\n# While the tests of Vexil install services, which they start themselves.\nexit 101\n";

/// A variable for the tests: its name and value.
pub(crate) type Variable = (&'static str, PathBuf);

/// Something that tests need.
pub(crate) struct Need {
    pub(crate) name: &'static str,
    /// Makes sure that it is there, or says why it cannot be.
    pub(crate) prepare: fn() -> Result<Option<Variable>, String>,
}

pub(crate) const NEEDS: [Need; 5] = [
    Need { name: "valgrind", prepare: valgrind },
    Need { name: "PostgreSQL", prepare: postgres },
    Need { name: "Redis", prepare: redis },
    Need { name: "Python packages", prepare: python },
    Need { name: "Node packages", prepare: node },
];

fn valgrind() -> Result<Option<Variable>, String> {
    let find =
        || answers(Path::new("valgrind")).then_some(()).ok_or_else(|| "there is no valgrind".to_owned());
    with_packages(&["valgrind"], find).map(|()| None)
}

fn postgres() -> Result<Option<Variable>, String> {
    with_packages(&["postgresql"], || Postgres::locate().map_err(|why| why.to_string())).map(|_| None)
}

fn redis() -> Result<Option<Variable>, String> {
    with_packages(&["redis-server"], || Redis::locate().map_err(|why| why.to_string())).map(|_| None)
}

fn python() -> Result<Option<Variable>, String> {
    const VARIABLE: &str = "VEXIL_TEST_PYTHON";
    if env::var_os(VARIABLE).is_some() {
        return Ok(None);
    }
    let folder = target().join("toolchain/python");
    let interpreter = folder.join("bin/python");
    let requirements = PYTHON_REQUIREMENTS.map(|file| Path::new(ROOT).join(file));
    let stamp = Stamp::of(&folder, &requirements)?;
    if !(stamp.is_there() && answers(&interpreter)) {
        with_packages(&["python3", "python3-venv"], || environment(&folder))?;
        let mut pip = pip_install(&interpreter);
        for file in &requirements {
            pip.arg("--requirement").arg(file);
        }
        run_command(&mut pip)?;
        stamp.set()?;
    }
    Ok(Some((VARIABLE, interpreter)))
}

/// Installs with the pip of this interpreter what is added to the command.
pub(crate) fn pip_install(interpreter: &Path) -> Command {
    let mut pip = Command::new(interpreter);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip
}

/// An empty virtual environment, whatever was there.
pub(crate) fn environment(folder: &Path) -> Result<(), String> {
    run_command(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))
}

fn node() -> Result<Option<Variable>, String> {
    const VARIABLE: &str = "VEXIL_TEST_NODE";
    if env::var_os(VARIABLE).is_some() {
        return Ok(None);
    }
    let node = node_program()?;
    let folder = Path::new(ROOT).join(NODE_FOLDER);
    let stamp = Stamp::of(&folder.join("node_modules"), &[folder.join("package-lock.json")])?;
    if !stamp.is_there() {
        // It begins by removing what is there.
        run_command(Command::new("npm").args(["ci", "--loglevel=error"]).current_dir(&folder))?;
        stamp.set()?;
    }
    Ok(Some((VARIABLE, node)))
}

/// Where `node` is. Not from Debian's packages, which are often too old.
fn node_program() -> Result<PathBuf, String> {
    let mut command = Command::new("node");
    command.args(["--print", "process.versions.node + '\\n' + process.execPath"]);
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_run(&command, &error))?;
    let output = String::from_utf8_lossy(&output.stdout);
    let (version, program) = output.trim_end().split_once('\n').ok_or("`node` does not say its version")?;
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= NODE_MAJOR) {
        Ok(program.into())
    } else {
        Err(format!("Node.js {NODE_MAJOR} or newer is needed, and this is {version}"))
    }
}

pub(crate) fn answers(program: &Path) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What `find` finds; where it fails, once more after these packages were installed.
pub(crate) fn with_packages<T>(packages: &[&str], find: impl Fn() -> Result<T, String>) -> Result<T, String> {
    find().or_else(|missing| {
        println!("{missing}");
        install(packages).map_err(|why| format!("{missing}; {why}"))?;
        find()
    })
}

fn install(packages: &[&str]) -> Result<(), String> {
    let names = packages.join(" ");
    if !(answers(Path::new("apt-get")) && is_root()) {
        return Err(format!("it can be installed only by root and with apt-get: {names}"));
    }
    println!("installing {names}");
    let _policy = Policy::forbid_starting()?;
    run_command(apt_get().args(["update", "-qq"]))?;
    run_command(apt_get().args(["install", "-qq", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    // Another one may be at work.
    command.args(["-o", "DPkg::Lock::Timeout=300"]);
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// While it lives, Debian starts nothing of what it installs.
struct Policy {
    /// A policy that was there before stays.
    own: bool,
}

impl Policy {
    fn forbid_starting() -> Result<Policy, String> {
        use std::os::unix::fs::PermissionsExt;
        if Path::new(POLICY).exists() {
            return Ok(Policy { own: false });
        }
        let policy = Policy { own: true };
        let written = fs::write(POLICY, POLICY_TEXT)
            .and_then(|()| fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755)));
        written.map_err(|error| format!("cannot write {POLICY}: {error}"))?;
        Ok(policy)
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.own {
            let _ = fs::remove_file(POLICY);
        }
    }
}

/// A file that says for which requirements a folder was filled.
pub(crate) struct Stamp {
    file: PathBuf,
    pub(crate) text: String,
}

impl Stamp {
    pub(crate) fn of(folder: &Path, requirements: &[PathBuf]) -> Result<Stamp, String> {
        let mut text = String::new();
        for file in requirements {
            let error = |error| format!("cannot read {}: {error}", file.display());
            text.push_str(&fs::read_to_string(file).map_err(error)?);
        }
        Ok(Stamp::saying(folder, &text))
    }

    /// Of requirements that are no files.
    pub(crate) fn saying(folder: &Path, text: &str) -> Stamp {
        Stamp { file: folder.join(".vexil-requirements"), text: text.to_owned() }
    }

    pub(crate) fn is_there(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == self.text)
    }

    pub(crate) fn set(&self) -> Result<(), String> {
        fs::write(&self.file, &self.text)
            .map_err(|error| format!("cannot write {}: {error}", self.file.display()))
    }
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    let root = Path::new(ROOT);
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_of_its_requirements() -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let requirements = [folder.path().join("requirements.txt")];
        let require = |text| fs::write(&requirements[0], text).map_err(|error| error.to_string());
        let is_there = || Stamp::of(folder.path(), &requirements).map(|stamp| stamp.is_there());

        assert!(Stamp::of(folder.path(), &requirements).is_err());
        require("one==1")?;
        assert!(!is_there()?);
        Stamp::of(folder.path(), &requirements)?.set()?;
        assert!(is_there()?);
        require("one==2")?;
        assert!(!is_there()?);
        Ok(())
    }

    #[test]
    fn packages_are_not_installed_where_nothing_is_missing() {
        assert_eq!(with_packages(&["no such package"], || Ok(1)), Ok(1));
    }
}
