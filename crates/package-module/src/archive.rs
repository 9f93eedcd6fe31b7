//! The zip and the NuGet package of the module's folder.

use std::fs;
use std::io::{self, Seek, Write};
use std::path::Path;

use quick_xml::escape::escape;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::manifest::Manifest;

/// Returns the paths of all files below a folder, relative to it, with `/`, and sorted.
///
/// # Errors
/// A folder can't be read.
pub fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

/// Writes a zip of files. The same files make the same zip: without times, in the given order.
pub(crate) fn zip(
    folder: &Path,
    files: &[String],
    prefix: &str,
    into: impl Write + Seek,
) -> io::Result<()> {
    let mut zip = ZipWriter::new(into);
    add_files(&mut zip, folder, files, prefix)?;
    zip.finish()?.flush()
}

/// Writes a NuGet package, which is a zip with a description of its contents.
pub(crate) fn nupkg(
    folder: &Path,
    files: &[String],
    manifest: &Manifest,
    into: impl Write + Seek,
) -> io::Result<()> {
    let mut zip = ZipWriter::new(into);
    for (name, content) in [
        ("[Content_Types].xml", content_types(files)),
        ("_rels/.rels", RELATIONS.to_owned()),
        ("ChatAccess.nuspec", nuspec(manifest)),
    ] {
        zip.start_file(name, options())?;
        zip.write_all(content.as_bytes())?;
    }
    add_files(&mut zip, folder, files, "")?;
    zip.finish()?.flush()
}

fn add_files(
    zip: &mut ZipWriter<impl Write + Seek>,
    folder: &Path,
    files: &[String],
    prefix: &str,
) -> io::Result<()> {
    for file in files {
        zip.start_file(format!("{prefix}{file}"), options())?;
        zip.write_all(&fs::read(folder.join(file))?)?;
    }
    Ok(())
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .unix_permissions(0o644)
}

const RELATIONS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/ChatAccess.nuspec" Id="nuspec" />
</Relationships>
"#;

/// Returns the list of the types of the package's parts, which the packaging format requires.
fn content_types(files: &[String]) -> String {
    let mut types = String::from(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
"#,
    );
    let mut extensions: Vec<&str> = Vec::new();
    for file in files {
        let name = file.rsplit('/').next().unwrap_or(file);
        match name.rsplit_once('.') {
            Some((_, extension)) => extensions.push(extension),
            None => {
                types += &format!(
                    "  <Override PartName=\"/{}\" ContentType=\"application/octet\" />\n",
                    escape(file.as_str())
                );
            }
        }
    }
    extensions.sort_unstable();
    extensions.dedup();
    for extension in extensions {
        types += &format!(
            "  <Default Extension=\"{}\" ContentType=\"application/octet\" />\n",
            escape(extension)
        );
    }
    types + "</Types>\n"
}

/// Returns the description of the package, with the tags by which PowerShell finds modules.
fn nuspec(manifest: &Manifest) -> String {
    let mut tags = manifest.tags.clone();
    tags.push("PSModule".into());
    tags.push("PSIncludes_Function".into());
    for function in &manifest.functions {
        tags.push(format!("PSFunction_{function}"));
        tags.push(format!("PSCommand_{function}"));
    }
    let elements = [
        ("id", "ChatAccess"),
        ("version", &manifest.version),
        ("authors", &manifest.author),
        ("owners", &manifest.author),
        ("requireLicenseAcceptance", "false"),
        ("licenseUrl", &manifest.license),
        ("projectUrl", &manifest.project),
        ("description", &manifest.description),
        ("releaseNotes", &manifest.release_notes),
        ("copyright", &manifest.copyright),
        ("tags", &tags.join(" ")),
    ]
    .map(|(name, value)| format!("    <{name}>{}</{name}>\n", escape(value)))
    .concat();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
{elements}  </metadata>
</package>
"#
    )
}
