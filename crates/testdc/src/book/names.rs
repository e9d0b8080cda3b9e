//! Names: ordinary ones in many scripts, and the ones that break exporters.

use super::Dice;

/// First and last names that belong together.
type Pool = (&'static [&'static str], &'static [&'static str]);

const POOLS: [Pool; 12] = [
    (
        &["Anna", "John", "Mary", "Peter", "Zoë", "Søren", "Łukasz", "Chloé"],
        &["Smith", "O’Neill", "Müller", "Ibáñez", "Nowak", "Åberg"],
    ),
    (
        &["James", "Emma", "Noah", "Olivia", "Liam", "Sophia"],
        &["Brown", "Taylor", "van der Berg", "Jones-Clarke", "Lee"],
    ),
    (&["Anton", "Marta", "Ivana", "Petr", "Jana"], &["Novák", "Horvat", "Kovács", "Popescu", "Jõgi"]),
    (&["Анна", "Иван", "Мария", "Пётр", "Ольга"], &["Иванова", "Петров", "Щербакова", "Ёлкин", "Шевченко"]),
    (&["Тарас", "Оксана", "Ївга", "Юрій"], &["Коваль", "Грінченко", "Ґудзь"]),
    (&["محمد", "فاطمة", "علي", "زینب"], &["الهاشمي", "حسین", "العربي"]),
    (&["דוד", "שרה", "יעל"], &["כהן", "לוי"]),
    (&["伟", "芳", "秀英", "小明"], &["王", "李", "欧阳", "𠮷田"]),
    (&["さくら", "太郎", "ユキ"], &["佐藤", "髙橋", "鈴木"]),
    (&["민준", "서연", "지우"], &["김", "이", "박"]),
    (&["राहुल", "प्रिया", "ஆனந்த்", "สมชาย"], &["शर्मा", "சுப்ரமணியன்", "ใจดี"]),
    (&["გიორგი", "Αλέξανδρος", "Արամ", "አበበ"], &["ბერიძე", "Παπαδόπουλος", "Հակոբյան", "ተስፋዬ"]),
];

const EMOJI: [&str; 10] = ["🌻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇺🇦", "❤️", "🙂", "🧑🏽‍🚀", "🐈‍⬛", "🎻", "☎️"];

/// A first and a last name, each possibly broken for some reader of the export.
pub type AwkwardName = (&'static str, &'static str);

/// Names that break careless writers: a newline in a CSV cell, a formula, a NUL, text that reads like a number.
pub const AWKWARD: [AwkwardName; 32] = [
    ("Quote \"Q\" Quoter", "O\"Brien"),
    ("Line\nBreak", "Carriage\r\nReturn"),
    ("Comma, Semicolon; Tab\t", "Pipe|"),
    ("=1+1", "=HYPERLINK(\"http://example.invalid\")"),
    ("+cmd|' /C calc'!A0", "-2+3"),
    ("@SUM(A1)", "%0A"),
    ("Nul\0Byte", "\0"),
    ("\u{feff}Byte Order", "Mark\u{feff}"),
    (" leading and trailing ", "\u{a0}hard space\u{a0}"),
    ("   ", ""),
    ("NULL", "null"),
    ("NaN", "true"),
    ("007", "1e5"),
    ("2024-01-31", "1/2"),
    ("👨‍👩‍👧‍👦", "🏳️‍🌈"),
    ("🇺🇦🇺🇦", "👍🏿"),
    ("شخص \u{202e}reversed\u{202c}", "\u{200f}علي"),
    ("e\u{301}cole", "école"),
    ("zero\u{200b}width\u{200d}joiner", "soft\u{ad}hyphen"),
    ("Z̸͉͗ą̵͠l̶̡̇g̴͖̈o̸͎͝", "T̷e̷x̷t̷"),
    ("\u{fffd}", "replacement \u{fffd} char"),
    ("back\\slash 'single'", "\\N `tick`"),
    ("<b>bold</b>", "&amp;"),
    ("Robert'); DROP TABLE contacts;--", "{{7*7}}"),
    ("${jndi:x}", "%s%n"),
    ("𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𠮷𠮷"),
    ("\u{1b}[31mred", "\u{7}bell"),
    ("line\u{2028}separator", "next\u{85}line"),
    ("\u{e000}private use", "\u{10ffff}"),
    ("İstanbul", "ıßẞﬁ"),
    ("../../etc/passwd", "C:\\con"),
    ("Mom", "Mom"),
];

/// The longest name that Telegram takes, in UTF-16 units (and so at most as many characters).
pub const MAX_NAME_UNITS: usize = 64;

/// An ordinary name; one in ten carries an emoji.
pub(super) fn ordinary(dice: &mut Dice) -> (String, String) {
    // the Latin pools come up more often, as they do in most address books
    let pool = if dice.chance(45) { dice.index(3) } else { dice.index(POOLS.len()) };
    let (firsts, lasts) = POOLS.get(pool).copied().unwrap_or_default();
    let mut first = dice.pick(firsts).to_owned();
    let mut last = if dice.chance(80) { dice.pick(lasts).to_owned() } else { String::new() };
    if dice.chance(10) {
        let emoji = dice.pick(&EMOJI);
        if dice.chance(50) || last.is_empty() {
            first = format!("{first} {emoji}");
        } else {
            last = format!("{last}{emoji}");
        }
    }
    (first, last)
}

/// A name of exactly the longest length, without and with characters outside the basic plane.
pub(super) fn longest() -> (String, String) {
    ("Щ".repeat(MAX_NAME_UNITS), "🙂".repeat(MAX_NAME_UNITS / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_one_that_telegram_could_hold() {
        let mut dice = Dice::new(5, *b"names\0\0\0");
        let drawn = (0..5000).map(|_| ordinary(&mut dice));
        let fixed = AWKWARD.map(|(first, last)| (first.to_owned(), last.to_owned()));
        for (first, last) in drawn.chain(fixed).chain([longest()]) {
            for name in [first, last] {
                assert!(name.encode_utf16().count() <= MAX_NAME_UNITS, "{name}");
            }
        }
    }

    #[test]
    fn the_cases_that_the_project_demands_are_there() {
        let all = AWKWARD.iter().flat_map(|(first, last)| [*first, *last]).collect::<Vec<_>>();
        for needle in ["\"", "\n", "\r\n", ",", ";", "\t", "\0", "'", "\\", "👨‍👩‍👧‍👦", "\u{202e}"]
        {
            assert!(all.iter().any(|name| name.contains(needle)), "{needle:?}");
        }
        for start in ["=", "+", "-", "@"] {
            assert!(all.iter().any(|name| name.starts_with(start)), "{start}");
        }
    }
}
