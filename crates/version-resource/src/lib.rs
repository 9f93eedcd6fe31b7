//! The version resource of a DLL: what the file's properties show on Windows, and what inventories
//! and application control policies read.
//!
//! A build script passes the file to the linker of MSVC, which accepts compiled resources. A
//! resource compiler would be one more tool that a build needs. The formats are documented as
//! RESOURCEHEADER and VS_VERSIONINFO.

/// The facts of a library that are not the same for every library.
pub struct About<'a> {
    /// The version, such as `1.2.3`.
    pub version: &'a str,
    pub product: &'a str,
    pub description: &'a str,
    pub company: &'a str,
    pub copyright: &'a str,
    /// The name of the file, such as `chat_access.dll`.
    pub file: &'a str,
}

/// English (United States), and UTF-16.
const LANGUAGE: u16 = 0x0409;
const CODE_PAGE: u16 = 0x04b0;

/// The version resource as a compiled resource file (.res).
pub fn compiled(about: &About<'_>) -> Vec<u8> {
    let info = version_info(about);
    // The empty first resource says that the file is a 32-bit one.
    let mut file = header(0, 0, 0, 0);
    let length = u32::try_from(info.len()).expect("a few hundred bytes");
    // RT_VERSION is 16, and its only resource has the id 1.
    file.extend(header(length, 16, 1, LANGUAGE));
    file.extend(info);
    align(&mut file);
    file
}

/// A RESOURCEHEADER whose type and name are numbers.
fn header(data_length: u32, kind: u16, id: u16, language: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(data_length.to_le_bytes());
    bytes.extend(32_u32.to_le_bytes());
    let flags = if kind == 0 { 0 } else { 0x30 };
    // 0xffff says that a number follows. The zeros are the version of the data (a u32), the version
    // and the characteristics of the resource.
    for word in [0xffff, kind, 0xffff, id, 0, 0, flags, language, 0, 0, 0, 0] {
        bytes.extend(u16::to_le_bytes(word));
    }
    bytes
}

/// Returns the four numbers of a version; a part that is no number is 0.
fn numbers(version: &str) -> [u16; 4] {
    let mut numbers = [0; 4];
    let core = version.split(['-', '+']).next().unwrap_or_default();
    for (number, part) in numbers.iter_mut().zip(core.split('.')) {
        *number = part.parse().unwrap_or(0);
    }
    numbers
}

fn version_info(about: &About<'_>) -> Vec<u8> {
    let [major, minor, patch, build] = numbers(about.version).map(u32::from);
    let (high, low) = (major << 16 | minor, patch << 16 | build);
    let fixed: Vec<u8> = [
        0xfeef_04bd, // signature
        0x0001_0000, // version of this structure
        high,        // version of the file
        low,
        high, // version of the product
        low,
        0x3f,     // valid flags
        0,        // flags
        0x4_0004, // Windows NT
        2,        // DLL
        0,
        0,
        0,
    ]
    .iter()
    .flat_map(|word: &u32| word.to_le_bytes())
    .collect();

    let stem = about.file.split('.').next().unwrap_or_default();
    let strings: Vec<Vec<u8>> = [
        ("CompanyName", about.company),
        ("FileDescription", about.description),
        ("FileVersion", about.version),
        ("InternalName", stem),
        ("LegalCopyright", about.copyright),
        ("OriginalFilename", about.file),
        ("ProductName", about.product),
        ("ProductVersion", about.version),
    ]
    .iter()
    .map(|(name, value)| {
        let value = wide(value);
        node(name, true, value.len() / 2, &value, &[])
    })
    .collect();
    let table = node(
        &format!("{LANGUAGE:04x}{CODE_PAGE:04x}"),
        true,
        0,
        &[],
        &strings,
    );
    let strings = node("StringFileInfo", true, 0, &[], &[table]);
    let translation = [LANGUAGE.to_le_bytes(), CODE_PAGE.to_le_bytes()].concat();
    let translation = node("Translation", false, 4, &translation, &[]);
    let variables = node("VarFileInfo", true, 0, &[], &[translation]);
    node(
        "VS_VERSION_INFO",
        false,
        fixed.len(),
        &fixed,
        &[strings, variables],
    )
}

