//! The platforms that the module has libraries for.

use std::io;
use std::path::Path;

use object::Endianness;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader, SectionHeader};

/// A platform with a library of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// .NET's name of the platform, which is the name of the library's folder.
    pub rid: &'static str,
    /// Rust's name of the platform.
    pub target: &'static str,
    extension: &'static str,
}

impl Platform {
    /// All platforms that a complete package has libraries for.
    pub const ALL: [Self; 6] = [
        Self::new("win-x64", "x86_64-pc-windows-msvc", "dll"),
        Self::new("win-arm64", "aarch64-pc-windows-msvc", "dll"),
        Self::new("linux-x64", "x86_64-unknown-linux-gnu", "so"),
        Self::new("linux-arm64", "aarch64-unknown-linux-gnu", "so"),
        Self::new("osx-x64", "x86_64-apple-darwin", "dylib"),
        Self::new("osx-arm64", "aarch64-apple-darwin", "dylib"),
    ];

    const fn new(rid: &'static str, target: &'static str, extension: &'static str) -> Self {
        Self {
            rid,
            target,
            extension,
        }
    }

    /// Returns the file name of the library.
    #[must_use]
    pub fn library(&self) -> String {
        format!("chat_access.{}", self.extension)
    }

    /// Returns whether glibc loads the library.
    #[must_use]
    pub fn is_linux(&self) -> bool {
        self.rid.starts_with("linux")
    }

    /// Returns the platforms whose library is in `folder/<rid>`.
    #[must_use]
    pub fn all_in(folder: &Path) -> Vec<Self> {
        let has_library =
            |platform: &Self| folder.join(platform.rid).join(platform.library()).is_file();
        Self::ALL.into_iter().filter(has_library).collect()
    }
}

/// Returns the oldest version of glibc that loads a library: the newest one among the versions of
/// the symbols that it needs. `(0, 0)` if it needs none.
///
/// # Errors
/// The bytes are not a 64-bit ELF file.
pub fn oldest_glibc(library: &[u8]) -> io::Result<(u32, u32)> {
    read_versions(library).map_err(|why| io::Error::other(format!("not a Linux library: {why}")))
}

fn read_versions(library: &[u8]) -> Result<(u32, u32), object::Error> {
    let header = FileHeader64::<Endianness>::parse(library)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, library)?;
    let mut newest = (0, 0);
    for section in sections.iter() {
        let Some((mut files, strings)) = section.gnu_verneed(endian, library)? else {
            continue;
        };
        let strings = sections.strings(endian, library, strings)?;
        while let Some((_, mut versions)) = files.next()? {
            while let Some(version) = versions.next()? {
                let name = String::from_utf8_lossy(version.name(endian, strings)?);
                newest = newest.max(glibc_version(&name).unwrap_or_default());
            }
        }
    }
    Ok(newest)
}

/// Parses `GLIBC_2.28`, with or without a third number.
fn glibc_version(name: &str) -> Option<(u32, u32)> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_symbols_are_compared_as_numbers() {
        assert_eq!(glibc_version("GLIBC_2.28"), Some((2, 28)));
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some((2, 2)));
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
        assert!(glibc_version("GLIBC_2.9") < glibc_version("GLIBC_2.28"));
    }

    #[test]
    fn a_file_of_another_kind_is_an_error() {
        let error = oldest_glibc(b"MZ\x90\x00").unwrap_err();
        assert!(
            error.to_string().starts_with("not a Linux library: "),
            "{error}"
        );
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn this_program_needs_a_glibc() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(oldest_glibc(&program).unwrap() >= (2, 2));
    }
}
