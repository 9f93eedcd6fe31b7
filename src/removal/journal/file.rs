//! Opens the file of a journal: one run writes to it, and other programs can read it meanwhile.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Why the file can't be opened. Displays as the end of a sentence, and what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("it is a folder. Specify the path of a file")]
    Folder,
    #[error("it is not a file. Specify the path of a file")]
    NotAFile,
    #[error("another run is writing to it{or_program}. Wait for that run to end, or specify another file",
        or_program = if cfg!(windows) { ", or another program has locked it" } else { "" })]
    InUse,
    #[error("the file can't be opened for writing ({0}). Specify a writable path")]
    NotOpened(io::Error),
    #[cfg(unix)]
    #[error("the file can't be locked ({0}). Specify a file on a local disk")]
    NotLocked(io::Error),
}

/// Opens or creates the file at `path`. A new file is for its owner only; on Windows it has the
/// permissions of its folder. Until the file is dropped, every other call for it fails.
pub(super) fn open(path: &Path) -> Result<File, OpenError> {
    // Opening a folder fails as access denied on Windows.
    if path.is_dir() {
        return Err(OpenError::Folder);
    }
    let mut options = OpenOptions::new();
    // Not `append`: on Windows that opens the file without the right to truncate it
    // (rust-lang/rust#105437).
    options.read(true).write(true).create(true).truncate(false);
    let file = open_for_one_writer(options, path)?;
    if file.metadata().is_ok_and(|data| data.is_file()) {
        Ok(file)
    } else {
        Err(OpenError::NotAFile)
    }
}

/// A lock of the file (LockFileEx) would keep every program from reading it, so the share mode
/// keeps other writers out.
#[cfg(windows)]
fn open_for_one_writer(mut options: OpenOptions, path: &Path) -> Result<File, OpenError> {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    const ERROR_SHARING_VIOLATION: i32 = 32;

    options
        .share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE)
        .open(path)
        .map_err(|error| match error.raw_os_error() {
            Some(ERROR_SHARING_VIOLATION) => OpenError::InUse,
            _ => OpenError::NotOpened(error),
        })
}

#[cfg(unix)]
fn open_for_one_writer(mut options: OpenOptions, path: &Path) -> Result<File, OpenError> {
    use std::os::unix::fs::OpenOptionsExt;

    let file = options.mode(0o600).open(path);
    let file = file.map_err(OpenError::NotOpened)?;
    match lock(&file) {
        Ok(()) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(OpenError::InUse),
        Err(error) => Err(OpenError::NotLocked(error)),
    }
}

/// Locks the file with a lock of its open file description, which only other runs ask for. .NET
/// takes a lock of the other kind (flock) on every file that it opens, so `File::try_lock` would
/// keep PowerShell from reading the journal.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios"
))]
fn lock(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    // SAFETY: zeros are a valid flock: from the first byte to the end of the file. The kernel only
    // reads it, during the call; the descriptor is open.
    let result = unsafe {
        let mut whole: libc::flock = std::mem::zeroed();
        whole.l_type = libc::F_WRLCK as _;
        libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw const whole)
    };
    if result == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    // Both mean that another file description holds the lock.
    match error.raw_os_error() {
        Some(libc::EAGAIN | libc::EACCES) => Err(io::ErrorKind::WouldBlock.into()),
        _ => Err(error),
    }
}

/// Other systems have no locks of open file descriptions.
#[cfg(all(
    unix,
    not(any(
        target_os = "linux",
        target_os = "android",
        target_os = "macos",
        target_os = "ios"
    ))
))]
fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = open(&folder.path().join("j")).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    /// The lock that .NET takes for reading.
    #[cfg(unix)]
    #[test]
    fn a_reader_can_lock_the_file_for_shared_access() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let _writer = open(&path).unwrap();
        File::open(&path).unwrap().try_lock_shared().unwrap();
    }

    /// A reader that lets others write, as `Get-Content` does.
    #[test]
    fn a_reader_reads_what_was_written_while_the_file_is_open() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let mut writer = open(&path).unwrap();
        writer.write_all(b"line\n").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"line\n");
    }

    /// `set_len` needs FILE_WRITE_DATA, which an emulator of Windows may not check.
    #[cfg(windows)]
    #[test]
    fn the_file_is_opened_with_the_right_to_truncate_it() {
        use std::os::windows::io::AsRawHandle;

        #[repr(C)]
        struct IoStatus {
            status: usize,
            information: usize,
        }
        #[link(name = "ntdll")]
        unsafe extern "system" {
            fn NtQueryInformationFile(
                file: *mut std::ffi::c_void,
                status: *mut IoStatus,
                information: *mut u32,
                length: u32,
                class: i32,
            ) -> i32;
        }
        const FILE_ACCESS_INFORMATION: i32 = 8;
        const FILE_WRITE_DATA: u32 = 2;

        let folder = tempfile::tempdir().unwrap();
        let file = open(&folder.path().join("j")).unwrap();
        let mut status = IoStatus {
            status: 0,
            information: 0,
        };
        let mut access = 0;
        // SAFETY: FILE_ACCESS_INFORMATION is one 32-bit access mask, and all pointers are valid.
        let result = unsafe {
            NtQueryInformationFile(
                file.as_raw_handle(),
                &raw mut status,
                &raw mut access,
                4,
                FILE_ACCESS_INFORMATION,
            )
        };
        assert_eq!(result, 0);
        assert_ne!(access & FILE_WRITE_DATA, 0, "{access:#x}");
    }
}
