//! Back end of the `idna` crate for ASCII host names only.
//!
//! `reqwest` parses URLs with `url`, which brings the Unicode tables of ICU4X for international
//! domain names: 128 KB of the library, for hosts that Microsoft names in ASCII. The published
//! crate has an empty back end for this case, its 1.0 version stream; this is the same interface.
//!
//! - A host name with a non-ASCII character is an invalid host name.
//! - A label in Punycode (`xn--…`) is accepted unchanged. DNS decides whether it exists.

#![cfg_attr(not(test), no_std)]

/// Mask of joining types. ASCII has none.
#[derive(Clone, Copy)]
pub struct JoiningTypeMask;

impl JoiningTypeMask {
    /// Returns `false`: no character has a joining type.
    #[must_use]
    pub fn intersects(self, _: Self) -> bool {
        false
    }
}

/// Left and dual joining characters.
pub const LEFT_OR_DUAL_JOINING_MASK: JoiningTypeMask = JoiningTypeMask;
/// Right and dual joining characters.
pub const RIGHT_OR_DUAL_JOINING_MASK: JoiningTypeMask = JoiningTypeMask;

/// Joining type of a character: none.
#[derive(Clone, Copy)]
pub struct JoiningType;

impl JoiningType {
    /// Returns the mask of this type.
    #[must_use]
    pub fn to_mask(self) -> JoiningTypeMask {
        JoiningTypeMask
    }

    /// Returns `false`: no character is transparent.
    #[must_use]
    pub fn is_transparent(self) -> bool {
        false
    }
}

/// Mask of bidirectional classes: whether it contains left-to-right characters.
#[derive(Clone, Copy)]
pub struct BidiClassMask(bool);

impl BidiClassMask {
    /// Returns whether both masks contain left-to-right characters.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 && other.0
    }
}

/// Classes that make a domain bidirectional.
pub const RTL_MASK: BidiClassMask = BidiClassMask(false);
/// Classes allowed first in a label.
pub const FIRST_BC_MASK: BidiClassMask = BidiClassMask(true);
/// Classes allowed last in a left-to-right label.
pub const LAST_LTR_MASK: BidiClassMask = BidiClassMask(true);
/// Classes allowed last in a right-to-left label.
pub const LAST_RTL_MASK: BidiClassMask = BidiClassMask(false);
/// Classes allowed within a left-to-right label.
pub const MIDDLE_LTR_MASK: BidiClassMask = BidiClassMask(true);
/// Classes allowed within a right-to-left label.
pub const MIDDLE_RTL_MASK: BidiClassMask = BidiClassMask(false);

/// Bidirectional class of a character: left to right.
#[derive(Clone, Copy)]
pub struct BidiClass;

impl BidiClass {
    /// Returns the mask of this class.
    #[must_use]
    pub fn to_mask(self) -> BidiClassMask {
        BidiClassMask(true)
    }

    /// Returns `true`: every character is left to right.
    #[must_use]
    pub fn is_ltr(self) -> bool {
        true
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_nonspacing_mark(self) -> bool {
        false
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_european_number(self) -> bool {
        false
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_arabic_number(self) -> bool {
        false
    }
}

/// The back end.
#[derive(Default)]
pub struct Adapter;

impl Adapter {
    /// Returns the back end.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_virama(&self, _: char) -> bool {
        false
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_mark(&self, _: char) -> bool {
        false
    }

    /// Returns the only class.
    #[must_use]
    pub fn bidi_class(&self, _: char) -> BidiClass {
        BidiClass
    }

    /// Returns the only joining type.
    #[must_use]
    pub fn joining_type(&self, _: char) -> JoiningType {
        JoiningType
    }

    /// Lowercases ASCII and replaces every other character with U+FFFD, which idna rejects.
    pub fn map_normalize<'a, I: Iterator<Item = char> + 'a>(
        &'a self,
        iter: I,
    ) -> impl Iterator<Item = char> + 'a {
        iter.map(|c| {
            if c.is_ascii() {
                c.to_ascii_lowercase()
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
    }

    /// Returns a decoded Punycode label unchanged.
    pub fn normalize_validate<'a, I: Iterator<Item = char> + 'a>(
        &'a self,
        iter: I,
    ) -> impl Iterator<Item = char> + 'a {
        iter
    }
}

#[cfg(test)]
mod tests {
    use super::Adapter;

    #[test]
    fn ascii_is_lowercased_and_everything_else_is_rejected() {
        let mapped: String = Adapter::new().map_normalize("Gräph.COM".chars()).collect();
        assert_eq!(mapped, "gr\u{FFFD}ph.com");
    }
}
