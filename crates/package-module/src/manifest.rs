//! What the packages say about the module, from its manifest.

use std::{fs, io, path::Path};

/// The values of `ChatAccess.psd1` that the packages repeat.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) version: String,
    pub(crate) author: String,
    pub(crate) copyright: String,
    pub(crate) description: String,
    pub(crate) project: String,
    pub(crate) license: String,
    pub(crate) release_notes: String,
    pub(crate) tags: Vec<String>,
    pub(crate) functions: Vec<String>,
}

impl Manifest {
    /// Reads a manifest whose values are texts in quotes and lists of them. PowerShell, which could
    /// read any manifest, is not needed to build a package.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let one = |name: &str| {
            let values = values(&text, name);
            values
                .into_iter()
                .next()
                .ok_or_else(|| io::Error::other(format!("'{}' has no {name}", path.display())))
        };
        Ok(Self {
            version: one("ModuleVersion")?,
            author: one("Author")?,
            copyright: one("Copyright")?,
            description: one("Description")?,
            project: one("ProjectUri")?,
            license: one("LicenseUri")?,
            release_notes: one("ReleaseNotes")?,
            tags: values(&text, "Tags"),
            functions: values(&text, "FunctionsToExport"),
        })
    }
}

/// Returns the quoted texts of a value: one, or those of a list.
fn values(manifest: &str, name: &str) -> Vec<String> {
    let value = manifest.lines().enumerate().find_map(|(number, line)| {
        let (left, right) = line.split_once('=')?;
        (left.trim() == name).then_some((number, right.trim()))
    });
    let Some((number, first)) = value else {
        return Vec::new();
    };
    if !first.starts_with("@(") {
        return quoted(first);
    }
    let mut found = quoted(first);
    if !first.ends_with(')') {
        let rest = manifest.lines().skip(number + 1);
        for line in rest.take_while(|line| line.trim() != ")") {
            found.extend(quoted(line));
        }
    }
    found
}

/// Returns the texts in single or double quotes of a line.
fn quoted(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = &rest[start..=start];
        let after = &rest[start + 1..];
        let Some(end) = after.find(quote) else {
            break;
        };
        found.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_lists_of_texts_are_read() {
        let manifest = "@{\n    ModuleVersion = '1.2.3'\n    Description = \"users' access\"\n    \
            Tags = @('a', 'b')\n    FunctionsToExport = @(\n        'One'\n        'Two'\n    )\n}";
        assert_eq!(values(manifest, "ModuleVersion"), ["1.2.3"]);
        assert_eq!(values(manifest, "Description"), ["users' access"]);
        assert_eq!(values(manifest, "Tags"), ["a", "b"]);
        assert_eq!(values(manifest, "FunctionsToExport"), ["One", "Two"]);
        assert!(values(manifest, "Author").is_empty());
    }
}
