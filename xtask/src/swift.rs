//! The Swift package: tested by the machine's own Swift where it has one, else by Debian's in a folder of its own.
//!
//! Debian 12 has no Swift, and the next release has. So its smallest system is put into a folder under cargo's target
//! folder, once, and Swift runs with that folder as its root. What it needs to see is mounted there in a namespace that
//! ends with the processes in it: however they end, no mount is left behind.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use crate::bench::{DEFINITIONS, write_definitions};
use crate::command::{ROOT, cannot_run, cargo, run};
use crate::conformance;
use crate::toolchain::{Stamp, answers, target, with_packages};
use crate::totals::Totals;

const PACKAGE: &str = "bindings/swift";
/// What is written by hand of it.
const SOURCES: [&str; 4] = ["Package.swift", "Sources/Vexil", "Sources/VexilTesting", "Tests"];
/// Not in `benches/swift` itself: the name of a folder is that of a package, and this one needs the other.
const BENCH: &str = "benches/swift/harness";

/// The release that Swift is taken from, and the packages of it that are needed.
const RELEASE: &str = "trixie";
const PACKAGES: &str = "swiftlang,libc6-dev,libstdc++-14-dev,git";

/// The oldest that the package is for.
const MAJOR: u32 = 6;

/// Where the repository, what is built for Swift, and the programs to test with are within the folder.
const REPOSITORY: &str = "/vexil";
const BUILT: &str = "/built";
const PROGRAMS: &str = "/programs";
/// Where the tests leave what they have counted of the vectors.
const COUNTED: &str = "/counted";

/// Mounts what the arguments say, each a folder, where it goes and how, and runs the rest of them as a command there.
const WITHIN: &str = r#"
set -e
root=$1; shift
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
    mkdir -p "$root$2"
    mount -o "$3" "$1" "$root$2"
    shift 3
done
shift
exec chroot "$root" "$@"
"#;

/// Looks at the package's format, builds it with the library, and tests it; returns whether all of it passed.
pub(crate) fn test(totals: &mut Totals) -> Result<bool, String> {
    let swift = Swift::find()?;
    let mut lint = swift.program()?;
    lint.args(["format", "lint", "--strict", "--recursive"]).args(SOURCES);
    let is_tidy = totals.run(&mut lint)?;
    let library = build_library(&["--features", "fail-on-purpose"], "debug")?;
    let mut command = swift.command("test", PACKAGE, &library)?;
    // The header and the tests have what fails on purpose, too.
    command.args(["-Xcc", "-DVEXIL_FAIL_ON_PURPOSE", "-Xswiftc", "-DVEXIL_FAIL_ON_PURPOSE"]);
    Ok(totals.run(&mut command)? && is_tidy)
}

/// Measures it, as it is shipped: `arguments` are modes of the bench.
pub(crate) fn bench(arguments: &[String]) -> Result<(), String> {
    let swift = Swift::find()?;
    let library = build_library(&["--profile", "library"], "library")?;
    write_definitions(&built().join("definitions"))?;
    // By what it has planned it would not see that the package, which is another one than its own, has other files now.
    let plan = scratch(&built(), BENCH).join("release.yaml");
    if plan.exists() {
        fs::remove_file(&plan).map_err(|error| format!("{}: {error}", plan.display()))?;
    }
    let mut command = swift.command("run", BENCH, &library)?;
    command.args(["-c", "release", "VexilBench"]);
    command.arg(swift.built().join("definitions").join(DEFINITIONS)).args(arguments);
    run(&mut command)
}

/// Builds the library, and puts it into a folder of its own: that is the linker's, which would take a shared one that it
/// finds beside it. The folder's name is another for each build, for else SwiftPM would not link again.
fn build_library(arguments: &[&str], profile: &str) -> Result<String, String> {
    run(cargo(&["rustc", "--package", "vexil-ffi", "--crate-type", "staticlib"]).args(arguments))?;
    let library = target().join(profile).join("libvexil_ffi.a");
    let copied = || {
        let made = fs::metadata(&library)?.modified()?;
        let made = made.duration_since(UNIX_EPOCH).map_err(std::io::Error::other)?;
        let folder = format!("library/{profile}-{}", made.as_nanos());
        if !built().join(&folder).join("libvexil_ffi.a").exists() {
            for former in fs::read_dir(built().join("library")).into_iter().flatten().flatten() {
                if former.file_name().to_string_lossy().starts_with(profile) {
                    fs::remove_dir_all(former.path())?;
                }
            }
            fs::create_dir_all(built().join(&folder))?;
            fs::copy(&library, built().join(&folder).join("libvexil_ffi.a"))?;
        }
        Ok::<_, std::io::Error>(folder)
    };
    copied().map_err(|error| format!("cannot copy {}: {error}", library.display()))
}

fn built() -> PathBuf {
    target().join("swift")
}

/// Where a package is built, in a folder of what is built.
fn scratch(built: &Path, package: &str) -> PathBuf {
    built.join("build").join(package.replace('/', "-"))
}

/// A Swift that can be run.
enum Swift {
    /// The machine's own.
    Own,
    /// Debian's, with this folder as its root.
    Within(PathBuf),
}

impl Swift {
    fn find() -> Result<Swift, String> {
        let output = Command::new("swift").arg("--version").stdin(Stdio::null()).output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if is_swift(&said.unwrap_or_default()) { Ok(Swift::Own) } else { installed().map(Swift::Within) }
    }

    /// Where it sees the repository.
    fn repository(&self) -> PathBuf {
        match self {
            Swift::Own => ROOT.into(),
            Swift::Within(_) => REPOSITORY.into(),
        }
    }

