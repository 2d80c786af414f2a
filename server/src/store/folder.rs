//! The folder of the embedded database: for its owner alone, and for one server at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{FILE, StoreError};

/// The file whose lock says that a server uses the folder. It holds nothing, and stays.
const CLAIM: &str = "vexil.lock";

/// A folder that belongs to this server until this is dropped. The operating system gives it back when the process ends,
/// however that comes about.
#[derive(Debug)]
pub struct Claim {
    _locked: File,
}

impl Claim {
    /// Claims a folder, which is made if need be.
    ///
    /// Two servers on one folder would each go on with what they hold, and never hear of the other's changes.
    ///
    /// # Errors
    ///
    /// Another server has it, or nothing can be written there.
    pub fn of(folder: &Path) -> Result<Claim, StoreError> {
        let unusable = |why| StoreError::Folder { folder: folder.to_owned(), why };
        make_private(folder).map_err(unusable)?;
        let file = private().truncate(false).create(true).open(folder.join(CLAIM)).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Claim { _locked: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Claimed { folder: folder.to_owned() }),
            Err(TryLockError::Error(why)) => Err(unusable(why)),
        }
    }
}

/// The database's file, which is made if need be: SQLite would make one that others may read, and the files that it
/// puts beside it are for those who may read this one.
pub(super) fn database(folder: &Path) -> Result<PathBuf, StoreError> {
    let unusable = |why| StoreError::Folder { folder: folder.to_owned(), why };
    make_private(folder).map_err(unusable)?;
    // One that is there is not opened: to close it would give up the locks that this process has on it through SQLite.
    match private().create_new(true).open(folder.join(FILE)) {
        Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(unusable(why)),
        _ => existing_database(folder),
    }
}

/// The database's file of a folder that has one, by its whole path.
pub(super) fn existing_database(folder: &Path) -> Result<PathBuf, StoreError> {
    let whole = folder.join(FILE).canonicalize();
    whole.map_err(|why| StoreError::Folder { folder: folder.to_owned(), why })
}

/// The database holds hashes of keys, and the keys that sign: others on the machine have no business there.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file; one that has to be made is its owner's alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_servers_until_it_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let claim = Claim::of(folder.path()).unwrap();
        let refused = Claim::of(folder.path()).unwrap_err();
        assert!(matches!(refused, StoreError::Claimed { .. }));
        assert!(refused.to_string().contains(&folder.path().display().to_string()), "{refused}");
        drop(claim);
        Claim::of(folder.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_database_is_its_owners_alone_in_a_folder_of_others_too() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let file = database(folder.path()).unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
    }
}
