//! Writes the module to `target/module/ChatAccess`, ready for `Import-Module`.

fn main() -> std::io::Result<()> {
    let module = stage::module(&stage::root().join("target/module"))?;
    println!("Import-Module '{}'", module.canonicalize()?.display());
    Ok(())
}
