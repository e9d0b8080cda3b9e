//! A QR code as text: two modules in each character, by half blocks.

use std::fmt;

use qrcode::{Color, EcLevel, QrCode};

/// ISO/IEC 18004 wants four light modules on each side.
const QUIET: usize = 4;
/// Black on white whatever the terminal's own colours are: some readers do not read a code in negative.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const OWN_COLOURS: &str = "\u{1b}[0m";

/// The modules of a code.
pub(super) struct Picture {
    dark: Vec<Color>,
    width: usize,
}

impl Picture {
    /// `None` if the text is too long for any code.
    pub(super) fn of(text: &str) -> Option<Self> {
        // a screen has no scratches: the least redundancy gives the largest modules
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        Some(Self { width: code.width(), dark: code.to_colors() })
    }

    /// How many lines of text it takes.
    pub(super) fn lines(&self) -> usize {
        self.side().div_ceil(2)
    }

    /// With the quiet zone.
    fn side(&self) -> usize {
        self.width + 2 * QUIET
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.width);
        let (Some(x), Some(y)) = (inside(x), inside(y)) else { return false };
        self.dark.get(y * self.width + x) == Some(&Color::Dark)
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in 0..self.lines() {
            if line > 0 {
                f.write_str("\n")?;
            }
            f.write_str(BLACK_ON_WHITE)?;
            for x in 0..self.side() {
                f.write_str(match (self.is_dark(x, 2 * line), self.is_dark(x, 2 * line + 1)) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => " ",
                })?;
            }
            f.write_str(OWN_COLOURS)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_fits_a_small_terminal_and_has_its_quiet_zone() {
        let url = format!("tg://login?token={}", "A".repeat(43));
        let picture = Picture::of(&url).unwrap();
        let text = picture.to_string();
        assert_eq!(text.lines().count(), picture.lines());
        assert!(picture.lines() <= 24, "80 x 24: {}", picture.lines());
        for line in text.lines() {
            let modules = line.strip_prefix(BLACK_ON_WHITE).unwrap().strip_suffix(OWN_COLOURS).unwrap();
            assert_eq!(modules.chars().count(), picture.side());
            assert!(modules.starts_with("    ") && modules.ends_with("    "), "{modules:?}");
        }
        let quiet: Vec<_> = text.lines().take(QUIET / 2).collect();
        assert!(quiet.iter().all(|line| !line.contains(['█', '▀', '▄'])));
        // the finder pattern's corner: seven dark modules, in a first row of their own
        assert!(text.lines().nth(2).unwrap().contains("█▀▀▀▀▀█"));
        assert!(Picture::of(&"x".repeat(4000)).is_none());
    }
}