/// A node of the tree: lengths, whether the value is text, key, value and children. Each part
/// begins at a multiple of 4 bytes, and so does each node.
fn node(
    key: &str,
    is_text: bool,
    value_length: usize,
    value: &[u8],
    children: &[Vec<u8>],
) -> Vec<u8> {
    let word = |number: usize| u16::try_from(number).expect("a short text").to_le_bytes();
    let mut bytes = vec![0, 0];
    bytes.extend(word(value_length));
    bytes.extend(word(usize::from(is_text)));
    bytes.extend(wide(key));
    align(&mut bytes);
    bytes.extend(value);
    for child in children {
        align(&mut bytes);
        bytes.extend(child);
    }
    let length = word(bytes.len());
    bytes[..2].copy_from_slice(&length);
    bytes
}

/// UTF-16 with a zero at the end.
fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

fn align(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const ABOUT: About<'_> = About {
        version: "1.20.3-rc.1",
        product: "ChatAccess",
        description: "Removes access to chats",
        company: "The ChatAccess authors",
        copyright: "(c) The ChatAccess authors",
        file: "chat_access.dll",
    };

    fn u16_at(bytes: &[u8], at: usize) -> usize {
        usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    /// The text from `at` to the next zero, and the position after it.
    fn text_at(bytes: &[u8], mut at: usize) -> (String, usize) {
        let mut units = Vec::new();
        loop {
            let unit = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
            at += 2;
            if unit == 0 {
                return (String::from_utf16(&units).unwrap(), at);
            }
            units.push(unit);
        }
    }

    /// Reads a tree as Windows does, and collects the keys with their text values.
    fn read(bytes: &[u8], start: usize, found: &mut Vec<(String, String)>) -> usize {
        let end = start + u16_at(bytes, start);
        let (value_length, is_text) = (u16_at(bytes, start + 2), u16_at(bytes, start + 4) == 1);
        let (key, at) = text_at(bytes, start + 6);
        let mut at = at.next_multiple_of(4);
        if is_text && value_length > 0 {
            found.push((key, text_at(bytes, at).0));
            at += value_length * 2;
        } else {
            found.push((key, String::new()));
            at += value_length;
        }
        while at.next_multiple_of(4) < end {
            at = read(bytes, at.next_multiple_of(4), found);
        }
        assert_eq!(at, end);
        end
    }

    #[test]
    fn the_tree_has_the_strings_and_the_numbers_of_the_version() {
        let file = compiled(&ABOUT);
        assert_eq!(file.len() % 4, 0);
        let info = &file[64..];
        assert_eq!(u16_at(&file, 32), u16_at(info, 0));
        let mut found = Vec::new();
        read(info, 0, &mut found);
        let value = |key: &str| &found.iter().find(|(name, _)| name == key).unwrap().1;
        assert_eq!(value("FileVersion"), "1.20.3-rc.1");
        assert_eq!(value("OriginalFilename"), "chat_access.dll");
        assert_eq!(value("InternalName"), "chat_access");
        assert_eq!(value("CompanyName"), "The ChatAccess authors");
        assert_eq!(found[0].0, "VS_VERSION_INFO");
        // The fixed part: 1.20 and 3.0.
        assert_eq!(info[40..44], 0xfeef_04bd_u32.to_le_bytes());
        assert_eq!(info[48..56], [20, 0, 1, 0, 0, 0, 3, 0]);
    }

    #[test]
    fn a_resource_compiler_reads_it() {
        let file = std::env::temp_dir().join(format!("version-{}.res", std::process::id()));
        std::fs::write(&file, compiled(&ABOUT)).unwrap();
        let output = Command::new("x86_64-w64-mingw32-windres")
            .args(["-J", "res", "-O", "rc"])
            .arg(&file)
            .output();
        std::fs::remove_file(&file).unwrap();
        let Ok(output) = output else {
            eprintln!("NOT RUN: there is no windres to read the version resource.");
            return;
        };
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(text.contains("FILEVERSION 1, 20, 3, 0"), "{text}");
        assert!(
            text.contains(r#"VALUE "FileDescription", "Removes access to chats""#),
            "{text}"
        );
    }
}
