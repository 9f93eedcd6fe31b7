//! Builds the packages of the PowerShell module.
//!
//! [`build`] writes these files to a folder, `dist` by default:
//!
//! | file | for |
//! |---|---|
//! | `ChatAccess/` | `Import-Module`, and a folder of `$env:PSModulePath` |
//! | `ChatAccess.zip` | Azure Automation, and copying to another computer |
//! | `ChatAccess.<version>.nupkg` | the PowerShell Gallery and private feeds |
//! | `ChatAccess.cdx.json` | the crates in the library (CycloneDX) |
//! | `SHA256SUMS` | the checksums of the three files above, for `sha256sum --check` |

mod archive;
mod bill_of_materials;
mod manifest;
mod platform;

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use archive::entries;
pub use platform::{Platform, oldest_glibc};

/// Longest path in the package, in characters. Windows PowerShell 5.1 loads modules from paths of up
/// to 260 characters, and the folder of a user's modules takes up to 120 of them.
pub const LONGEST_PATH: usize = 140;

/// What to package.
#[derive(Debug)]
pub struct Options {
    /// The folder for the packages. It is created if necessary.
    pub output: PathBuf,
    /// A folder with libraries that were built elsewhere, as `<rid>/chat_access.<extension>`.
    pub libraries: Option<PathBuf>,
    /// The newest glibc that the Linux libraries may need, such as `2.28`.
    pub glibc: Option<(u32, u32)>,
    /// A PowerShell script that signs the files in a folder, before they are packed.
    pub sign: Option<PathBuf>,
}

/// What was packaged.
#[derive(Debug)]
pub struct Package {
    /// The module's folder.
    pub module: PathBuf,
    /// The zip of that folder.
    pub zip: PathBuf,
    /// The package for the PowerShell Gallery.
    pub nupkg: PathBuf,
    /// The platforms with a library in the package.
    pub platforms: Vec<Platform>,
}

/// Builds the packages. The library of this platform is built unless `libraries` contains it.
///
/// # Errors
/// A file can't be read or written, a path is longer than [`LONGEST_PATH`], a Linux library needs a
/// newer glibc than allowed, the script does not sign, or cargo can't describe the dependencies.
pub fn build(options: &Options) -> io::Result<Package> {
    fs::create_dir_all(&options.output)?;
    let module = stage::module(&options.output)?;
    if let Some(libraries) = &options.libraries {
        copy_libraries(libraries, &module)?;
    }
    let platforms = Platform::all_in(&module.join("bin"));
    check_glibc(&module, &platforms, options.glibc)?;
    add_scripts(&module)?;
    if let Some(script) = &options.sign {
        sign(script, &module)?;
    }

    let files = entries(&module)?;
    if let Some(long) = files.iter().find(|file| file.len() > LONGEST_PATH) {
        return Err(io::Error::other(format!(
            "the path '{long}' has {} characters, and at most {LONGEST_PATH} are allowed",
            long.len()
        )));
    }
    let manifest = manifest::Manifest::read(&module.join("ChatAccess.psd1"))?;
    let zip = options.output.join("ChatAccess.zip");
    archive::zip(&module, &files, "ChatAccess/", writer(&zip)?)?;
    let nupkg = options
        .output
        .join(format!("ChatAccess.{}.nupkg", manifest.version));
    archive::nupkg(&module, &files, &manifest, writer(&nupkg)?)?;
    let bill = options.output.join("ChatAccess.cdx.json");
    fs::write(
        &bill,
        bill_of_materials::write(&manifest.version, &platforms)?,
    )?;
    write_checksums(&options.output, &[&zip, &nupkg, &bill])?;
    Ok(Package {
        module,
        zip,
        nupkg,
        platforms,
    })
}

fn writer(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path)?))
}

/// Adds libraries that were built elsewhere. One of this platform replaces the one built here.
fn copy_libraries(from: &Path, module: &Path) -> io::Result<()> {
    for platform in Platform::all_in(from) {
        let folder = module.join("bin").join(platform.rid);
        fs::create_dir_all(&folder)?;
        let name = platform.library();
        fs::copy(from.join(platform.rid).join(&name), folder.join(&name))?;
    }
    Ok(())
}

fn check_glibc(module: &Path, platforms: &[Platform], limit: Option<(u32, u32)>) -> io::Result<()> {
    let Some(limit) = limit else {
        return Ok(());
    };
    for platform in platforms.iter().filter(|platform| platform.is_linux()) {
        let library = module
            .join("bin")
            .join(platform.rid)
            .join(platform.library());
        let needed = oldest_glibc(&fs::read(library)?)?;
        if needed > limit {
            return Err(io::Error::other(format!(
                "the library for {} needs glibc {}.{}, and at most {}.{} is allowed",
                platform.rid, needed.0, needed.1, limit.0, limit.1
            )));
        }
    }
    Ok(())
}

/// The examples for users. The others are for `cargo demo`.
const EXAMPLES: [&str; 6] = [
    "ci.ps1",
    "github-actions.yml",
    "respond.ps1",
    "runbook.ps1",
    "scheduled-task.ps1",
    "watch.ps1",
];

/// Adds the drop-in script, the examples, the licence and the changes.
fn add_scripts(module: &Path) -> io::Result<()> {
    let examples = module.join("Examples");
    fs::create_dir_all(&examples)?;
    for (from, to) in [
        (
            "powershell/RemoveAllAccessForUser.ps1",
            module.join("RemoveAllAccessForUser.ps1"),
        ),
        ("LICENSE", module.join("LICENSE")),
        ("CHANGELOG.md", module.join("CHANGELOG.md")),
    ] {
        fs::copy(stage::root().join(from), to)?;
    }
    for name in EXAMPLES {
        fs::copy(
            stage::root().join("examples").join(name),
            examples.join(name),
        )?;
    }
    Ok(())
}

fn sign(script: &Path, module: &Path) -> io::Result<()> {
    let pwsh = stage::pwsh().ok_or_else(|| io::Error::other("signing needs PowerShell 7"))?;
    let mut command = stage::pwsh_command(&pwsh);
    let status = command.arg("-File").arg(script).arg(module).status()?;
    if status.success() {
        return Ok(());
    }
    let script = script.display();
    Err(io::Error::other(format!(
        "'{script}' did not sign the module"
    )))
}

fn write_checksums(output: &Path, files: &[&Path]) -> io::Result<()> {
    let mut lines = String::new();
    for file in files {
        let sum = Sha256::digest(fs::read(file)?);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        lines += &format!("{sum:x}  {name}\n");
    }
    fs::write(output.join("SHA256SUMS"), lines)
}