    /// Where it sees what is built for it.
    fn built(&self) -> PathBuf {
        match self {
            Swift::Own => built(),
            Swift::Within(_) => BUILT.into(),
        }
    }

    /// A subcommand for the package in a folder of the repository, with the library in a folder of what is built.
    fn command(&self, subcommand: &str, package: &str, library: &str) -> Result<Command, String> {
        let mut command = self.program()?;
        command.arg(subcommand).arg("--package-path").arg(self.repository().join(package));
        command.arg("--scratch-path").arg(scratch(&self.built(), package));
        command.arg("-Xlinker").arg(format!("-L{}", self.built().join(library).display()));
        Ok(command)
    }

    /// `swift` in the package's folder, before its arguments.
    fn program(&self) -> Result<Command, String> {
        let mut command = match self {
            Swift::Own => {
                let mut command = Command::new("swift");
                command.current_dir(Path::new(ROOT).join(PACKAGE));
                conformance::surround(&mut command);
                command
            }
            Swift::Within(root) => {
                let counted = conformance::folder();
                for folder in [&built(), &counted] {
                    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
                }
                let mut command = isolated();
                command.args(["sh", "-c", WITHIN, "sh"]).arg(root);
                command.arg(ROOT).args([REPOSITORY, "bind,ro"]).arg(built()).args([BUILT, "bind"]);
                command.arg(counted).args([COUNTED, "bind"]);
                let mut variables = vec![
                    assignment(conformance::VARIABLE, COUNTED),
                    assignment(conformance::CORPUS, Path::new(COUNTED).join(conformance::VECTORS)),
                ];
                for (variable, program) in conformance::programs().filter(|(_, program)| program.exists()) {
                    let (Some(folder), Some(name)) = (program.parent(), program.file_name()) else {
                        continue;
                    };
                    let within = Path::new(PROGRAMS).join(variable);
                    command.arg(folder).arg(&within).arg("bind,ro");
                    variables.push(assignment(variable, within.join(name)));
                }
                // What is missing fails there as it does here.
                variables.extend(env::var_os("CI").map(|ci| assignment("CI", ci)));
                command.args(["--", "env", "-i", &format!("--chdir={REPOSITORY}/{PACKAGE}")]);
                command.args(["HOME=/root", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"]);
                command.args(variables).arg("swift");
                command
            }
        };
        command.stdin(Stdio::null());
        Ok(command)
    }
}

/// Whether this is what `swift --version` says of a compiler that is new enough, such as `Swift version 6.0.3 (...)` or
/// `Apple Swift version 6.1 (...)`: there are other programs of that name.
fn is_swift(said: &str) -> bool {
    let version = said.split_once("Swift version ").map(|(_, version)| version);
    let major = version.and_then(|version| version.split(['.', '-', ' ']).next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= MAJOR)
}

fn assignment(variable: &str, value: impl Into<OsString>) -> OsString {
    let mut assignment = OsString::from(format!("{variable}="));
    assignment.push(value.into());
    assignment
}

/// A folder with Swift in it.
fn installed() -> Result<PathBuf, String> {
    let folder = target().join("toolchain/swift");
    let what = format!("{RELEASE} {PACKAGES}\n");
    if Stamp::saying(&folder, &what).is_there() {
        return Ok(folder);
    }
    let mirror = with_packages(&["debootstrap"], || {
        let is_there = answers(Path::new("debootstrap"));
        if is_there { mirror() } else { Err("there is neither `swift` nor `debootstrap`".to_owned()) }
    })?;
    // What was begun and not ended is begun anew.
    let part = target().join("toolchain/swift.part");
    for folder in [&part, &folder] {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
    }
    println!("installing Swift into {}", folder.display());
    let mut debootstrap = isolated();
    debootstrap.args(["debootstrap", "--variant=minbase", &format!("--include={PACKAGES}"), RELEASE]);
    run(debootstrap.arg(&part).arg(mirror).stdout(Stdio::null()))?;
    // Half a gigabyte of packages that are installed by now.
    fs::remove_dir_all(part.join("var/cache/apt/archives"))
        .and_then(|()| fs::rename(&part, &folder))
        .map_err(|error| format!("{}: {error}", part.display()))?;
    Stamp::saying(&folder, &what).set()?;
    Ok(folder)
}

/// The address that this machine has its own packages of Debian from.
fn mirror() -> Result<String, String> {
    let mut command = Command::new("apt-get");
    command.args(["indextargets", "--format", "$(REPO_URI)"]);
    command.args(["Created-By: Packages", "Label: Debian", "Component: main"]);
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    let addresses = String::from_utf8_lossy(&output.stdout);
    let first = addresses.lines().next().map(str::to_owned);
    first.ok_or_else(|| "this machine has no packages of Debian, whose next release has Swift".to_owned())
}

/// What is mounted by the command that follows is seen by nobody else, and gone with the processes that it has started,
/// however they end.
fn isolated() -> Command {
    let mut command = Command::new("unshare");
    command.arg("--mount");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_happens_to_be_named_swift_is_none() {
        assert!(is_swift("Swift version 6.0.3 (swift-6.0.3-RELEASE)\nTarget: x86_64-unknown-linux-gnu\n"));
        assert!(is_swift("swift-driver version: 1.115 Apple Swift version 6.1 (swiftlang-6.1.0.110.21)\n"));
        assert!(is_swift("Swift version 6.2-dev (LLVM 1a2b, Swift 3c4d)\n"));
        for other in [
            "",
            "swift 2.10.2\n",
            "python-swiftclient 4.1.0\n",
            "Swift version 5.10.1 (swift-5.10.1-RELEASE)\n",
        ] {
            assert!(!is_swift(other), "{other}");
        }
    }
}
