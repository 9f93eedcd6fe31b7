//! The packages as users get them: their files, and what PowerShell makes of them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use package_module::{LONGEST_PATH, Options, Package, Platform, build, entries, oldest_glibc};
use sandbox::{Sandbox, SandboxOptions, TokenClaims};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn options(output: &Path) -> Options {
    Options {
        output: output.into(),
        libraries: None,
        glibc: None,
        sign: None,
    }
}

/// The package that most tests look at.
fn package() -> &'static (tempfile::TempDir, Package) {
    static PACKAGE: OnceLock<(tempfile::TempDir, Package)> = OnceLock::new();
    PACKAGE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let package = build(&options(folder.path())).unwrap();
        (folder, package)
    })
}

fn names(archive: &Path) -> BTreeSet<String> {
    let archive = zip::ZipArchive::new(File::open(archive).unwrap()).unwrap();
    archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect()
}

#[test]
fn the_zip_and_the_nuget_package_contain_the_files_of_the_folder() {
    let (folder, package) = package();
    let files = entries(&package.module).unwrap();
    for file in [
        "ChatAccess.psd1",
        "RemoveAllAccessForUser.ps1",
        "Examples/ci.ps1",
        "Examples/github-actions.yml",
        "Examples/respond.ps1",
        "Examples/runbook.ps1",
        "Examples/scheduled-task.ps1",
        "Examples/watch.ps1",
        "LICENSE",
    ] {
        assert!(files.iter().any(|name| name == file), "{file} is missing");
    }
    assert!(files.iter().all(|file| file.len() <= LONGEST_PATH));
    let zipped = files.iter().map(|file| format!("ChatAccess/{file}"));
    assert_eq!(names(&package.zip), zipped.collect());
    let packed: BTreeSet<String> = names(&package.nupkg);
    assert!(packed.contains("ChatAccess.nuspec"));
    assert!(files.iter().all(|file| packed.contains(file)));

    let sums = fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 3);
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let content = fs::read(folder.path().join(name)).unwrap();
        assert_eq!(sum, format!("{:x}", Sha256::digest(content)), "{name}");
    }

    let again = tempfile::tempdir().unwrap();
    let second = build(&options(again.path())).unwrap();
    assert_eq!(
        fs::read(&package.zip).unwrap(),
        fs::read(second.zip).unwrap(),
        "the same files make the same zip"
    );
}

