//! Keeps the library in memory.
//!
//! The library's threads run its code, so a host that unloads it (dlclose, FreeLibrary) while a
//! thread runs would crash. .NET never unloads it; other hosts may.

use once_cell::sync::Lazy;

/// Pins the library on first use. A failure is not reported, because it changes nothing for a host
/// that does not unload the library.
pub(super) fn pin() {
    static PINNED: Lazy<()> = Lazy::new(pin_once);
    Lazy::force(&PINNED);
}

#[cfg(unix)]
fn pin_once() {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    let here = pin as fn() as *const libc::c_void;
    // SAFETY: `dladdr` reads an address and fills `info`, which is valid if it returns non-zero;
    // the name in it lives as long as the library. The leaked handle is the pin.
    unsafe {
        if libc::dladdr(here, info.as_mut_ptr()) != 0 {
            let name = info.assume_init().dli_fname;
            libc::dlopen(
                name,
                libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE,
            );
        }
    }
}

#[cfg(windows)]
fn pin_once() {
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };
    let mut module = std::ptr::null_mut();
    // SAFETY: with FROM_ADDRESS the "name" is any address inside the library.
    unsafe {
        GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
            (pin as fn()) as *const u16,
            &mut module,
        );
    }
}
