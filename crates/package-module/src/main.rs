//! `cargo package-module`: builds the packages of the PowerShell module.

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::{Arg, ValueExt};
use package_module::{Options, Platform, build};

const USAGE: &str = "\
Builds the packages of the PowerShell module.

Usage: cargo package-module [OPTIONS]

Options:
  --output DIR      Writes the packages to DIR instead of 'dist'.
  --libraries DIR   Adds the libraries in DIR/<rid>, such as DIR/win-x64/chat_access.dll.
  --glibc VERSION   Fails if a Linux library needs a newer glibc, such as 2.28.
  --sign SCRIPT     Runs a PowerShell script with the module's folder before it is packed.
  --complete        Fails if the library of a platform is missing.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options {
        output: stage::root().join("dist"),
        libraries: None,
        glibc: None,
        sign: None,
    };
    let mut must_be_complete = false;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("output") => options.output = PathBuf::from(arguments.value()?),
            Arg::Long("libraries") => {
                let folder = PathBuf::from(arguments.value()?);
                if Platform::all_in(&folder).is_empty() {
                    let folder = folder.display();
                    return Err(format!("'{folder}' contains no library of a platform").into());
                }
                options.libraries = Some(folder);
            }
            Arg::Long("glibc") => options.glibc = Some(version(&arguments.value()?.string()?)?),
            Arg::Long("sign") => options.sign = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("complete") => must_be_complete = true,
            Arg::Long("help") | Arg::Short('h') => {
                println!("{USAGE}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let package = build(&options)?;
    println!("{}", package.module.display());
    println!("{}", package.zip.display());
    println!("{}", package.nupkg.display());
    let missing: Vec<&str> = Platform::ALL
        .iter()
        .filter(|platform| !package.platforms.contains(platform))
        .map(|platform| platform.rid)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = format!(
        "no library for {}: the package does not work there",
        missing.join(", ")
    );
    if must_be_complete {
        return Err(missing.into());
    }
    eprintln!("warning: {missing}");
    Ok(())
}

fn version(text: &str) -> Result<(u32, u32), String> {
    let numbers = text
        .split_once('.')
        .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    numbers.ok_or_else(|| format!("--glibc is '{text}', and must be a version such as 2.28"))
}