#[test]
fn the_bill_of_materials_lists_the_linked_crates_and_no_others() {
    let (folder, _) = package();
    let bill = fs::read(folder.path().join("ChatAccess.cdx.json")).unwrap();
    let bill: Value = serde_json::from_slice(&bill).unwrap();
    let components = bill["components"].as_array().unwrap();
    let names: BTreeSet<&str> = components
        .iter()
        .map(|component| component["name"].as_str().unwrap())
        .collect();
    assert!(names.is_superset(&["reqwest", "rustls", "serde_json"].into()));
    for other in ["cbindgen", "tempfile", "sandbox", "proptest", "chat-access"] {
        assert!(!names.contains(other), "{other} is not in the library");
    }
    for component in components {
        assert!(component["licenses"][0]["expression"].is_string());
        let is_from_registry = component["name"] != "idna_adapter";
        assert_eq!(
            component["hashes"][0]["content"].is_string(),
            is_from_registry
        );
        assert_eq!(component["purl"].is_string(), is_from_registry);
    }
    // Every reference names a component or the module.
    let known: Vec<&Value> = components
        .iter()
        .chain([&bill["metadata"]["component"]])
        .map(|component| &component["bom-ref"])
        .collect();
    for dependency in bill["dependencies"].as_array().unwrap() {
        assert!(known.contains(&&dependency["ref"]));
        let depends_on = dependency["dependsOn"].as_array().unwrap();
        assert!(
            depends_on
                .iter()
                .all(|reference| known.contains(&reference))
        );
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_library_built_elsewhere_is_added_and_its_glibc_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    let library = fs::read(stage::library()).unwrap();
    for (rid, name) in [
        ("linux-arm64", "chat_access.so"),
        ("win-x64", "chat_access.dll"),
    ] {
        fs::create_dir_all(elsewhere.join(rid)).unwrap();
        fs::write(elsewhere.join(rid).join(name), &library).unwrap();
    }
    let (major, minor) = oldest_glibc(&library).unwrap();
    let mut options = Options {
        libraries: Some(elsewhere),
        glibc: Some((major, minor)),
        ..options(&folder.path().join("dist"))
    };
    let package = build(&options).unwrap();
    let rids: BTreeSet<&str> = package
        .platforms
        .iter()
        .map(|platform| platform.rid)
        .collect();
    assert!(rids.is_superset(&["linux-arm64", "win-x64"].into()));
    assert!(package.module.join("bin/win-x64/chat_access.dll").is_file());
    assert!(Platform::ALL.len() > package.platforms.len());

    options.glibc = Some((2, 2));
    let error = build(&options).unwrap_err().to_string();
    assert!(
        error.ends_with(&format!(
            "needs glibc {major}.{minor}, and at most 2.2 is allowed"
        )),
        "{error}"
    );
}

/// Runs a script in PowerShell; `None` without PowerShell.
fn powershell(what: &str, script: &str, arguments: &[&Path], secret: &str) -> Option<String> {
    let Some(pwsh) = stage::pwsh() else {
        stage::not_run(what, "there is no PowerShell 7");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.ps1");
    fs::write(&file, script).unwrap();
    let output = stage::pwsh_command(&pwsh)
        .arg("-File")
        .arg(file)
        .args(arguments)
        .env("CHATACCESS_TEST_TOKEN", secret)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(text)
}

#[test]
fn powershell_installs_the_nuget_package() {
    let folder = tempfile::tempdir().unwrap();
    let (_, package) = package();
    let feed = folder.path().join("feed");
    fs::create_dir(&feed).unwrap();
    fs::copy(
        &package.nupkg,
        feed.join(package.nupkg.file_name().unwrap()),
    )
    .unwrap();
    let into = folder.path().join("modules");
    fs::create_dir(&into).unwrap();
    let script = "
        param($Feed, $Into)
        $ErrorActionPreference = 'Stop'
        # The list of repositories belongs to the user.
        $name = \"ChatAccessTest$PID\"
        Register-PSResourceRepository -Name $name -Uri $Feed -Trusted
        try {
            (Find-PSResource -Name ChatAccess -Repository $name).Tags -join ' '
            Save-PSResource -Name ChatAccess -Repository $name -Path $Into -TrustRepository
        } finally {
            Unregister-PSResourceRepository -Name $name
        }
        Import-Module (Get-ChildItem $Into -Recurse -Filter ChatAccess.psd1).FullName
        (Get-Command -Module ChatAccess).Name
        # The library says what is wrong with the file.
        Find-ChatAccess -LiteralPath $Into/none.csv -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId";
    let Some(text) = powershell(
        "the installation of the package",
        script,
        &[&feed, &into],
        "",
    ) else {
        return;
    };
    let mut lines = text.lines();
    let tags = lines.next().unwrap_or_default();
    assert!(tags.contains("IncidentResponse"), "{text}");
    assert!(text.contains("\nRemove-ChatAccessForUser\n"), "{text}");
    assert!(text.contains("UnreadableFile,Find-ChatAccess"), "{text}");
}

#[test]
fn the_script_in_the_unpacked_zip_removes_a_user() {
    let folder = tempfile::tempdir().unwrap();
    let (_, package) = package();
    let sandbox = Sandbox::start(SandboxOptions::default());
    let script = "
        param($Zip, $Into, $Graph)
        $ErrorActionPreference = 'Stop'
        Expand-Archive -LiteralPath $Zip -DestinationPath $Into
        $token = [securestring]::new()
        $env:CHATACCESS_TEST_TOKEN.ToCharArray() | ForEach-Object { $token.AppendChar($_) }
        & $Into/ChatAccess/RemoveAllAccessForUser.ps1 -TenantId {TENANT} -UserId {USER} -ThreadId {CHAT} -AccessToken $token -GraphEndpoint $Graph
        \"exit code $LASTEXITCODE\"
        (Get-Module ChatAccess).ModuleBase";
    let claims = TokenClaims::default();
    let script = script
        .replace("{TENANT}", sandbox::TENANT_ID)
        .replace("{USER}", "d864e79f-0000-4000-8000-0eeb4d61fdc2")
        .replace("{CHAT}", "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2");
    let into = folder.path().join("unpacked");
    let graph = PathBuf::from(sandbox.url());
    let Some(text) = powershell(
        "the script in the zip",
        &script,
        &[&package.zip, &into, &graph],
        &sandbox.token(claims),
    ) else {
        return;
    };
    assert!(text.contains("exit code 0"), "{text}");
    assert!(text.contains("unpacked"), "{text}");
    assert_eq!(sandbox.requests().len(), 1, "{text}");
}

#[test]
fn the_module_is_signed_before_it_is_packed() {
    let Some(_) = stage::pwsh() else {
        return stage::not_run("the signing of the package", "there is no PowerShell 7");
    };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("sign.ps1");
    fs::write(&script, "param($Module) Set-Content $Module/signed.txt yes").unwrap();
    let mut options = Options {
        sign: Some(script.clone()),
        ..options(&folder.path().join("dist"))
    };
    let package = build(&options).unwrap();
    assert!(names(&package.zip).contains("ChatAccess/signed.txt"));

    fs::write(&script, "param($Module) throw 'no certificate'").unwrap();
    options.output = folder.path().join("second");
    let error = build(&options).unwrap_err().to_string();
    assert!(error.ends_with("did not sign the module"), "{error}");
    assert!(!options.output.join("ChatAccess.zip").exists());
}
