//! Writes a file of the report.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use uuid::Uuid;

/// Writes `page` to `path`, for the current user only. An existing file is replaced only by the
/// complete page, and a link is replaced itself, not the file that it leads to.
///
/// # Errors
/// The system reports an error. What was at `path` stays as it was.
pub(super) fn write(path: &Path, page: &[u8]) -> io::Result<()> {
    // In the same folder, because a file can't be renamed across volumes.
    let name = format!(".chat-access-{}.tmp", Uuid::new_v4().simple());
    let temporary = path.with_file_name(name);
    let mut file = create(&temporary)?;
    let written = file.write_all(page).and_then(|()| file.sync_all());
    // Windows does not rename an open file.
    drop(file);
    let replaced = written.and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    replaced
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_existing_report_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        for page in ["first", "second, which is longer", "3"] {
            write(&path, page.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), page);
        }
        assert_eq!(names(folder.path()), ["report.html"]);
    }

    #[test]
    fn a_failure_leaves_what_was_there_and_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("old"), "old").unwrap();
        assert!(write(&path, b"new").is_err());
        assert_eq!(fs::read_to_string(path.join("old")).unwrap(), "old");
        assert_eq!(names(folder.path()), ["report.html"]);
        assert!(write(&folder.path().join("none/report.html"), b"new").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_report_is_for_its_owner_only_and_a_link_is_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, secret) = (
            folder.path().join("report.html"),
            folder.path().join("secret"),
        );
        fs::write(&secret, "secret").unwrap();
        symlink(&secret, &path).unwrap();
        write(&path, b"page").unwrap();
        assert_eq!(fs::read_to_string(&secret).unwrap(), "secret");
        let metadata = fs::symlink_metadata(&path).unwrap();
        assert!(metadata.is_file());
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap(), "page");
    }
}
