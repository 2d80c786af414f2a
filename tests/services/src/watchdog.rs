//! What a killed process cannot do any more: ending what it started.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of its input, which is the end of the process that holds the other end of the pipe, however that
/// comes. (The kernel's own signal at a parent's death comes at the end of the thread that started the child, and each
/// test is a thread.) Nobody may be there to take note of an end: then the process stays as a zombie, which has ended.
const SCRIPT: &str = r#"
read -r _
kill -s "$2" "$1"
tries=0
while [ "$tries" -lt 50 ] && kill -s 0 "$1" && ! grep -q '^State:.*Z' "/proc/$1/status"; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -s KILL -- "-$1"
[ -z "$3" ] || rm -rf -- "$3"
"#;

/// A shell that ends a process and its group, and removes its folder, when this process has ended.
pub(crate) struct Watchdog(Child);

impl Watchdog {
    pub(crate) fn watch(process: u32, ending: &str, folder: Option<&Path>) -> io::Result<Watchdog> {
        Command::new("/bin/sh")
            .args(["-c", SCRIPT, "watchdog", &process.to_string(), ending])
            .arg(folder.unwrap_or(Path::new("")))
            .current_dir("/")
            // What ends the tests by a key or by their group does not end their watchdog.
            .process_group(0)
            .stdin(Stdio::piped())
            // Whoever reads the output of the tests reads until nobody can write to it.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Watchdog)
    }
}

/// There is nothing to watch any more. It must be gone before its input ends.
impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
